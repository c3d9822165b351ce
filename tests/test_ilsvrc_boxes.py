"""The boxes of ILSVRC in the shapes in which users have them."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations import ilsvrc_boxes
from imagenet_utils.annotations.ilsvrc_boxes import IlsvrcBoxes, with_codes
from imagenet_utils.model import ImageId, Wnid

DEERHOUND, CARDIGAN, JACKET = Wnid("n02092002"), Wnid("n02113186"), Wnid("n02963159")
TENCH = Wnid("n01440764")

XML = "<annotation>\n\t<object>\n\t\t<name>{}</name>\n\t\t<pose/>\n\t</object>\n</annotation>"
TRAIN = {f"{code}/{code}_{serial}.xml": XML.format(code).encode()
         for code in (TENCH, DEERHOUND) for serial in (10, 9)}
TWO_OF_TENCH = [ImageId(f"{TENCH}_9"), ImageId(f"{TENCH}_10")]


def zipped(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    path.write_bytes(zipped(files))
    return path


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def named(*names: str) -> bytes:
    objects = "".join(f"<object>\n\t\t<name>{name}</name></object>" for name in names)
    return f"<annotation>{objects}</annotation>".encode()


@pytest.mark.parametrize("above", ["", "./", "ILSVRC2012_bbox_train_v2/"])
def test_archives_are_read_whatever_stands_above(tmp_path: Path, above: str) -> None:
    """The ninth before the tenth, and nothing of other categories."""
    files = {above + name: xml for name, xml in TRAIN.items()}
    boxes = IlsvrcBoxes([packed(tmp_path / "boxes.tar.gz", files)]).of(TENCH)

    assert (list(boxes.xmls), boxes.problem) == (TWO_OF_TENCH, None)


@pytest.mark.parametrize("above", ["", "train/", "Annotations/CLS-LOC/train/"])
def test_trees_are_read_whatever_stands_above(tmp_path: Path, above: str) -> None:
    """As somebody unpacked the archive, or as Kaggle did."""
    files = {above + name: xml for name, xml in TRAIN.items()}
    boxes = IlsvrcBoxes([unpacked(tmp_path / "ILSVRC", files)]).of(TENCH)

    assert (list(boxes.xmls), boxes.problem) == (TWO_OF_TENCH, None)


def test_bytes_stay_as_they_are(tmp_path: Path) -> None:
    """What names its objects by wnids is handed on untouched."""
    boxes = IlsvrcBoxes([packed(tmp_path / "boxes.tgz", TRAIN)]).of(TENCH)

    assert boxes.xmls[TWO_OF_TENCH[0]] == TRAIN[f"{TENCH}/{TENCH}_9.xml"]


def test_validation_pictures_belong_where_their_labels_say(tmp_path: Path) -> None:
    """Their names tell no category."""
    stems = [f"ILSVRC2012_val_{number:08d}" for number in range(1, 5)]
    files = {f"val/{stem}.xml": XML.format(TENCH).encode() for stem in stems}
    labels = dict(zip(map(ImageId, stems), [TENCH, CARDIGAN, TENCH]))
    boxes = IlsvrcBoxes([packed(tmp_path / "val.tgz", files)], code_of=labels.get)

    assert [list(boxes.of(code).xmls) for code in (TENCH, CARDIGAN)] == [
        [stems[0], stems[2]], [stems[1]]]


def test_many_categories_in_one_pass(tmp_path: Path) -> None:
    """An archive that is prepared for them is not opened again."""
    archive = packed(tmp_path / "boxes.tar.gz", TRAIN)
    boxes = IlsvrcBoxes([archive])
    boxes.prepare([TENCH, DEERHOUND, CARDIGAN])
    archive.unlink()

    assert [len(boxes.of(code).xmls) for code in (TENCH, DEERHOUND, CARDIGAN)] == [2, 2, 0]


def test_progress_ends_with_the_archive(tmp_path: Path) -> None:
    """It is told in bytes of the file."""
    archive = packed(tmp_path / "boxes.tar.gz", TRAIN)
    told: list[tuple[int, int | None]] = []
    IlsvrcBoxes([archive]).prepare([TENCH], lambda done, total: told.append((done, total)))

    assert told[-1] == (archive.stat().st_size, archive.stat().st_size)


@pytest.mark.parametrize("pending", [150, 2**20])
def test_the_first_place_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pending: int
) -> None:
    """Of two archives with the same picture, packed meanwhile or not."""
    monkeypatch.setattr(ilsvrc_boxes, "LARGEST_PENDING", pending)
    first = packed(tmp_path / "a.tgz", {f"{TENCH}/{TENCH}_9.xml": b"<first/>"})
    second = packed(tmp_path / "b.tgz", TRAIN)
    boxes = IlsvrcBoxes([first, second]).of(TENCH)

    assert [boxes.xmls[image_id] for image_id in TWO_OF_TENCH] == [
        b"<first/>", TRAIN[f"{TENCH}/{TENCH}_10.xml"]]


def test_a_cut_archive_is_told_once(tmp_path: Path) -> None:
    """What stands before the cut is used, and one category tells of it."""
    archive = tmp_path / "boxes.tar.gz"
    archive.write_bytes(zipped({**TRAIN, "filler": random.Random(1).randbytes(50_000)})[:-20_000])
    boxes = IlsvrcBoxes([archive])
    boxes.prepare([TENCH, DEERHOUND])

    assert [(len(found.xmls), found.problem) for found in map(boxes.of, (TENCH, DEERHOUND))] == [
        (2, f"{archive}: cut after 4 annotations; fetch it again"), (2, None)]


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    """As is one that went away."""
    page = tmp_path / "boxes.tar.gz"
    page.write_bytes(b"<html>Please log in</html>" * 40)
    problem = IlsvrcBoxes([page, tmp_path / "none.tgz"]).of(TENCH).problem

    assert problem == (
        f"{page}: not a tar archive after 0 annotations; fetch it again;"
        f" {tmp_path / 'none.tgz'}: No such file or directory after 0 annotations; fetch it again")


def test_unsafe_members_are_passed_over(tmp_path: Path) -> None:
    """They are counted, as are those that are too large."""
    files = {f"../{TENCH}_1.xml": b"<a/>", f"{TENCH}/{TENCH}_2.xml": bytes(2**20 + 1),
             f"{TENCH}/{TENCH}_3.jpg": b"", **TRAIN}
    archive = packed(tmp_path / "boxes.tgz", files)
    boxes = IlsvrcBoxes([archive]).of(TENCH)

    assert (list(boxes.xmls), boxes.problem) == (
        TWO_OF_TENCH, f"{archive}: 1 (too large), 1 (unsafe name) skipped")


@pytest.mark.parametrize("limit", ["LARGEST_CATEGORY", "LARGEST_PACKED"])
def test_more_than_can_be_ends_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Memory is bounded, whatever an archive holds."""
    monkeypatch.setattr(ilsvrc_boxes, "LARGEST_PENDING", 200)
    monkeypatch.setattr(ilsvrc_boxes, limit, 200)
    files = {f"{TENCH}_{serial}.xml": random.Random(serial).randbytes(90) for serial in range(99)}
    boxes = IlsvrcBoxes([packed(tmp_path / "boxes.tgz", files)]).of(TENCH)

    assert 0 < len(boxes.xmls) < 10
    assert "more XMLs than can be" in (boxes.problem or "")


def test_pictures_beside_a_tree_are_not_looked_at(tmp_path: Path) -> None:
    """Kaggle's `Data` holds more than a million files."""
    unpacked(tmp_path, {f"Data/CLS-LOC/train/{TENCH}/{TENCH}_9.xml": b"<a/>"})

    assert IlsvrcBoxes([tmp_path]).of(TENCH).xmls == {}


@pytest.mark.parametrize("name", ["Scottish_deerhound", "scottish deerhound", "deerhound"])
def test_human_labels_lead_to_their_category(name: str) -> None:
    """Any of its names, with blanks or without, in any case."""
    assert with_codes(named(name, TENCH)) == named(DEERHOUND, TENCH)


def test_a_name_of_several_categories_is_the_pictures_own() -> None:
    """A dog and a jacket: where neither is known to be meant, the word stays."""
    cardigan = named("Cardigan")

    assert [with_codes(cardigan, own) for own in (CARDIGAN, JACKET, TENCH, None)] == [
        named(CARDIGAN), named(JACKET), cardigan, cardigan]


def test_only_names_of_objects_are_replaced() -> None:
    """The name of an owner or a file may be a word of the catalogue, too."""
    xml = b"<annotation><owner><name>tench</name></owner><filename>tench</filename></annotation>"

    assert with_codes(xml, TENCH) == xml


@given(st.binary(max_size=200))
def test_hostile_names_stay(name: bytes) -> None:
    """Nothing raises, and what is no name of a category is handed on as it is."""
    xml = b"<object><name>\xff" + name + b"</name></object>"

    assert with_codes(xml, TENCH) == xml


@given(st.binary(max_size=600), st.integers(0, 3000))
def test_hostile_archives_are_told(tmp_path_factory: pytest.TempPathFactory, noise: bytes,
                                   at: int) -> None:
    """Bytes that changed on the way give fewer annotations or a problem, never an exception."""
    plain = gzip.decompress(zipped(TRAIN))
    path = tmp_path_factory.getbasetemp() / "hostile.tar"
    path.write_bytes(plain[:at] + noise + plain[at + len(noise) :])

    assert len(IlsvrcBoxes([path]).of(TENCH).xmls) <= len(TRAIN)


def test_an_archive_without_paths_is_empty(tmp_path: Path) -> None:
    """Nobody has annotations: no category has a problem."""
    boxes = IlsvrcBoxes([])

    assert (boxes.is_empty, boxes.of(TENCH).problem) == (True, None)

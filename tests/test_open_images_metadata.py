"""The metadata of any version, wherever its files lie and in whatever form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.model import SPLITS, ImageId
from imagenet_utils.open_images import versions
from imagenet_utils.open_images.files import FileShelf
from imagenet_utils.open_images.metadata import LocalMetadata, chosen_version, open_metadata
from imagenet_utils.open_images.values import SUBSETS, VERSION_NAMES, MetadataWishes
from imagenet_utils.open_images.versions import ALL, VERSIONS, Kind, MetadataFile
from tests.canned_server import canned, response
from tests.open_images_csvs import (
    BOX_HEADER, CAT, DOG, IMAGE_HEADER, LABEL_HEADER, TULIP, box_line, id_of, image_line,
    label_line, write_csv, write_tar,
)

FILES = [(version, key, file) for version in VERSIONS.values()
         for key, file in version.files.items()]
NUMBERS = range(1, 5)
CONTENTS = {
    Kind.IMAGES: (IMAGE_HEADER, [image_line(number) for number in NUMBERS]),
    Kind.LABELLED: (IMAGE_HEADER, [image_line(number) for number in (*NUMBERS, 9)]),
    Kind.BOXES: (BOX_HEADER, [box_line(1), box_line(1, CAT), box_line(3), b"broken"]),
    Kind.HUMAN: (LABEL_HEADER, [label_line(2, DOG), label_line(9, TULIP),
                                label_line(1, TULIP, "0")]),
    Kind.MACHINE: (LABEL_HEADER, [label_line(4, TULIP, "0.6", "machine"),
                                  label_line(9, TULIP, "0.9", "machine")]),
    Kind.CLASSES: (f"{TULIP},Sprenger's tulip".encode(), [f"{DOG},Dog".encode()]),
}


def content_of(kind: Kind) -> bytes:
    header, lines = CONTENTS[kind]
    return b"\n".join([header, *lines, b""])


def lay_out(folder: Path, version: str, kinds: Sequence[Kind] = tuple(Kind)) -> None:
    """Every file of train, as the version was published."""
    tars: dict[str, dict[str, bytes]] = {}
    for (kind, split), file in VERSIONS[version].files.items():
        if split in ("train", ALL) and kind in kinds:
            if file.member:
                tars.setdefault(file.name, {})[file.member] = content_of(kind)
            else:
                (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
                (folder / file.path).write_bytes(content_of(kind))
    folder.mkdir(exist_ok=True)
    for name, members in tars.items():
        write_tar(folder / name, members)


@contextmanager
def opened(folder: Path, mids: Sequence[str] = (DOG,), **wishes: object) -> Iterator[LocalMetadata]:
    metadata = open_metadata(
        MetadataWishes(folder, **wishes),  # type: ignore[arg-type]
        fallback_dir=folder, mids=mids, may_fetch=False)
    try:
        yield metadata
    finally:
        metadata.close()


def test_versions_are_those_that_options_offer() -> None:
    """The table of values and that of files."""
    assert tuple(VERSIONS) == VERSION_NAMES


@pytest.mark.parametrize("version, key, file", FILES, ids=lambda each: getattr(each, "name", ""))
class TestFile:
    """What holds for each row of the table of versions."""

    def test_address(self, version: object, key: object, file: MetadataFile) -> None:
        """Google's own, over https."""
        parts = urlsplit(file.address)

        assert (parts.scheme, parts.netloc) == ("https", "storage.googleapis.com")
        assert parts.path.startswith("/openimages/")

    def test_what_is_known(self, version: object, key: object, file: MetadataFile) -> None:
        """A digest is one, and belongs to a size."""
        assert not file.md5 or (len(file.md5) == 32 and int(file.md5, 16) and file.byte_count)

    def test_split(self, version: object, key: tuple[Kind, str], file: MetadataFile) -> None:
        """A file is that of its split by its name or its folder."""
        split = key[1]
        others = {"train", "validation", "test"} - {SUBSETS.get(split, "")}

        assert split in (*SPLITS, ALL)
        assert split == ALL or not any(f"/{other}" in file.csv_path for other in others)


@pytest.mark.parametrize("version", VERSION_NAMES)
class TestVersion:
    """What holds for each version, laid out as it was published."""

    def test_pictures_of_a_class(self, tmp_path: Path, version: str) -> None:
        """By boxes, where there are any; else by labels."""
        lay_out(tmp_path, version)
        labels = ("machine",) if version == "V1" else ("human",)
        mid = TULIP if version == "V1" else DOG
        with opened(tmp_path, [mid], version=version, labels=labels) as metadata:
            found = list(metadata.images_of(mid, "train"))

            assert found == [id_of(number) for number in ((4, 9) if version == "V1" else (1, 3))]
            assert metadata.count(mid, "train") == len(found)
            assert metadata.has_boxes == (version != "V1")

    def test_rows_of_pictures(self, tmp_path: Path, version: str) -> None:
        """In the order in which they are asked for, without those that are not there."""
        lay_out(tmp_path, version)
        asked = [ImageId(id_of(number)) for number in (3, 77, 1)]
        with opened(tmp_path, [], version=version, labels=("machine",)) as metadata:

            assert [row.image_id for row in metadata.rows(asked, "train")] == [id_of(3), id_of(1)]


def test_boxes_are_those_of_all_classes(tmp_path: Path) -> None:
    """In the order of the file."""
    lay_out(tmp_path, "V6")
    with opened(tmp_path) as metadata:
        boxes = [metadata.boxes_of(ImageId(id_of(number)), "train") for number in (1, 2)]

        assert [[box.mid for box in each] for each in boxes] == [[DOG, CAT], []]


def test_class_without_boxes_goes_by_labels(tmp_path: Path) -> None:
    """In a version with boxes, too; its pictures are in a longer list than the boxed ones."""
    lay_out(tmp_path, "V7")
    with opened(tmp_path, [TULIP]) as metadata:
        found = list(metadata.images_of(TULIP, "train"))

        assert found == [id_of(9)]
        assert [row.image_id for row in metadata.rows(found, "train")] == [id_of(9)]


def test_labels_of_people_and_machines_together(tmp_path: Path) -> None:
    """Each picture once, and those that are sure enough."""
    lay_out(tmp_path, "V7")
    both = ("human", "machine")
    with opened(tmp_path, [TULIP], labels=both) as metadata:
        assert list(metadata.images_of(TULIP, "train")) == [id_of(9), id_of(4)]
    with opened(tmp_path, [TULIP], labels=both, min_confidence=0.7) as metadata:
        assert metadata.count(TULIP, "train") == 1


def test_names_of_classes(tmp_path: Path) -> None:
    """All that the file has, beside the 601 that are built in; a header is none."""
    lay_out(tmp_path, "V7")
    with opened(tmp_path) as metadata:
        classes = {each.mid: each for each in metadata.classes()}

        assert len(classes) == 602
        assert (classes[TULIP].name, classes[TULIP].is_boxable) == ("Sprenger's tulip", False)
        assert classes[DOG].is_boxable


def test_bad_lines_are_remarked(tmp_path: Path) -> None:
    """With the file, how many, and the first of them."""
    lay_out(tmp_path, "V6")
    with opened(tmp_path) as metadata:
        remark, size = metadata.remarks()

        assert remark.endswith("oidv6-train-annotations-bbox.csv: 1 line is no row and is left "
                               "out, such as oidv6-train-annotations-bbox.csv line 5: "
                               "1 cells under 13 columns")
        assert "were published" in size


def test_another_size_than_published_is_remarked(tmp_path: Path) -> None:
    """In one line for all: somebody may have cut them on purpose, so they are taken."""
    lay_out(tmp_path, "V6", (Kind.IMAGES, Kind.BOXES))
    with opened(tmp_path) as metadata:
        told = metadata.remarks()[-1]

        assert metadata.count(DOG, "train") == 2
    assert "bytes, where" in told and "likewise 1 other file" in told


def test_rows_that_make_no_sense_are_remarked(tmp_path: Path) -> None:
    """When somebody asks for them; the others are there."""
    lay_out(tmp_path, "V6", (Kind.IMAGES,))
    write_csv(tmp_path / "oidv6-train-annotations-bbox.csv", BOX_HEADER,
              [box_line(1, sides="0,1,0,nan"), box_line(1)])
    with opened(tmp_path) as metadata:

        assert len(metadata.boxes_of(ImageId(id_of(1)), "train")) == 1
        assert metadata.remarks()[0].endswith(f"of {id_of(1)}: YMax 'nan' is no number")


@pytest.mark.parametrize("there, expected", [((), "V7"), (("V3",), "V3"), (("V3", "V2"), "V3"),
                                             (("V1",), "V7"), (("V4",), "V5")])
def test_version_is_the_newest_whose_boxes_are_there(
    tmp_path: Path, there: tuple[str, ...], expected: str
) -> None:
    """Else the newest; V5 has the boxes of V4 for train."""
    for version in there:
        lay_out(tmp_path, version)

    assert chosen_version(MetadataWishes(tmp_path)).name == expected


@pytest.mark.parametrize("place", ["{path}", "{name}", "{path}.gz"])
def test_a_csv_is_found_by_its_name(tmp_path: Path, place: str) -> None:
    """As the web has it, alone, or packed."""
    import gzip

    file = VERSIONS["V6"].files[Kind.BOXES, "train"]
    path = tmp_path / place.format(path=file.path, name=file.name)
    path.parent.mkdir(exist_ok=True)
    content = content_of(Kind.BOXES)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)

    assert FileShelf(tmp_path, may_fetch=False).csv(file).read_bytes() == content


def test_a_csv_of_another_split_is_not_taken(tmp_path: Path) -> None:
    """images.csv alone says nothing of its split."""
    write_csv(tmp_path / "images.csv", IMAGE_HEADER, [image_line(1)])
    write_csv(tmp_path / "test" / "images.csv", IMAGE_HEADER, [image_line(1)])
    file = VERSIONS["V3"].files[Kind.IMAGES, "train"]

    assert not FileShelf(tmp_path, may_fetch=False).has(file)


def test_an_archive_is_unpacked_whole_or_not_at_all(tmp_path: Path) -> None:
    """A cut one leaves no csv behind; nothing of the user's goes."""
    lay_out(tmp_path, "V3", (Kind.BOXES,))
    archive = tmp_path / "annotations_human_bbox_2017_11.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-30])
    file = VERSIONS["V3"].files[Kind.BOXES, "train"]

    with pytest.raises(Unobtainable, match="annotations_human_bbox_2017_11.tar.gz: damaged"):
        FileShelf(tmp_path, may_fetch=False).csv(file)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [archive.name]


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    """What was expected, and where it is."""
    write_tar(tmp_path / "images_2017_11.tar.gz", {"../train/evil.csv": b"x"})
    file = VERSIONS["V3"].files[Kind.IMAGES, "train"]

    with pytest.raises(Unobtainable, match="holds no train/images.csv.* https://storage"):
        FileShelf(tmp_path, may_fetch=False).csv(file)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Serves the csv of boxes under any name; the requests that it has seen."""
    with canned(lambda target: response(body=content_of(Kind.BOXES))) as server:
        monkeypatch.setattr(versions, "BASE", server.url("/openimages/"))
        yield server.heads


def test_what_is_missing_is_fetched_and_proven(tmp_path: Path, web: list[str]) -> None:
    """By size and MD5, where they are known; then it lies where the web has it."""
    content = content_of(Kind.BOXES)
    file = MetadataFile("v5/boxes.csv", len(content), hashlib.md5(content).hexdigest())
    path = FileShelf(tmp_path, may_fetch=True).csv(file)

    assert path == tmp_path / "v5" / "boxes.csv"
    assert path.read_bytes() == content


def test_another_file_than_was_published_is_not_kept(tmp_path: Path, web: list[str]) -> None:
    """One line with what was expected."""
    file = MetadataFile("v5/boxes.csv", len(content_of(Kind.BOXES)), "0" * 32)

    with pytest.raises(Unobtainable, match="expected MD5 0000"):
        FileShelf(tmp_path, may_fetch=True).csv(file)
    assert not (tmp_path / "v5" / "boxes.csv").exists()


def test_nothing_is_fetched_in_a_dry_run(tmp_path: Path, web: list[str]) -> None:
    """The address is told."""
    with pytest.raises(Unobtainable, match=r"is not there, and nothing is fetched now. It is at h"):
        open_metadata(MetadataWishes(tmp_path), fallback_dir=tmp_path, may_fetch=False)
    assert web == []


@pytest.mark.parametrize("wishes, mids, problem", [
    ({"version": "V1"}, (DOG,), "Open Images V1 has no human-verified labels for train. "
                                "Say --labels_from machine"),
    ({"version": "V1", "splits": ("test",)}, (), "Open Images V1 has no human-verified labels for "
                                                 "test. Take another version or split"),
])
def test_what_a_version_does_not_have(
    tmp_path: Path, wishes: dict[str, object], mids: tuple[str, ...], problem: str
) -> None:
    """One line, and what to say instead."""
    lay_out(tmp_path, "V1")
    with pytest.raises(UsageError) as caught, opened(tmp_path, mids, **wishes):
        pytest.fail("opened")

    assert str(caught.value) == problem

"""Annotations in the shapes in which users have them."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations import box_archives
from imagenet_utils.annotations.box_archives import BoxArchives, CategoryBoxes
from imagenet_utils.errors import LocalFault
from imagenet_utils.model import ImageId, Wnid

FOX, TENCH, LIGER = Wnid("n02119789"), Wnid("n01440764"), Wnid("n02129991")
XML = b"<annotation/>"
TWO = {f"Annotation/{FOX}/{FOX}_{serial}.xml": XML for serial in (10, 9)}


def tarred(files: dict[str, bytes], *links: str) -> bytes:
    """A zipped archive of these files, then of links to a file outside."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
            tar.addfile(member)
    return archive.getvalue()


def fill(directory: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    return directory


def of_fox(directory: Path) -> CategoryBoxes:
    return BoxArchives(directory).of(FOX)


FOX_TAR = tarred(TWO)
COLLECTION = tarred({f"bbox/{TENCH}.tar.gz": tarred({}), f"bbox/{FOX}.tar.gz": FOX_TAR})
LOOSE = {f"{FOX}/{FOX}_{serial}.xml": XML for serial in (10, 9)}
SHAPES = {
    "an archive": {f"{FOX}.tar.gz": FOX_TAR},
    "an archive of another ending": {f"{FOX}.tgz": FOX_TAR},
    "an archive that the browser unzipped": {f"{FOX}.tar": gzip.decompress(FOX_TAR)},
    "an archive in a folder": {f"Annotation/{FOX}.tar.gz": FOX_TAR},
    "loose files": LOOSE,
    "loose files in a folder": {f"Annotation/{name}": xml for name, xml in LOOSE.items()},
    "loose files two folders down": {f"annotation/Annotation/{n}": x for n, x in LOOSE.items()},
    "the collection": {"bboxes_annotations.tar.gz": COLLECTION},
    "the collection unzipped": {"bboxes_annotations.tar": gzip.decompress(COLLECTION)},
    "some of each": {
        f"{FOX}.tar.gz": tarred({f"{FOX}_9.xml": XML}), f"{FOX}/{FOX}_10.xml": XML,
        "bboxes_annotations.tar.gz": COLLECTION,
    },
}


@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_every_shape_gives_the_same(tmp_path: Path, files: dict[str, bytes]) -> None:
    """The same two annotations, the ninth before the tenth."""
    found = of_fox(fill(tmp_path, files))

    assert (list(found.xmls.items()), found.problem) == (
        [(ImageId(f"{FOX}_9"), XML), (ImageId(f"{FOX}_10"), XML)], None
    )


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (SHAPES["loose files in a folder"], "Annotation"),
        (SHAPES["loose files in a folder"], f"Annotation/{FOX}"),
        (SHAPES["an archive"], f"{FOX}.tar.gz"),
        (SHAPES["the collection"], "bboxes_annotations.tar.gz"),
        ({"boxes-of-2012.tgz": COLLECTION}, "boxes-of-2012.tgz"),
    ],
)
def test_the_user_may_be_a_level_off(tmp_path: Path, files: dict[str, bytes], named: str) -> None:
    """A folder within, or the archive itself."""
    assert len(of_fox(fill(tmp_path, files) / named).xmls) == 2


def test_the_search_goes_three_folders_down(tmp_path: Path) -> None:
    """A folder that holds itself by a link would never end."""
    for levels in (3, 4):
        fill(tmp_path / str(levels), {"Annotation/" * levels + f"{FOX}.tar.gz": FOX_TAR})

    assert [BoxArchives(tmp_path / levels).is_empty for levels in "34"] == [False, True]


def test_pictures_of_other_categories_are_among_them(tmp_path: Path) -> None:
    """They come by the category that their id names, then by number."""
    ids = [f"{LIGER}_2", f"{TENCH}_30", f"{TENCH}_4", "test_5", "tank"]
    fill(tmp_path, {f"{FOX}.tar.gz": tarred({f"{image_id}.xml": XML for image_id in ids})})

    assert list(of_fox(tmp_path).xmls) == [
        "tank", f"{TENCH}_4", f"{TENCH}_30", f"{LIGER}_2", "test_5"
    ]


def test_loose_files_come_before_archives(tmp_path: Path) -> None:
    """Where one picture has two annotations, the one that the user could edit counts."""
    fill(tmp_path, {f"{FOX}.tar.gz": FOX_TAR, f"{FOX}/{FOX}_9.xml": b"<annotation>mine"})

    assert of_fox(tmp_path).xmls == {f"{FOX}_9": b"<annotation>mine", f"{FOX}_10": XML}


def test_a_category_without_annotations_is_no_problem(tmp_path: Path) -> None:
    """Most have none."""
    archives = BoxArchives(fill(tmp_path, {f"{FOX}.tar.gz": FOX_TAR}))

    assert (archives.of(TENCH), archives.is_empty) == (CategoryBoxes({}), False)


def test_no_annotations_at_all_are_told_apart(tmp_path: Path) -> None:
    """A missing folder, an empty one, and one of other things."""
    fill(tmp_path, {"other/notes.txt": b"", "other/n1.tar.gz": b"", f"other/{FOX}.zip": b""})
    (tmp_path / "empty").mkdir()

    assert all(BoxArchives(tmp_path / name).is_empty for name in ("missing", "empty", "other"))


def test_a_collection_is_read_once_for_many(tmp_path: Path) -> None:
    """After `prepare` it is not opened again, for what it holds and what it does not."""
    archives = BoxArchives(fill(tmp_path, {"bboxes_annotations.tar.gz": COLLECTION}))
    archives.prepare([FOX, LIGER])
    (tmp_path / "bboxes_annotations.tar.gz").unlink()

    assert [len(archives.of(code).xmls) for code in (FOX, LIGER)] == [2, 0]


def test_an_archive_of_its_own_spares_the_collection(tmp_path: Path) -> None:
    """It holds the same, and reading it takes a second."""
    fill(tmp_path, {f"{FOX}.tar.gz": FOX_TAR, "bboxes_annotations.tar.gz": b"no tar"})

    assert of_fox(tmp_path).problem is None


# Archives that are broken or made to do harm


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"", "an empty file; fetch it again"),
        (b"<html>Log in</html>", "not a tar archive; fetch it again"),
        (FOX_TAR[:-8], "cut after 2 annotations; fetch it again"),
        (FOX_TAR[:-4] + b"....", "damaged after 2 annotations; fetch it again"),
    ],
)
def test_a_broken_archive_is_named(tmp_path: Path, archive: bytes, problem: str) -> None:
    """With how many annotations it gave before, which are used."""
    fill(tmp_path, {f"{FOX}.tar.gz": archive})

    assert of_fox(tmp_path).problem == f"{tmp_path / FOX}.tar.gz: {problem}"


def test_what_stands_before_a_cut_is_used(tmp_path: Path) -> None:
    """The first of two."""
    fill(tmp_path, {f"{FOX}.tar": gzip.decompress(FOX_TAR)[:1500]})

    assert list(of_fox(tmp_path).xmls) == [f"{FOX}_10"]


def test_a_broken_collection_is_named_for_what_was_not_found(tmp_path: Path) -> None:
    """The tench stood before the cut, the fox behind it."""
    whole = gzip.decompress(COLLECTION)
    fill(tmp_path, {"bboxes_annotations.tar.gz": whole[: whole.index(FOX_TAR)]})
    archives = BoxArchives(tmp_path)
    archives.prepare([FOX, TENCH])

    assert [archives.of(code).problem for code in (TENCH, FOX)] == [
        None,
        f"{tmp_path / 'bboxes_annotations.tar.gz'}: "
        "cut before all categories were found; fetch it again",
    ]


def test_a_broken_archive_in_a_collection_is_named_with_both(tmp_path: Path) -> None:
    """The collection is whole, one archive in it is not."""
    fill(tmp_path, {"bboxes_annotations.tar.gz": tarred({f"{FOX}.tar.gz": FOX_TAR[:-8]})})

    assert of_fox(tmp_path).problem == (
        f"{tmp_path / 'bboxes_annotations.tar.gz'}: {FOX}.tar.gz: "
        "cut after 2 annotations; fetch it again"
    )


def test_a_collection_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it holds is kept in memory, so there is a limit to each archive in it."""
    monkeypatch.setattr(box_archives, "LARGEST_ARCHIVE", len(FOX_TAR) - 1)
    fill(tmp_path, {"bboxes_annotations.tar.gz": COLLECTION})

    assert f"{FOX}.tar.gz in it is too large" in (of_fox(tmp_path).problem or "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../n02119789_1.xml", "unsafe name"),
        ("Annotation/../n02119789_1.xml", "unsafe name"),
        ("/tmp/n02119789_1.xml", "unsafe name"),
        ("C:/n02119789_1.xml", "unsafe name"),
        ("..\\n02119789_1.xml", "unsafe name"),
        ("Annotation/n02119789_1.jpg", "no XML"),
        ("Annotation/.xml", "odd name"),
        ("Annotation/n02119789_1\n.xml", "odd name"),
    ],
)
def test_unwelcome_members_are_skipped_and_counted(tmp_path: Path, name: str, why: str) -> None:
    """The good one beside it is used."""
    fill(tmp_path, {f"{FOX}.tar.gz": tarred({name: XML, f"{FOX}_9.xml": XML})})
    found = of_fox(tmp_path)

    assert (list(found.xmls), found.problem) == (
        [f"{FOX}_9"], f"{tmp_path / FOX}.tar.gz: 1 ({why}) skipped"
    )


def test_links_and_giants_are_skipped_and_counted(tmp_path: Path) -> None:
    """Each kind of objection with its own number."""
    files = {f"{FOX}_1.xml": b" " * (2**20 + 1), f"{FOX}_9.xml": XML, "notes": b""}
    fill(tmp_path, {f"{FOX}.tar.gz": tarred(files, f"{FOX}_2.xml", f"{FOX}_3.xml")})

    assert of_fox(tmp_path).problem == (
        f"{tmp_path / FOX}.tar.gz: 2 (link or device), 1 (no XML), 1 (too large) skipped"
    )


def test_notes_of_macos_are_passed_over(tmp_path: Path) -> None:
    """Its tar puts one beside each file."""
    fill(tmp_path, {f"{FOX}.tar.gz": tarred({f"./._{FOX}_9.xml": b"\0", f"./{FOX}_9.xml": XML})})

    assert of_fox(tmp_path) == CategoryBoxes({ImageId(f"{FOX}_9"): XML})


def test_other_things_among_loose_files_are_passed_over(tmp_path: Path) -> None:
    """A folder may hold what its owner likes."""
    fill(tmp_path, {**LOOSE, f"{FOX}/README.md": b"", f"{FOX}/old.xml/{FOX}_1.xml": XML})

    assert (len(of_fox(tmp_path).xmls), of_fox(tmp_path).problem) == (2, None)


def test_a_loose_giant_is_skipped_and_counted(tmp_path: Path) -> None:
    """The same limit as in archives."""
    fill(tmp_path, {**LOOSE, f"{FOX}/{FOX}_1.xml": b" " * (2**20 + 1)})

    assert of_fox(tmp_path).problem == f"{tmp_path / FOX}: 1 (too large) skipped"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_a_pipe_among_loose_files_does_not_hang(tmp_path: Path) -> None:
    """Reading it would wait for a writer for ever."""
    os.mkfifo(fill(tmp_path, LOOSE) / FOX / f"{FOX}_1.xml")

    assert of_fox(tmp_path).problem == f"{tmp_path / FOX}: 1 (link or device) skipped"


def test_a_folder_that_may_not_be_read_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not the same as one without annotations."""
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)

    with pytest.raises(LocalFault, match="cannot be read: Permission denied"):
        BoxArchives(tmp_path)


def test_an_archive_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on without its annotations."""
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    fill(tmp_path, {f"{FOX}.tar.gz": FOX_TAR})
    monkeypatch.setattr(Path, "open", refuse)

    assert of_fox(tmp_path) == CategoryBoxes({}, f"{tmp_path / FOX}.tar.gz: Permission denied")


def test_nothing_on_the_disk_changes(tmp_path: Path) -> None:
    """The archives are the user's."""
    fill(tmp_path, {**SHAPES["some of each"], f"{TENCH}.tar.gz": b"broken"})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    archives = BoxArchives(tmp_path)
    for code in (FOX, TENCH, LIGER):
        archives.of(code)

    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


@given(at=st.integers(0, len(FOX_TAR) - 1), noise=st.binary(min_size=1, max_size=20))
def test_damage_gives_fewer_annotations_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    """Any bytes anywhere raise nothing, and what is missing does not go unsaid."""
    archive = FOX_TAR[:at] + noise + FOX_TAR[at + len(noise) :]
    found = of_fox(fill(tmp_path_factory.mktemp("boxes"), {f"{FOX}.tar.gz": archive}))

    assert found.problem or set(found.xmls.values()) == {XML} and len(found.xmls) == 2

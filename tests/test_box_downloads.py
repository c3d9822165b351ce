"""The archive of all boxes becomes one archive for each category."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.obtaining.box_downloads import BoxTally, store_boxes
from imagenet_utils.errors import Unobtainable


def tarred(*members: tuple[str, bytes], mode: str = "w:gz", kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(content), kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


FOX = tarred(("Annotation/n00000001/n00000001_5.xml", b"<annotation/>"))
CRANE = tarred(("Annotation/n00000002/n00000002_6.xml", b"<annotation/>"))


def names_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize("mode", ["w:gz", "w"])
@pytest.mark.parametrize("above", ["", "./", "bboxes_annotations/"])
def test_each_category_gets_its_archive(tmp_path: Path, mode: str, above: str) -> None:
    """The inner archives are stored byte for byte, whatever folder they stood in."""
    outer = tmp_path / "all.tar"
    outer.write_bytes(
        tarred((above + "n00000001.tar.gz", FOX), (above + "n00000002.tar.gz", CRANE), mode=mode)
    )
    tally = store_boxes(outer, tmp_path / "annotation")

    assert tally == BoxTally(stored=2)
    assert (tmp_path / "annotation" / "n00000001.tar.gz").read_bytes() == FOX
    assert names_below(tmp_path / "annotation") == ["n00000001.tar.gz", "n00000002.tar.gz"]


def test_a_folder_of_archives_is_taken_as_well(tmp_path: Path) -> None:
    """A colleague's folder serves as the archive does; other files in it are left alone."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "n00000001.tar.gz").write_bytes(FOX)
    (tmp_path / "theirs" / "readme.txt").write_bytes(b"")
    store_boxes(tmp_path / "theirs", tmp_path / "annotation")

    assert names_below(tmp_path / "annotation") == ["n00000001.tar.gz"]


def test_an_archive_that_stands_is_kept(tmp_path: Path) -> None:
    """The user's own file is never overwritten."""
    (tmp_path / "annotation").mkdir()
    (tmp_path / "annotation" / "n00000001.tar.gz").write_bytes(b"mine")
    outer = tmp_path / "all.tar"
    outer.write_bytes(tarred(("n00000001.tar.gz", FOX), ("n00000002.tar.gz", CRANE)))
    tally = store_boxes(outer, tmp_path / "annotation")

    assert tally == BoxTally(stored=1, kept=1)
    assert (tmp_path / "annotation" / "n00000001.tar.gz").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name",
    ["../n00000009.tar.gz", "/n00000009.tar.gz", "a/../../n00000009.tar.gz", "..\\n00000009.tar.gz",
     "C:\\n00000009.tar.gz", "n00000009.tar.gz.exe", "n9.tar.gz", "passwd"],
)  # fmt: skip
def test_members_with_other_names_are_passed_by(tmp_path: Path, name: str) -> None:
    """Nothing is written outside the folder, or under a name that is no category's."""
    outer = tmp_path / "all.tar"
    outer.write_bytes(tarred((name, FOX), ("n00000001.tar.gz", FOX)))
    tally = store_boxes(outer, tmp_path / "annotation")

    assert tally == BoxTally(stored=1, passed_by=1)
    assert names_below(tmp_path) == ["all.tar", "annotation", "n00000001.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_no_archives(tmp_path: Path, kind: bytes) -> None:
    """A member that is no file has nothing to store."""
    outer = tmp_path / "all.tar"
    outer.write_bytes(tarred(("n00000001.tar.gz", b""), kind=kind))
    with pytest.raises(Unobtainable, match="no <wnid>.tar.gz in it"):
        store_boxes(outer, tmp_path / "annotation")

    assert names_below(tmp_path / "annotation") == []


@pytest.mark.parametrize("content", [b"", b"<html>", FOX[:60], tarred()], ids=len)
def test_a_damaged_archive_is_counted_and_not_stored(tmp_path: Path, content: bytes) -> None:
    """The others are stored all the same."""
    outer = tmp_path / "all.tar"
    outer.write_bytes(tarred(("n00000001.tar.gz", content), ("n00000002.tar.gz", CRANE)))
    tally = store_boxes(outer, tmp_path / "annotation")

    assert tally == BoxTally(stored=1, damaged=1)


def test_a_bomb_is_damage(tmp_path: Path) -> None:
    """An inner archive that unpacks to far more than boxes do is not stored."""
    bomb = tarred(("a.xml", bytes(20_000_000)))
    outer = tmp_path / "all.tar"
    outer.write_bytes(tarred(("n00000001.tar.gz", bomb), ("n00000002.tar.gz", CRANE)))
    tally = store_boxes(outer, tmp_path / "annotation")

    assert tally == BoxTally(stored=1, damaged=1)


def test_what_stands_before_a_cut_is_stored(tmp_path: Path) -> None:
    """The next run needs only the rest."""
    whole = tarred(("n00000001.tar.gz", FOX), ("n00000002.tar.gz", CRANE), mode="w")
    (tmp_path / "all.tar").write_bytes(whole[:1600])
    with pytest.raises(Unobtainable, match="all.tar: cut"):
        store_boxes(tmp_path / "all.tar", tmp_path / "annotation")

    assert names_below(tmp_path / "annotation") == ["n00000001.tar.gz"]


def test_a_missing_archive_is_told(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(Unobtainable, match="nowhere.tar: cannot be read"):
        store_boxes(tmp_path / "nowhere.tar", tmp_path / "annotation")


@given(st.binary(max_size=300))
def test_any_bytes_are_boxes_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No content leads to another exception than Unobtainable."""
    folder = tmp_path_factory.mktemp("boxes")
    (folder / "all.tar").write_bytes(content)

    with pytest.raises(Unobtainable):
        store_boxes(folder / "all.tar", folder / "annotation")

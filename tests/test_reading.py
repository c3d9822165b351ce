"""What lies on this disk is read as it is, and only where it is still what it was."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.engine.reading import OPEN_ARCHIVES, DiskReader, OnDisk, body_of_member
from imagenet_utils.model import (
    CarriedLocation,
    Failure,
    FileLocation,
    MemberLocation,
    Reason,
    TreeLocation,
)
from tests.small_archives import POSIX, Files, synset_tar
from tests.sourcing import TENCH

MOST = 2**20


@pytest.fixture(params=["at an offset", "by seek"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> DiskReader:
    """Windows can't read at an offset."""
    if request.param == "by seek":
        monkeypatch.delattr(os, "pread", raising=False)
    return DiskReader(MOST)


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    return tmp_path / "a.tar"


def places_in(tar: Path) -> list[MemberLocation]:
    with tarfile.open(tar) as archive:
        return [MemberLocation(f"{tar}#{each.name}", str(tar), each.offset_data - 512, each.size,
                               each.name) for each in archive]


def told(reader: DiskReader, place: OnDisk) -> Failure:
    fetched = reader.read(1, place)
    assert fetched.failure and not fetched.body
    return fetched.failure


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, POSIX])
def test_members_are_read_where_they_lie(reader: DiskReader, tar: Path, format: int) -> None:
    """In any order, each whole."""
    files = synset_tar(tar, TENCH, 5, format=format)
    places = places_in(tar)[::-1]
    found = [reader.read(number, place) for number, place in enumerate(places)]

    assert [each.body for each in found] == list(files.values())[::-1]
    assert [(each.number, each.failure, each.received) for each in found] == [
        (number, None, 0) for number in range(5)]


@pytest.mark.parametrize("name", ["n" * 150 + ".JPEG", "dänisch_1.JPEG"])
def test_a_name_that_no_header_holds(reader: DiskReader, tar: Path, name: str) -> None:
    """It stands in a note ahead; the size and the header tell enough."""
    (tar.parent / "x").write_bytes(b"picture")
    with tarfile.open(tar, "w", format=POSIX) as archive:
        archive.add(tar.parent / "x", name)

    assert reader.read(1, places_in(tar)[0]).body == b"picture"


@pytest.mark.parametrize("other", [
    {"member": f"{TENCH}_11.JPEG"}, {"size": 7}, {"header": 512}, {"header": 10**9},
])
def test_another_member_is_not_taken_for_it(
    reader: DiskReader, tar: Path, other: dict[str, Any]
) -> None:
    """Name, size and place have to agree with the header that stands there."""
    synset_tar(tar, TENCH, 2)
    place, _ = places_in(tar)
    given = {name: getattr(place, name) for name in ("url", "path", "header", "size", "member")}
    failure = told(reader, MemberLocation(**{**given, **other}))

    assert failure.reason is Reason.UNREACHABLE
    assert failure.description.startswith("the archive has changed: ")


def test_a_cut_archive(reader: DiskReader, tar: Path) -> None:
    """A member that is no longer whole is none, however right its header."""
    synset_tar(tar, TENCH, 1)
    place, = places_in(tar)
    with tar.open("r+b") as file:
        file.truncate(place.header + 512 + place.size - 1)

    assert told(reader, place).reason is Reason.UNREACHABLE


def test_an_archive_that_vanished(reader: DiskReader, tar: Path) -> None:
    """Another run may find it again; it is no fault of the results' disk."""
    synset_tar(tar, TENCH, 1)
    place, = places_in(tar)
    tar.unlink()
    failure = told(reader, place)

    assert failure.reason is Reason.UNREACHABLE
    assert failure.description.endswith(place.url[-50:])


def test_many_archives_at_once(reader: DiskReader, tmp_path: Path) -> None:
    """All are read, and few of them held open."""
    contents: list[Files] = []
    places: list[MemberLocation] = []
    for number in range(OPEN_ARCHIVES + 3):
        tar = tmp_path / f"{number}.tar"
        contents.append(synset_tar(tar, f"n{number:08}", 1))
        places += places_in(tar)
    found = [reader.read(0, place).body for place in [*places, *places]]
    expected = [body for files in contents for body in files.values()]

    assert found == [*expected, *expected]
    assert len(reader._archives) == OPEN_ARCHIVES


@pytest.mark.parametrize("place_of", [
    lambda path: FileLocation(str(path)), lambda path: TreeLocation(str(path), str(path)),
])
def test_files_are_read_as_they_are(reader: DiskReader, tmp_path: Path, place_of: Any) -> None:
    """In their place or in a tree of the user's."""
    path = tmp_path / "1.JPEG"
    path.write_bytes(b"picture")

    assert reader.read(1, place_of(path)).body == b"picture"


def test_what_was_carried_is_there(reader: DiskReader) -> None:
    """Its bytes came along."""

    assert reader.read(1, CarriedLocation("a.tar#1", b"picture")).body == b"picture"


def test_a_member_that_is_too_large(reader: DiskReader, tar: Path) -> None:
    """It is not read at all: the archive need not even be there."""
    failure = told(reader, MemberLocation("u", str(tar), 0, MOST + 1, "m"))

    assert failure == Failure(Reason.TOO_LARGE, f"more than {MOST:,} bytes")


@pytest.mark.parametrize(("place_of", "reason"), [
    (lambda path: FileLocation(str(path)), Reason.SAVE_FAILED),
    (lambda path: TreeLocation(str(path), str(path)), Reason.UNREACHABLE),
])
def test_a_folder_is_no_picture(
    reader: DiskReader, tmp_path: Path, place_of: Any, reason: Reason
) -> None:
    """Nor is anything else that is no plain file; one of the user's is no fault of saving."""
    failure = told(reader, place_of(tmp_path))

    assert failure.reason is reason
    assert failure.description.startswith("no plain file: ")


@given(st.binary(max_size=2000), st.text(max_size=120), st.integers(0, 3000))
def test_any_bytes_are_a_member_or_a_failure(found: bytes, member: str, size: int) -> None:
    """Whatever a server or a disk gives: no exception, and never bytes of another length."""
    body = body_of_member(bytearray(found), member, size)

    assert isinstance(body, Failure) or len(body) == len(found) - 512

"""Members by their headers alone."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.tar_headers import BLOCK, BrokenTar, Kind, Member
from imagenet_utils.archives.tar_stream import TarStream
from imagenet_utils.archives.tar_walk import check_member, members

from tests.small_archives import Files, tarred

GNU, POSIX = tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=200)
FILES = st.dictionaries(NAMES, st.binary(max_size=1500), max_size=5)
THREE = {"a.JPEG": b"first" * 99, "b.JPEG": b"second" * 300, "c.JPEG": b"third"}


class Reads:
    """An archive in memory that notes what is read of it."""

    def __init__(self, archive: bytes) -> None:
        self._archive = archive
        self.counts: list[int] = []

    def __call__(self, offset: int, count: int) -> bytes:
        self.counts.append(count)
        return self._archive[offset : offset + count]


def walked(archive: bytes) -> tuple[list[Member], str]:
    """The members up to where the archive breaks, and how it does."""
    found: list[Member] = []
    try:
        found.extend(members(Reads(archive), 0, len(archive)))
    except BrokenTar as error:
        return found, str(error)
    return found, ""


@given(FILES, st.sampled_from([GNU, POSIX]))
def test_members_are_those_that_a_stream_has(files: Files, format: int) -> None:
    """Names, sizes and offsets."""
    archive = tarred(files, format)
    streamed = list(TarStream(io.BytesIO(archive), limit=len(archive)).members())

    assert walked(archive) == (streamed, "")


@given(FILES, st.sampled_from([GNU, POSIX]))
def test_bytes_lie_where_members_say(files: Files, format: int) -> None:
    """Behind the header, which may stand behind notes."""
    archive = tarred(files, format)
    found = {member.name: archive[member.body : member.body_end]
             for member in walked(archive)[0]}

    assert found == files


def test_one_small_read_for_each_member() -> None:
    """And one for the end; no body is read."""
    archive = tarred(THREE, GNU)
    reads = Reads(archive)
    found = list(members(reads, 0, len(archive)))

    assert (len(found), reads.counts) == (3, [BLOCK] * 4)


def test_a_tar_within_a_tar_is_a_stretch_of_it() -> None:
    """Offsets are those of the outer one."""
    archive = tarred({"n1.tar": tarred(THREE, GNU), "n2.tar": tarred({"d": b"4"}, POSIX)}, GNU)
    outer, _ = walked(archive)
    inner = [member for each in outer
             for member in members(Reads(archive), each.body, each.body_end)]

    assert {member.name: archive[member.body : member.body_end] for member in inner} == {
        **THREE, "d": b"4"}


@given(FILES, st.data())
def test_a_walk_goes_on_where_it_was_left(files: Files, data: st.DataObject) -> None:
    """At the end of any member, long names or not."""
    archive = tarred(files, GNU)
    whole, _ = walked(archive)
    done = data.draw(st.integers(0, len(whole)))
    front = whole[done - 1].end if done else 0

    assert list(members(Reads(archive), front, len(archive))) == whole[done:]


@given(st.data())
def test_a_cut_archive_gives_what_is_whole(data: st.DataObject) -> None:
    """A member counts where all its bytes are there."""
    archive = tarred(THREE, GNU)
    cut = archive[: data.draw(st.integers(0, len(archive)))]
    whole, _ = walked(archive)

    assert walked(cut)[0] == [member for member in whole if member.body_end <= len(cut)]


@given(st.data(), st.binary(min_size=1, max_size=30), st.sampled_from([GNU, POSIX]))
def test_no_damage_leads_out_of_the_archive(
    data: st.DataObject, noise: bytes, format: int
) -> None:
    """Any bytes anywhere: no other exception, and no member beyond the end."""
    archive = tarred({**THREE, "long" * 40: b"4"}, format)
    at = data.draw(st.integers(0, len(archive)))
    found, _ = walked(archive[:at] + noise + archive[at + len(noise) :])

    assert all(member.body_end <= len(archive) for member in found)


@pytest.mark.parametrize(
    ("archive", "how"),
    [
        (b"<!DOCTYPE html><html>Please log in</html>".ljust(600), "no header of a tar at byte 0"),
        (tarred(THREE, GNU)[:1100], "cut at byte 1,024"),
        (tarred(THREE, GNU)[:3000], "cut at byte 1,024"),
        (tarred(THREE, GNU)[:1024] + b"x" * 512, "no header of a tar at byte 1,024"),
        (tarred(THREE, GNU)[:1024] + b"x" * 20, "cut at byte 1,024"),
        (tarred({"long" * 40: b"4"}, GNU)[:600], "cut at byte 0"),
    ],
)
def test_damage_has_a_place(archive: bytes, how: str) -> None:
    """The offset of the block that makes no sense."""
    assert walked(archive)[1] == how


def test_a_file_that_became_shorter_is_cut() -> None:
    """Reads give less than the length that was known."""
    with pytest.raises(BrokenTar, match="cut at byte 4,608"):
        list(members(Reads(tarred(THREE, GNU)[:4608]), 0, 10_240))


@pytest.mark.parametrize("keep", [BLOCK * 2, 300, 0])
def test_a_missing_end_mark_is_no_fault(keep: int) -> None:
    """Some writers leave the zeros out, or some of them."""
    archive = tarred(THREE, GNU)
    end = walked(archive)[0][-1].end

    assert walked(archive[: end + keep]) == walked(archive)


def test_notes_that_nobody_needs_are_not_gathered() -> None:
    """Of an endless row of them only what tells of the next member is kept."""
    notes = b"".join(pax_note(f"key{number}=value\n") for number in range(50))
    archive = notes + pax_note("path=kept\n") + tarred({"dropped": b"1"}, GNU)

    assert [member.name for member in walked(archive)[0]] == ["kept"]


@pytest.mark.parametrize("record", ["size=-1\n", "size=1_0\n", "size=" + "9" * 5000 + "\n",
                                    "size=9999999999999999999\n", "size=\u0663\n"])
def test_an_impossible_size_in_a_note_is_damage(record: str) -> None:
    """Negative, no plain number, or more than a disk holds."""
    assert walked(pax_note(record) + tarred(THREE, GNU)) == (
        [], f"damaged at byte {len(pax_note(record)):,}")


def test_the_size_in_a_note_is_not_that_of_another_note() -> None:
    """It tells of the member behind all notes."""
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 5
    body = tarfile.TarInfo("short")
    archive = (pax_note("size=3\n") + long_name.tobuf(GNU) + b"long\0".ljust(BLOCK, b"\0")
               + body.tobuf(GNU) + b"abc".ljust(BLOCK, b"\0"))
    at = len(archive) - 2 * BLOCK

    assert walked(archive) == ([Member("long", Kind.FILE, 3, at)], "")


def pax_note(record: str) -> bytes:
    """A PAX entry with one record, which has to begin with its own length."""
    text = record.encode()
    length = next(count for count in range(len(text), 2 * len(text) + 9)
                  if len(f"{count} ") + len(text) == count)
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, length
    padding = -length % BLOCK
    return entry.tobuf(GNU) + f"{length} ".encode() + text + b"\0" * padding


@given(FILES, st.sampled_from([GNU, POSIX]))
def test_every_member_is_known_by_its_header(files: Files, format: int) -> None:
    """Long names too, which the header has cut short."""
    archive = tarred(files, format)
    found, _ = walked(archive)

    assert all(check_member(archive[each.header :][:BLOCK], each.name, each.size)
               for each in found)


def test_a_member_below_a_folder_is_known_by_its_header() -> None:
    """POSIX parts such a name in two."""
    name = "f" * 60 + "/" + "n" * 60
    block = tarred({name: b"1"}, tarfile.USTAR_FORMAT)[:BLOCK]

    assert check_member(block, name, 1)


A_BLOCK = tarred(THREE, GNU)[:BLOCK]
CHANGES: dict[str, Callable[[], tuple[bytes, str, int]]] = {
    "another name": lambda: (A_BLOCK, "b.JPEG", 495),
    "another size": lambda: (A_BLOCK, "a.JPEG", 496),
    "another check sum": lambda: (A_BLOCK.replace(b"a.JPEG", b"b.JPEG"), "b.JPEG", 495),
    "cut": lambda: (A_BLOCK[:-1], "a.JPEG", 495),
    "zeros": lambda: (bytes(BLOCK), "", 0),
    "nothing": lambda: (b"", "a.JPEG", 495),
    "a page": lambda: (b"<!DOCTYPE html>".ljust(BLOCK), "a.JPEG", 495),
    "a folder": lambda: (tarred({"a.JPEG/": b""}, GNU)[:BLOCK], "a.JPEG/", 0),
    "another size of a long name": lambda: (
        tarred({"long" * 40: b"4"}, GNU)[2 * BLOCK :][:BLOCK], "long" * 40, 2),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_longer_there_is_not_taken_for_it(change: str) -> None:
    """An archive was replaced, and its offsets mean something else."""
    assert not check_member(*CHANGES[change]())

"""Tar archives read by hand."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives import tar_stream
from imagenet_utils.archives.tar_stream import BrokenTar, Kind, TarStream

Files = dict[str, bytes]


def tarred(files: Files, format: int = tarfile.GNU_FORMAT) -> bytes:
    """An unzipped archive of these files."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=format) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def read_all(archive: bytes, limit: int = 2**20) -> tuple[Files, str]:
    """The files up to where the archive breaks, and how it does."""
    tar, files = TarStream(io.BytesIO(archive), limit=limit), {}
    try:
        for member in tar.members():
            if member.kind is Kind.FILE:
                files[member.name] = tar.read(member.size)
    except BrokenTar as error:
        return files, str(error)
    return files, ""


THREE = {"a.xml": b"first" * 99, "b.xml": b"second" * 300, "c.xml": b"third"}


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_usual_format_is_read(format: int, pack: type[bytes]) -> None:
    """POSIX, GNU and PAX, zipped and not, with a name too long for a header."""
    files = {**THREE, "folder/" + "long" * 20 + "/" + "name" * 12: b"", "é/ü.xml": b"4"}

    assert read_all(pack(tarred(files, format))) == (files, "")


names = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=200)


FORMATS = st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])


@given(st.dictionaries(names, st.binary(max_size=1500), max_size=5), FORMATS)
def test_what_tarfile_writes_is_read(files: Files, format: int) -> None:
    """GNU's and PAX's archives of any names and contents."""
    assert read_all(tarred(files, format)) == (files, "")


@given(st.data(), st.booleans())
def test_a_cut_archive_gives_what_stands_before_the_cut(data: st.DataObject, zipped: bool) -> None:
    """Whole files only, each as it was."""
    whole = gzip.compress(tarred(THREE)) if zipped else tarred(THREE)
    files, _ = read_all(whole[: data.draw(st.integers(0, len(whole)))])

    assert list(files.items()) == list(THREE.items())[: len(files)]


@given(st.data(), st.binary(min_size=1, max_size=30), st.booleans())
def test_no_damage_leads_to_another_error(
    data: st.DataObject, noise: bytes, zipped: bool
) -> None:
    """Any bytes anywhere: no other exception, and no more bytes than the archive had."""
    whole = gzip.compress(tarred(THREE)) if zipped else tarred(THREE)
    at = data.draw(st.integers(0, len(whole)))
    files, _ = read_all(whole[:at] + noise + whole[at + len(noise) :])

    assert sum(map(len, files.values())) <= len(tarred(THREE))


@given(st.binary(max_size=2000))
def test_nothing_is_found_in_noise(noise: bytes) -> None:
    """An archive begins with a header whose check sum is right."""
    assert read_all(b"-" + noise) == ({}, "not a tar archive")


@pytest.mark.parametrize(
    ("archive", "how"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>Please log in</html>", "not a tar archive"),
        (gzip.compress(b"not a tar", mtime=0), "not a tar archive"),
        (gzip.compress(b"", mtime=0), "an empty file"),
        (gzip.compress(tarred(THREE))[:-9], "cut"),
        (gzip.compress(tarred(THREE))[:-8] + b"\0" * 8, "damaged"),
        (tarred(THREE)[:1100], "cut"),
        (tarred(THREE)[:1024] + b"x" * 512, "damaged"),
        (tarred({"a": b"1" * 5000})[:2000], "cut"),
    ],
)
def test_a_broken_archive_says_how_it_broke(archive: bytes, how: str) -> None:
    """One phrase that a message can be made of."""
    assert read_all(archive)[1] == how


def test_files_before_damaged_zipped_data_are_kept() -> None:
    """A wrong check sum stands behind everything that it is the sum of."""
    packed = gzip.compress(tarred(THREE))

    assert read_all(packed[:-8] + b"\0" * 8)[0] == THREE


def test_zipped_parts_in_a_row_are_one_archive() -> None:
    """Parallel gzip writes several; what follows the last is ignored, as gunzip does."""
    plain = tarred(THREE)
    parts = gzip.compress(plain[:700]) + gzip.compress(plain[700:])

    assert read_all(parts + b"\0\0") == (THREE, "")


@pytest.mark.parametrize("chunk", range(2, 60))
def test_it_does_not_matter_where_reading_pauses(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a header, or between two zipped parts."""
    monkeypatch.setattr(tar_stream, "CHUNK", chunk)
    plain = tarred(THREE)

    assert read_all(gzip.compress(plain[:700]) + gzip.compress(plain[700:])) == (THREE, "")


def test_a_missing_end_mark_is_no_fault() -> None:
    """Some writers leave the zeros out."""
    assert read_all(tarred(THREE).rstrip(b"\0").ljust(512 * 9, b"\0")) == (THREE, "")


def test_a_bomb_is_stopped_at_the_limit() -> None:
    """A few kilobytes that would unpack to many megabytes."""
    bomb = gzip.compress(tarred({"zeros": b"\0" * 2**22}))

    assert read_all(bomb, limit=2**20) == ({}, "unpacks to more than 1,048,576 bytes")


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        (tarfile.REGTYPE, Kind.FILE),
        (tarfile.AREGTYPE, Kind.FILE),
        (tarfile.DIRTYPE, Kind.FOLDER),
        (tarfile.SYMTYPE, Kind.SPECIAL),
        (tarfile.LNKTYPE, Kind.SPECIAL),
        (tarfile.CHRTYPE, Kind.SPECIAL),
        (tarfile.FIFOTYPE, Kind.SPECIAL),
        (b"?", Kind.SPECIAL),
    ],
)
def test_members_are_told_apart(type: bytes, kind: Kind) -> None:
    """Only files have bytes of their own."""
    entry = tarfile.TarInfo("name")
    entry.type = type
    tar = TarStream(io.BytesIO(entry.tobuf() + b"\0" * 1024), limit=4096)

    assert [member.kind for member in tar.members()] == [kind]


def test_the_size_of_a_link_is_not_in_the_archive() -> None:
    """Some writers note the size of what a link points at."""
    link = tarfile.TarInfo("link")
    link.type, link.size = tarfile.LNKTYPE, 5000

    assert read_all(link.tobuf() + tarred(THREE)) == (THREE, "")


def header(size_field: bytes) -> bytes:
    """A header with a right check sum and this as its size."""
    block = bytearray(tarfile.TarInfo("name").tobuf())
    block[124:136] = size_field
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    ("size_field", "how"),
    [
        (b"-0000000007\0", "damaged"),
        (b"99999999999\0", "damaged"),
        (b"\xff" * 12, "damaged"),
        (b"77777777777\0", "cut"),
        (b"\x80" + b"\x00" * 4 + b"\x7f" * 7, "cut"),
        (b"\x80" + b"\x7f" * 11, "damaged"),
    ],
)
def test_impossible_sizes_are_found_out(size_field: bytes, how: str) -> None:
    """Negative, no octal number, or far beyond the end."""
    assert read_all(header(size_field) + b"\0" * 1024) == ({}, how)


def test_a_large_size_in_binary_is_understood() -> None:
    """GNU's way from 8 GiB on; any number may stand so."""
    archive = header(b"\x80" + (3).to_bytes(11, "big")) + b"abc".ljust(512, b"\0") + b"\0" * 1024

    assert read_all(archive) == ({"name": b"abc"}, "")


@pytest.mark.parametrize("body", [b"9999 path=x\n", b"0 path=x\n", b"path=x\n", b"1_1 path=x\n"])
def test_false_pax_records_are_damage(body: bytes) -> None:
    """Their length must be a number within the entry."""
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, len(body)

    assert read_all(entry.tobuf() + body.ljust(512, b"\0") + b"\0" * 1024) == ({}, "damaged")


def test_a_long_name_beyond_reason_is_damage() -> None:
    """Such a name would be read into memory."""
    entry = tarfile.TarInfo("long")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2**17

    assert read_all(entry.tobuf() + b"x" * 2**17) == ({}, "damaged")


@given(st.dictionaries(names, st.binary(max_size=1500), max_size=5), FORMATS,
       st.integers(0, 2**40), st.sampled_from([bytes, gzip.compress]))
def test_members_say_where_they_lie(
    files: Files, format: int, base: int, pack: Callable[[bytes], bytes]
) -> None:
    """Their offsets count from the first unzipped byte, which may lie within something larger."""
    archive = tarred(files, format)
    tar = TarStream([pack(archive)], limit=len(archive), base=base)
    found = {member.name: archive[member.body - base : member.body_end - base]
             for member in tar.members()}

    assert found == files


@given(st.lists(st.integers(0, 700), min_size=1), st.sampled_from([bytes, gzip.compress]))
def test_bytes_may_come_in_chunks_of_any_length(
    lengths: list[int], pack: Callable[[bytes], bytes]
) -> None:
    """As a network gives them, empty ones too."""
    tar = TarStream(in_chunks(pack(tarred(THREE)), lengths), limit=2**20)

    assert {member.name: tar.read(member.size) for member in tar.members()} == THREE


def in_chunks(content: bytes, lengths: list[int]) -> Iterator[bytes]:
    at = 0
    for length in lengths:
        yield content[at : at + length]
        at += length
    yield content[at:]


@given(st.lists(st.integers(0, 700)), st.integers(0, 2000))
def test_a_tar_within_a_tar_is_read_as_it_comes(lengths: list[int], count: int) -> None:
    """By a stream of its own, which may be left at any place."""
    archive = tarred({"n1.tar": tarred(THREE), "n2.tar": tarred({"d.xml": b"4"})})
    tar, found = TarStream(in_chunks(archive, lengths), limit=len(archive)), []
    for outer in tar.members():
        inner = TarStream(tar.pieces(outer.size), limit=outer.size, base=outer.body)
        for member in inner.members():
            found.append(archive[member.header :][:5])
            if member.size > count:
                break

    taken = next((number for number, body in enumerate(THREE.values(), 1) if len(body) > count), 3)

    assert found == [*(name.encode() for name in list(THREE)[:taken]), b"d.xml"]


def test_pieces_of_what_is_cut() -> None:
    """All that is there, then how it ends."""
    tar = TarStream([tarred({"a": b"1" * 5000})[:2000]], limit=2**20)
    next(tar.members())
    pieces = tar.pieces(5000)

    assert next(pieces) == b"1" * 1488
    with pytest.raises(BrokenTar, match="cut"):
        next(pieces)


def test_a_bomb_in_one_large_chunk_is_stopped_too() -> None:
    """What is unpacked at once does not depend on how it comes."""
    bomb = gzip.compress(tarred({"zeros": b"\0" * 2**26}))
    tracemalloc.start()
    try:
        with pytest.raises(BrokenTar, match="more than 1,048,576 bytes"):
            list(TarStream([bomb], limit=2**20).members())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2**26

"""A tar's members one after another, from bytes that nobody vouches for.

Nothing is extracted: a member is a name, a kind and so many bytes that may be read or passed by.
Several times as fast as `tarfile` on archives of thousands of small files, and it gives all that
stands before the place where an archive is cut.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

BLOCK = 512  # a header's size; members begin at multiples of it
CHUNK = 16 * 1024  # bytes read at once; zipped ones unpack to 17 MB at the very most
LONGEST_NOTE = 64 * 1024  # bytes of a long name or PAX entry, which is read into memory
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib's wbits for the largest window with a gzip header before it

FILE_FLAGS = b"0\x007"
FOLDER_FLAG = b"5"
BODILESS_FLAGS = b"123456"  # links, devices, folders, pipes: their size, if any, is not in the tar
LONG_NAME_FLAG, PAX_FLAG = b"L", b"x"
NOTE_FLAGS = b"LKxgX"  # no members: they tell of the one behind them, or of all


class BrokenTar(ValueError):
    """The archive makes no sense from here on; a word or two say how."""


class Kind(Enum):
    """What a member is to someone who wants files."""

    FILE = "file"
    FOLDER = "folder"
    SPECIAL = "link or device"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the archive."""

    name: str  # as it stands there: it may be absolute or hold `..`
    kind: Kind
    size: int  # bytes


class TarStream:
    """The archive in `file`, zipped or not, of which at most `limit` unzipped bytes are read."""

    def __init__(self, file: BinaryIO, *, limit: int) -> None:
        self._chunks = _unzipped(file)
        self._limit = limit
        self._ready = bytearray()
        self._position = 0

    def members(self) -> Iterator[Member]:
        """Each member while the stream stands before its bytes.  Raises BrokenTar."""
        notes: dict[str, str] = {}  # what the archive says ahead of a member
        while header := self._header():
            flag = header[156:157]
            size = _size_in(header, notes)
            if flag in NOTE_FLAGS:
                notes |= self._notes(flag, size)
                continue
            end = self._position + (0 if flag in BODILESS_FLAGS else _padded(size))
            name = notes.get("path") or _name_in(header)
            yield Member(name, _kind_of(flag, name), size)
            notes = {}
            self._pass_to(end)
        while self._read(CHUNK):
            pass  # the check sum of what was zipped stands at its end

    def read(self, count: int) -> bytes:
        """The next `count` bytes.  Raises BrokenTar where there are fewer."""
        taken = self._read(count)
        if len(taken) < count:
            raise BrokenTar("cut")
        return taken

    def _read(self, count: int) -> bytes:
        while len(self._ready) < count and (chunk := next(self._chunks, None)) is not None:
            self._ready += chunk
            if self._position + len(self._ready) > self._limit:
                raise BrokenTar(f"unpacks to more than {self._limit:,} bytes")
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        self._position += len(taken)
        return taken

    def _pass_to(self, end: int) -> None:
        while self._position < end:
            self.read(min(end - self._position, CHUNK))

    def _header(self) -> bytes | None:
        """None at the end, which most writers mark by blocks of zeros."""
        at_start = self._position == 0
        header = self._read(BLOCK)
        if _sums_up(header):
            return header
        if not header.strip(b"\0") and (len(header) == BLOCK or not at_start):
            return None
        if at_start:
            raise BrokenTar("not a tar archive" if header else "an empty file")
        raise BrokenTar("cut" if len(header) < BLOCK else "damaged")

    def _notes(self, flag: bytes, size: int) -> dict[str, str]:
        if size > LONGEST_NOTE:
            raise BrokenTar("damaged")
        body = self.read(_padded(size))[:size]
        if flag == LONG_NAME_FLAG:
            return {"path": _text(body)}
        return _pax_records(body) if flag == PAX_FLAG else {}


def _unzipped(file: BinaryIO) -> Iterator[bytes]:
    packed = file.read(CHUNK)
    if not packed.startswith(GZIP_MAGIC):
        while packed:
            yield packed
            packed = file.read(CHUNK)
    while packed.startswith(GZIP_MAGIC):  # several zipped parts may stand in a row
        gunzip = zlib.decompressobj(GZIP_WINDOW)
        while not gunzip.eof:
            if not packed:
                raise BrokenTar("cut")
            yield from _unzipped_part(gunzip, packed)
            packed = gunzip.unused_data if gunzip.eof else file.read(CHUNK)
        packed += file.read(CHUNK)


def _unzipped_part(gunzip: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    before = gunzip.copy()
    try:
        yield gunzip.decompress(packed)
    except zlib.error:
        try:
            for at in range(len(packed)):  # what an error throws away comes out byte by byte
                yield before.decompress(packed[at : at + 1])
        except zlib.error:
            raise BrokenTar("damaged") from None


def _sums_up(header: bytes) -> bool:
    """The check sum counts its own eight bytes as blanks."""
    if len(header) < BLOCK:
        return False
    try:
        return int(header[148:156].strip(b" \0"), 8) == sum(header) - sum(header[148:156]) + 8 * 32
    except ValueError:
        return False


def _size_in(header: bytes, notes: dict[str, str]) -> int:
    """Octal digits; from 8 GiB on, GNU's big-endian bytes; PAX says it in decimal ahead."""
    field = header[124:136]
    try:
        if "size" in notes:
            size = int(notes["size"])
        elif field[0] & 0x80:
            size = int.from_bytes(field[1:], "big") if field[0] == 0x80 else -1
        else:
            size = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        size = -1
    if size < 0:
        raise BrokenTar("damaged")
    return size


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _name_in(header: bytes) -> str:
    """GNU's headers have dates where POSIX has the beginning of a long name."""
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _kind_of(flag: bytes, name: str) -> Kind:
    if flag == FOLDER_FLAG or (flag == b"\0" and name.endswith("/")):
        return Kind.FOLDER
    return Kind.FILE if flag in FILE_FLAGS else Kind.SPECIAL


def _pax_records(body: bytes) -> dict[str, str]:
    """Records of the form `<its own length> <key>=<value>` and a line feed."""
    records = {}
    while body:
        digits, _, _ = body.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < 6 else 0
        if not len(digits) < length <= len(body):
            raise BrokenTar("damaged")
        key, _, value = body[len(digits) + 1 : length - 1].partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        body = body[length:]
    return records

"""The 512-byte blocks that describe a tar's members, whichever of the usual writers wrote them.

POSIX.1-1988 (ustar), GNU and PAX (POSIX.1-2001), and what came before them.  Nothing here reads:
a block goes in, what it says comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

BLOCK = 512  # a header's size; members begin at multiples of it
LONGEST_NOTE = 64 * 1024  # bytes of a long name or PAX entry, which is read into memory
LARGEST_SIZE = 2**61  # bytes; no disk holds so much, and offsets behind it keep to 64 bits

FILE_FLAGS = b"0\x007"
FOLDER_FLAG = b"5"
BODILESS_FLAGS = b"123456"  # links, devices, folders, pipes: their size, if any, is not in the tar
LONG_NAME_FLAG, PAX_FLAG = b"L", b"x"
NOTE_FLAGS = b"LKxgX"  # no members: they tell of the one behind them, or of all
TOLD_BY_PAX = ("path", "size")  # of all that it may tell

MAGIC = b"ustar"  # POSIX's and GNU's; older headers have none
NAME_FIELD = 100  # bytes; what is longer stands in a note, and here cut short

Notes = Mapping[str, str]  # what the archive says ahead of a member: TOLD_BY_PAX


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
    size: int  # bytes that it has in the archive
    header: int = 0  # offset of the block that describes it, behind its notes

    @property
    def body(self) -> int:
        """Offset of its first byte."""
        return self.header + BLOCK

    @property
    def body_end(self) -> int:
        return self.body + self.size

    @property
    def end(self) -> int:
        """Offset of what comes behind it: notes or a header."""
        return self.body + padded(self.size)


def padded(size: int) -> int:
    """
    >>> padded(513)
    1024
    """
    return -(-size // BLOCK) * BLOCK


def is_header(block: bytes) -> bool:
    """Whether it is one block and adds up; the check sum counts its own eight bytes as blanks."""
    if len(block) != BLOCK:
        return False
    try:
        return int(block[148:156].strip(b" \0"), 8) == sum(block) - sum(block[148:156]) + 8 * 32
    except ValueError:
        return False


def is_blank(block: bytes) -> bool:
    """Zeros, which mark an archive's end."""
    return not block.strip(b"\0")


def has_magic(block: bytes) -> bool:
    return block.startswith(MAGIC, 257)


def is_note(block: bytes) -> bool:
    return block[156] in NOTE_FLAGS


def size_of_note(block: bytes) -> int:
    """Bytes of what follows it.  Raises BrokenTar where nobody would write so much."""
    size = _size_in(block)
    if size > LONGEST_NOTE:
        raise BrokenTar("damaged")
    return size


def told_by_note(block: bytes, body: bytes) -> Notes:
    """What the note says of the member behind it.  Raises BrokenTar."""
    flag = block[156:157]
    if flag == LONG_NAME_FLAG:
        return {"path": _text(body)}
    return _pax_records(body) if flag == PAX_FLAG else {}


def member_in(block: bytes, notes: Notes, *, header: int) -> Member:
    """The member of this header, which stands at this offset.  Raises BrokenTar."""
    flag = block[156:157]
    size = _size_told(notes["size"]) if "size" in notes else _size_in(block)
    name = notes.get("path") or name_in(block)
    return Member(name, _kind_of(flag, name), 0 if flag in BODILESS_FLAGS else size, header)


def name_in(block: bytes) -> str:
    """GNU's headers have dates where POSIX has the beginning of a long name."""
    name = _text(block[:NAME_FIELD])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _size_told(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise BrokenTar("damaged")
    return _possible(int(digits))


def _size_in(block: bytes) -> int:
    """Octal digits; from 8 GiB on, GNU's big-endian bytes."""
    field = block[124:136]
    if field[0] == 0x80:
        return _possible(int.from_bytes(field[1:], "big"))
    try:
        return _possible(int(field.strip(b" \0") or b"0", 8))
    except ValueError:
        raise BrokenTar("damaged") from None


def _possible(size: int) -> int:
    if not 0 <= size <= LARGEST_SIZE:
        raise BrokenTar("damaged")
    return size


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _kind_of(flag: bytes, name: str) -> Kind:
    if flag == FOLDER_FLAG or (flag == b"\0" and name.endswith("/")):
        return Kind.FOLDER
    return Kind.FILE if flag in FILE_FLAGS else Kind.SPECIAL


def _pax_records(body: bytes) -> dict[str, str]:
    """Records of the form `<its own length> <key>=<value>` and a line feed."""
    records = {}
    at = 0
    while at < len(body):
        digits = body[at : at + 6].partition(b" ")[0]
        length = int(digits) if digits.isdigit() and len(digits) < 6 else 0
        if not len(digits) < length <= len(body) - at:
            raise BrokenTar("damaged")
        key, _, value = body[at + len(digits) + 1 : at + length - 1].partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        at += length
    return {key: records[key] for key in TOLD_BY_PAX if key in records}

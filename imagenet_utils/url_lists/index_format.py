"""The one file of a URL index: what stands where, and how damage is told.

    header   fixed size: magic, size of the file, fingerprint of the list, where the footer is
    segment  extents sorted by code, then for each code: number, first extent, CRC-32 of its extents
    footer   JSON: parts of the list, segments, codes, rows, bad lines

Numbers are in the machine's own byte order: an index from another kind of machine is rebuilt.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from imagenet_utils.model import Wnid
from imagenet_utils.url_lists.files import Part
from imagenet_utils.url_lists.rows import Form

EXTENT = struct.Struct("=QII")  # offset in the list, bytes, number of the first line in its part
FIRST_OTHER_CODE = 100_000_000  # numbers of codes: a wnid's eight digits, others from here on

_VERSION = 1
_MAGIC = b"URLINDEX%c%03d" % (sys.byteorder[0].encode(), _VERSION)
_HEADER = struct.Struct("=12sQ32sQI")  # magic, file size, fingerprint, footer offset, footer CRC


_SIGNATURE = b"URLINDEX"
SIGNATURE_BYTES = len(_SIGNATURE)


def looks_like_index(head: bytes) -> bool:
    """Whether a file is of our making, be it cut, damaged or of another version."""
    return _SIGNATURE.startswith(head)


class BrokenIndex(Exception):
    """The file is no whole index of this version; it has to be built again."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the list that was sorted by code in memory."""

    offset: int  # of its first extent in the index
    extents: int
    codes: int  # entries of its directory, which stands behind the extents
    directory_crc: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of which no row could be made."""

    file: str
    line: int  # from 1
    problem: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.problem}"


@dataclass(frozen=True, slots=True)
class BadLines:
    """How many lines were passed over, and the first of them."""

    count: int
    examples: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Footer:
    """What is held in memory of an index."""

    parts: tuple[Part, ...]
    segments: tuple[Segment, ...]
    rows_of: dict[Wnid, int]
    other_codes: tuple[Wnid, ...]  # those that are no wnid, by number
    bad_lines: BadLines
    unpacked: tuple[int, int] | None  # size and mtime_ns of the file of unpacked lines


def write_header(stream: BinaryIO, fingerprint: bytes = bytes(32), footer: bytes = b"") -> None:
    """Once empty, to keep the place, and again when the footer stands at the end."""
    stream.seek(0, 2)
    size = max(stream.tell(), _HEADER.size)
    stream.seek(0)
    start = size - len(footer)
    stream.write(_HEADER.pack(_MAGIC, size, fingerprint, start, zlib.crc32(footer)))


def read_footer(stream: BinaryIO, fingerprint: bytes) -> Footer:
    """Raises BrokenIndex for an index that is damaged, old, or of another list."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise BrokenIndex("no header")
    magic, size, stamp, start, crc = _HEADER.unpack(header)
    stream.seek(0, 2)
    if (magic, size, stamp) != (_MAGIC, stream.tell(), fingerprint) or start > size:
        raise BrokenIndex("another version, another list, or cut")
    stream.seek(start)
    footer = stream.read()
    if zlib.crc32(footer) != crc:
        raise BrokenIndex("its footer is damaged")
    return _footer_of(json.loads(footer))


def footer_bytes(footer: Footer) -> bytes:
    content = asdict(footer)
    for part in content["parts"]:
        form = part["form"]
        for field in ("end_of_line", "separator", "header"):
            form[field] = form[field].decode("latin-1")
    return json.dumps(content).encode("ascii")


def read_directory(stream: BinaryIO, segment: Segment) -> tuple[array[int], ...]:
    """Numbers of the codes in order, their first extents, the CRCs of their extents."""
    stream.seek(segment.offset + segment.extents * EXTENT.size)
    content = stream.read(segment.codes * 12)
    if len(content) != segment.codes * 12 or zlib.crc32(content) != segment.directory_crc:
        raise BrokenIndex("a directory is damaged")
    numbers = array("I", content)
    return tuple(numbers[at * segment.codes : (at + 1) * segment.codes] for at in range(3))


def _footer_of(content: dict[str, Any]) -> Footer:
    bad, unpacked = content["bad_lines"], content["unpacked"]
    parts = ({**part, "form": _form_of(part["form"])} for part in content["parts"])
    return Footer(
        parts=tuple(Part(**part) for part in parts),
        segments=tuple(Segment(**segment) for segment in content["segments"]),
        rows_of=content["rows_of"],
        other_codes=tuple(content["other_codes"]),
        bad_lines=BadLines(bad["count"], tuple(BadLine(**line) for line in bad["examples"])),
        unpacked=(unpacked[0], unpacked[1]) if unpacked else None,
    )


def _form_of(fields: dict[str, Any]) -> Form:
    return Form(
        end_of_line=fields["end_of_line"].encode("latin-1"),
        name_code=Wnid(fields["name_code"]),
        columns=tuple(fields["columns"]),
        separator=fields["separator"].encode("latin-1"),
        header=fields["header"].encode("latin-1"),
    )

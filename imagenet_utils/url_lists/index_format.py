"""The one file of a URL index: what stands where, and how damage is told.

    header   as `sealed_file` has it
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
from imagenet_utils.url_lists import sealed_file
from imagenet_utils.url_lists.files import Part
from imagenet_utils.url_lists.rows import Form
from imagenet_utils.url_lists.sealed_file import BrokenIndex, read_footer_bytes

EXTENT = struct.Struct("=QII")  # offset in the list, bytes, number of the first line in its part
FIRST_OTHER_CODE = 100_000_000  # numbers of codes: a wnid's eight digits, others from here on

_VERSION = 1
_MAGIC = b"URLINDEX%c%03d" % (sys.byteorder[0].encode(), _VERSION)
SIGNATURE = b"URLINDEX"


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
    sealed_file.write_header(stream, _MAGIC, fingerprint=fingerprint, footer=footer)


def read_footer(stream: BinaryIO, fingerprint: bytes) -> Footer:
    """Raises BrokenIndex for an index that is damaged, old, or of another list."""
    return _footer_of(json.loads(read_footer_bytes(stream, _MAGIC, fingerprint=fingerprint)))


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

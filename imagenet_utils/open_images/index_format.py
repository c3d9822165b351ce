"""The index of one csv: which pictures a class has, and where the lines of a picture stand.

    header    as `sealed_file` has it
    segment   of each picture: its id, where its lines begin; the order of ids, if they have none;
              of each class: its pictures and how sure that is; then where those of each class are
    footer    JSON: segments, classes, bad lines

A picture's lines stand together in every published file.  Where they do not, it comes several
times.  Numbers are in the machine's own byte order.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import BinaryIO

from imagenet_utils.url_lists import sealed_file
from imagenet_utils.url_lists.index_format import BadLine, BadLines

VERSION = 1
SIGNATURE = b"OIMINDEX"
MAGIC = b"%s%c%03d" % (SIGNATURE, sys.byteorder[0].encode(), VERSION)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the csv that was sorted in memory; the places are offsets in the index."""

    pictures: int
    first_id: int
    last_id: int
    ids: int  # u64 each
    starts: int  # u64 each, and one more: where the lines of the last one end
    order: int | None  # u32 each: numbers of pictures by their ids; None: they are in order
    entries: int  # of all classes
    numbers: int  # u32 for each entry: a picture's number in the segment
    confidences: int  # u8 for each entry: hundredths
    classes: int
    directory: int  # u32 thrice for each class: its number, its first entry, CRC-32 of its entries


@dataclass(frozen=True, slots=True)
class Footer:
    segments: tuple[Segment, ...]
    codes: tuple[str, ...]  # by number
    counts: tuple[int, ...]  # pictures of each
    is_in_order: bool  # ids only rise: no picture comes twice
    rows: int
    bad_lines: BadLines


def write_header(stream: BinaryIO, fingerprint: bytes = bytes(32), footer: bytes = b"") -> None:
    sealed_file.write_header(stream, MAGIC, fingerprint=fingerprint, footer=footer)


def read_footer(stream: BinaryIO, fingerprint: bytes) -> Footer:
    """Raises BrokenIndex for an index that is damaged, old, or of another csv."""
    content = json.loads(sealed_file.read_footer_bytes(stream, MAGIC, fingerprint=fingerprint))
    bad = content.pop("bad_lines")
    return Footer(
        segments=tuple(Segment(**segment) for segment in content.pop("segments")),
        codes=tuple(content.pop("codes")),
        counts=tuple(content.pop("counts")),
        bad_lines=BadLines(bad["count"], tuple(BadLine(**line) for line in bad["examples"])),
        **content,
    )


def footer_bytes(footer: Footer) -> bytes:
    return json.dumps(asdict(footer)).encode("ascii")

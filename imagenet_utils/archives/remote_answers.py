"""What an answer tells of an archive on the web, by its status and its headers; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imagenet_utils.obtaining.parts import whole_number

PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class RemoteFacts:
    """What the first answer tells of an archive."""

    byte_count: int | None  # None: not told
    validator: str  # a strong ETag, else Last-Modified, else empty
    takes_ranges: bool
    head: bytes  # its first 512 bytes, where a tar has its first header


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes of a file."""

    start: int
    end: int | None  # the one after the last; None: to the end of the file


def range_told(headers: Mapping[str, str]) -> ByteRange | None:
    """Which bytes an answer of status 206 brings; None where it doesn't say so.

    >>> range_told({"Content-Range": "bytes 5-9/30"})
    ByteRange(start=5, end=10)
    >>> range_told({"Content-Range": "bytes */30"})
    """
    found = re.fullmatch(r"bytes ([0-9]{1,18})-([0-9]{1,18})/(?:[0-9]{1,18}|\*)",
                         headers.get("Content-Range", "").strip())
    return ByteRange(int(found[1]), int(found[2]) + 1) if found else None


def byte_count_told(status: int, headers: Mapping[str, str]) -> int | None:
    """Of the whole file, in an answer of status 200, 206 or 416.

    >>> byte_count_told(416, {"Content-Range": "bytes */30", "Content-Length": "9"})
    30
    """
    if status == 200:
        return whole_number(headers.get("Content-Length", ""))
    return whole_number(headers.get("Content-Range", "").rpartition("/")[2])


def kind_told(headers: Mapping[str, str]) -> str:
    """
    >>> kind_told({"Content-Type": "Text/HTML; charset=utf-8"})
    'text/html'
    """
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()

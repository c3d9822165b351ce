"""Proof of a JPEG: strict where its picture data is damaged, lenient about what surrounds it.

libjpeg decodes over damage and only warns.  simplejpeg's strict mode turns its first warning into
an error, and that one hides all later ones.  So after a harmless first warning the oddity is taken
out of a copy, and the copy is decoded as strictly as the body was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

# What libjpeg-turbo says when the picture data itself is damaged.
_DAMAGE = (
    "premature end",
    "bad huffman code",
    "bad arithmetic code",
    "extraneous bytes",
    "instead of rst",
    "inconsistent progression",
)
# What it says of things that change no pixel; extraneous bytes only before the first scan.
_ODDITIES = (
    "extraneous bytes",
    "unknown jfif revision",
    "unknown adobe color transform",
    "invalid sos parameters",
    "bad icc marker",
)

# Each scan costs a pass over all pixels, however few bytes it has; encoders write 10 or so.
MOST_SCANS = 500
# The largest EXIF, ICC and MPF data come in segments of 64 KiB: a thousand fill the largest body.
MOST_SEGMENTS = 10_000

_SOF_SEQUENTIAL = (0xC0, 0xC1)
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8), _SOI, _EOI}  # the first are TEM and RST0 to RST7
_METADATA = (*range(0xE0, 0xF0), 0xFE)  # APP0 to APP15, and the comment
_APP2 = 0xE2

_MARKER = re.compile(rb"\xff([^\x00\xff])", re.DOTALL)  # the last of any fill bytes 0xff
_SCAN_OR_END = re.compile(rb"\xff[\xda\xd9]")  # a group would double the time it takes
_WHOLE_SCAN = b"\x00\x3f\x00"  # coefficients 0 to 63 at once: all that a sequential JPEG has


class Segment(NamedTuple):
    code: int  # the marker's second byte
    start: int  # offset of the marker
    end: int


def jpeg_size(body: memoryview) -> tuple[int, int]:
    """Width and height as the decoder that proves the picture reads them.

    Raises ValueError or KeyError where simplejpeg cannot tell.
    """
    height, width, *_ = _simplejpeg().decode_jpeg_header(body, strict=False)
    return width, height


def jpeg_fault(body: memoryview) -> str | None:
    """What is wrong with the layout: headers, first scan, end marker; nothing is decoded.

    Whatever follows the end marker is no fault: padding, or the further pictures of an MPO.
    """
    try:
        first_scan = _header(body)[-1]
    except ValueError as problem:
        return str(problem)
    if first_scan.end > len(body):
        return "cut in the header of the first scan"
    scans = 1
    for found in _SCAN_OR_END.finditer(body, first_scan.end):
        if body[found.end() - 1] == _EOI:
            return None
        scans += 1
        if scans > MOST_SCANS:
            return f"more than {MOST_SCANS} scans"
    return "cut: no end marker"


def has_picture_index(body: memoryview) -> bool:
    """Whether an MPF index stands in the header, as in an MPO."""
    return any(
        segment.code == _APP2 and body[segment.start + 4 : segment.start + 8] == b"MPF\x00"
        for segment in _header(body)
    )


def header_of(body: memoryview) -> memoryview:
    """Up to the first scan, of a body without `jpeg_fault`."""
    return body[: _header(body)[-1].end]


def jpeg_decode_fault(body: memoryview) -> str | None:
    """What the strict decoder finds in the picture data of a body without `jpeg_fault`.

    Raises ValueError, KeyError or ImportError where simplejpeg can't tell (an unusual subsampling,
    arithmetic coding, 12 bits): then another decoder has to.
    """
    try:
        _decode_strictly(body)
    except ValueError as warning:
        if _is_one_of(_ODDITIES, warning):
            return _decode_fault_without_oddities(body)
        if _is_one_of(_DAMAGE, warning):
            return str(warning)
        raise
    return None


def _decode_fault_without_oddities(body: memoryview) -> str | None:
    try:
        _decode_strictly(_without_oddities(body))
    except ValueError as warning:
        if _is_one_of(_DAMAGE, warning):
            return str(warning)
        raise
    return None


def _simplejpeg() -> Any:
    import simplejpeg

    return simplejpeg


def _decode_strictly(body: memoryview | bytes) -> None:
    """All entropy data is read, but at an eighth of the size little is computed from it."""
    simplejpeg = _simplejpeg()
    colours = simplejpeg.decode_jpeg_header(body, strict=False)[2]
    simplejpeg.decode_jpeg(
        body,
        "CMYK" if colours in ("CMYK", "YCCK") else "GRAY",
        min_height=1,
        min_width=1,
        min_factor=8,
    )


def _is_one_of(sentences: tuple[str, ...], warning: ValueError) -> bool:
    said = str(warning).lower()
    return any(sentence in said for sentence in sentences)


def _header(body: memoryview) -> list[Segment]:
    """The segments up to the first scan's header, which is the last; ValueError if none comes."""
    segments = []
    for segment in _segments(body):
        segments.append(segment)
        if segment.code == _SOS:
            return segments
        if segment.code in (_SOI, _EOI):
            raise ValueError("no picture between the start and the end marker")
        if len(segments) > MOST_SEGMENTS:
            raise ValueError(f"more than {MOST_SEGMENTS} segments before the picture")
    raise ValueError("cut within the header")


def _segments(body: memoryview) -> Iterator[Segment]:
    """As libjpeg reads them: bytes between two segments are skipped."""
    end = 2
    while (start := _next_marker(body, end)) is not None:
        code, end = body[start + 1], start + 2
        if code not in _WITHOUT_LENGTH:
            if end + 2 > len(body):
                return
            end += max(2, body[end] << 8 | body[end + 1])
        yield Segment(code, start, end)


def _next_marker(body: memoryview, position: int) -> int | None:
    """Nearly always it stands right there, and nothing has to be searched for."""
    if position + 1 < len(body) and body[position] == 0xFF and 0 < body[position + 1] < 0xFF:
        return position
    found = _MARKER.search(body, position)
    return found.end() - 2 if found else None


def _without_oddities(body: memoryview) -> bytes:
    """A copy without metadata, without bytes between the segments, with a scan header as it
    should be: what harmless warnings are about."""
    header = _header(body)
    kept = [bytes(body[part.start : part.end]) for part in header if part.code not in _METADATA]
    if any(segment.code in _SOF_SEQUENTIAL for segment in header):
        kept[-1] = kept[-1][:-3] + _WHOLE_SCAN
    return b"".join((b"\xff\xd8", *kept, body[header[-1].end :]))

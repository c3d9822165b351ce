"""Proof that a body is a picture: by its content, whole, decodable, and not a placeholder.

Two steps, so that the caller can hold a gate before the one that needs memory and time:

    inspect(body) -> Picture | Failure        format, size, limits, layout up to the end marker
    decode_failure(body, picture) -> Failure | None        every byte of the pixels decoded

Nothing that a body contains makes them raise.  A body as `bytes` is never copied as a whole.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from imagenet_utils.model import Failure, Picture, Reason
from imagenet_utils.proof.jpeg import has_picture_index, jpeg_decode_fault, jpeg_fault, jpeg_size
from imagenet_utils.proof.layouts import (
    bmp_fault,
    gif_fault,
    png_fault,
    png_size,
    webp_fault,
    webp_size,
)
from imagenet_utils.proof.placeholders import placeholder_meaning
from imagenet_utils.proof.tiff_layout import tiff_fault

Body = bytes | bytearray | memoryview

SHORTEST_BODY = 12  # below that, no format can be told from another


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """How deep a picture is proven, and how large it may be."""

    decode: bool = True  # False: the caller leaves `decode_failure` out
    min_side: int | None = None  # pixels
    max_pixels: int = 64_000_000


def inspect(body: Body, options: ProofOptions) -> Picture | Failure:
    """What the bytes are, without decoding them; what does not count is a Failure."""
    view = memoryview(body).cast("B")
    kind = _kind_of(view)
    if kind is None:
        return Failure.of(Reason.NOT_AN_IMAGE, _look_of(view))
    if meaning := placeholder_meaning(view):
        return Failure.of(Reason.PLACEHOLDER, meaning)
    try:
        fault = kind.fault(view)
        width, height = kind.size(view) if fault is None else (0, 0)
    except MemoryError:
        return Failure.of(Reason.TOO_LARGE, f"no memory for the header of a {kind.name}")
    except (IndexError, struct.error):
        fault = "cut within its header"
    except Exception as problem:  # whatever a parser makes of hostile bytes
        fault = f"unreadable header: {_words_of(problem)}"
    if fault is not None:
        return Failure.of(Reason.DAMAGED, f"{kind.name}, {fault}")
    return _beyond_limits(width, height, options) or Picture(
        format=kind.precise_name(view),
        extension=kind.extension,
        width=width,
        height=height,
        sha256=hashlib.sha256(view).hexdigest(),
        byte_count=len(view),
    )


def decode_failure(
    body: Body, picture: Picture, decode: Callable[[memoryview], str | None] | None = None
) -> Failure | None:
    """Why the pixels cannot be had of a body that `inspect` found to be `picture`, or None.

    Of an animation the first frame counts, of pages the first one, of an MPO the first picture.
    `decode` is another who has all of them decoded, and gives what `decode_fault` would.
    """
    kind = KINDS[picture.extension]
    try:
        fault = (decode or kind.decode_fault)(memoryview(body).cast("B"))
    except MemoryError:
        size = f"{picture.width}x{picture.height}"
        return Failure.of(Reason.TOO_LARGE, f"not enough memory to decode {size} pixels")
    except Exception as problem:  # whatever a decoder makes of hostile bytes
        fault = f"does not decode: {_words_of(problem)}"
    return Failure.of(Reason.DAMAGED, f"{kind.name}, {fault}") if fault else None


def opened(body: Body) -> AbstractContextManager[Any]:
    """Pillow's image of what has been proven.  Raises ValueError for what is no picture."""
    view = memoryview(body).cast("B")
    kind = _kind_of(view)
    if kind is None:
        raise ValueError(_look_of(view))
    return opened_by_pillow(kind, view)


def decode_fault(body: memoryview, picture: Picture) -> str | None:
    """As `decode_failure`, but what a decoder raises is raised."""
    return KINDS[picture.extension].decode_fault(body)


def _beyond_limits(width: int, height: int, options: ProofOptions) -> Failure | None:
    size = f"{width}x{height} pixels"
    if width < 1 or height < 1:
        return Failure.of(Reason.DAMAGED, f"an empty picture, {size}")
    if width * height > options.max_pixels:
        told = f"{size}, at most {options.max_pixels} in all are taken"
        return Failure.of(Reason.TOO_LARGE, told)
    if options.min_side is not None and min(width, height) < options.min_side:
        told = f"{size}, at least {options.min_side} a side are asked"
        return Failure.of(Reason.TOO_SMALL, told)
    return None


@dataclass(frozen=True, slots=True)
class _Kind:
    """A format: how to know it, and who reads it."""

    name: str  # Pillow's
    extension: str
    signature: re.Pattern[bytes]
    fault: Callable[[memoryview], str | None]  # of its layout
    plugin: str  # of Pillow; opened by name, so that content alone decides who reads a body

    def size(self, body: memoryview) -> tuple[int, int]:
        """Width and height as stored: no orientation applied."""
        if read_size := _SIZE_READERS.get(self.name):
            return read_size(body)
        return _size_by_pillow(self, body)

    def precise_name(self, body: memoryview) -> str:
        """MPO is a JPEG with further pictures behind it."""
        return "MPO" if self.name == "JPEG" and has_picture_index(body) else self.name

    def decode_fault(self, body: memoryview) -> str | None:
        """None if all decodes; else says why not, or raises what the decoder does."""
        if self.name == "JPEG":
            try:
                return jpeg_decode_fault(body)
            except (ImportError, KeyError, ValueError):
                pass  # not there, or not for this kind of JPEG: Pillow has the last word
        _decode_by_pillow(self, body)
        return None


KINDS = {
    kind.extension: kind
    for kind in (
        _Kind("JPEG", "jpg", re.compile(rb"\xff\xd8\xff"), jpeg_fault, "JpegImage"),
        _Kind("PNG", "png", re.compile(rb"\x89PNG\r\n\x1a\n"), png_fault, "PngImage"),
        _Kind("GIF", "gif", re.compile(rb"GIF8[79]a"), gif_fault, "GifImage"),
        _Kind("WEBP", "webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), webp_fault, "WebPImage"),
        # "BM" alone begins too many texts: the size of the second header has few values.
        _Kind(
            "BMP",
            "bmp",
            re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL),
            bmp_fault,
            "BmpImage",
        ),
        _Kind("TIFF", "tif", re.compile(rb"II[*+]\x00|MM\x00[*+]"), tiff_fault, "TiffImage"),
    )
}


def _jpeg_size(body: memoryview) -> tuple[int, int]:
    try:
        return jpeg_size(body)
    except (ImportError, KeyError, ValueError):
        return _size_by_pillow(KINDS["jpg"], body)


_SIZE_READERS = {"JPEG": _jpeg_size, "PNG": png_size, "WEBP": webp_size}


def _size_by_pillow(kind: _Kind, body: memoryview) -> tuple[int, int]:
    with opened_by_pillow(kind, body) as image:
        if kind.name != "TIFF":
            return image.size
        tags = image.tag_v2
        return int(tags[256]), int(tags[257])  # Pillow's own size follows the orientation


def _decode_by_pillow(kind: _Kind, body: memoryview) -> None:
    with opened_by_pillow(kind, body) as image:
        if kind.name == "JPEG":
            image.draft("RGB", (1, 1))
        image.load()


@contextmanager
def opened_by_pillow(kind: _Kind, body: memoryview) -> Iterator[Any]:
    """Without Image.open: that has a limit of pixels of its own, one for the whole process."""
    plugin = importlib.import_module(f"PIL.{kind.plugin}Plugin")
    is_whole = isinstance(body.obj, bytes) and len(body.obj) == len(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = BytesIO(body.obj if is_whole else body)
        with getattr(plugin, f"{kind.plugin}File")(source) as image:
            yield image


def _kind_of(body: memoryview) -> _Kind | None:
    return next((kind for kind in KINDS.values() if kind.signature.match(body)), None)


_LOOKS = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), look)
    for pattern, look in (
        (rb"\s*(<!--[^>]*>\s*)?(<!doctype html|<html|<head|<body|<title|<script)", "an HTML page"),
        (rb"\s*(<\?xml[^>]*>\s*)?(<!--[^>]*>\s*)?(<!doctype svg[^>]*>\s*)?<svg", "an SVG drawing"),
        (rb"\s*<\?xml", "an XML file"),
        (rb"\s*[{\[]\s*[\"{\[]", "JSON"),
        (rb"%PDF", "a PDF file"),
        (rb"....ftypavi[fs]", "an AVIF picture, a format that is not taken"),
        (rb"....ftyp(hei|hev|mif1|msf1)", "a HEIF picture, a format that is not taken"),
        (rb"....ftyp", "a film"),
        (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture, a format not taken"),
        (rb"\xff\x0a|\x00\x00\x00\x0cJXL ", "a JPEG XL picture, a format that is not taken"),
        (rb"\x00\x00[\x01\x02]\x00", "an icon, a format that is not taken"),
        (rb"8BPS", "a Photoshop file, a format that is not taken"),
        (rb"[FC]WS|ZWS", "a Flash film"),
        (rb"\x1f\x8b", "gzip data"),
        (rb"PK\x03\x04|Rar!", "an archive"),
    )
)


def _look_of(body: memoryview) -> str:
    """What something that is no picture seems to be, by its first kilobytes."""
    start = bytes(body[:4096]).removeprefix(b"\xef\xbb\xbf")
    if len(start) < SHORTEST_BODY:
        return f"not a picture but {len(start)} bytes" if start else "empty"
    look = next((look for pattern, look in _LOOKS if pattern.match(start)), None)
    if look is None:
        look = "text" if _is_text(start) else "no format that is known"
    return f"not a picture but {look}, beginning with {start[:16]!a}"


def _is_text(start: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in start)


def _words_of(problem: Exception) -> str:
    return str(problem) or type(problem).__name__

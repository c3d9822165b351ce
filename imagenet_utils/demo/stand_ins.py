"""Bodies that come with status 200 and are not the picture that was asked for."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

HTML = b"<!DOCTYPE html>\n<title>Gallery</title>\n<p>Please log in to see this photo.</p>\n"
BOMB_SIDE = 30_000  # pixels


@lru_cache(maxsize=1)
def photo_unavailable() -> bytes:
    """A gray picture as photo hosts send it for what they no longer have."""
    return _notice("This photo is no longer available", gray=232)


@lru_cache(maxsize=1)
def parked_domain() -> bytes:
    """The one picture that every address of a sold domain leads to."""
    return _notice("This domain is for sale", gray=214)


@lru_cache(maxsize=1)
def pixel_bomb() -> bytes:
    """A valid PNG of half a megabyte with 900 million pixels."""
    squeeze = zlib.compressobj(1)
    row = bytes(1 + (BOMB_SIDE + 7) // 8)
    squeezed = b"".join([squeeze.compress(row * 100) for _ in range(BOMB_SIDE // 100)])
    head = struct.pack(">IIBBBBB", BOMB_SIDE, BOMB_SIDE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", squeezed + squeeze.flush()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


@lru_cache(maxsize=4)
def gzip_bomb(mebibytes: int) -> bytes:
    """One gzip member of nothing but zeros; it swells to that size, a thousand times its own."""
    squeeze = zlib.compressobj(1, wbits=31)
    zeros = bytes(1024 * 1024)
    squeezed = b"".join([squeeze.compress(zeros) for _ in range(mebibytes)])
    return squeezed + squeeze.flush()


def without_middle(jpeg: bytes) -> bytes:
    """A JPEG that lacks the middle third of its scan: both ends are as they should be.

    The decoder meets the end marker before it has all its blocks, whatever the lost bytes were.
    """
    scan = jpeg.index(b"\xff\xda") + 14
    third = (len(jpeg) - scan) // 3
    return jpeg[:scan + third] + jpeg[scan + 2 * third:]


def _notice(text: str, *, gray: int) -> bytes:
    import io

    from PIL import Image, ImageDraw

    image = Image.new("L", (500, 374), gray)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((195, 105, 305, 185), radius=12, outline=150, width=6)
    pen.rectangle((228, 92, 272, 108), fill=150)
    pen.ellipse((225, 120, 275, 170), outline=150, width=6)
    pen.line((180, 205, 320, 85), fill=150, width=6)
    pen.text((250, 240), text, fill=120, anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

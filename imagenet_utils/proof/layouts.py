"""Whether a PNG, GIF, WebP or BMP is all there, without decoding it.

Each function takes a body that begins with its format's signature, and returns what is missing or
None; IndexError and struct.error mean that the body ends within a header.
Decoders alone would not do: they stop once they have all pixels, or fill up with gray.
"""

from __future__ import annotations

import struct
import zlib

_PNG_CHUNK = struct.Struct(">I4s")
# Encoders write pixels in chunks of 8 KiB and more; countless empty ones only cost time.
MOST_PNG_CHUNKS = 200_000

_BMP_UNCOMPRESSED = (0, 3, 6)
_BMP_RUN_LENGTHS = (1, 2)


def png_size(body: memoryview) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", body, 16)
    return width, height


def png_fault(body: memoryview) -> str | None:
    """Every chunk up to IEND whole, with its checksum: Pillow leaves those of the pixels unread."""
    position = 8
    for number in range(MOST_PNG_CHUNKS):
        length, name = _PNG_CHUNK.unpack_from(body, position)
        end = position + 12 + length
        if number == 0 and name != b"IHDR":
            return "the first chunk is not IHDR"
        if end > len(body):
            return f"cut within the chunk {name!a}"
        (checksum,) = struct.unpack_from(">I", body, end - 4)
        if zlib.crc32(body[position + 4 : end - 4]) != checksum:
            return f"wrong checksum of the chunk {name!a}"
        if name == b"IEND":
            return None
        position = end
    return f"more than {MOST_PNG_CHUNKS} chunks"


def gif_fault(body: memoryview) -> str | None:
    """Every block whole up to the trailer."""
    position = 13 + _gif_table_bytes(body[10])
    while True:
        block = body[position]
        if block == 0x3B:
            return None
        if block == 0x21:
            position = _after_gif_blocks(body, position + 2)
        elif block == 0x2C:
            table = _gif_table_bytes(body[position + 9])
            position = _after_gif_blocks(body, position + 11 + table)
        elif block == 0:  # some encoders end a block twice
            position += 1
        else:
            return f"a block of the unknown kind 0x{block:02x}"


def webp_size(body: memoryview) -> tuple[int, int]:
    """The canvas, before a decoder makes room for it; ValueError if the header is none."""
    chunk = bytes(body[12:16])
    if chunk == b"VP8X":
        packed = int.from_bytes(_exactly(body, 24, 6), "little")
        return (packed & 0xFFFFFF) + 1, (packed >> 24) + 1
    if chunk == b"VP8L" and body[20] == 0x2F:
        packed = int.from_bytes(_exactly(body, 21, 4), "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no picture header where WebP has it")


def webp_fault(body: memoryview) -> str | None:
    (announced,) = struct.unpack_from("<I", body, 4)
    return _fault_of_length(announced + 8, body)


def bmp_fault(body: memoryview) -> str | None:
    """All rows there, the padding of the last one too.

    The size that the file's own header announces is not looked at: many encoders leave it wrong.
    """
    pixels, header = struct.unpack_from("<II", body, 10)
    if header == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", body, 18)
        compression = image_bytes = 0
    else:
        width, height, _, bits = struct.unpack_from("<iiHH", body, 18)
        compression, image_bytes = struct.unpack_from("<II", body, 30)
    if compression in _BMP_UNCOMPRESSED:
        row_bytes = (abs(width) * bits + 31) // 32 * 4
        return _fault_of_length(pixels + row_bytes * abs(height), body)
    if compression in _BMP_RUN_LENGTHS:
        return _fault_of_length(pixels + image_bytes, body)
    return None  # Pillow says that it does not know it


def _exactly(body: memoryview, start: int, count: int) -> bytes:
    if start + count > len(body):
        raise IndexError("the body ends within its header")
    return bytes(body[start : start + count])


def _fault_of_length(announced: int, body: memoryview) -> str | None:
    if announced <= len(body):
        return None
    return f"cut: {announced} bytes are announced, {len(body)} are there"


def _gif_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_gif_blocks(body: memoryview, position: int) -> int:
    while body[position]:
        position += body[position] + 1
    return position + 1

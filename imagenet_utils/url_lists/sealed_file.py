"""A file of ours that tells whether it is whole, and of which other files it was made.

    header   fixed size: magic, size of the file, fingerprint of its originals, where the footer is
    ...      whatever its owner has there
    footer   likewise, guarded by a CRC-32
"""

from __future__ import annotations

import errno
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct("=12sQ32sQI")  # magic, file size, fingerprint, footer offset, footer CRC


class BrokenIndex(Exception):
    """The file is no whole index of this version; it has to be built again."""


def write_header(
    stream: BinaryIO, magic: bytes, *, fingerprint: bytes = bytes(32), footer: bytes = b""
) -> None:
    """Once empty, to keep the place, and again when the footer stands at the end."""
    stream.seek(0, 2)
    size = max(stream.tell(), _HEADER.size)
    stream.seek(0)
    start = size - len(footer)
    stream.write(_HEADER.pack(magic, size, fingerprint, start, zlib.crc32(footer)))


def read_footer_bytes(stream: BinaryIO, magic: bytes, *, fingerprint: bytes) -> bytes:
    """Raises BrokenIndex for a file that is damaged, old, or made of others."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise BrokenIndex("no header")
    found, size, stamp, start, crc = _HEADER.unpack(header)
    stream.seek(0, 2)
    if (found, size, stamp) != (magic, stream.tell(), fingerprint) or start > size:
        raise BrokenIndex("another version, another list, or cut")
    stream.seek(start)
    footer = stream.read()
    if zlib.crc32(footer) != crc:
        raise BrokenIndex("its footer is damaged")
    return footer


def is_there_and_ours(path: Path, signature: bytes) -> bool:
    """Be it cut, damaged or of another version.

    Raises FileExistsError for a file of the user's, which is never overwritten.
    """
    if not path.exists():
        return False
    with open(path, "rb") as file:
        if not signature.startswith(file.read(len(signature))):
            raise FileExistsError(errno.EEXIST, "is there and no index of ours", str(path))
    return True

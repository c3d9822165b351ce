"""A tar written from its beginning to its end; the same members make the same bytes."""

from __future__ import annotations

import tarfile
from typing import BinaryIO


class TarFile:
    """What differs from one machine to the next stays out: members are nobody's, of no time.

    The library's own keeps a record of each member until the end, and copies bodies in pieces.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0  # bytes so far

    def add(self, name: str, body: bytes) -> None:
        """A name that is long or not ASCII brings a pax header along."""
        member = tarfile.TarInfo(name)
        member.size = len(body)
        parts = member.tobuf(tarfile.PAX_FORMAT), body, bytes(-len(body) % tarfile.BLOCKSIZE)
        self._file.writelines(parts)
        self.size += sum(map(len, parts))

    def end(self) -> None:
        """Two empty blocks and more: readers of tapes expect a whole record."""
        blocks = 2 * tarfile.BLOCKSIZE
        blocks += -(self.size + blocks) % tarfile.RECORDSIZE
        self._file.write(bytes(blocks))
        self.size += blocks

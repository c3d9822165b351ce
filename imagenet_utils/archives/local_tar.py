"""A tar on this disk: what it is by its first bytes, and its members by seek.

    with LocalTar(path) as tar:
        for outer in tar.members():                              # 1,000 small reads
            for inner in tar.members(outer.body, outer.body_end):
                tar.read(inner.body, inner.size)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import TracebackType

from imagenet_utils.archives.tar_headers import BLOCK, BrokenTar, Member, is_blank, is_header
from imagenet_utils.archives.tar_walk import members
from imagenet_utils.errors import LocalFault, Unobtainable

FETCH_AGAIN = "Fetch the archive again, or name another copy of it"


class Packing(Enum):
    """What an archive is by its first bytes."""

    PLAIN = "a plain tar"
    GZIP = "packed by gzip"
    BZIP2 = "packed by bzip2"
    XZ = "packed by xz"
    ZSTD = "packed by zstd"
    ZIP = "a zip archive"
    PAGE = "a web page"
    EMPTY = "an empty file"
    UNKNOWN = "no tar archive"


_MAGIC = {  # of gzip, RFC 1952; bzip2; xz 1.1; zstd, RFC 8878; zip, APPNOTE 4.3.7
    b"\x1f\x8b": Packing.GZIP,
    b"BZh": Packing.BZIP2,
    b"\xfd7zXZ\0": Packing.XZ,
    b"\x28\xb5\x2f\xfd": Packing.ZSTD,
    b"PK\x03\x04": Packing.ZIP,
}
_PAGE_BEGINNINGS = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--")


def packing_of(head: bytes) -> Packing:
    """What begins with these bytes, of which there should be a block of 512.

    >>> packing_of(b"  <!DOCTYPE html><title>Log in")
    <Packing.PAGE: 'a web page'>
    """
    if not head:
        return Packing.EMPTY
    block = head[:BLOCK]
    if is_header(block) or (len(block) == BLOCK and is_blank(block)):
        return Packing.PLAIN
    for magic, packing in _MAGIC.items():
        if head.startswith(magic):
            return packing
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return Packing.PAGE if text.startswith(_PAGE_BEGINNINGS) else Packing.UNKNOWN


class LocalTar:
    """Raises Unobtainable where no such archive is, LocalFault where the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()  # for systems that can't read at an offset
        if path.is_dir():
            raise Unobtainable(f"{path}: a folder, not an archive", "Name the archive itself")
        try:
            self._file = open(path, "rb", buffering=0)
        except FileNotFoundError:
            raise Unobtainable(f"{path}: no such archive", "Name the place where it is") from None
        except OSError as error:
            raise _unreadable(path, error) from error
        status = os.fstat(self._file.fileno())
        self.size = status.st_size
        self.identity = f"{status.st_size} {status.st_mtime_ns}"  # of what these bytes are
        try:
            self.packing = packing_of(self.read(0, BLOCK))
        except LocalFault:
            self.close()
            raise

    @property
    def is_plain(self) -> bool:
        """Whether its members can be read by offset."""
        return self.packing is Packing.PLAIN

    def read(self, offset: int, count: int) -> bytes:
        """Fewer bytes where the file has no more.  Any thread may read."""
        pieces = []
        try:
            while count > 0 and (piece := self._read_once(offset, count)):
                pieces.append(piece)
                offset += len(piece)
                count -= len(piece)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def members(self, start: int = 0, end: int | None = None) -> Iterator[Member]:
        """Those of the tar in [start, end), by their headers alone.

        Raises Unobtainable where it is cut or damaged, or no plain tar at all.
        """
        if not self.is_plain:
            raise Unobtainable(f"{self.path}: {self.packing.value}", FETCH_AGAIN)
        try:
            yield from members(self.read, start, self.size if end is None else end)
        except BrokenTar as error:
            raise Unobtainable(f"{self.path}: {error}, of {self.size:,}", FETCH_AGAIN) from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> LocalTar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read_once(self, offset: int, count: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), count, offset)
        with self._lock:
            self._file.seek(offset)
            return self._file.read(count)


def _unreadable(path: Path, error: OSError) -> LocalFault:
    told = error.strerror or str(error)
    return LocalFault(f"{path}: cannot be read: {told}", "Let it be read, or name another copy")

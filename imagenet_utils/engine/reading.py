"""Pictures that lie on this disk: in their place, in a tree of the user's, or within a tar."""

from __future__ import annotations

import os
from collections import OrderedDict

from imagenet_utils.archives.tar_headers import BLOCK
from imagenet_utils.archives.tar_walk import check_member
from imagenet_utils.model import (
    CarriedLocation,
    Failure,
    FileLocation,
    MemberLocation,
    Reason,
    TreeLocation,
)
from imagenet_utils.network.fetch import Fetched

OPEN_ARCHIVES = 8  # whose descriptors are kept for the next member

OnDisk = CarriedLocation | FileLocation | MemberLocation | TreeLocation


class DiskReader:
    """What lies on the disk, as if it had been fetched."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._archives: OrderedDict[str, int] = OrderedDict()  # path -> descriptor

    def read(self, number: int, location: OnDisk) -> Fetched:
        found: bytes | Failure
        try:
            if isinstance(location, MemberLocation):
                found = self._of_archive(location)
            elif isinstance(location, CarriedLocation):
                found = location.body
            else:
                found = self._of_file(location)
        except OSError as error:
            found = _failure_to_read(error, location)
        failure = found if isinstance(found, Failure) else None
        body = b"" if isinstance(found, Failure) else found
        return Fetched(number, body, failure, http_status=0, is_connected=False, seconds=0.0,
                       connect_seconds=0.0, first_byte_seconds=0.0, retry_after_seconds=None,
                       received=0, held=0)

    def _of_file(self, location: FileLocation | TreeLocation) -> bytes | Failure:
        if not os.path.isfile(location.path):  # reading a pipe would wait for ever
            return _failure_to_read(OSError("no plain file"), location)
        if os.path.getsize(location.path) > self._most_bytes:
            return too_large(self._most_bytes)
        with open(location.path, "rb") as file:
            return file.read()

    def _of_archive(self, location: MemberLocation) -> bytes | Failure:
        """The header before the bytes is held against what is remembered of it."""
        if location.size > self._most_bytes:
            return too_large(self._most_bytes)
        found = _bytes_at(self._descriptor_of(location.path), location.header,
                          BLOCK + location.size)
        return body_of_member(found, location.member, location.size)

    def _descriptor_of(self, path: str) -> int:
        if path in self._archives:
            self._archives.move_to_end(path)
            return self._archives[path]
        if len(self._archives) >= OPEN_ARCHIVES:
            os.close(self._archives.popitem(last=False)[1])
        self._archives[path] = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        return self._archives[path]


def body_of_member(found: bytes | bytearray, member: str, size: int) -> bytes | Failure:
    """`found` begins with the header that describes the member."""
    if len(found) < BLOCK + size or not check_member(bytes(found[:BLOCK]), member, size):
        told = f"the archive has changed: {member} is no longer where it was"
        return Failure.of(Reason.UNREACHABLE, told)
    return bytes(memoryview(found)[BLOCK:BLOCK + size])


def too_large(limit: int) -> Failure:
    return Failure(Reason.TOO_LARGE, f"more than {limit:,} bytes")


def _bytes_at(descriptor: int, offset: int, count: int) -> bytes:
    """Fewer than `count` where the file ends."""
    found = _read_at(descriptor, count, offset)
    while len(found) < count and (more := _read_at(descriptor, count - len(found),
                                                   offset + len(found))):
        found += more
    return found


def _read_at(descriptor: int, count: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)  # Windows
    return os.read(descriptor, count)


def _failure_to_read(error: OSError, location: OnDisk) -> Failure:
    """A file in its place is ours to care for; one of the user's is a source that fails."""
    if isinstance(location, FileLocation):
        return Failure.of(Reason.SAVE_FAILED, f"{error.strerror or error}: {location.path}")
    return Failure.of(Reason.UNREACHABLE, f"{error.strerror or error}: {location.url}")

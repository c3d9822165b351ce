"""Files appear whole or not at all: until then they bear a hidden name beside their place.

What the disk refuses comes as OSError; `local_faults` makes one line of it.
"""

from __future__ import annotations

import errno
import glob
import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.errors import LocalFault

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if os.name != "nt" else {28})

# The machine fails, and would fail for the next file too.
DISK_FAULTS = {
    errno.ENOSPC, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE,
    getattr(errno, "EDQUOT", errno.ENOSPC),  # Windows has no quotas of that name
}
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # that is Windows'
STALE_SECONDS = 86_400.0  # nothing here takes a day to write

_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{12}\.part", re.DOTALL)


@contextmanager
def new_file(target: str | Path) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well; the one that has the name stays.

    Raises FileExistsError where the target stands by then.
    """
    with _beside(target) as temporary:
        with open(temporary, "xb") as file:
            yield file
        _take_name(temporary, target)


def write_new(target: str | Path, data: bytes | bytearray) -> None:
    """A whole file at one go, for pictures by the million: as `new_file`, in half the time.

    Raises FileExistsError where the target stands.
    """
    temporary = temporary_beside(target)
    try:
        descriptor = os.open(temporary, _NEW, 0o666)
        try:
            written = os.write(descriptor, data)
            while written < len(data):  # the disk is nearly full: the next one says so
                written += os.write(descriptor, memoryview(data)[written:])
        finally:
            os.close(descriptor)
        _take_name(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


@contextmanager
def successor(target: str | Path, *, unless_empty: bool = False) -> Iterator[BinaryIO]:
    """A file, to be read and written, that takes the target's place when the block ends well."""
    with _beside(target) as temporary:
        with open(temporary, "x+b") as file:
            yield file
            is_dropped = unless_empty and file.seek(0, os.SEEK_END) == 0
        if not is_dropped:
            os.replace(temporary, target)


def temporary_beside(target: str | Path) -> str:
    """A hidden name of our own for what is not whole yet."""
    folder, name = os.path.split(target)
    # Not os.urandom: that is a system call for each picture.  A fork draws others.
    return os.path.join(folder, f".{name}.{random.getrandbits(48):012x}.part")


def is_temporary(name: str) -> bool:
    return name.startswith(".") and _TEMPORARY.fullmatch(name) is not None


def destination(path: str) -> str:
    """Where a temporary file was on its way to; any other path is its own.

    >>> destination("Images/.a.jpg.0123456789ab.part"), destination("Images/a.jpg")
    ('Images/a.jpg', 'Images/a.jpg')
    """
    folder, name = os.path.split(path)
    found = _TEMPORARY.fullmatch(name)
    return os.path.join(folder, found[1]) if found else path


def remove_stale(target: Path) -> None:
    """What a run that was killed left half written on the way to `target`."""
    for path in target.parent.glob(f".{glob.escape(target.name)}.{'?' * 12}.part"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def takes_files(folder: str) -> bool:
    """Whether a file can be made there."""
    try:
        with _beside(os.path.join(folder, "trial")) as trial, open(trial, "xb"):
            return True
    except OSError:
        return False


@contextmanager
def local_faults(path: Path) -> Iterator[None]:
    """What the disk refuses in the block becomes a LocalFault that names the path."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        told = error.strerror or str(error)
        if error.errno in NO_SPACE:
            cure = "Free some space, or name another folder; what was fetched is kept"
        else:
            cure = "Name a folder that you may write to"
        raise LocalFault(f"{path}: {told}", cure) from error


def make_folder(path: Path) -> None:
    """Raises LocalFault."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cure = "Name a folder that you may write to"
        raise LocalFault(f"{path}: {error.strerror or error}", cure) from error


@contextmanager
def _beside(target: str | Path) -> Iterator[str]:
    temporary = temporary_beside(target)
    try:
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _take_name(temporary: str, target: str | Path) -> None:
    """A hard link refuses to overwrite, a rename does not; so link where the disk can.

    Raises FileExistsError.
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in DISK_FAULTS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from None
        os.rename(temporary, target)  # on Windows this one refuses to overwrite, too

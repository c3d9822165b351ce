"""Files appear whole or not at all, and what the disk refuses is told in one line."""

from __future__ import annotations

import errno
import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.errors import LocalFault

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if os.name != "nt" else {28})

TEMPORARY_SUFFIX = ".tmp"
STALE_SECONDS = 86_400.0  # nothing here takes a day to write


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well; the one that has the name stays.

    Raises FileExistsError where the target stands by then.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        with open(temporary, "xb") as file:
            yield file
        _take_name(temporary, target)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


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


def remove_stale(target: Path) -> None:
    """What a run that was killed left half written on the way to `target`."""
    for path in target.parent.glob(f".{glob.escape(target.name)}.????????{TEMPORARY_SUFFIX}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def make_folder(path: Path) -> None:
    """Raises LocalFault."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cure = "Name a folder that you may write to"
        raise LocalFault(f"{path}: {error.strerror or error}", cure) from error


def _take_name(temporary: Path, target: Path) -> None:
    """A hard link never replaces what is there; a rename does, on POSIX."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from None
        os.replace(temporary, target)

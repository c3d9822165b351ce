"""The one place that writes into the result tree: files appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from imagenet_utils import whole_files
from imagenet_utils.errors import LocalFault
from imagenet_utils.whole_files import DISK_FAULTS, new_file, successor, takes_files


class Occupied(FileExistsError):
    """A file that is not ours lies where the new one belongs."""


def ends_a_run(error: OSError, folder: str) -> bool:
    """Whether writing into `folder` failed for a reason that the next file will meet too.

    A permission may be wanting for one file alone: another program has it open, or it is locked.
    """
    if error.errno in (errno.EACCES, errno.EPERM):
        return not takes_files(folder)
    return error.errno in DISK_FAULTS


def write_new(path: str, data: bytes | bytearray) -> int:
    """Write a file that must not be there yet: its mtime in ns.

    Raises Occupied, or OSError as the file system gives it.
    """
    try:
        whole_files.write_new(path, data)
    except FileExistsError:
        raise Occupied(path) from None
    return os.stat(path).st_mtime_ns


def write_over(path: str, data: bytes | bytearray | str) -> int:
    """Write a file of our own, whatever of ours lies there: its mtime in ns."""
    with successor(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)
    return os.stat(path).st_mtime_ns


def write_ours(path: str, data: bytes, ours: Collection[str]) -> int | None:
    """Write unless it lies there already: its mtime in ns; None where the user's own lies there.

    `ours` are digests of files that may be written over.  Raises OSError.
    """
    there = digest_of(path)
    if there is None:
        return write_new(path, data)
    if there == hashlib.sha256(data).hexdigest():
        return os.stat(path).st_mtime_ns
    return write_over(path, data) if there in ours else None


def link_or_copy(source: str, target: str) -> int:
    """The same picture at a second place, which must be free: its mtime in ns."""
    try:
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:
            with new_file(target) as copy, open(source, "rb") as original:
                shutil.copyfileobj(original, copy)
    except FileExistsError:
        raise Occupied(target) from None
    return os.stat(target).st_mtime_ns


def with_shard(path: str, place: str) -> str:
    """The path, once the shard of this place is there.  Raises OSError."""
    if "/" in place:
        shard = os.path.dirname(path)
        try:
            os.makedirs(shard, exist_ok=True)
        except FileExistsError:
            told = "a file lies where a folder belongs, move it away"
            raise NotADirectoryError(errno.ENOTDIR, told, shard) from None
    return path


def digest_of(path: str) -> str | None:
    """sha256 of a file in hex; None where there is none."""
    if not os.path.lexists(path):
        return None  # nearly always, before a picture is stored: sooner told than by an error
    try:
        with open(path, "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except (FileNotFoundError, IsADirectoryError):
        return None
    except PermissionError:
        if os.path.isdir(path):  # as Windows puts it
            return None
        raise
    return digest.hexdigest()


def put_foreign_aside(path: Path, beginning: str) -> Path | None:
    """What lies in the place of a file of ours, and does not begin as ours do: its new name, which
    was free.  None: there is none, or it can't be moved.
    """
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            found = file.read(len(beginning) + 1).lstrip("\ufeff")
        if not found or found.startswith(beginning):
            return None
        number = 1
        while os.path.lexists(aside := path.with_name(f"{path.stem}.before_{number}{path.suffix}")):
            number += 1
        return path.rename(aside)
    except OSError:
        return None


def make_folder(path: str | Path) -> None:
    """Raises LocalFault naming what stands in the way."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise LocalFault(
            f"{path}: cannot be made: {error.strerror}",
            "Free the way, or choose another folder with --save_dir.",
        ) from error

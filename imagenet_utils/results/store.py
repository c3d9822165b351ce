"""The one place that writes into the result tree: files appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.results.layout import temporary_name

# The machine fails, and would fail for the next file too.
FAULTS_THAT_END_A_RUN = {
    errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE,
    getattr(errno, "EDQUOT", errno.ENOSPC),  # Windows has no quotas of that name
}


class Occupied(FileExistsError):
    """A file that is not ours lies where the new one belongs."""


def ends_a_run(error: OSError, folder: str) -> bool:
    """Whether writing into `folder` failed for a reason that the next file will meet too.

    A permission may be wanting for one file alone: another program has it open, or it is locked.
    """
    if error.errno in (errno.EACCES, errno.EPERM):
        return not _takes_files(folder)
    return error.errno in FAULTS_THAT_END_A_RUN


def write_new(path: str, data: bytes | bytearray) -> int:
    """Write a file that must not be there yet: its mtime in ns.

    Raises Occupied, or OSError as the file system gives it.
    """
    temporary = _written_beside(path, data)
    try:
        _rename_without_overwriting(temporary, path)
    except BaseException:
        _unlink_quietly(temporary)
        raise
    return os.stat(path).st_mtime_ns


def write_over(path: str, data: bytes | bytearray | str) -> int:
    """Write a file of our own, whatever of ours lies there: its mtime in ns."""
    if isinstance(data, str):
        data = data.encode()
    temporary = _written_beside(path, data)
    try:
        os.replace(temporary, path)
    except BaseException:
        _unlink_quietly(temporary)
        raise
    return os.stat(path).st_mtime_ns


def link_or_copy(source: str, target: str) -> int:
    """The same picture at a second place, which must be free: its mtime in ns."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise Occupied(target) from None
    except OSError:
        temporary = os.path.join(os.path.dirname(target), temporary_name(os.path.basename(target)))
        try:
            shutil.copyfile(source, temporary)
            _rename_without_overwriting(temporary, target)
        except BaseException:
            _unlink_quietly(temporary)
            raise
    return os.stat(target).st_mtime_ns


def digest_of(path: str) -> str | None:
    """sha256 of a file in hex; None where there is none."""
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


def make_folder(path: str | Path) -> None:
    """Raises LocalFault naming what stands in the way."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise LocalFault(
            f"{path}: cannot be made: {error.strerror}",
            "Free the way, or choose another folder with --save_dir.",
        ) from error


def _takes_files(folder: str) -> bool:
    try:
        os.unlink(_written_beside(os.path.join(folder, "trial"), b""))
    except OSError:
        return False
    return True


def _written_beside(path: str, data: bytes | bytearray) -> str:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, temporary_name(name))
    try:
        with open(temporary, "xb") as file:
            file.write(data)
    except BaseException:
        _unlink_quietly(temporary)
        raise
    return temporary


def _rename_without_overwriting(temporary: str, path: str) -> None:
    """A hard link refuses to overwrite, a rename does not; so link where the disk can."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise Occupied(path) from None
    except OSError as error:
        if error.errno in FAULTS_THAT_END_A_RUN - {errno.EPERM, errno.EACCES}:
            raise
        if os.path.lexists(path):
            raise Occupied(path) from None
        os.rename(temporary, path)  # on Windows this one refuses to overwrite, too
    else:
        _unlink_quietly(temporary)


def _unlink_quietly(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass

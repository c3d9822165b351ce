"""One run at a time on a save_dir, and one export at a time into a folder.

The system lets go of a lock when its owner dies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from imagenet_utils.errors import LocalFault, Locked
from imagenet_utils.results.layout import EXPORTS_LOCK, LOCK


def only_run_on(save_dir: Path) -> AbstractContextManager[None]:
    """Raises Locked at once where another run is at work."""
    return _held(save_dir / LOCK, "run", "--save_dir")


def only_export_to(export_dir: Path) -> AbstractContextManager[None]:
    """Raises Locked at once where another run, maybe of another save_dir, is writing exports."""
    return _held(export_dir / EXPORTS_LOCK, "export", "--export_dir")


@contextmanager
def _held(path: Path, what: str, option: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(f"{path.parent}: another {what} is at work here",
                     f"Wait for it, or choose another folder with {option}") from None
    except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
        told = getattr(error, "strerror", None) or error
        raise LocalFault(f"{path}: cannot be locked: {told}",
                         f"Give write permission, or choose another {option}") from error
    try:
        yield
    finally:
        lock.release()


def is_run_on(save_dir: Path) -> bool:
    """Whether a run is at work there; on POSIX the lock's file is not even written to."""
    lock = save_dir / LOCK
    if not lock.exists():
        return False
    try:
        import fcntl
    except ImportError:
        return _is_refused(save_dir)
    with open(lock, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _is_refused(save_dir: Path) -> bool:
    try:
        with only_run_on(save_dir):
            return False
    except Locked:
        return True

"""One run at a time on a save_dir.  The system lets go of the lock when its owner dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagenet_utils.errors import LocalFault, Locked
from imagenet_utils.results.layout import LOCK


@contextmanager
def only_run_on(save_dir: Path) -> Iterator[None]:
    """Raises Locked at once where another run is at work."""
    from filelock import FileLock, Timeout

    lock = FileLock(save_dir / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(f"{save_dir}: another run is at work here",
                     "Wait for it, or choose another folder with --save_dir") from None
    except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
        told = getattr(error, "strerror", None) or error
        raise LocalFault(f"{save_dir / LOCK}: cannot be locked: {told}",
                         "Give write permission, or choose another --save_dir") from error
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

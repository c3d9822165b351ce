"""How worker processes come to be: on Linux by fork, from a process that has all they need.

That process imports while the main one plans: the first worker works a third of a second earlier,
and each further one costs next to nothing.  Elsewhere forks are not to be trusted (libraries of
macOS) or unknown (Windows): there each worker is spawned, and imports for itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

HAS_FORK_SERVER = sys.platform == "linux"
PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent
NOBODY_KNOWS = 255  # the exit code of a process whose fork server is gone


def start_ahead(modules: Sequence[str]) -> None:
    """Workers will be wanted: the process that they come from may begin to import these.

    To be called while no other thread is at work, for the current folder changes for a moment.
    A module that can't be imported there is left to the workers; any other exception ends it.
    """
    if HAS_FORK_SERVER:
        multiprocessing.set_forkserver_preload(list(modules))
    process_context()


@cache
def process_context() -> ForkServerContext | SpawnContext:
    """What worker processes are made by; the first call is `start_ahead`'s, or is like it."""
    if HAS_FORK_SERVER and _has_started():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


def kill(process: Any) -> None:
    """A process of that context, even if the one it was forked from is gone, and with it the
    knowledge whether it lives."""
    process.kill()
    if HAS_FORK_SERVER and process.exitcode == NOBODY_KNOWS:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _has_started() -> bool:
    """The process that workers are forked from."""
    from multiprocessing import forkserver, resource_tracker

    try:
        resource_tracker.ensure_running()  # which would let go of signals that are held
        with _in_project_folder(), _signals_held():
            forkserver.ensure_running()
    except OSError:
        return False  # as where TMPDIR makes the path of its socket too long
    return True


@contextmanager
def _in_project_folder() -> Iterator[None]:
    """It looks for modules in the current folder first, as `python -c` does, and in CPython before
    3.13.1 it knows nothing of our sys.path: https://github.com/python/cpython/issues/117378"""
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(PROJECT_FOLDER)
        yield
    finally:
        os.fchdir(here)
        os.close(here)


@contextmanager
def _signals_held() -> Iterator[None]:
    """The new process inherits that, and so do workers: Ctrl-C goes to all of a terminal, and TERM
    to all of a service, but what they mean is for the main process to decide."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

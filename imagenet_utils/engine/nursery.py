"""How worker processes come to be: on Linux by fork, from a process that has all they need.

That process imports while the main one plans: the first worker works a third of a second earlier,
and each further one costs next to nothing.  Elsewhere forks are not to be trusted (libraries of
macOS) or unknown (Windows): there each worker is spawned, and imports for itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

HAS_FORK_SERVER = sys.platform == "linux"
PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent


def start_ahead(modules: Sequence[str]) -> None:
    """Workers will be wanted: the process that they come from may begin to import these."""
    if HAS_FORK_SERVER:
        from multiprocessing import forkserver

        multiprocessing.set_forkserver_preload(list(modules))
        with _project_on_the_path(os.environ):
            forkserver.ensure_running()


def process_context() -> ForkServerContext | SpawnContext:
    """What worker processes are made by."""
    if HAS_FORK_SERVER:
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


@contextmanager
def _project_on_the_path(environment: MutableMapping[str, str]) -> Iterator[None]:
    """Before CPython 3.13.1 that process knows nothing of our sys.path, and passes over in silence
    what it cannot import: https://github.com/python/cpython/issues/117378"""
    before = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PROJECT_FOLDER), before)))
    try:
        yield
    finally:
        del environment["PYTHONPATH"]
        if before is not None:
            environment["PYTHONPATH"] = before

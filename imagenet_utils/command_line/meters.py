"""How far a download is: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagenet_utils.obtaining.obtain import Progress

SECONDS_BETWEEN_LINES = 30.0


@contextmanager
def meter(name: str) -> Iterator[Progress]:
    """Shows on stderr what is told of `name`."""
    if not sys.stderr.isatty():
        yield _lines_for(name)
        return
    from tqdm import tqdm

    with tqdm(desc=name, unit="", unit_scale=True, leave=False, file=sys.stderr) as bar:

        def show(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _lines_for(name: str) -> Progress:
    last = time.monotonic()

    def show(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{name}: {done:,}" + (f" of {total:,}" if total else ""), file=sys.stderr)

    return show

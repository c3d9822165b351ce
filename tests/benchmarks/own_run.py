"""What a run of this script tells of itself in its log: the batch sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tests.benchmarks.addresses import Addresses
from tests.benchmarks.sides import Side

LOG = "log"  # in the folder of results
_LINE = re.compile(r"(\S+) (?:Downloading (\d+) images at a time|batch size \d+ -> (\d+))")


def logged(side: Side) -> Side:
    """The same, with a log beside its results."""
    def command(lists: Addresses, folder: Path) -> list[str]:
        return [*side.command(lists, folder), "--log_file", str(folder / LOG)]
    return replace(side, command=command)


def batch_sizes(log: str) -> Iterator[tuple[float, int]]:
    """Seconds since the first image was asked for (whole ones: the log has no others), and size.

    >>> list(batch_sizes("2026-11-20T16:40:43Z Downloading 57 images at a time (why)\\n"
    ...                  "2026-11-20T16:40:45Z batch size 57 -> 114\\n"))
    [(0.0, 57), (2.0, 114)]
    """
    first = None
    for stamp, begun, changed in _LINE.findall(log):
        now = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
        first = first or now
        yield (now - first).total_seconds(), int(begun or changed)

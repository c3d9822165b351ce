"""What all rows of a result come to: the figures of the first page.  Pure."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from imagenet_utils.contact_sheet.facts import Drawer, is_kept
from imagenet_utils.model import Reason

PAUSE_SECONDS = 600.0  # without a picture, between what counts as two runs


@dataclass(slots=True)
class Survey:
    """Counts, one drawer after the other."""

    reasons: Counter[Reason] = field(default_factory=Counter)
    stored_from: Counter[str] = field(default_factory=Counter)  # origin -> pictures
    failed_from: Counter[str] = field(default_factory=Counter)  # origin -> URLs
    sides: list[int] = field(default_factory=list)  # the shorter ones, in pixels
    moments: list[float] = field(default_factory=list)  # when pictures came, since 1970
    bytes: int = 0
    boxes: int = 0

    def add(self, drawer: Drawer) -> None:
        for row in drawer.rows:
            self.reasons[row.reason] += 1
            if not is_kept(row):
                self.failed_from[origin_of(row.url)] += 1
                continue
            self.stored_from[origin_of(row.url)] += 1
            self.sides.append(min(row.width or 0, row.height or 0))
            self.bytes += row.bytes or 0
            self.boxes += row.boxes
            if row.finished:
                self.moments.append(row.finished)


def origin_of(url: str) -> str:
    """The host of a picture, or the name of the archive that it is a member of.

    >>> origin_of("http://farm1.example.org:8080/a.jpg"), origin_of("/data/n02119789.tar#a.JPEG")
    ('farm1.example.org', 'n02119789.tar')
    """
    place, is_member, _ = url.partition("#")
    if not is_member or place.rpartition(".")[2] not in ("tar", "tgz", "gz", "zip"):
        try:
            host = urlsplit(url).hostname
        except ValueError:
            host = None
        if host:
            return host
    return os.path.basename(place.rstrip("/")) or "unknown"


def last_stretch(moments: Sequence[float]) -> list[float]:
    """Those since the last long pause: the last run, as far as one can tell."""
    ordered = sorted(moments)
    for place in range(len(ordered) - 1, 0, -1):
        if ordered[place] - ordered[place - 1] > PAUSE_SECONDS:
            return ordered[place:]
    return ordered

"""What a source says of one category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imagenet_utils.archives.supply import Supply
from imagenet_utils.model import Expected, ImageId, ImageRecord


@dataclass(frozen=True, slots=True)
class Listing:
    records: Sequence[ImageRecord]  # known at once
    supply: Supply | None = None  # finds the others; None: there are no others
    why_empty: str = "nothing is listed"
    is_whole: bool = True  # False: there may be others that nobody was asked about, as in a dry run
    expected: int | None = None  # how many there should be; None: nobody knows
    # Of what is supplied these are wanted, with these bytes, and no others; None: all are.
    vouched: Mapping[ImageId, Expected] | None = None

"""What a source has of a category, and what a picture of it costs, told without asking anyone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.model import ImageId, Listed, MemberLocation, RangeLocation, TreeLocation
from imagenet_utils.sources.listing import Listing


@dataclass(frozen=True, slots=True)
class Once:
    """What is paid before the first picture, however many are wanted then."""

    of: str = ""  # the archive; of one archive it is paid once
    round_trips: int = 0
    fetched: int = 0  # bytes
    stored: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Price:
    route: str  # for people, in a few words
    images: int  # that are listed
    is_exact: bool  # an index or an archive at hand tells so
    fetched_each: float  # bytes; 0 where they are at hand, or come with what is paid once
    stored_each: float  # bytes
    alive: float = 1.0  # the share of what is listed that can still be had
    annotated: int = 0  # pictures, as the catalogue counts
    boxes: int | None = None  # the same; None: nobody knows
    once: Once = Once()
    round_trips: int = 0  # for this category alone, before its first picture
    image_ids: Sequence[ImageId] | None = None  # in list order; None: not known one by one
    why_none: str = ""  # in a word or two, where no picture is listed


@dataclass(frozen=True, slots=True)
class Measure:
    """Of pictures that are known one by one."""

    image_ids: Sequence[ImageId]
    byte_count: int

    @property
    def images(self) -> int:
        return len(self.image_ids)


def measure_of(listing: Listing) -> Measure | None:
    """None where there may be others, or where it isn't told how large one is."""
    if listing.supply is not None or not listing.is_whole:
        return None
    sizes = [_size_of(record.locations[0]) for record in listing.records]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return None
    return Measure([record.image_id for record in listing.records], sum(known))


def mean_of(total: float, count: int, otherwise: float) -> float:
    return total / count if count else otherwise


def is_linkable(tree: str, save_dir: Path) -> bool:
    """Whether they are on one file system, where a link takes the place of a copy."""
    try:
        return os.stat(tree).st_dev == os.stat(standing(save_dir)).st_dev
    except OSError:
        return False


def standing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    folder = folder.absolute()
    return next((path for path in (folder, *folder.parents) if path.is_dir()), folder)


def _size_of(location: Listed) -> int | None:
    if isinstance(location, (MemberLocation, RangeLocation)):
        return location.size
    if isinstance(location, TreeLocation):
        try:
            return os.stat(location.path).st_size
        except OSError:
            return 0
    return None

"""What the pictures of a run take on the disk, and whether it has as much."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import Category, Follow
from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.options import Selection
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.price import Price, standing
from imagenet_utils.sources.source import Source
from imagenet_utils.transform.asked import Resizing
from imagenet_utils.transform.estimates import resized_bytes


def free_bytes(folder: Path) -> int:
    """Of the disk where the folder is, or will be."""
    return shutil.disk_usage(standing(folder)).free


def original_each(price: Price, resizing: Resizing | None) -> float:
    """Bytes on the disk of a picture as it came."""
    return price.stored_each if resizing is None or resizing.keeps_original else 0.0


def resized_each(price: Price, resizing: Resizing | None) -> float:
    """Bytes, about, of what else is made of it."""
    if resizing is None:
        return 0.0
    return resized_bytes(resizing.resizes,
                         price.stored_each or price.fetched_each or MEAN_IMAGE_BYTES)


def see_to_room(
    source: Source, categories: Sequence[Category], workplace: Workplace, *, selection: Selection,
    reserve: int, resizing: Resizing | None = None,
) -> None:
    """Say so where the disk has less than the run will take and `reserve` beside it.

    Raises LocalFault where not even the first category finds room, and nothing of it is here.
    """
    needed = {category.key: _to_store(source.price(category), category, workplace.ledger, selection,
                                      resizing)
              for category in categories}
    free, total = free_bytes(workplace.save_dir), sum(needed.values())
    told = f"{workplace.save_dir}: about {total:,} bytes are to come, {free:,} are free"
    first = next((key for key, size in needed.items() if size), None)
    if first and needed[first] > free and not workplace.ledger.reasons_of(first):
        raise LocalFault(f"{told}, and the first category alone takes about {needed[first]:,}",
                         "Free some space, choose another --save_dir, or mark fewer images")
    if total > max(0, free - reserve):
        workplace.teller.warn(
            f"{told}, of which --min_free_disk keeps {reserve:,}: the run will end before it has"
            " all. Free some space, choose another --save_dir, or mark fewer images.")


def _to_store(
    price: Price, category: Category, ledger: Ledger, selection: Selection,
    resizing: Resizing | None,
) -> int:
    """Bytes, about."""
    known = ledger.reasons_of(category.key)
    here = sum(count for reason, count in known.items() if reason.follow is Follow.KEPT)
    settled = sum(count for reason, count in known.items() if reason.follow is Follow.SETTLED)
    total = max(0, price.images - selection.offset)
    if selection.only_annotated:
        total = min(total, price.annotated)
    most = category.how_many if category.how_many is not None else total
    if selection.counts_images:
        images = min(most - here, price.alive * (total - here - settled))
    else:
        images = price.alive * (min(most, total) - here - settled)
    images = max(0.0, images)
    to_resize = max(0.0, images + here - _made(category, ledger, resizing))
    return int(original_each(price, resizing) * images
               + resized_each(price, resizing) * to_resize)


def _made(category: Category, ledger: Ledger, resizing: Resizing | None) -> float:
    """How many pictures are here in all sizes that are asked for."""
    if resizing is None:
        return 0
    asked = {resize.name for resize in resizing.resizes}
    there = ledger.resized_of(category.key)
    return sum(name in asked for _, name in there) / len(asked)

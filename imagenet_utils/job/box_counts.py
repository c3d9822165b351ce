"""Boxes in the pictures of a route: counted where annotations are at hand, else about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.annotations.ilsvrc_boxes import owner_of
from imagenet_utils.model import ImageId, Wnid
from imagenet_utils.sources.price import Price

OBJECT = re.compile(rb"<object[\s>]")

BoxCounts = Mapping[ImageId, int]  # boxes by picture


@dataclass(frozen=True, slots=True)
class Boxed:
    pictures: int  # that have boxes
    boxes: int | None  # in these; None: nobody knows
    is_exact: bool


def counts_of(found: CategoryBoxes) -> BoxCounts | None:
    """None: a run fetches them first."""
    if found.are_to_come:
        return None
    return _Counted(found.xmls)


class _Counted(Mapping[ImageId, int]):
    """Boxes by picture, each counted when it is asked for."""

    def __init__(self, xmls: Mapping[ImageId, bytes]) -> None:
        self._xmls = xmls

    def __getitem__(self, image_id: ImageId) -> int:
        return len(OBJECT.findall(self._xmls[image_id]))

    def __contains__(self, image_id: object) -> bool:
        return image_id in self._xmls

    def __iter__(self) -> Iterator[ImageId]:
        return iter(self._xmls)

    def __len__(self) -> int:
        return len(self._xmls)


def boxed_of_known(images: int, ids: Sequence[ImageId], counts: BoxCounts) -> Boxed:
    """Of so many pictures out of these."""
    found = [counts[image_id] for image_id in ids if image_id in counts]
    part = images / len(ids) if ids else 0.0
    return Boxed(round(len(found) * part), round(sum(found) * part), part == 1.0 or not found)


def boxed_of_listed(price: Price, counts: BoxCounts | None, code: Wnid) -> Boxed:
    """Of all that is listed; at most, where pictures aren't known one by one."""
    if counts is None:
        catalogued = Boxed(price.annotated, price.boxes, False)
        return part_of(catalogued, min(price.images, price.annotated), is_exact=False)
    if price.image_ids is not None:
        return boxed_of_known(len(price.image_ids), price.image_ids, counts)
    own = [count for image_id, count in counts.items() if owner_of(image_id) in (None, code)]
    pictures = min(price.images, len(own))
    part = pictures / len(own) if own else 0.0
    return Boxed(pictures, round(sum(own) * part), not pictures)


def share_of(boxed: Boxed, images: int, listed: int) -> Boxed:
    """Of so many pictures out of all that are listed."""
    pictures = min(images, round(boxed.pictures * images / listed)) if listed else 0
    return part_of(boxed, pictures, is_exact=images == listed or not boxed.pictures)


def part_of(boxed: Boxed, pictures: int, *, is_exact: bool) -> Boxed:
    """So many of those that have boxes."""
    part = min(1.0, pictures / boxed.pictures) if boxed.pictures else 0.0
    boxes = None if boxed.boxes is None else round(boxed.boxes * part)
    return Boxed(pictures, boxes, boxed.is_exact and is_exact)

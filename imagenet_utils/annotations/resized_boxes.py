"""Boxes that go along when a picture is turned upright, scaled and cut."""

from __future__ import annotations

import math
from typing import NamedTuple

from imagenet_utils.annotations.annotate import (
    Annotated,
    Element,
    edges_of,
    number_in,
    parsed,
    serialised,
    take_out,
)
from imagenet_utils.model import Verdict
from imagenet_utils.transform.modes import Box, Placement, Size
from imagenet_utils.transform.orientation import turned, upright

RGB_CHANNELS = "3"


class View(NamedTuple):
    """How a resized picture shows the one that the boxes were drawn on."""

    size: Size  # of that one, as stored
    orientation: int
    placement: Placement
    least_share: float  # of a box that the cut must leave


class _Fate(NamedTuple):
    """What becomes of one box: pixels from 0, first and last; None: it is dropped."""

    within: tuple[int, int, int, int] | None
    is_cut: bool


def resized_annotation(xml: bytes, view: View, *, file_name: str) -> Annotated:
    """The annotation of the resized picture; `xml` is one that fits the original.

    Raises BadAnnotation.
    """
    root = parsed(xml)
    objects = root.findall("object")
    fates = [_fate(item, view) for item in objects]
    dropped = [item for item, fate in zip(objects, fates) if fate.within is None]
    if len(dropped) == len(objects):
        return Annotated(Verdict.NONE, dropped=len(dropped))
    for item, fate in zip(objects, fates):
        _move(item, fate)
    for name, text in zip(("width", "height", "depth"),
                          (*map(str, view.placement.size), RGB_CHANNELS)):
        _say(root, f"size/{name}", text)
    _say(root, "filename", file_name)
    return Annotated(
        Verdict.RESCALED,
        xml=serialised(root),
        boxes=len(objects) - len(dropped),
        clamped=sum(fate.is_cut for fate in fates if fate.within is not None),
        dropped=len(dropped),
    )


def fits(xml: bytes, size: Size) -> bool:
    """Whether an annotation speaks of a picture of this size.  Raises BadAnnotation."""
    root = parsed(xml)
    said = tuple(number_in(root.findtext(f"size/{side}")) for side in ("width", "height"))
    return said == size


def _fate(item: Element, view: View) -> _Fate:
    values = [number_in(edge.text) for edge in edges_of(item)]
    left, right, top, bottom = values or [None] * 4
    if left is None or right is None or top is None or bottom is None:
        return _Fate(None, is_cut=False)
    whole = _seen(turned((left, top, right + 1, bottom + 1), view.size, view.orientation), view)
    width, height = view.placement.size
    visible = (max(whole[0], 0), max(whole[1], 0), min(whole[2], width), min(whole[3], height))
    # An edge that falls between two pixels goes to the upper one on both ends alike.
    column, row, end_column, end_row = (math.floor(edge + 0.5) for edge in whole)
    within = (max(column, 0), min(end_column, width) - 1, max(row, 0), min(end_row, height) - 1)
    is_cut = within != (column, end_column - 1, row, end_row - 1)
    is_too_little = is_cut and _area(visible) < view.least_share * _area(whole)
    if is_too_little or within[0] > within[1] or within[2] > within[3]:
        return _Fate(None, is_cut)
    return _Fate(within, is_cut)


def _seen(box: Box, view: View) -> Box:
    """In pixels of the result, beyond its edges too."""
    width, height = upright(view.size, view.orientation)
    placement = view.placement
    across, down = placement.scaled[0] / width, placement.scaled[1] / height
    return (box[0] * across - placement.left, box[1] * down - placement.top,
            box[2] * across - placement.left, box[3] * down - placement.top)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _move(item: Element, fate: _Fate) -> None:
    if fate.within is None:
        take_out(item)
        return
    for edge, value in zip(edges_of(item), fate.within):
        edge.text = str(value)
    if fate.is_cut:
        _say(item, "truncated", "1")


def _say(element: Element, path: str, text: str) -> None:
    """What the annotation does not speak of stays unsaid."""
    found = element.find(path)
    if found is not None:
        found.text = text

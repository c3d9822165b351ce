"""Boxes as they lie beside stored pictures: pixels counted from 0, the last ones included."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from imagenet_utils.annotations.annotate import (
    BadAnnotation,
    Element,
    edges_of,
    number_in,
    parsed,
)
from imagenet_utils.annotations.box_archives import LARGEST_XML
from imagenet_utils.exports.stored_pictures import StoredPicture

UNREADABLE = "annotations that cannot be read"
Edges = tuple[float, float, float, float]  # left, right, top, bottom, as they stand in the XML


class Box(NamedTuple):
    """Whole pixels within the picture."""

    name: str  # a label or a code; `Classes.of_box` knows whose
    xmin: int
    ymin: int
    xmax: int
    ymax: int
    pose: str = "Unspecified"
    truncated: bool = False
    difficult: bool = False

    @property
    def width(self) -> int:
        return self.xmax - self.xmin + 1

    @property
    def height(self) -> int:
        return self.ymax - self.ymin + 1


def boxes_of(places: Iterable[StoredPicture], left_out: Counter[str]) -> list[Box]:
    """Sorted; one that several categories' copies of a picture show counts once."""
    boxes: Counter[Box] = Counter()
    for place in places:
        try:
            xml = xml_beside(place)
            found = boxes_in(xml, place.width, place.height) if xml is not None else ()
            boxes |= Counter(found)
        except (BadAnnotation, OSError):
            left_out[UNREADABLE] += 1
    return sorted(boxes.elements())


def xml_beside(picture: StoredPicture) -> bytes | None:
    """None where there is none.  Raises BadAnnotation and OSError."""
    return xml_at(picture.annotation_path)


def xml_at(path: str) -> bytes | None:
    """None where there is none.  Raises BadAnnotation and OSError."""
    if not os.path.exists(path):
        return None
    if not os.path.isfile(path):  # reading a pipe would wait for ever
        raise BadAnnotation("no plain file")
    with open(path, "rb") as file:
        xml = file.read(LARGEST_XML + 1)
    if len(xml) > LARGEST_XML:
        raise BadAnnotation(f"more than {LARGEST_XML:,} bytes")
    return xml


def boxes_in(xml: bytes, width: int, height: int) -> Iterator[Box]:
    """In the order of the XML; objects without a pixel on the picture are left out.

    Raises BadAnnotation.
    """
    root = parsed(xml)
    if size_in(root) != (width, height):
        raise BadAnnotation("it speaks of a picture of another size")
    for item, (left, right, top, bottom) in objects_with_edges(root):
        xmin, xmax = _within(left, right, width)
        ymin, ymax = _within(top, bottom, height)
        if xmin <= xmax and ymin <= ymax:
            yield Box(name_of(item), xmin, ymin, xmax, ymax,
                      " ".join((item.findtext("pose") or "").split()) or "Unspecified",
                      item.findtext("truncated") == "1", item.findtext("difficult") == "1")


def size_in(root: Element) -> tuple[float | None, float | None]:
    """Width and height of the picture, as the annotation has them."""
    return number_in(root.findtext("size/width")), number_in(root.findtext("size/height"))


def objects_with_edges(root: Element) -> Iterator[tuple[Element, Edges]]:
    """Those that have one readable box."""
    for item in root.iterfind("object"):
        values = [number_in(edge.text) for edge in edges_of(item)]
        known = [value for value in values if value is not None]
        if len(known) == 4:
            left, right, top, bottom = known
            yield item, (left, right, top, bottom)


def name_of(item: Element) -> str:
    """
    >>> name_of(parsed(b"<annotation><name> kit\\n fox</name></annotation>"))
    'kit fox'
    """
    return " ".join((item.findtext("name") or "").split())


def _within(one: float, other: float, side: int) -> tuple[int, int]:
    """
    >>> _within(624, -3, 500), _within(7, 7, 500), _within(510, 600, 500)
    ((0, 499), (7, 7), (510, 499))
    """
    low, high = sorted(math.floor(edge + 0.5) for edge in (one, other))
    return max(low, 0), min(high, side - 1)

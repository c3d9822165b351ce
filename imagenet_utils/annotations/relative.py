"""Boxes that are told as shares of a picture's sides, and so fit it in any size.

They travel as the XML that will be written, but that its root says `relative`, its edges go from 0
to 1, and its size is nobody's.  One of the places that a picture may come from can have its pixels
turned against those that the boxes were drawn on: then the root says which, and by how much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from imagenet_utils.annotations.annotate import (
    BadAnnotation, Element, edges_of, number_in, parsed,
)

_HEAD = "<annotation relative='yes'"
_TURN, _TURNED_AT = "turn", "turned_at"
DEPTH = 3  # channels, as all annotations say, whatever the picture has


class Sides(NamedTuple):
    """Edges of a box from 0 to 1, from the picture's upper left corner."""

    left: float
    right: float
    top: float
    bottom: float

    def turned(self, degrees: int) -> Sides:
        """As they lie when the picture is turned counterclockwise.

        >>> Sides(0.1, 0.2, 0.3, 0.5).turned(90)
        Sides(left=0.3, right=0.5, top=0.8, bottom=0.9)
        """
        sides = self
        for _quarter in range(degrees // 90 % 4):
            left, right, top, bottom = sides
            sides = Sides(top, bottom, 1 - right, 1 - left)
        return sides


class RelativeBox(NamedTuple):
    label: str
    sides: Sides
    traits: Mapping[str, str]  # further elements of the object, by name
    is_truncated: bool = False


class Turn(NamedTuple):
    """Pictures from one place have their pixels turned against those of all others."""

    degrees: int  # counterclockwise
    url: str


def relative_xml(
    boxes: Iterable[RelativeBox], *, database: str, folder: str, turn: Turn | None = None
) -> bytes:
    turning = _turning(turn) if turn else ""
    return "".join((
        f"{_HEAD}{turning}>\n"
        f"\t<folder>{escape(folder)}</folder>\n"
        "\t<filename></filename>\n"
        f"\t<source>\n\t\t<database>{escape(database)}</database>\n\t</source>\n"
        "\t<size>\n\t\t<width>1</width>\n\t\t<height>1</height>\n"
        f"\t\t<depth>{DEPTH}</depth>\n\t</size>\n"
        "\t<segmented>0</segmented>\n",
        *map(_object, boxes),
        "</annotation>",
    )).encode()


def _turning(turn: Turn) -> str:
    from xml.sax.saxutils import quoteattr  # which brings urllib and http.client along

    return f" {_TURN}='{turn.degrees}' {_TURNED_AT}={quoteattr(turn.url)}"


def _object(box: RelativeBox) -> str:
    traits = "".join(f"\t\t<{name}>{escape(value)}</{name}>\n"
                     for name, value in box.traits.items())
    left, right, top, bottom = box.sides
    return (
        f"\t<object>\n\t\t<name>{escape(box.label)}</name>\n"
        f"\t\t<pose>Unspecified</pose>\n\t\t<truncated>{box.is_truncated:d}</truncated>\n"
        "\t\t<difficult>0</difficult>\n"
        f"\t\t<bndbox>\n\t\t\t<xmin>{left}</xmin>\n\t\t\t<ymin>{top}</ymin>\n"
        f"\t\t\t<xmax>{right}</xmax>\n\t\t\t<ymax>{bottom}</ymax>\n\t\t</bndbox>\n"
        f"{traits}\t</object>\n"
    )


def is_relative(xml: bytes) -> bool:
    return xml.startswith(_HEAD.encode())


def made_absolute(xml: bytes, width: int, height: int, *, url: str) -> bytes:
    """In pixels of a picture of this size that came from `url`; not yet clamped to it.

    Raises BadAnnotation.
    """
    from lxml import etree

    root = parsed(xml)
    degrees = int(number_in(root.get(_TURN)) or 0) if root.get(_TURNED_AT) == url else 0
    root.attrib.clear()
    for name, side in (("width", width), ("height", height)):
        element = root.find(f"size/{name}")
        if element is None:  # one of the user's, that begins like ours
            raise BadAnnotation(f"no {name} in it")
        element.text = str(side)
    for item in root.iterfind("object"):
        _place(item, width, height, degrees)
    return bytes(etree.tostring(root))


def _place(item: Element, width: int, height: int, degrees: int) -> None:
    """What is no box stays as it is, and is dropped for that."""
    edges = edges_of(item)
    values = [value for edge in edges if (value := number_in(edge.text)) is not None]
    if len(values) < len(Sides._fields):
        return
    left, right, top, bottom = Sides(*values).turned(degrees)
    pixels = (*_pixels(left, right, width), *_pixels(top, bottom, height))
    for edge, pixel in zip(edges, pixels):
        edge.text = str(pixel)


def _pixels(low: float, high: float, side: int) -> tuple[int, int]:
    """The first and the last one; an edge between two pixels goes to the upper one, on both ends.

    >>> _pixels(0.0, 1.0, 640), _pixels(0.25, 0.5, 8)
    ((0, 639), (2, 3))
    """
    return math.floor(low * side + 0.5), math.floor(high * side + 0.5) - 1

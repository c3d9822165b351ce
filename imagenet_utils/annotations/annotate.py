"""Boxes held against the picture that was really stored, and the XML that is written beside it.

The XMLs of ImageNet count pixels from 0, and a box's last column and row belong to it.  They were
drawn on the picture in the size that `<size>` names, which is not always the size on the disk.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imagenet_utils.model import Verdict

# Two aspects count as one up to this ratio; rounding a thumbnail's side to pixels costs less.
SAME_ASPECT_PERCENT = 101

# No picture is that long: beyond it a number is garbage, and floats stop counting single pixels.
LONGEST_SIDE = 10**9

Element = Any  # lxml's elements carry no type hints


class BadAnnotation(ValueError):
    """Bytes that are no annotation; one line says why."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """`xml` is there when the verdict is AS_IS or RESCALED, and only then."""

    verdict: Verdict
    xml: bytes | None = None
    boxes: int = 0  # written
    clamped: int = 0  # of those written, the ones that reached beyond the picture
    dropped: int = 0  # objects left out: no readable box, or no pixel of it within the picture


def annotation_for(
    xml: bytes,
    *,
    file_name: str,
    width: int,
    height: int,
    label_of: Callable[[str], str | None],
) -> Annotated:
    """The annotation of a stored picture of `width` times `height` pixels.

    `label_of` gives the label of an object's name, or None where the name is to stay.
    MISMATCH leaves the boxes unread; NONE means that no box is left to write.
    Raises BadAnnotation.
    """
    root = parsed(xml)
    across, down = _axes(root, width, height)
    verdict = _verdict(across, down)
    if verdict is Verdict.MISMATCH:
        return Annotated(verdict)

    objects = root.findall("object")
    reaches = [_fit(item, across, down) for item in objects]
    dropped = [item for item, reach in zip(objects, reaches) if reach is None]
    if len(dropped) == len(objects):
        return Annotated(Verdict.NONE, dropped=len(dropped))

    for item in dropped:
        take_out(item)
    _name(root, file_name, label_of)
    if verdict is Verdict.RESCALED:
        root.find("size/width").text, root.find("size/height").text = str(width), str(height)
    return Annotated(
        verdict,
        xml=serialised(root),
        boxes=len(objects) - len(dropped),
        clamped=sum(reach is True for reach in reaches),
        dropped=len(dropped),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """One side of the picture in pixels: as the annotators saw it, and as it is stored."""

    shown: int  # 0: not known
    stored: int

    def fitted(self, first: float, last: float) -> tuple[int, int]:
        """First and last pixel on the stored side, not yet clamped to it.

        An edge that falls between two pixels goes to the upper one on both ends alike, so a box
        that is moved by whole pixels keeps its size.
        """
        return (
            math.floor(first * self.stored / self.shown + 0.5),
            math.floor((last + 1) * self.stored / self.shown + 0.5) - 1,
        )


def parsed(xml: bytes) -> Element:
    """The root of an annotation that nobody vouches for.  Raises BadAnnotation."""
    from lxml import etree

    # Before the parser sees it: an annotation needs no DTD, and every entity attack does.
    if b"<!DOCTYPE" in xml:
        raise BadAnnotation("a DOCTYPE, which no annotation has")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise BadAnnotation(f"not XML: {' '.join(str(error.msg).split())}") from None
    # The bytes of other encodings, such as UTF-16, hide it from the search above.
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadAnnotation("a DOCTYPE, which no annotation has")
    if root.tag != "annotation":
        raise BadAnnotation(f"expected the root 'annotation', found {root.tag[:80]!r}")
    return root


def _axes(root: Element, width: int, height: int) -> tuple[_Axis, _Axis]:
    shown_width = number_in(root.findtext("size/width"))
    shown_height = number_in(root.findtext("size/height"))
    return _Axis(int(shown_width or 0), width), _Axis(int(shown_height or 0), height)


def _verdict(across: _Axis, down: _Axis) -> Verdict:
    if across.shown <= 0 or down.shown <= 0:
        return Verdict.MISMATCH
    if (across.shown, down.shown) == (across.stored, down.stored):
        return Verdict.AS_IS
    narrower, wider = sorted((across.shown * down.stored, down.shown * across.stored))
    same_aspect = wider * 100 <= narrower * SAME_ASPECT_PERCENT
    return Verdict.RESCALED if same_aspect else Verdict.MISMATCH


def _fit(item: Element, across: _Axis, down: _Axis) -> bool | None:
    """Write the object's box as it lies on the picture: was it clamped?  None: it has no pixel."""
    edges = edges_of(item)
    left, right, top, bottom = (number_in(edge.text) for edge in edges) if edges else [None] * 4
    if left is None or right is None or top is None or bottom is None:
        return None
    reach = (*across.fitted(left, right), *down.fitted(top, bottom))
    last_column, last_row = across.stored - 1, down.stored - 1
    within = (
        max(reach[0], 0), min(reach[1], last_column), max(reach[2], 0), min(reach[3], last_row)
    )
    if within[0] > within[1] or within[2] > within[3]:
        return None
    for edge, value in zip(edges, within):
        edge.text = str(value)
    return within != reach


def edges_of(item: Element) -> list[Element]:
    """The four elements of an object's only box; none where there is more or less than one."""
    boxes = list(item.iter("bndbox"))
    if len(boxes) != 1:
        return []
    found = [boxes[0].findall(name) for name in ("xmin", "xmax", "ymin", "ymax")]
    return [edges[0] for edges in found] if all(len(edges) == 1 for edges in found) else []


def number_in(text: str | None) -> float | None:
    """Whole numbers and others, as some editions of the boxes have them; None: not one.

    >>> number_in(" 12.0 "), number_in("nan"), number_in("1e300"), number_in(None)
    (12.0, None, None, None)
    """
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) <= LONGEST_SIDE else None


def take_out(item: Element) -> None:
    """Remove an element and keep the indentation of what stays."""
    before = item.getprevious()
    if before is not None:
        before.tail = item.tail
    item.getparent().remove(item)


def _name(root: Element, file_name: str, label_of: Callable[[str], str | None]) -> None:
    file_element = root.find("filename")
    if file_element is None:
        file_element = root.makeelement("filename")
        file_element.tail = root.text
        root.insert(0, file_element)
    file_element.text = file_name
    for name in root.iterfind("object/name"):
        label = label_of((name.text or "").strip())
        if label is not None:
            name.text = label


def serialised(root: Element) -> bytes:
    """UTF-8 without a declaration, as the originals are; they lack the final newline only."""
    from lxml import etree

    tree = root.getroottree()  # with the comments around the root
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=False) + b"\n"

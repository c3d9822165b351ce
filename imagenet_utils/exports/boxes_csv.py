"""`bounding_boxes.csv`: the boxes of all stored pictures, relative to width and height.

    image,xmin,ymin,xmax,ymax,label
    n02119789_16836.jpg,0.2640,0.0898,0.8100,0.9551,kit_fox

As the `get_bounding_boxes.py` of older training scripts computes them: a coordinate divided by the
XML's own width or height, the smaller one first, clamped to 0 to 1, empty boxes left out.  They
are sorted by image, then by box.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from itertools import chain, groupby

from imagenet_utils.annotations.annotate import BadAnnotation, parsed
from imagenet_utils.exports.boxes import (
    UNREADABLE,
    Edges,
    name_of,
    objects_with_edges,
    size_in,
    xml_beside,
)
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.stored_pictures import StoredPicture
from imagenet_utils.results.report import harmless
from imagenet_utils.telling import counted

HEADER = "image,xmin,ymin,xmax,ymax,label"
OPENING = HEADER.encode()  # by which an earlier one is known as ours

BoxLine = tuple[str, str, str, str, str]  # xmin, ymin, xmax, ymax from 0 to 1, and the label


def write(job: ExportJob) -> str:
    count = images = 0
    by_file_name = groupby(job.pictures(), key=lambda picture: picture.stored.name)
    with open(job.target, "x", encoding="utf-8", errors="replace", newline="") as file:
        file.write(f"{HEADER}\n")
        writer = csv.writer(file, lineterminator="\n")
        for file_name, pictures in by_file_name:
            places = chain.from_iterable(picture.places for picture in pictures)
            lines = _lines_of(places, job.left_out)
            writer.writerows((harmless(file_name), *line) for line in lines)
            count += len(lines)
            images += bool(lines)
    return f"{counted(count, 'box', 'boxes')} of {counted(images, 'image')}"


def _lines_of(places: Iterable[StoredPicture], left_out: Counter[str]) -> list[BoxLine]:
    """A box that several categories' copies of a picture show counts once."""
    boxes: Counter[BoxLine] = Counter()
    for place in places:
        try:
            xml = xml_beside(place)
            boxes |= Counter(boxes_in(xml)) if xml is not None else Counter()
        except (BadAnnotation, OSError):
            left_out[UNREADABLE] += 1
    return sorted(boxes.elements())


def boxes_in(xml: bytes) -> list[BoxLine]:
    """In the order of the XML; objects without a box are left out.  Raises BadAnnotation."""
    root = parsed(xml)
    width, height = size_in(root)
    if not width or not height or width < 0 or height < 0:
        raise BadAnnotation("no size, so that nothing can be relative to it")
    boxes = (_box_of(edges, name_of(item), width, height)
             for item, edges in objects_with_edges(root))
    return [box for box in boxes if box is not None]


def _box_of(edges: Edges, label: str, width: float, height: float) -> BoxLine | None:
    """None: nothing is left of it at the precision that is written."""
    left, right, top, bottom = edges
    xmin, xmax = _relative(left, right, width)
    ymin, ymax = _relative(top, bottom, height)
    if xmin == xmax or ymin == ymax:
        return None
    return xmin, ymin, xmax, ymax, harmless(label)


def _relative(one: float, other: float, side: float) -> tuple[str, str]:
    """
    >>> _relative(624, -3, 500)
    ('0.0000', '1.0000')
    """
    low, high = sorted(min(max(0.0, edge / side), 1.0) for edge in (one, other))
    return f"{low:.4f}", f"{high:.4f}"

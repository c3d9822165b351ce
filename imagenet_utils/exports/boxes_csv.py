"""`bounding_boxes.csv`: the boxes of all stored pictures, relative to width and height.

    image,xmin,ymin,xmax,ymax,label
    n02119789_16836.jpg,0.2640,0.0898,0.8100,0.9551,kit_fox

As the `get_bounding_boxes.py` of older training scripts computes them: a coordinate divided by the
XML's own width or height, the smaller one first, clamped to 0 to 1, empty boxes left out.  They
are sorted by image, then by box.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.annotations.annotate import (
    BadAnnotation,
    Element,
    edges_of,
    number_in,
    parsed,
)
from imagenet_utils.annotations.box_archives import LARGEST_XML
from imagenet_utils.errors import UsageError
from imagenet_utils.exports.stored_pictures import StoredPicture, count_of_stored, stored_pictures
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.report import harmless
from imagenet_utils.telling import Teller
from imagenet_utils.whole_files import local_faults, remove_stale, successor

FILE_NAME = "bounding_boxes.csv"
HEADER = "image,xmin,ymin,xmax,ymax,label"

BoxLine = tuple[str, str, str, str, str]  # xmin, ymin, xmax, ymax from 0 to 1, and the label


def write_boxes_csv(ledger: Ledger, save_dir: Path, export_dir: Path, teller: Teller) -> str:
    """What became of it, in one line.  Raises LocalFault and UsageError."""
    path = export_dir / FILE_NAME
    with local_faults(path):
        _refuse_what_is_not_ours(path)
        remove_stale(path)
        tally: Counter[str] = Counter()
        pictures = _shown(stored_pictures(ledger, save_dir), count_of_stored(ledger), teller)
        with successor(path) as file:
            _write(file, pictures, tally)
    text = f"{path}: {tally['boxes']:,} boxes of {tally['images']:,} images"
    if tally["unreadable"]:
        text += f"; {tally['unreadable']:,} annotations that cannot be read were left out"
    return text


def _refuse_what_is_not_ours(path: Path) -> None:
    """An earlier export may go; the older tool's file, which has no header, and any other stay."""
    try:
        with open(path, "rb") as file:
            is_ours = file.readline(len(HEADER) + 2).rstrip(b"\r\n") == HEADER.encode()
    except FileNotFoundError:
        return
    if not is_ours:
        raise UsageError(f"{path}: is there, but no export of this tool: it does not begin with"
                         f" {HEADER}", "Move it away, or name another folder")


def _shown(
    pictures: Iterable[StoredPicture], total: int, teller: Teller
) -> Iterator[StoredPicture]:
    with teller.progress(f"Writing {FILE_NAME}") as progress:
        for number, picture in enumerate(pictures, 1):
            yield picture
            progress.show(number, total)


def _write(file: BinaryIO, pictures: Iterable[StoredPicture], tally: Counter[str]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    writer = csv.writer(text, lineterminator="\n")
    text.write(f"{HEADER}\n")
    for file_name, places in groupby(pictures, key=attrgetter("file_name")):
        lines = _lines_of(places, tally)
        writer.writerows((harmless(file_name), *line) for line in lines)
        tally["boxes"] += len(lines)
        tally["images"] += bool(lines)
    text.flush()
    text.detach()


def _lines_of(places: Iterable[StoredPicture], tally: Counter[str]) -> list[BoxLine]:
    """A box that several categories' copies of a picture show counts once."""
    boxes: Counter[BoxLine] = Counter()
    for place in places:
        try:
            xml = _annotation_of(place)
            boxes |= Counter(boxes_in(xml)) if xml is not None else Counter()
        except (BadAnnotation, OSError):
            tally["unreadable"] += 1
    return sorted(boxes.elements())


def _annotation_of(picture: StoredPicture) -> bytes | None:
    """None where there is none, or where its picture is gone.  Raises BadAnnotation and OSError."""
    path = picture.annotation_path
    if not os.path.exists(path) or not os.path.exists(picture.path):
        return None
    if not os.path.isfile(path):  # reading a pipe would wait for ever
        raise BadAnnotation("no plain file")
    with open(path, "rb") as file:
        xml = file.read(LARGEST_XML + 1)
    if len(xml) > LARGEST_XML:
        raise BadAnnotation(f"more than {LARGEST_XML:,} bytes")
    return xml


def boxes_in(xml: bytes) -> list[BoxLine]:
    """In the order of the XML; objects without a box are left out.  Raises BadAnnotation."""
    root = parsed(xml)
    width, height = (number_in(root.findtext(f"size/{side}")) for side in ("width", "height"))
    if not width or not height or width < 0 or height < 0:
        raise BadAnnotation("no size, so that nothing can be relative to it")
    boxes = (_box_of(item, width, height) for item in root.iterfind("object"))
    return [box for box in boxes if box is not None]


def _box_of(item: Element, width: float, height: float) -> BoxLine | None:
    """None: no box, or nothing of it left at the precision that is written."""
    values = [number_in(edge.text) for edge in edges_of(item)]
    left, right, top, bottom = values or [None] * 4
    if left is None or right is None or top is None or bottom is None:
        return None
    xmin, xmax = _relative(left, right, width)
    ymin, ymax = _relative(top, bottom, height)
    if xmin == xmax or ymin == ymax:
        return None
    label = " ".join((item.findtext("name") or "").split())
    return xmin, ymin, xmax, ymax, harmless(label)


def _relative(one: float, other: float, side: float) -> tuple[str, str]:
    """
    >>> _relative(624, -3, 500)
    ('0.0000', '1.0000')
    """
    low, high = sorted(min(max(0.0, edge / side), 1.0) for edge in (one, other))
    return f"{low:.4f}", f"{high:.4f}"

"""The boxes beside a stored picture, to be drawn on it."""

from __future__ import annotations

import os
from pathlib import Path

from imagenet_utils.annotations.annotate import BadAnnotation, edges_of, number_in, parsed
from imagenet_utils.annotations.box_archives import LARGEST_XML
from imagenet_utils.results.layout import annotation_dir
from imagenet_utils.results.row import Row

MOST_BOXES = 200  # on one picture
LONGEST_NAME = 80  # letters

DrawnBox = tuple[float, float, float, float, str]  # x, y, width, height in pixels, name


def boxes_beside(save_dir: Path, folder: str, row: Row) -> list[DrawnBox]:
    """None where nothing readable lies there."""
    stem, _ = os.path.splitext(row.file_name or "")
    try:
        return boxes_in(_read(os.path.join(annotation_dir(str(save_dir / folder)), f"{stem}.xml")))
    except (OSError, BadAnnotation):
        return []


def boxes_in(xml: bytes) -> list[DrawnBox]:
    """Raises BadAnnotation."""
    found: list[DrawnBox] = []
    for item in parsed(xml).iterfind("object"):
        left, right, top, bottom = [number_in(edge.text) for edge in edges_of(item)] or [None] * 4
        if left is None or right is None or top is None or bottom is None:
            continue
        name = " ".join((item.findtext("name") or "").split())[:LONGEST_NAME]
        found.append((left, top, right - left + 1, bottom - top + 1, name))  # the last ones belong
    return found[:MOST_BOXES]


def _read(path: str) -> bytes:
    if not os.path.isfile(path):  # reading a pipe would wait for ever
        raise BadAnnotation("no plain file")
    with open(path, "rb") as file:
        xml = file.read(LARGEST_XML + 1)
    if len(xml) > LARGEST_XML:
        raise BadAnnotation(f"more than {LARGEST_XML:,} bytes")
    return xml

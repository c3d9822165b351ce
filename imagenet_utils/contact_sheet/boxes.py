"""The boxes beside a stored picture, to be drawn on it."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from imagenet_utils.annotations.annotate import BadAnnotation
from imagenet_utils.exports.boxes import boxes_in, xml_at
from imagenet_utils.results.layout import annotation_dir
from imagenet_utils.results.row import Row

MOST_BOXES = 200  # on one picture
LONGEST_NAME = 80  # letters

DrawnBox = tuple[int, int, int, int, str]  # x, y, width, height in pixels, name


def boxes_beside(save_dir: Path, folder: str, row: Row) -> list[DrawnBox]:
    """None where nothing readable lies there."""
    stem, _ = os.path.splitext(row.file_name or "")
    try:
        xml = xml_at(os.path.join(annotation_dir(str(save_dir / folder)), f"{stem}.xml"))
        boxes = boxes_in(xml, row.width or 0, row.height or 0) if xml is not None else iter(())
        return [(box.xmin, box.ymin, box.width, box.height, box.name[:LONGEST_NAME])
                for box in islice(boxes, MOST_BOXES)]
    except (OSError, BadAnnotation):
        return []

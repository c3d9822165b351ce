"""Boxes of a picture, each with the class whose number it bears."""

from __future__ import annotations

from typing import NamedTuple

from imagenet_utils.exports.boxes import Box, boxes_of
from imagenet_utils.exports.classes import ExportClass
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import ExportPicture

WITHOUT_CLASS = "boxes of categories that are not exported"


class NumberedBox(NamedTuple):
    box: Box
    of: ExportClass


def numbered_boxes(job: ExportJob, picture: ExportPicture) -> list[NumberedBox]:
    """Those of no exported class are counted as left out."""
    found = []
    for box in boxes_of(picture.places, job.left_out):
        of = job.classes.of_box(box.name)
        if of:
            found.append(NumberedBox(box, of))
        else:
            job.left_out[WITHOUT_CLASS] += 1
    return found

"""A proven picture once more in other sizes, each with its boxes, in its place."""

from __future__ import annotations

import hashlib
import os
import time
from typing import NamedTuple

from imagenet_utils.annotations.beside_pictures import Place
from imagenet_utils.annotations.beside_resized import Drawn
from imagenet_utils.model import ImageTask, Picture
from imagenet_utils.results.layout import images_dir
from imagenet_utils.results.store import digest_of, with_shard, write_ours
from imagenet_utils.transform.asked import EDITED, MADE, Resize, Resized, Resizing
from imagenet_utils.transform.formats import FORMATS, encoded
from imagenet_utils.transform.modes import placed
from imagenet_utils.transform.pixels import Pixels


def put_resized(
    task: ImageTask, picture: Picture, pixels: Pixels, drawn: Drawn
) -> tuple[Resized, ...]:
    """All that the task asks for.  Raises OSError."""
    asked = task.resizing
    assert asked is not None
    original = _Original(task, picture, pixels, drawn)
    return tuple(_put(resize, asked, original) for resize in asked.resizes)


class _Original(NamedTuple):
    """What there is of it."""

    task: ImageTask
    picture: Picture
    pixels: Pixels
    drawn: Drawn


def _put(resize: Resize, asked: Resizing, original: _Original) -> Resized:
    placement = placed(resize, original.pixels.upright_size)
    data = encoded(original.pixels.cut(placement), resize.format, resize.quality,
                   original.pixels.metadata.profile)
    folder, place = original.task.folder, original.task.place
    name = f"{place}.{FORMATS[resize.format].extension}"
    path = with_shard(os.path.join(images_dir(folder, resize.name), name), place)
    written_ns = write_ours(path, data, asked.ours)
    boxes = original.drawn.put_beside(resize, _place(folder, place, resize, asked.ours),
                                      file_name=name, least_share=asked.least_share)
    status = os.stat(path)
    width, height = placement.size
    return Resized(
        resize=resize.name, recipe=resize.recipe, source_sha256=original.picture.sha256,
        orientation=original.pixels.orientation, state=EDITED if written_ns is None else MADE,
        file_name=name, bytes=status.st_size, width=width, height=height,
        sha256=hashlib.sha256(data).hexdigest(), mtime_ns=status.st_mtime_ns,
        annotation=boxes.verdict.value, boxes=boxes.written, boxes_clamped=boxes.clamped,
        boxes_dropped=boxes.dropped, xml_sha256=boxes.xml_sha256, finished=time.time(),
    )


def _place(folder: str, name: str, resize: Resize, ours: frozenset[str]) -> Place:
    place = Place(folder, name, None, resize.name)
    there = digest_of(place.path)
    return place._replace(known_xml=there) if there in ours else place

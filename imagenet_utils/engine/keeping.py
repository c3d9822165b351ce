"""A proven picture in its place, its boxes beside it, and what else is asked to be made of it."""

from __future__ import annotations

import os
from hashlib import sha256

from imagenet_utils.annotations.annotate import Annotated
from imagenet_utils.annotations.beside_pictures import Place, counted_boxes, put
from imagenet_utils.annotations.beside_resized import drawn_boxes
from imagenet_utils.engine.resizing import put_resized
from imagenet_utils.model import FileLocation, ImageTask, Picture, Stored, TreeLocation
from imagenet_utils.results.layout import annotation_dir, images_dir
from imagenet_utils.results.store import (
    Occupied, digest_of, link_or_copy, with_shard, write_new, write_over,
)
from imagenet_utils.transform.asked import Resizing
from imagenet_utils.transform.pixels import Pixels


def make_category_folders(folder: str, asked: Resizing | None = None) -> None:
    has_originals = asked is None or asked.keeps_original or os.path.isdir(images_dir(folder))
    names = [""] if has_originals else []
    names += [resize.name for resize in asked.resizes] if asked else []
    for name in names:
        os.makedirs(images_dir(folder, name), exist_ok=True)
        os.makedirs(annotation_dir(folder, name), exist_ok=True)


def file_name(task: ImageTask, picture: Picture) -> str:
    """Below the folder of images."""
    if isinstance(task.location, FileLocation):
        return f"{task.place}{os.path.splitext(task.location.path)[1]}"
    return f"{task.place}.{picture.extension}"


def stored(
    task: ImageTask, body: bytes | bytearray, picture: Picture, annotated: Annotated, *,
    is_original: bool,
) -> Stored:
    """Raises Occupied where a file of the user's lies in the way, and OSError."""
    if not _keeps_original(task):
        return Stored(None, 0, picture, counted_boxes(annotated))
    name = file_name(task, picture)
    path = with_shard(os.path.join(images_dir(task.folder), name), task.place)
    mtime_ns = _stored_at(path, task, body, is_original=is_original)
    return Stored(name, mtime_ns, picture, put(annotated, _place_of(task)))


def with_resized(
    kept: Stored, task: ImageTask, pixels: Pixels, annotated: Annotated
) -> Stored:
    """Raises OSError."""
    drawn = drawn_boxes(task.annotation, annotated, kept.picture, orientation=pixels.orientation,
                        place=_place_of(task), label_of=task.labels.get)
    return kept._replace(resized=put_resized(task, kept.picture, pixels, drawn))


def _keeps_original(task: ImageTask) -> bool:
    """One that lies in its place stays there."""
    asked = task.resizing
    return asked is None or asked.keeps_original or isinstance(task.location, FileLocation)


def _place_of(task: ImageTask) -> Place:
    return Place(task.folder, task.place, task.known_xml)


def _stored_at(
    path: str, task: ImageTask, body: bytes | bytearray, *, is_original: bool
) -> int:
    """The picture in its place, where it may lie already: its mtime in ns."""
    if isinstance(task.location, FileLocation):
        return os.stat(path).st_mtime_ns
    if task.may_replace:
        return write_over(path, body)
    try:
        if isinstance(task.location, TreeLocation) and is_original:
            return link_or_copy(task.location.path, path)
        return write_new(path, body)
    except Occupied:
        if digest_of(path) != sha256(body).hexdigest():
            raise
        return os.stat(path).st_mtime_ns  # stored by a worker that died before it could tell

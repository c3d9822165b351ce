"""`tfrecord`: the shards that Inception's training reads, one Example for each picture.

    train-00000-of-00002  train-00001-of-00002  validation-00000-of-00001

The keys are those of its `build_imagenet_data.py`.  Colours, channels and format are what each
picture really has.  Classes count from 1, for 0 is the background, and -1 where nobody knows.
Boxes are relative: from the outer edge of their first pixel to that of their last.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO

from imagenet_utils.exports.bodies import CHANGED, pictures_with_bodies
from imagenet_utils.exports.classes import ExportClass
from imagenet_utils.exports.export_job import ExportJob, Instances
from imagenet_utils.exports.gallery import UNKNOWN, ExportPicture
from imagenet_utils.exports.shards import Shard, Shards
from imagenet_utils.exports.stored_pictures import StoredPicture
from imagenet_utils.exports.tf_example import (
    bytes_feature,
    example_with_body,
    floats_feature,
    ints_feature,
)
from imagenet_utils.proof.colour_space import Colours, colours_of
from imagenet_utils.proof.verify import KINDS
from imagenet_utils.telling import counted

PICTURES_PER_SHARD = 1_250  # as in the 1,024 shards that ImageNet is usually cut into
_MASK_DELTA = 0xA282EAD8


def write(job: ExportJob) -> str:
    """How much of what there is, in one line.  Raises LocalFault."""
    tally: Counter[str] = Counter()

    def opened(shard: Shard) -> BinaryIO:
        tally["shards"] += 1
        return open(job.target / shard.name, "xb")

    with Shards(job, PICTURES_PER_SHARD, opened) as shards:
        for picture, body in pictures_with_bodies(job):
            boxes = job.classified_boxes_of(picture)
            try:
                features = _features(picture, boxes, colours_of(body, picture.extension))
            except ValueError:
                job.left_out[CHANGED] += 1
                continue
            shards.writer_for(picture.split).writelines(
                framed(example_with_body(features, "image/encoded", body)))
            tally.update(images=1, boxes=len(boxes))
    return (f"{counted(tally['images'], 'image')} with {counted(tally['boxes'], 'box', 'boxes')}"
            f" in {counted(tally['shards'], 'shard')}")


def framed(parts: Sequence[bytes]) -> Iterator[bytes]:
    """One record of a TFRecord file; together the parts are its message."""
    length = struct.pack("<Q", sum(map(len, parts)))
    yield length
    yield _masked_crc([length])
    yield from parts
    yield _masked_crc(parts)


def _masked_crc(parts: Iterable[bytes]) -> bytes:
    """CRC-32C; masked, so that a CRC over data with CRCs in it stays sound."""
    from google_crc32c import extend

    crc = 0
    for part in parts:
        crc = extend(crc, part)
    return struct.pack("<I", (crc >> 15 | crc << 17) + _MASK_DELTA & 0xFFFFFFFF)


def _features(picture: ExportPicture, boxes: Instances, colours: Colours) -> tuple[bytes, ...]:
    """All but the picture itself."""
    stored = picture.stored
    return (
        bytes_feature("image/filename", picture.name.encode()),
        _form_features(stored.width, stored.height, colours, KINDS[picture.extension].name),
        _class_features(picture.classes),
        _box_features(stored, boxes))


@lru_cache(maxsize=256)  # most pictures have the form of many others
def _form_features(width: int, height: int, colours: Colours, format_name: str) -> bytes:
    return b"".join((
        ints_feature("image/height", height),
        ints_feature("image/width", width),
        bytes_feature("image/colorspace", colours.space.encode()),
        ints_feature("image/channels", colours.channels),
        bytes_feature("image/format", format_name.encode())))


@lru_cache(maxsize=1024)
def _class_features(classes: tuple[ExportClass, ...]) -> bytes:
    """Readers expect one; further ones of a picture that several categories have are beside it."""
    return b"".join((
        ints_feature("image/class/label", _label(classes[0]) if classes else UNKNOWN),
        ints_feature("image/class/labels", *map(_label, classes)),
        bytes_feature("image/class/synset", classes[0].code.encode() if classes else b""),
        bytes_feature("image/class/text", classes[0].words.encode() if classes else b"")))


def _box_features(stored: StoredPicture, boxes: Instances) -> bytes:
    edges = {
        "xmin": [box.xmin / stored.width for _known, box in boxes],
        "xmax": [(box.xmax + 1) / stored.width for _known, box in boxes],
        "ymin": [box.ymin / stored.height for _known, box in boxes],
        "ymax": [(box.ymax + 1) / stored.height for _known, box in boxes],
    }
    return b"".join((
        *(floats_feature(f"image/object/bbox/{name}", *values) for name, values in edges.items()),
        ints_feature("image/object/bbox/label", *(_label(known) for known, _box in boxes))))


def _label(known: ExportClass) -> int:
    return known.number + 1

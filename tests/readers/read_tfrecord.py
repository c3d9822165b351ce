"""TensorFlow checks the records' sums, parses the Examples with Inception's keys, and decodes."""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from pathlib import Path  # noqa: E402

import tensorflow as tf  # noqa: E402
from truth import Picture, check, expect  # noqa: E402

EDGES = ("xmin", "xmax", "ymin", "ymax")
TEXT, NUMBER = tf.io.FixedLenFeature([], tf.string), tf.io.FixedLenFeature([1], tf.int64)
KEYS = {
    **{f"image/{key}": TEXT for key in ("encoded", "filename", "format", "colorspace")},
    **{f"image/{key}": NUMBER for key in ("height", "width", "channels", "class/label")},
    **{f"image/class/{key}": TEXT for key in ("synset", "text")},
    **{f"image/object/bbox/{edge}": tf.io.VarLenFeature(tf.float32) for edge in EDGES},
    "image/object/bbox/label": tf.io.VarLenFeature(tf.int64),
}


def read(place: Path, stored: dict[str, Picture]) -> str:
    shards = sorted(map(str, place.glob("[tv]*-of-*")))
    found, boxes = set(), 0
    for record in tf.data.TFRecordDataset(shards):
        example = tf.io.parse_single_example(record, KEYS)
        name = example["image/filename"].numpy().decode()
        picture, body = stored[name], example["image/encoded"]
        expect(body.numpy(), picture.path.read_bytes(), f"bytes of {name}")
        corners = corners_of(example, picture)
        expect(corners, picture.corners, f"boxes of {name}")
        if example["image/format"] != b"WEBP":  # which TensorFlow decodes by itself alone
            shape = tf.io.decode_image(body, expand_animations=False).shape
            channels = int(example["image/channels"][0])
            expect(tuple(shape), (picture.height, picture.width, min(channels, 3)
                                  if example["image/colorspace"] == b"CMYK" else channels),
                   f"shape of {name}")
        found.add(name)
        boxes += len(corners)
    expect(found, set(stored), "pictures")
    return (f"{len(found)} pictures, {boxes} boxes in {len(shards)} shards"
            f" (tensorflow {tf.__version__})")


def corners_of(example: dict[str, tf.Tensor], picture: Picture) -> list[tuple[int, ...]]:
    left, right, top, bottom = (
        tf.sparse.to_dense(example[f"image/object/bbox/{edge}"]).numpy() for edge in EDGES)
    return sorted(
        (round(xmin * picture.width), round(ymin * picture.height),
         round(xmax * picture.width) - 1, round(ymax * picture.height) - 1)
        for xmin, xmax, ymin, ymax in zip(left, right, top, bottom))


check(read)

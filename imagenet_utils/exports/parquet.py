"""`parquet`: tables that Hugging Face's `datasets` takes for pictures with classes and boxes.

    data/train-00000-of-00002.parquet    data/validation-00000-of-00001.parquet    ...

`image` holds the bytes, or with `--parquet_paths` where on this machine they are.  Boxes are
left, top, width and height in pixels, as COCO has them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imagenet_utils.exports.bodies import pictures_with_bodies
from imagenet_utils.exports.classes import Classes
from imagenet_utils.exports.export_job import ExportJob, Instances
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.exports.shards import Shard, Shards
from imagenet_utils.exports.stored_pictures import Order
from imagenet_utils.telling import counted

PICTURES_PER_SHARD = 5_000  # some 500 MB
# Readers take a row group at a time into memory.
PICTURES_PER_GROUP = 100
BYTES_PER_GROUP = 32 * 2**20
FOLDER = "data"
# Pictures are packed already, and no two of them are alike.
PACKED = ("image.path", "image_id", "code", "url", "sha256")

Row = dict[str, object]
Type = Any  # of pyarrow, which is imported where it is used


def write(job: ExportJob) -> str:
    """How much of what there is, in one line.  Raises LocalFault."""
    schema = schema_for(job.classes)
    (job.target / FOLDER).mkdir()
    tally: Counter[str] = Counter()

    @contextmanager
    def opened(shard: Shard) -> Iterator[_Table]:
        tally["files"] += 1
        with _new_table(job.target / FOLDER / f"{shard.name}.parquet", schema) as table:
            yield table

    with Shards(job, PICTURES_PER_SHARD, opened) as shards:
        for picture, body in _pictures(job):
            boxes = job.classified_boxes_of(picture)
            row = _row(picture, boxes, body)
            shards.writer_for(picture.split).add(row, byte_count=len(body or b""))
            tally["images"] += 1
            tally["boxes"] += len(boxes)
    return (f"{counted(tally['images'], 'image')} with {counted(tally['boxes'], 'box', 'boxes')}"
            f" in {counted(tally['files'], 'file')}")


def schema_for(classes: Classes) -> Type:
    """The columns, and in the words of `datasets` what they mean."""
    import pyarrow

    types, features = {}, {}
    for name, (kind, feature) in _columns([each.label for each in classes]).items():
        types[name], features[name] = kind, feature
    told = json.dumps({"info": {"features": features}}, ensure_ascii=False)
    return pyarrow.schema(types, metadata={"huggingface": told})


def _columns(labels: Sequence[str]) -> dict[str, tuple[Type, object]]:
    """By name: the type for pyarrow, and the feature for `datasets`."""
    import pyarrow as pa

    class_label = {"names": labels, "_type": "ClassLabel"}
    texts = (pa.string(), {"dtype": "string", "_type": "Value"})
    numbers = (pa.int32(), {"dtype": "int32", "_type": "Value"})
    box = {"feature": {"dtype": "float32", "_type": "Value"}, "length": 4, "_type": "Sequence"}
    return {
        "image": (pa.struct({"bytes": pa.binary(), "path": pa.string()}), {"_type": "Image"}),
        "label": (pa.int64(), class_label),
        "labels": (pa.list_(pa.int64()), {"feature": class_label, "_type": "Sequence"}),
        "objects": (
            pa.struct({"bbox": pa.list_(pa.list_(pa.float32(), 4)),
                       "category": pa.list_(pa.int64())}),
            {"bbox": {"feature": box, "_type": "Sequence"},
             "category": {"feature": class_label, "_type": "Sequence"}}),
        "width": numbers, "height": numbers,
        "image_id": texts, "code": texts, "url": texts, "sha256": texts,
    }


def _pictures(job: ExportJob) -> Iterator[tuple[ExportPicture, bytes | None]]:
    if job.options.parquet_paths:
        yield from ((picture, None) for picture in job.pictures(Order.SHUFFLED))
    else:
        yield from pictures_with_bodies(job)


def _row(picture: ExportPicture, boxes: Instances, body: bytes | None) -> Row:
    stored = picture.stored
    path = os.path.abspath(stored.path) if body is None else picture.name
    return {
        "image": {"bytes": body, "path": path},
        "label": picture.number,
        "labels": [each.number for each in picture.classes],
        "objects": {
            "bbox": [(box.xmin, box.ymin, box.width, box.height) for _known, box in boxes],
            "category": [known.number for known, _box in boxes]},
        "width": stored.width, "height": stored.height,
        "image_id": stored.image_id, "code": stored.code, "url": stored.url,
        "sha256": stored.sha256,
    }


class _Table:
    """One file, written in groups of rows."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._rows: list[Row] = []
        self._bytes = 0

    def add(self, row: Row, *, byte_count: int) -> None:
        self._rows.append(row)
        self._bytes += byte_count
        if self._bytes >= BYTES_PER_GROUP or len(self._rows) >= PICTURES_PER_GROUP:
            self.write_group()

    def write_group(self) -> None:
        import pyarrow

        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._writer.schema))
        self._rows, self._bytes = [], 0


@contextmanager
def _new_table(path: Path, schema: Type) -> Iterator[_Table]:
    from pyarrow.parquet import ParquetWriter

    with ParquetWriter(
        path, schema, compression=dict.fromkeys(PACKED, "zstd"), use_dictionary=["code"],
        write_statistics=["label", "image_id", "code"],
    ) as writer:
        table = _Table(writer)
        yield table
        table.write_group()

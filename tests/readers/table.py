"""The real readers of exports: a reader is a row in READERS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reader:
    export: str  # a name of EXPORTS
    name: str
    check: str  # the script beside this one that opens the export and holds it against the result
    packages: tuple[str, ...] = ()
    python: str = ""  # where not any will do


READERS = (
    Reader("imagefolder", "torchvision", "read_imagefolder", ("torchvision",)),
    Reader("voc", "torchvision", "read_voc", ("torchvision", "lxml")),
    Reader("coco", "pycocotools", "read_coco", ("pycocotools",)),
    Reader("yolo", "supervision", "read_yolo", ("supervision",)),
    Reader("yolo", "ultralytics", "read_yolo_data", ("ultralytics",)),
    Reader("tfrecord", "tensorflow", "read_tfrecord", ("tensorflow-cpu",)),
    Reader("webdataset", "webdataset", "read_webdataset", ("webdataset", "Pillow")),
    Reader("parquet", "datasets", "read_parquet", ("datasets", "Pillow")),
    Reader("sqlite", "sqlite3", "read_sqlite"),
    Reader("ck", "ck", "read_ck", ("ck==2.6.4",), python="python3.11"),  # no later Python builds it
    Reader("boxes_csv", "csv", "read_boxes_csv"),
)

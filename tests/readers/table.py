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
    Reader("boxes_csv", "csv", "read_boxes_csv"),
)

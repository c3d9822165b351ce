"""COCO: one JSON of all instances for each split, beside the pictures.

    coco/annotations/instances_train.json
    coco/train/<image id>.jpg

Boxes are [x, y, width, height] from pixel 0; categories count from 1.  Both lists of a JSON grow
on the disk, picture by picture.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from imagenet_utils import __version__
from imagenet_utils.exports.boxes import Box
from imagenet_utils.exports.classes import ExportClass
from imagenet_utils.exports.export_job import ExportJob, Instances
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.results.store import link_or_copy
from imagenet_utils.telling import counted

FIRST_CATEGORY = 1  # 0 is the background to many who read it


def write(job: ExportJob) -> str:
    tally: Counter[str] = Counter()
    documents = {"train": _Document(job, "train")}  # one is there even where nothing is stored
    try:
        for picture in job.pictures():
            if picture.split not in documents:
                documents[picture.split] = _Document(job, picture.split)
            instances = job.classified_boxes_of(picture)
            tally.update(images=1, boxes=len(instances), boxed=bool(instances))
            documents[picture.split].add(picture, instances, tally)
        for document in documents.values():
            document.end()
    finally:
        for document in documents.values():
            document.close()
    return (f"{counted(tally['boxes'], 'box', 'boxes')} in {tally['boxed']:,}"
            f" of {counted(tally['images'], 'image')}")


class _Document:
    """The JSON of one split, and the folder of its pictures."""

    def __init__(self, job: ExportJob, split: str) -> None:
        self._pictures = job.target / split
        self._pictures.mkdir()
        annotations = job.target / "annotations"
        annotations.mkdir(exist_ok=True)
        self._file = _new(annotations / f"instances_{split}.json")
        self._waiting = _new(annotations / f".annotations_{split}")  # they come behind all images
        self._file.write(_head(job))
        self._begins = {self._file: "\n", self._waiting: "\n"}

    def add(
        self, picture: ExportPicture, instances: Instances, tally: Mapping[str, int]
    ) -> None:
        """`tally` of all splits, these counted, so that no id comes twice."""
        link_or_copy(picture.stored.path, f"{self._pictures}/{picture.name}")
        self._write(self._file, _image(picture, tally["images"]))
        first = tally["boxes"] - len(instances) + 1
        for number, (known, box) in enumerate(instances, first):
            self._write(self._waiting, _annotation(number, tally["images"], known, box))

    def end(self) -> None:
        self._waiting.seek(0)
        self._file.write('\n],\n"annotations": [')
        shutil.copyfileobj(self._waiting, self._file)
        self._file.write("\n]}\n")

    def close(self) -> None:
        self._file.close()
        self._waiting.close()
        os.unlink(self._waiting.name)

    def _write(self, file: TextIO, item: Mapping[str, object]) -> None:
        file.write(self._begins[file] + json.dumps(item, ensure_ascii=False))
        self._begins[file] = ",\n"


def _new(path: Path) -> TextIO:
    return open(path, "x+", encoding="utf-8", newline="\n")


def _head(job: ExportJob) -> str:
    info = {"description": "part of ImageNet", "version": __version__}
    categories = ",\n".join(json.dumps(_category(each), ensure_ascii=False)
                            for each in job.classes)
    return (f'{{"info": {json.dumps(info)},\n"licenses": [],\n'
            f'"categories": [\n{categories}\n],\n"images": [')


def _category(known: ExportClass) -> dict[str, object]:
    return {"id": known.number + FIRST_CATEGORY, "name": known.label,
            "supercategory": known.supercategory, "wnid": known.code}


def _image(picture: ExportPicture, number: int) -> dict[str, object]:
    """`category_ids`: what it shows, boxes or not; readers pass over what they don't know."""
    stored = picture.stored
    return {"id": number, "file_name": picture.name, "width": stored.width,
            "height": stored.height, "url": stored.url,
            "category_ids": [each.number + FIRST_CATEGORY for each in picture.classes]}


def _annotation(number: int, image: int, known: ExportClass, box: Box) -> dict[str, object]:
    return {"id": number, "image_id": image, "category_id": known.number + FIRST_CATEGORY,
            "bbox": [box.xmin, box.ymin, box.width, box.height], "area": box.width * box.height,
            "iscrowd": 0}

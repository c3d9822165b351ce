"""pycocotools indexes the instances, and finds every box and picture by it."""

from __future__ import annotations

import contextlib
import io
from importlib.metadata import version
from pathlib import Path

from pycocotools.coco import COCO
from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    found = set()
    boxes = 0
    for instances in sorted((place / "annotations").glob("instances_*.json")):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(instances))
        labels = {each["id"]: each["name"] for each in coco.loadCats(coco.getCatIds())}
        for image in coco.loadImgs(coco.getImgIds()):
            name = image["file_name"]
            path = place / instances.stem.partition("_")[2] / name
            expect(path.read_bytes(), stored[name].path.read_bytes(), f"bytes of {name}")
            annotations = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            corners = sorted((labels[each["category_id"]], corners_of(each["bbox"]))
                             for each in annotations)
            expect(corners, sorted(stored[name].boxes), f"boxes of {name}")
            expect({labels[number] for number in image["category_ids"]}, stored[name].folders,
                   f"categories of {name}")
            found.add(name)
            boxes += len(corners)
    expect(found, set(stored), "pictures")
    return f"{len(found)} pictures, {boxes} boxes (pycocotools {version('pycocotools')})"


def corners_of(bbox: list[int]) -> tuple[int, ...]:
    x, y, width, height = bbox
    return x, y, x + width - 1, y + height - 1


check(read)

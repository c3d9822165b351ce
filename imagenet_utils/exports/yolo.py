"""YOLO: a text file with the boxes of each picture, and a list of the classes.

    yolo/images/train/<image id>.jpg
    yolo/labels/train/<image id>.txt      <class> <x centre> <y centre> <width> <height>
    yolo/data.yaml

Classes count from 0, and a box is in parts of the picture.  A picture without boxes has no text
file, which is how the format tells of one that shows nothing.
"""

from __future__ import annotations

import json
from collections import Counter

from imagenet_utils.exports.boxes import Box
from imagenet_utils.exports.classes import Classes
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.model import SPLITS
from imagenet_utils.results.store import link_or_copy
from imagenet_utils.telling import counted


def write(job: ExportJob) -> str:
    tally: Counter[str] = Counter()
    splits: set[str] = set()
    for picture in job.pictures():
        if picture.split not in splits:
            splits.add(picture.split)
            for part in ("images", "labels"):
                (job.target / part / picture.split).mkdir(parents=True)
        link_or_copy(picture.stored.path, f"{job.target}/images/{picture.split}/{picture.name}")
        lines = [_line(known.number, box, picture.stored.width, picture.stored.height)
                 for known, box in job.classified_boxes_of(picture)]
        if lines:
            path = f"{job.target}/labels/{picture.split}/{picture.stem}.txt"
            with open(path, "x", encoding="ascii", newline="\n") as file:
                file.writelines(lines)
        tally.update(images=1, boxes=len(lines), boxed=bool(lines))
    text = _data_yaml(job.classes, splits)
    (job.target / "data.yaml").write_text(text, encoding="utf-8", newline="\n")
    return (f"{counted(tally['boxes'], 'box', 'boxes')} in {tally['boxed']:,}"
            f" of {counted(tally['images'], 'image')}")


def _line(number: int, box: Box, width: int, height: int) -> str:
    """
    >>> _line(3, Box("kit_fox", 0, 0, 249, 99), 500, 400)
    '3 0.250000 0.125000 0.500000 0.250000\\n'
    """
    x_centre = (box.xmin + box.width / 2) / width
    y_centre = (box.ymin + box.height / 2) / height
    parts = (x_centre, y_centre, box.width / width, box.height / height)
    return " ".join([str(number), *(f"{part:.6f}" for part in parts)]) + "\n"


def _data_yaml(classes: Classes, splits: set[str]) -> str:
    """Paths are relative to the file itself; a JSON string is a string in YAML, too."""
    lines = [f"{split}: images/{split}" for split in SPLITS if split in splits]
    if "train" in splits and "val" not in splits:
        lines += ["val: images/train  # which readers ask for; --split_ratio keeps pictures for it"]
    names = (f"  {each.number}: {json.dumps(each.label, ensure_ascii=False)}" for each in classes)
    return "\n".join([*lines, "names:", *names]) + "\n"

"""A folder for each class in each split, as torchvision's ImageFolder and many others read it.

    imagefolder/train/<wnid>/<image id>.jpg
    imagefolder/val/<wnid>/...
    imagefolder/classes.txt              <wnid> <label>, in the order of numbers
    imagefolder/class_to_idx.json        {"n02119789": 0, ...}, as ImageFolder numbers them

A split has a folder for every class, be it empty, so that all number them alike.
"""

from __future__ import annotations

import json

from imagenet_utils.exports.classes import UNCLASSIFIED
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.results.store import link_or_copy
from imagenet_utils.telling import counted

MOST_TOLD = 5  # folders, in one line


def write(job: ExportJob) -> str:
    count = 0
    filled: dict[str, set[str]] = {}  # folders of each split that have a picture
    for picture in job.pictures():
        folders = [each.folder for each in picture.classes] or [UNCLASSIFIED]
        for folder in folders:
            place = job.target / picture.split / folder
            if folder not in filled.setdefault(picture.split, set()):
                filled[picture.split].add(folder)
                place.mkdir(parents=True)
            link_or_copy(picture.stored.path, f"{place}/{picture.name}")
            count += 1
    _write_classes(job)
    lacks = [_complete(job, split, folders) for split, folders in sorted(filled.items())]
    return "; ".join([f"{counted(count, 'image')} of"
                      f" {counted(len(job.classes), 'class', 'classes')}", *filter(None, lacks)])


def _write_classes(job: ExportJob) -> None:
    numbers = {each.folder: each.number for each in job.classes}
    lines = "".join(f"{each.folder} {each.label}\n" for each in job.classes)
    (job.target / "classes.txt").write_text(lines, encoding="utf-8", newline="\n")
    text = json.dumps(numbers, indent=2, ensure_ascii=False) + "\n"
    (job.target / "class_to_idx.json").write_text(text, encoding="utf-8", newline="\n")


def _complete(job: ExportJob, split: str, filled: set[str]) -> str:
    """Give it the folders that it lacks; what there is to say of that."""
    empty = [each.folder for each in job.classes if each.folder not in filled]
    if filled == {UNCLASSIFIED} or not empty:
        return ""
    for folder in empty:
        (job.target / split / folder).mkdir()
    more = "" if len(empty) <= MOST_TOLD else f" and {len(empty) - MOST_TOLD:,} more"
    return f"none in {split} of {', '.join(empty[:MOST_TOLD])}{more}"

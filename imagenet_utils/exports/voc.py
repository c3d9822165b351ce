"""PASCAL VOC: an XML for each picture, and lists of the pictures of each split.

    voc/VOCdevkit/VOC2012/Annotations/<image id>.xml
    voc/VOCdevkit/VOC2012/ImageSets/Main/train.txt, val.txt, trainval.txt, test.txt
    voc/VOCdevkit/VOC2012/JPEGImages/<image id>.jpg

The true VOC calls the leftmost pixel 1, ImageNet calls it 0, and most who read the latter's boxes
subtract nothing: `first_pixel` says which.  Pictures that are no JPEGs have no place in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from html import escape
from pathlib import Path

from imagenet_utils.exports.boxes import Box
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.results.store import link_or_copy
from imagenet_utils.telling import counted

EDITION = "VOC2012"
# Which lists a picture of a split stands in.
LISTS = {"train": ("train", "trainval"), "val": ("val", "trainval"), "test": ("test",)}
ALL_LISTS = ("train", "val", "trainval", "test")


def write(job: ExportJob) -> str:
    home = job.target / "VOCdevkit" / EDITION
    annotations, lists, pictures = (
        _made(home / name) for name in ("Annotations", "ImageSets/Main", "JPEGImages"))
    tally: Counter[str] = Counter()
    with ExitStack() as stack:
        files = {name: stack.enter_context(open(lists / f"{name}.txt", "x", newline="\n"))
                 for name in ALL_LISTS}
        for picture in job.pictures():
            boxes = job.boxes_of(picture)
            link_or_copy(picture.stored.path, f"{pictures}/{picture.name}")
            xml = _annotation(picture, boxes, job.options.first_pixel)
            with open(f"{annotations}/{picture.stem}.xml", "x", encoding="utf-8",
                      newline="\n") as file:
                file.write(xml)
            for name in LISTS[picture.split]:
                files[name].write(f"{picture.stem}\n")
            tally.update(images=1, boxes=len(boxes), boxed=bool(boxes))
    return (f"{counted(tally['boxes'], 'box', 'boxes')} in {tally['boxed']:,}"
            f" of {counted(tally['images'], 'image')}")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _annotation(picture: ExportPicture, boxes: Iterable[Box], first_pixel: int) -> str:
    objects = "".join(_object(box, first_pixel) for box in boxes)
    return f"""\
<annotation>
\t<folder>{EDITION}</folder>
\t<filename>{escape(picture.name, quote=False)}</filename>
\t<source>
\t\t<database>ImageNet database</database>
\t</source>
\t<size>
\t\t<width>{picture.stored.width}</width>
\t\t<height>{picture.stored.height}</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
{objects}</annotation>
"""


def _object(box: Box, first_pixel: int) -> str:
    return f"""\
\t<object>
\t\t<name>{escape(box.name, quote=False)}</name>
\t\t<pose>{escape(box.pose, quote=False)}</pose>
\t\t<truncated>{int(box.truncated)}</truncated>
\t\t<difficult>{int(box.difficult)}</difficult>
\t\t<bndbox>
\t\t\t<xmin>{box.xmin + first_pixel}</xmin>
\t\t\t<ymin>{box.ymin + first_pixel}</ymin>
\t\t\t<xmax>{box.xmax + first_pixel}</xmax>
\t\t\t<ymax>{box.ymax + first_pixel}</ymax>
\t\t</bndbox>
\t</object>
"""

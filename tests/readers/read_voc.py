"""torchvision's VOCDetection reads pictures and boxes; lxml says whether XMLs keep VOC's rules."""

from __future__ import annotations

from pathlib import Path

import torchvision
from lxml import etree
from torchvision.datasets import VOCDetection
from truth import Picture, check, expect

DTD = etree.DTD(file=Path(__file__).with_name("voc.dtd").open("rb"))


def read(place: Path, stored: dict[str, Picture]) -> str:
    boxes = 0
    found = set()
    for split in ("train", "val"):
        for picture, target in VOCDetection(str(place), image_set=split):
            annotation = target["annotation"]
            name = annotation["filename"]
            expect(picture.size, (stored[name].width, stored[name].height), f"size of {name}")
            corners = sorted((item["name"], corners_of(item)) for item in annotation["object"])
            expect(corners, sorted(stored[name].boxes), f"boxes of {name}")
            found.add(name)
            boxes += len(corners)
    home = place / "VOCdevkit" / "VOC2012"
    tested = {f"{stem}.jpg" for stem in (home / "ImageSets/Main/test.txt").read_text().split()}
    expect(found | tested, {name for name in stored if name.endswith(".jpg")}, "pictures")
    for xml in (home / "Annotations").iterdir():
        if not DTD.validate(etree.parse(str(xml))):
            raise SystemExit(f"{xml.name}: {DTD.error_log.last_error}")
    return f"{len(found)} pictures, {boxes} boxes (torchvision {torchvision.__version__})"


def corners_of(item: dict) -> tuple[int, ...]:
    return tuple(int(item["bndbox"][edge]) for edge in ("xmin", "ymin", "xmax", "ymax"))


check(read)

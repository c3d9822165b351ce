"""What a result holds, as its reports and XMLs tell it: by the standard library, not by ours."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

Corners = tuple[int, int, int, int]  # xmin, ymin, xmax, ymax, from 0, the last ones included


@dataclass
class Picture:
    """One stored picture, in all categories that have it."""

    path: Path
    width: int
    height: int
    folders: set[str] = field(default_factory=set)  # labels of its categories
    boxes: set[tuple[str, Corners]] = field(default_factory=set)  # with their names

    @property
    def corners(self) -> list[Corners]:
        return sorted(corners for _name, corners in self.boxes)


def pictures_in(save_dir: Path) -> dict[str, Picture]:
    """By the name of the file."""
    found: dict[str, Picture] = {}
    for report in sorted(save_dir.rglob("*_download_report.csv")):
        with open(report, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["status"] == "done":
                    path = report.parent / "Images" / row["image_code"]
                    picture = found.setdefault(
                        path.name, Picture(path, int(row["width"]), int(row["height"])))
                    picture.folders.add(report.parent.name)
                    picture.boxes |= set(_boxes_beside(path))
    return found


def _boxes_beside(path: Path) -> list[tuple[str, Corners]]:
    xml = path.parent.parent / "Annotation" / f"{path.stem}.xml"
    if not xml.exists():
        return []
    return [(item.findtext("name") or "", corners_of(item))
            for item in ElementTree.parse(xml).iterfind("object")]


def corners_of(item: ElementTree.Element) -> Corners:
    xmin, ymin, xmax, ymax = (int(item.findtext(f"bndbox/{edge}") or "")
                              for edge in ("xmin", "ymin", "xmax", "ymax"))
    return xmin, ymin, xmax, ymax


def check(read: Callable[[Path, dict[str, Picture]], str]) -> None:
    """Run a reader on the export and the result that the command line names."""
    place, save_dir = map(Path, sys.argv[1:])
    print(read(place, pictures_in(save_dir)))


def expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: read {found!r}, stored {wanted!r}"[:500])

"""A small Open Images: its metadata in memory, and as the files that Google gives out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagenet_utils.model import ImageId
from imagenet_utils.open_images.values import (
    IMAGE_COLUMNS, SUBSETS, BoxRow, ImageRow, Mid, OpenImagesClass,
)
from imagenet_utils.open_images.versions import VERSIONS, Kind

DOG, CAT, TREE = Mid("/m/0bt9lr"), Mid("/m/01yrx"), Mid("/m/07j7r")
CLASSES = (OpenImagesClass(CAT, "Cat", True), OpenImagesClass(TREE, "Tree", True),
           OpenImagesClass(DOG, "Dog", True))
BY = "https://creativecommons.org/licenses/by/2.0/"


def picture_id(number: int) -> ImageId:
    return ImageId(f"{number:016x}")


def image_row(number: int, **told: object) -> ImageRow:
    """Of nothing but an original at flickr.example, but for what is told."""
    plain = ImageRow(
        picture_id(number), "train", f"https://flickr.example/{number}_o.jpg",
        f"https://flickr.example/photos/{number}", BY, "https://flickr.example/people/ann",
        "Ann, of \"O&#x27;Neil\"", f"Title {number}", None, "", "", None)
    return replace(plain, **told)  # type: ignore[arg-type]


def box(mid: str = DOG, sides: tuple[float, ...] = (0.1, 0.5, 0.2, 0.6), **traits: bool) -> BoxRow:
    """`sides` are left, right, top and bottom; traits that aren't given are not told."""
    told = {f"is_{name}": traits.get(name) for name in
            ("occluded", "truncated", "group_of", "depiction", "inside")}
    return BoxRow(Mid(mid), *sides, **told, source="xclick", confidence=1.0)


@dataclass
class SmallMetadata:
    """In memory; of one split."""

    images: Iterable[ImageRow] = ()
    boxes: Mapping[ImageId, tuple[BoxRow, ...]] = field(default_factory=dict)
    has_boxes: bool = True
    splits: tuple[str, ...] = ("train",)
    asked: list[ImageId] = field(default_factory=list)  # of which pictures the boxes

    def classes(self) -> tuple[OpenImagesClass, ...]:
        return CLASSES

    def count(self, mid: str, split: str) -> int:
        return len(list(self.images_of(mid, split)))

    def images_of(self, mid: str, split: str) -> Iterator[ImageId]:
        return (image_id for image_id, boxes in self.boxes.items()
                if any(each.mid == mid for each in boxes))

    def rows(self, ids: Iterable[ImageId], split: str) -> Iterator[ImageRow]:
        known = {row.image_id: row for row in self.images}
        return (known[image_id] for image_id in ids if image_id in known)

    def boxes_of(self, image_id: ImageId, split: str) -> tuple[BoxRow, ...]:
        self.asked.append(image_id)
        return self.boxes.get(image_id, ())

    def edition(self, split: str) -> str:
        return "the first"

    def remarks(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""


BOX_COLUMNS = ("ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax",
               "IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
FLAGS = {True: "1", False: "0", None: "-1"}


def write_metadata(
    folder: Path, images: Iterable[ImageRow], boxes: Mapping[ImageId, Iterable[BoxRow]], *,
    version: str = "V7", split: str = "train",
) -> None:
    """As Google gives them out, in the places that they have there."""
    files = VERSIONS[version].files
    _write(folder / files[Kind.IMAGES, split].csv_path, IMAGE_COLUMNS, map(_image_cells, images))
    _write(folder / files[Kind.BOXES, split].csv_path, BOX_COLUMNS,
           (_box_cells(image_id, each) for image_id, some in boxes.items() for each in some))
    _write(folder / files[Kind.CLASSES, ""].csv_path, ("LabelName", "DisplayName"),
           ((each.mid, each.name) for each in CLASSES))


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _image_cells(row: ImageRow) -> list[object]:
    told = {field: getattr(row, field) for field in IMAGE_COLUMNS.values()}
    told["split"] = SUBSETS[row.split]
    return ["" if value is None else value for value in told.values()]


def _box_cells(image_id: ImageId, box: BoxRow) -> list[object]:
    flags = (box.is_occluded, box.is_truncated, box.is_group_of, box.is_depiction, box.is_inside)
    return [image_id, box.source, box.mid, box.confidence, box.xmin, box.xmax, box.ymin, box.ymax,
            *map(FLAGS.__getitem__, flags)]

"""What the metadata of Open Images tells of classes, pictures and boxes; nothing here opens a file.

Splits go by the names that the rest of the program has for them: train, val and test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NewType, Protocol

from imagenet_utils.model import ImageId

Mid = NewType("Mid", str)  # "/m/0bt9lr": a class, as Freebase numbered it

VERSION_NAMES = ("V1", "V2", "V3", "V4", "V5", "V6", "V7")
LABELS_FROM = ("human", "machine")
SUBSETS = {"train": "train", "val": "validation", "test": "test"}  # split -> Open Images' own word


@dataclass(frozen=True, slots=True)
class MetadataWishes:
    """Which metadata is wanted, and where it lies or is fetched to."""

    directory: Path
    version: str = ""  # a row in VERSIONS; empty: the newest that has boxes
    splits: tuple[str, ...] = ("train",)
    labels: tuple[str, ...] = LABELS_FROM[:1]  # who says that a class without boxes is in a picture
    min_confidence: float = 0.0  # of such a label, from 0 to 1


@dataclass(frozen=True, slots=True)
class OpenImagesClass:
    mid: Mid
    name: str  # "Dog"; not unique among the 20,000
    is_boxable: bool  # one of the 601 that boxes are drawn for


@dataclass(frozen=True, slots=True)
class ImageRow:
    """A row of images.csv; a cell that is empty, or a column that a version lacks, is ""."""

    image_id: ImageId  # 16 hex digits
    split: str
    original_url: str
    landing_url: str
    license: str  # an address
    author_profile_url: str
    author: str  # as the file has it: with entities such as &amp; in older versions
    title: str  # likewise
    original_size: int | None  # bytes of the original, and of nothing else; None: not told
    original_md5: str  # base64 of its 16 bytes, likewise of the original alone
    thumbnail_url: str
    rotation: int | None  # degrees, counterclockwise as the file says them; None: not told


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One box; its sides are shares of the picture's width and height, from 0 to 1."""

    mid: Mid
    xmin: float
    xmax: float
    ymin: float
    ymax: float
    is_occluded: bool | None  # None: not told, here and below
    is_truncated: bool | None
    is_group_of: bool | None
    is_depiction: bool | None
    is_inside: bool | None
    source: str  # xclick, activemil, verification, freeform
    confidence: float


# A column of images.csv -> the field that has it, in the order of the file.
IMAGE_COLUMNS = {
    "ImageID": "image_id",
    "Subset": "split",
    "OriginalURL": "original_url",
    "OriginalLandingURL": "landing_url",
    "License": "license",
    "AuthorProfileURL": "author_profile_url",
    "Author": "author",
    "Title": "title",
    "OriginalSize": "original_size",
    "OriginalMD5": "original_md5",
    "Thumbnail300KURL": "thumbnail_url",
    "Rotation": "rotation",
}


class Metadata(Protocol):
    """What a source asks; every answer comes from an index, and costs what it holds."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Those that were asked for, in the order train, val, test."""

    @property
    def has_boxes(self) -> bool: ...

    def classes(self) -> tuple[OpenImagesClass, ...]:
        """In the order of mids."""

    def count(self, mid: str, split: str) -> int:
        """Pictures that `images_of` yields, at once."""

    def images_of(self, mid: str, split: str) -> Iterator[ImageId]:
        """Pictures with a box of the class, each once, in the order of the file; in a version
        without boxes, those that are labelled with it."""

    def rows(self, ids: Iterable[ImageId], split: str) -> Iterator[ImageRow]:
        """In the order of `ids`; one that images.csv lacks is left out."""

    def boxes_of(self, image_id: ImageId, split: str) -> tuple[BoxRow, ...]:
        """Those of all classes, in the order of the file."""

    def edition(self, split: str) -> str:
        """Other words where the boxes of the split are others."""

    def remarks(self) -> tuple[str, ...]:
        """What the user should know of the files, such as rows that could not be read: a line
        each."""

    def close(self) -> None: ...

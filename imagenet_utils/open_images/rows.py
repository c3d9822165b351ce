"""From a line of a csv to a row: by the names of its columns, whatever their order and number."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.errors import UsageError
from imagenet_utils.model import ImageId
from imagenet_utils.open_images.values import IMAGE_COLUMNS, BoxRow, ImageRow, Mid

LONGEST_LINE = 1 << 16  # bytes; the longest real ones have some 1,500
_IMAGE_ID = re.compile(r"[0-9a-f]{16}")
_FLAGS = {"1": True, "0": False, "-1": None, "": None}


class BadRow(ValueError):
    """A line of which no row can be made, with why as its text."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a csv."""

    columns: tuple[str, ...]  # lower case

    def lacks(self, *needed: str) -> list[str]:
        return [column for column in needed if column.lower() not in self.columns]

    def number_of(self, column: str) -> int | None:
        column = column.lower()
        return self.columns.index(column) if column in self.columns else None

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Empty where the file has no such column."""
        number = self.number_of(column)
        return "" if number is None else cells[number].strip()


def read_header(stream: BinaryIO, path: Path, needed: tuple[str, ...]) -> Header:
    """`stream` stands behind the first line then.  Raises UsageError for what is no such table."""
    try:
        header = _header_of(stream.readline(LONGEST_LINE))
        lacking = header.lacks(*needed)
    except BadRow:
        header, lacking = Header(()), list(needed)
    if lacking:
        there = ", ".join(header.columns)
        raise UsageError(
            f"{path}: the first line lacks the column {lacking[0]} (there are: {there[:100]!r})",
            "Expected a csv of Open Images, as it was published",
        )
    return header


def cells_of(line: bytes, header: Header) -> list[str]:
    """Raises BadRow for another number of cells than the header has."""
    cells = _split(line)
    if len(cells) != len(header.columns):
        raise BadRow(f"{len(cells)} cells under {len(header.columns)} columns")
    return cells


def image_row(line: bytes, header: Header, split: str) -> ImageRow:
    """Raises BadRow."""
    cells = cells_of(line, header)
    cell = {field: header.cell(cells, column) for column, field in IMAGE_COLUMNS.items()}
    return ImageRow(
        image_id=image_id_of(cell["image_id"]),
        split=split,
        original_url=cell["original_url"],
        landing_url=cell["landing_url"],
        license=cell["license"],
        author_profile_url=cell["author_profile_url"],
        author=cell["author"],
        title=cell["title"],
        original_size=_size(cell["original_size"]),
        original_md5=_md5(cell["original_md5"]),
        thumbnail_url=cell["thumbnail_url"],
        rotation=_rotation(cell["rotation"]),
    )


def box_row(line: bytes, header: Header) -> tuple[ImageId, BoxRow]:
    """Raises BadRow."""
    cells = cells_of(line, header)

    def cell(column: str) -> str:
        return header.cell(cells, column)

    return image_id_of(cell("ImageID")), BoxRow(
        mid=mid_of(cell("LabelName")),
        xmin=_number("XMin", cell("XMin")),
        xmax=_number("XMax", cell("XMax")),
        ymin=_number("YMin", cell("YMin")),
        ymax=_number("YMax", cell("YMax")),
        is_occluded=_flag("IsOccluded", cell("IsOccluded")),
        is_truncated=_flag("IsTruncated", cell("IsTruncated")),
        is_group_of=_flag("IsGroupOf", cell("IsGroupOf")),
        is_depiction=_flag("IsDepiction", cell("IsDepiction")),
        is_inside=_flag("IsInside", cell("IsInside")),
        source=cell("Source"),
        confidence=confidence_of(cell("Confidence")),
    )


def image_id_of(cell: str) -> ImageId:
    """Raises BadRow."""
    if not _IMAGE_ID.fullmatch(cell):
        raise BadRow(f"{cell[:30]!r} is no image id of 16 hex digits")
    return ImageId(cell)


def mid_of(cell: str) -> Mid:
    """Raises BadRow."""
    if not is_mid(cell):
        raise BadRow(f"{cell[:30]!r} is no class such as /m/0bt9lr")
    return Mid(cell)


def confidence_of(cell: str) -> float:
    """From 0 to 1; a file that says nothing is sure.  Raises BadRow."""
    number = _number("Confidence", cell) if cell else 1.0
    if not 0 <= number <= 1:
        raise BadRow(f"Confidence {cell[:30]!r} is not from 0 to 1")
    return number


def _header_of(line: bytes) -> Header:
    cells = _split(line.removeprefix(b"\xef\xbb\xbf"))
    return Header(tuple(cell.strip().lower() for cell in cells))


def _split(line: bytes) -> list[str]:
    """UTF-8, or latin-1 where a line is none; a title may have a line end within its quotes.

    Raises BadRow.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    try:
        return next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error as error:
        raise BadRow(str(error)) from None


def _number(column: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f"{column} {cell[:30]!r} is no number")
    return number


def _flag(column: str, cell: str) -> bool | None:
    if cell not in _FLAGS:
        raise BadRow(f"{column} {cell[:30]!r} is none of 1, 0 and -1")
    return _FLAGS[cell]


def _size(cell: str) -> int | None:
    if cell and not (cell.isascii() and cell.isdigit() and len(cell) < 16):
        raise BadRow(f"OriginalSize {cell[:30]!r} is no number of bytes")
    return int(cell) if cell else None


def _md5(cell: str) -> str:
    try:
        is_md5 = len(base64.b64decode(cell, validate=True)) == 16
    except (binascii.Error, ValueError):
        is_md5 = False
    if cell and not is_md5:
        raise BadRow(f"OriginalMD5 {cell[:30]!r} is no base64 of 16 bytes")
    return cell


def _rotation(cell: str) -> int | None:
    if not cell or cell.lower() == "nan":  # Flickr had the picture no more
        return None
    degrees = _number("Rotation", cell) % 360
    if degrees % 90:
        raise BadRow(f"Rotation {cell[:30]!r} is no quarter turn")
    return int(degrees)

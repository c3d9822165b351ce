"""The forms of a listing, one row in `FORMATS` each: from a sheet to lines without their ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from imagenet_utils.listing.sheet import Cell, Sheet, visible
from imagenet_utils.listing.text_lines import text_lines


@dataclass(frozen=True, slots=True)
class Medium:
    """What a listing is shown on."""

    width: int | None = None  # columns of the terminal; None: a program or a file reads it
    separator: str = ","  # between the cells of csv


def _text(sheet: Sheet, medium: Medium) -> Iterator[str]:
    return text_lines(sheet, medium.width)


def _csv(sheet: Sheet, medium: Medium) -> Iterator[str]:
    """A line of csv holds no line break: what is not printable is spelled out."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=medium.separator, lineterminator="")

    def line(cells: Sequence[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    yield line([column.name for column in sheet.columns])
    for row in sheet.rows:
        yield line(list(map(_csv_cell, row)))


def _json(sheet: Sheet, medium: Medium) -> Iterator[str]:
    """One array; an object a line, in ASCII."""
    import json

    names = [column.name for column in sheet.columns]
    before = "["
    for row in sheet.rows:
        # A terminal obeys DEL, too, which JSON may hold as it is.
        yield before + json.dumps(dict(zip(names, row))).replace("\x7f", "\\u007f")
        before = ","
    yield "]" if before == "," else "[]"


FORMATS: dict[str, Callable[[Sheet, Medium], Iterator[str]]] = {
    "text": _text,
    "csv": _csv,
    "json": _json,
}


def _csv_cell(cell: Cell) -> str:
    """As in ncodes.csv and in the reports."""
    from imagenet_utils.results.report import harmless

    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return harmless(visible(cell))
    return "" if cell is None else str(cell)

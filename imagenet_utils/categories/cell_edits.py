"""Changes single cells of a text table, and leaves every other byte of it as it is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from imagenet_utils.categories.dialect import Dialect, decoded

Cells = Mapping[int, str]  # index of the column -> what its cell says from now on


def with_cells(data: bytes, dialect: Dialect, edits: Mapping[int, Cells]) -> bytes:
    """`data`, which `dialect` was found in, with other cells in some rows, numbered from 1.

    A row that is too short for its new cells is filled up.
    """
    text, encoding, mark = decoded(data)
    rows = enumerate(_rows_as_written(text[len(dialect.preamble):], dialect.separator), 1)
    edited = "".join(_edited(raw, dialect, edits[number]) if number in edits else raw
                     for number, raw in rows)
    return mark + (dialect.preamble + edited).encode(encoding)


def _rows_as_written(body: str, separator: str) -> Iterator[str]:
    """Each with its line end; line breaks within cells make several lines one row."""
    lines = list(io.StringIO(body, newline=""))
    reader = csv.reader(lines, delimiter=separator)
    start = 0
    for _cells in reader:
        yield "".join(lines[start : reader.line_num])
        start = reader.line_num


def _edited(raw: str, dialect: Dialect, cells: Cells) -> str:
    """Believed when it reads as it should; else the row is written anew, as its table is."""
    row = re.sub(r"(\r\n|\n|\r)\Z", "", raw)
    line_end = raw[len(row):]
    outer = _read(row, dialect.separator)
    if _is_wrapped(outer, dialect.separator):
        before = _read(outer[0], dialect.separator)
        edited = _quoted(_spliced(outer[0], dialect.separator, cells))
        after = _read(_read(edited, dialect.separator)[0], dialect.separator)
    else:
        before = outer
        edited = _spliced(row, dialect.separator, cells)
        after = _read(edited, dialect.separator)
    expected = [cells.get(index, cell) for index, cell in enumerate(_padded(before, cells))]
    if after != expected:
        edited = dialect.text_of([expected]).removesuffix(dialect.newline)
    return edited + line_end


def _read(row: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(row, newline=""), delimiter=separator), [])


def _is_wrapped(cells: list[str], separator: str) -> bool:
    """The row as a whole stands in one cell."""
    return len(cells) == 1 and separator in cells[0]


def _spliced(row: str, separator: str, cells: Cells) -> str:
    """What was quoted stays quoted."""
    written = _padded(list(_cells_as_written(row, separator)), cells)
    for index, cell in cells.items():
        written[index] = _quoted(cell) if written[index].startswith('"') else cell
    return separator.join(written)


def _cells_as_written(row: str, separator: str) -> Iterator[str]:
    """With their quotation marks, which count only at a cell's beginning."""
    other = f"[^{re.escape(separator)}]*"
    cell = re.compile(f'"(?:[^"]|"")*"(?!"){other}|{other}')
    start = 0
    while start <= len(row):
        found = cell.match(row, start)
        assert found  # the second form takes anything
        yield found[0]
        start = found.end() + 1


def _padded(cells: list[str], wanted: Cells) -> list[str]:
    return cells + [""] * (max(wanted) + 1 - len(cells))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'

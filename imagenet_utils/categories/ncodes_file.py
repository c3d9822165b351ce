"""Makes ncodes.csv, and changes one that is there in nothing but what was asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.categories.catalogues import entry_of
from imagenet_utils.categories.dialect import Dialect
from imagenet_utils.categories.ncodes import COLUMNS, IF_MISSING, LABEL_COLUMN, code_of
from imagenet_utils.categories.marks import read_mark
from imagenet_utils.categories.spreadsheet import Row, Table, content_of, table_in
from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.whole_files import local_faults, new_file, successor

# column -> what the catalogue says there
COUNT_CELLS: dict[str, Callable[[Entry], str]] = {
    "urls_2011": lambda entry: _count(entry, entry.urls_2011),
    "annotated": lambda entry: _count(entry, entry.annotated),
    "boxes": lambda entry: _count(entry, entry.boxes),
    "ilsvrc2012": lambda entry: "yes" if entry.in_ilsvrc2012 else "no",
    "note": lambda entry: entry.note,
}
CELLS: dict[str, Callable[[Entry], str]] = {
    "code": lambda entry: entry.code,
    "name": lambda entry: entry.names,
    "to_download": lambda entry: "False",
    "how_many": lambda entry: "-1",
    **COUNT_CELLS,
}
ANYBODY_WRITES = 0o222  # of a file's mode
HELD = "Close it where it is open, as in Excel, or see to it that its folder may be written to"


class Original(NamedTuple):
    """A table before it is changed."""

    data: bytes
    table: Table
    dialect: Dialect


def write_table(
    path: Path, entries: Iterable[Entry], *, separator: str = ",", with_counts: bool = True
) -> None:
    """A new table, nothing marked, in the order of `entries`.

    Raises FileExistsError where there is one: it stays as it is.
    """
    columns = (*COLUMNS, *COUNT_CELLS) if with_counts else COLUMNS
    rows = (_cells(entry, columns) for entry in entries)
    content = Dialect(separator=separator).bytes_of([columns, *rows])
    if path.exists():
        raise FileExistsError(str(path))
    with local_faults(path), new_file(path) as file:
        file.write(content)


def add_missing(path: Path, entries: Iterable[Entry]) -> int:
    """Appends the entries that the table lacks, every byte before them kept; says how many.

    Raises UsageError for what is no table of categories, or a workbook.
    """
    original = original_at(path)
    table = original.table
    catalogue = built_in()
    there = {code_of(table.cell(row, "code"), catalogue) for row in table.rows}
    missing = [cells_of(entry) for entry in entries if entry.code not in there]
    if missing:
        replace_table(original, original.data + added_bytes(original, missing))
    return len(missing)


def change_table(
    path: Path, *, separator: str | None = None, with_counts: bool | None = None
) -> bool:
    """Changes the separator, or adds or takes away the columns of counts; None leaves them.

    Says whether anything had to change.  Raises UsageError for what is no table of categories,
    for a workbook, and where a column of counts holds something that the user wrote.
    """
    original = original_at(path)
    table, dialect = original.table, original.dialect
    rows: list[Sequence[str]] = [row.cells for row in table.all_rows]
    if with_counts is True:
        rows = _with_counts(table)
    elif with_counts is False:
        rows = _without_counts(table)
    changed = dialect.with_separator(separator) if separator else dialect
    if changed == dialect and rows == [row.cells for row in table.all_rows]:
        return False
    replace_table(original, changed.bytes_of(rows))
    return True


def original_at(path: Path) -> Original:
    """Raises UsageError for what is no table of categories, a workbook, or not in its columns."""
    data = content_of(path, if_missing=IF_MISSING)
    table = table_in(data, path, (*COLUMNS, LABEL_COLUMN))
    if table.dialect is None:
        raise UsageError(
            f"{path} is a workbook, which is read but not changed",
            "Save it as csv and name that file",
        )
    if "code" not in table.columns:
        raise UsageError(f"The table {path} has no column code", "Add it to the first row")
    _refuse_shifted(table)
    return Original(data, table, table.dialect)


def _refuse_shifted(table: Table) -> None:
    """What a mark would be written over is then a part of a name.  Raises UsageError."""
    width = len(table.header.cells)
    shifted = [row for row in table.rows if any(map(str.strip, row.cells[width:]))
               and read_mark(table.cell(row, "to_download")) is None]
    if shifted:
        first = shifted[0]
        others = f", and so have {len(shifted) - 1:,} others" if shifted[1:] else ""
        raise UsageError(
            f"{table.path}: row {first.number} has {len(first.cells)} cells under {width} columns"
            f"{others}: a name with commas needs quotation marks. Nothing was changed",
            'Put " round such names, or save the table anew with " as its text delimiter')


def cells_of(entry: Entry) -> dict[str, str]:
    """What a new table says of it, by column."""
    return {column: cell(entry) for column, cell in CELLS.items()}


def added_bytes(original: Original, rows: Iterable[Mapping[str, str]]) -> bytes:
    """What has to be appended for more rows, in the table's own dialect and order of columns."""
    dialect, columns = original.dialect, _column_order(original.table)
    added = dialect.text_of([row.get(column, "") for column in columns] for row in rows)
    line_ends = tuple(end.encode(dialect.encoding) for end in "\r\n")
    between = "" if original.data.endswith(line_ends) else dialect.newline
    return (between + added).encode(dialect.encoding)


def replace_table(original: Original, content: bytes) -> None:
    """In the file's own place, also behind a link, with its permissions.

    Raises LocalFault where it cannot be replaced, or has changed since it was read.
    """
    path = original.table.path
    target = os.path.realpath(path)
    _refuse_protected(path)
    try:
        with local_faults(path), successor(target) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            shutil.copymode(target, file.name)
            if Path(target).read_bytes() != original.data:
                raise LocalFault(f"{path} has changed meanwhile", "Nothing is lost: run this again")
    except LocalFault as fault:
        if isinstance(fault.__cause__, PermissionError):
            raise LocalFault(fault.problem, HELD) from fault.__cause__
        raise


def _refuse_protected(path: Path) -> None:
    """In a folder of one's own a file can be replaced even where nobody may write to it: so that
    the protection holds.  Root may write to everything, but has protected what nobody may."""
    if not os.access(path, os.W_OK) or not path.stat().st_mode & ANYBODY_WRITES:
        raise LocalFault(f"{path} is protected against writing", "Give write permission")


def _count(entry: Entry, count: int) -> str:
    """Empty where nobody knows."""
    return str(count) if entry.is_counted else ""


def _cells(entry: Entry, columns: Iterable[str]) -> list[str]:
    return [CELLS[column](entry) for column in columns]


def _column_order(table: Table) -> list[str]:
    """Normal names, with blanks for columns that are empty or there a second time."""
    names = [""] * len(table.header.cells)
    for name, index in table.columns.items():
        names[index] = name
    return names


def _with_counts(table: Table) -> list[Sequence[str]]:
    """Every row with the columns that it lacks, behind those of the header."""
    added = [column for column in COUNT_CELLS if column not in table.columns]
    width = len(table.header.cells)

    def widened(row: Row) -> Sequence[str]:
        if not added or row.is_empty:
            return row.cells
        if row == table.header:
            return [*row.cells, *added]
        entry = _entry_of(table, row)
        counts = _cells(entry, added) if entry else [""] * len(added)
        padding = [""] * (width - len(row.cells))
        return [*row.cells[:width], *padding, *counts, *row.cells[width:]]

    return [widened(row) for row in table.all_rows]


def _without_counts(table: Table) -> list[Sequence[str]]:
    foreign = next(_foreign_cells(table), None)
    if foreign:
        row, column = foreign
        raise UsageError(
            f"The column {column} of {table.path} holds more than the catalogue wrote "
            f"(row {row.number}: {table.cell(row, column)!r:.60})",
            "Give the column another name to keep it, or take it out yourself",
        )
    gone = {table.columns[column] for column in COUNT_CELLS if column in table.columns}
    return [
        tuple(cell for index, cell in enumerate(row.cells) if index not in gone)
        for row in table.all_rows
    ]


def _foreign_cells(table: Table) -> Iterator[tuple[Row, str]]:
    """Cells in the columns of counts that did not come from the catalogue."""
    there = [column for column in COUNT_CELLS if column in table.columns]
    for row in table.rows:
        entry = _entry_of(table, row)
        for column in there:
            cell = table.cell(row, column).strip()
            if cell and not (entry and cell == COUNT_CELLS[column](entry)):
                yield row, column


def _entry_of(table: Table, row: Row) -> Entry | None:
    return entry_of(code_of(table.cell(row, "code"), built_in()))

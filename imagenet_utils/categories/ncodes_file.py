"""Makes ncodes.csv, and changes one that is there in nothing but what was asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.categories.dialect import Dialect
from imagenet_utils.categories.ncodes import COLUMNS, IF_MISSING, LABEL_COLUMN, code_of
from imagenet_utils.categories.spreadsheet import Row, Table, read_table
from imagenet_utils.errors import UsageError
from imagenet_utils.whole_files import local_faults, new_file, successor

# column -> what the catalogue says there
COUNT_CELLS: dict[str, Callable[[Entry], str]] = {
    "urls_2011": lambda entry: str(entry.urls_2011),
    "annotated": lambda entry: str(entry.annotated),
    "boxes": lambda entry: str(entry.boxes),
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
    table, dialect = _changeable(path)
    catalogue = built_in()
    there = {code_of(table.cell(row, "code"), catalogue) for row in table.rows}
    missing = [entry for entry in entries if entry.code not in there]
    if missing:
        columns = _column_order(table)
        added = dialect.text_of(_cells(entry, columns) for entry in missing)
        content = path.read_bytes()
        line_ends = tuple(end.encode(dialect.encoding) for end in "\r\n")
        between = b"" if content.endswith(line_ends) else dialect.newline.encode(dialect.encoding)
        _replace(path, content + between + added.encode(dialect.encoding))
    return len(missing)


def change_table(
    path: Path, *, separator: str | None = None, with_counts: bool | None = None
) -> bool:
    """Changes the separator, or adds or takes away the columns of counts; None leaves them.

    Says whether anything had to change.  Raises UsageError for what is no table of categories,
    for a workbook, and where a column of counts holds something that the user wrote.
    """
    table, dialect = _changeable(path)
    rows: list[Sequence[str]] = [row.cells for row in table.all_rows]
    if with_counts is True:
        rows = _with_counts(table)
    elif with_counts is False:
        rows = _without_counts(table)
    changed = dialect.with_separator(separator) if separator else dialect
    if changed == dialect and rows == [row.cells for row in table.all_rows]:
        return False
    _replace(path, changed.bytes_of(rows))
    return True


def _cells(entry: Entry, columns: Iterable[str]) -> list[str]:
    return [CELLS[column](entry) if column in CELLS else "" for column in columns]


def _changeable(path: Path) -> tuple[Table, Dialect]:
    table = read_table(path, (*COLUMNS, LABEL_COLUMN), if_missing=IF_MISSING)
    if table.dialect is None:
        raise UsageError(
            f"{path} is a workbook, which is read but not changed",
            "Save it as csv and name that file",
        )
    if "code" not in table.columns:
        raise UsageError(f"The table {path} has no column code", "Add it to the first row")
    return table, table.dialect


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
    catalogue = built_in()
    return catalogue.get(code_of(table.cell(row, "code"), catalogue))


def _replace(path: Path, content: bytes) -> None:
    """The file's own place, also behind a link, with its permissions."""
    target = os.path.realpath(path)
    with local_faults(path), successor(target) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        shutil.copymode(target, file.name)

"""Reads a table as it comes back from a spreadsheet: text in any dialect, xlsx and ods."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.categories.dialect import Dialect, normal_name, parsed
from imagenet_utils.errors import LocalFault, MissingPackage, UsageError

MAX_TEXT_BYTES = 64 << 20  # the whole catalogue with all its columns has 2 MB
MAX_UNPACKED_BYTES = 512 << 20  # of a workbook, which is a zip
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

# member that tells the kind: (pandas' engine, the package it needs)
WORKBOOKS = {"xl/workbook.xml": ("openpyxl", "openpyxl"), "content.xml": ("odf", "odfpy")}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the spreadsheet shows it."""

    number: int  # from 1; Excel's line "sep=;" is not counted, as Excel doesn't show it
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(map(str.strip, self.cells))


@dataclass(frozen=True, slots=True)
class Table:
    """Every row of a file, and where its columns are."""

    path: Path
    all_rows: tuple[Row, ...]  # empty ones and the header too
    header: Row
    columns: dict[str, int]  # normal name -> index of the first column that has it
    repeated: tuple[str, ...]  # normal names that several columns have
    dialect: Dialect | None  # None: a workbook, which is only read

    @property
    def rows(self) -> Iterator[Row]:
        """What stands below the header, without empty rows."""
        below = self.all_rows[self.header.number :]
        return (row for row in below if not row.is_empty)

    def cell(self, row: Row, column: str) -> str:
        """Blank where the table lacks the column, or the row is short."""
        index = self.columns.get(column)
        return row.cells[index] if index is not None and index < len(row.cells) else ""


def read_table(path: Path, expected: Sequence[str], *, if_missing: str = "") -> Table:
    """`expected`: normal names of columns, at least one of which must be there.

    `if_missing`: what to do where there is no such file.
    """
    return table_in(content_of(path, if_missing=if_missing), path, expected)


def table_in(data: bytes, path: Path, expected: Sequence[str]) -> Table:
    """What the file at `path` holds, of which `data` was read."""
    dialect: Dialect | None = None
    try:
        if data.startswith(ZIP):
            rows = _workbook_rows(data)
        else:
            rows, dialect = parsed(data, expected)
        return _table(path, rows, expected, dialect)
    except ValueError as error:
        raise UsageError(
            f"The table {path} {error}",
            f"It needs a first row with the columns {', '.join(expected)}; "
            "save it as csv, xlsx or ods",
        ) from None


def content_of(path: Path, *, if_missing: str = "") -> bytes:
    """All bytes of what may be a table."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UsageError(f"{path} is a folder, not a table", "Name the file in it")
        if not path.is_file():
            raise UsageError(f"{path} is no file that holds a table", "Name a file")
        if size > MAX_TEXT_BYTES:
            raise UsageError(
                f"The table {path} has {size >> 20} MB, and a table of categories at most "
                f"{MAX_TEXT_BYTES >> 20}",
                "Is it the list of image URLs? Name the table of categories",
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"There is no table {path}", if_missing) from None
    except OSError as error:
        raise LocalFault(f"The table {path} cannot be read: {error.strerror}") from None
    if data.startswith(OLD_EXCEL):
        raise UsageError(f"The table {path} is a workbook of Excel 2003", "Save it as csv or xlsx")
    return data


def _table(
    path: Path, rows: list[list[str]], expected: Sequence[str], dialect: Dialect | None
) -> Table:
    all_rows = tuple(Row(number, tuple(cells)) for number, cells in enumerate(rows, 1))
    header = next((row for row in all_rows if not row.is_empty), Row(1, ()))
    names = [normal_name(cell) for cell in header.cells]
    if not set(names) & set(expected):
        raise ValueError(f"has no header with the columns {', '.join(expected)}")
    columns: dict[str, int] = {}
    for index, name in enumerate(names):
        if name:
            columns.setdefault(name, index)
    repeated = tuple(name for name in columns if names.count(name) > 1)
    return Table(path, all_rows, header, columns, repeated, dialect)


def _workbook_rows(data: bytes) -> list[list[str]]:
    """The first sheet.  Raises ValueError, with what is wrong as its text."""
    engine, package = _workbook_kind(data)
    try:
        import pandas
    except ImportError:
        raise MissingPackage("pandas", "Reading a workbook") from None
    try:
        frame = pandas.read_excel(
            io.BytesIO(data),
            header=None,
            dtype=str,
            na_filter=False,
            engine=engine,  # type: ignore[arg-type, unused-ignore]
        )
    except ImportError:
        raise MissingPackage(package, "Reading this workbook") from None
    except Exception as error:  # the readers let through whatever a damaged file leads them to
        raise ValueError(f"is a workbook that cannot be read ({error!r:.200})") from None
    return [[str(cell) for cell in row] for row in frame.to_numpy().tolist()]


def _workbook_kind(data: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            sizes = {info.filename: info.file_size for info in members.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise ValueError("is a damaged workbook") from None
    if sum(sizes.values()) > MAX_UNPACKED_BYTES:
        raise ValueError(f"is a workbook of more than {MAX_UNPACKED_BYTES >> 20} MB unpacked")
    for member, kind in WORKBOOKS.items():
        if member in sizes:
            return kind
    raise ValueError("is a zip archive, but no xlsx or ods")

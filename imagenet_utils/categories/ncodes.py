"""Reads the marked table: which categories, how many of each, and the label of every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.categories.catalogue import Catalogue, Entry, built_in
from imagenet_utils.categories.catalogues import catalogue_of, entry_of
from imagenet_utils.categories.labels import LabelMaker, Labels, LabelsByCode, Named, first_name
from imagenet_utils.categories.marks import read_how_many, read_mark
from imagenet_utils.categories.open_images import boxable, is_mid
from imagenet_utils.categories.spreadsheet import Row, Table, read_table
from imagenet_utils.errors import ImagenetUtilsError, TableError
from imagenet_utils.model import Category, Wnid

COLUMNS = ("code", "name", "to_download", "how_many")
LABEL_COLUMN = "label"
NEEDED_COLUMNS = ("code", "to_download", "how_many")  # the catalogue knows the names
IF_MISSING = "Make it: python download_ncodes_imagenet.py"
WNID = re.compile("n[0-9]{8}", re.I)
WNID_AS_NUMBER = re.compile("([0-9]{7,8})([.,]0+)?")  # its n was lost, and perhaps its first 0
ADVISED_MISTAKES = 20  # a search for what was meant takes a while; a table may be wrong throughout


class Mark(NamedTuple):
    """What a marked row asks for."""

    code: str
    how_many: int | None  # None: all
    name: str  # as the table has it


@dataclass(frozen=True, slots=True)
class MarkedTable:
    """What a run takes from the table."""

    categories: tuple[Category, ...]  # the marked rows, in the table's order
    labels: Mapping[str, str]  # code -> label for every row, marked or not


def read_marked(
    path: Path, is_known: Callable[[str], bool] = lambda code: False
) -> MarkedTable:
    """`is_known` is asked for codes that the catalogue lacks.

    Raises TableError with every mistake of the table, UsageError where it is no table at all.
    """
    table = read_table(path, (*COLUMNS, LABEL_COLUMN), if_missing=IF_MISSING)
    marks = marks_in(table, is_known)
    if not marks:
        problem = "no row is marked; write True in the column to_download of what you want"
        raise TableError(str(path), (problem,))
    labels = _labels_in(table)
    categories = (Category(Wnid(mark.code), labels[mark.code], mark.how_many) for mark in marks)
    return MarkedTable(tuple(categories), labels)


def marked_codes(path: Path) -> tuple[str, ...]:
    """As the cells have them; of a table with mistakes, what can be made of it, and that may be
    nothing."""
    try:
        table = read_table(path, COLUMNS)
    except ImagenetUtilsError:
        return ()
    return tuple(table.cell(row, "code").strip() for row in table.rows
                 if read_mark(table.cell(row, "to_download")))


def marks_in(table: Table, is_known: Callable[[str], bool]) -> tuple[Mark, ...]:
    """Of the marked rows, in the table's order.  Raises TableError with every mistake at once."""
    mistakes = list(column_mistakes(table))
    if not {"code", "to_download"} <= set(table.columns):
        raise TableError(str(table.path), tuple(mistakes))
    marks = _Reader(table, is_known, mistakes).marks()
    if mistakes:
        raise TableError(str(table.path), tuple(mistakes))
    return tuple(marks)


def column_mistakes(table: Table) -> Iterator[str]:
    there = ", ".join(cell.strip() for cell in table.header.cells if cell.strip())
    where = f"row {table.header.number}"
    for column in NEEDED_COLUMNS:
        if column not in table.columns:
            yield f"{where}: the column {column} is missing (there are: {there:.200}); add it"
    for column in (*COLUMNS, LABEL_COLUMN):
        if column in table.repeated:
            yield f"{where}: the column {column} is there more than once; rename all but one"


def mistake_in(table: Table, row: Row, column: str, problem: str) -> str:
    """One line that names the cell."""
    cell = table.cell(row, column)
    shown = repr(cell if len(cell) <= 60 else cell[:57] + "...")
    return f"row {row.number}, column {column}: {shown} {problem}"


def marked_twice(row: int) -> str:
    """What is wrong with a marked code; `row`: where it is marked, too."""
    return f"is marked in row {row} too; unmark one of the two"


def how_many_in(table: Table, row: Row) -> int | None:
    """None: all.  Raises ValueError, with what is wrong as its text."""
    dialect = table.dialect
    decimal_comma = dialect is None or dialect.separator != ","
    return read_how_many(table.cell(row, "how_many"), decimal_comma=decimal_comma)


def code_of(cell: str, catalogue: Catalogue) -> str:
    """The code as the catalogue spells it where it has it, else as the cell does.

    Undoes what spreadsheets do to it: upper case, an apostrophe, ="n02119789", a lost n.
    """
    text = cell.strip(" \t\r\n\xa0\ufeff=\"'")
    if WNID.fullmatch(text) or is_mid(text.lower()):
        return text.lower()
    number = WNID_AS_NUMBER.fullmatch(text)
    if number:
        code = "n" + number[1].zfill(8)
        return code if code in catalogue else text
    return text


def labels_of(rows: Iterable[Named] = (), *, has_both: bool = False) -> LabelMaker:
    """Of all that the catalogues and a table know; the 1,000 of ILSVRC are the famous ones.

    Where a table `has_both`, names that both catalogues have are ImageNet's alone.
    """
    of_open_images: list[Named] = []
    others: list[Named] = []
    for row in rows:
        (of_open_images if is_mid(row.code) else others).append(row)
    names: dict[str, str] = {entry.code: entry.names for entry in built_in()}
    famous = [entry.code for entry in built_in() if entry.in_ilsvrc2012]
    imagenet = Labels(names, others, famous=famous)
    classes: dict[str, str] = {entry.code: entry.names for entry in boxable()}
    return _LabelsByForm(
        imagenet, Labels(classes, of_open_images, beside=imagenet if has_both else None))


class _LabelsByForm(NamedTuple):
    """Each code's by the catalogue that its form tells of."""

    imagenet: Labels
    open_images: Labels

    def label_of(self, code: str) -> str:
        return (self.open_images if is_mid(code) else self.imagenet).label_of(code)


class _Reader:
    """Walks the rows of one table; what is wrong in them goes to `mistakes`."""

    def __init__(
        self, table: Table, is_known: Callable[[str], bool], mistakes: list[str]
    ) -> None:
        self._table = table
        self._is_known = is_known
        self._mistakes = mistakes
        self._catalogue = built_in()
        self._unknown_codes = 0

    def marks(self) -> list[Mark]:
        marks = []
        row_of_code: dict[str, int] = {}
        for row in self._marked_rows():
            code = self._known_code(row)
            number = self._how_many(row)
            if code in row_of_code:
                self._say(row, "code", marked_twice(row_of_code[code]))
            elif code is not None:
                row_of_code[code] = row.number
                marks.append(Mark(code, number, self._table.cell(row, "name")))
        return marks

    def _marked_rows(self) -> Iterator[Row]:
        for row in self._table.rows:
            mark = read_mark(self._table.cell(row, "to_download"))
            if mark is None:
                advice = "is neither yes nor no; write True or False"
                self._say(row, "to_download", advice + self._about_extra_cells(row))
            elif mark:
                yield row

    def _known_code(self, row: Row) -> str | None:
        cell = self._table.cell(row, "code")
        code = code_of(cell, self._catalogue)
        if entry_of(code) or (code and self._is_known(code)):
            return code
        self._unknown_codes += 1
        self._say(row, "code", f"is no known category; {self._advice(row, code)}or unmark the row")
        return None

    def _advice(self, row: Row, code: str) -> str:
        if self._unknown_codes > ADVISED_MISTAKES:
            return "correct it "
        named = self._catalogue.named(first_name(self._table.cell(row, "name")))
        meant = (named or self._catalogue.nearest(code))[:3]
        return f"write {', '.join(map(_shown, meant))} " if meant else "correct it "

    def _how_many(self, row: Row) -> int | None:
        try:
            return how_many_in(self._table, row)
        except ValueError as error:
            advice = "write a whole number from 1, or -1 for all"
            self._say(row, "how_many", f"{error}; {advice}{self._about_extra_cells(row)}")
            return None

    def _about_extra_cells(self, row: Row) -> str:
        width = len(self._table.header.cells)
        if not any(map(str.strip, row.cells[width:])):
            return ""
        return (
            f" (the row has {len(row.cells)} cells under {width} columns: "
            "a name with commas needs quotation marks)"
        )

    def _say(self, row: Row, column: str, problem: str) -> None:
        self._mistakes.append(mistake_in(self._table, row, column, problem))


def _labels_in(table: Table) -> LabelsByCode:
    """Of every row that has a code; most rows say what the catalogue does, and are done with."""
    catalogue, cell = built_in(), table.cell
    codes: dict[str, None] = {}
    named = []
    for row in table.rows:
        code, name, label = cell(row, "code"), cell(row, "name"), cell(row, LABEL_COLUMN)
        entry = catalogue.get(code)
        if entry is None or name != entry.names or label:
            code = code_of(code, catalogue)
            named.append(Named(code, "" if code in codes else name, label))
        codes[code] = None
    has_both = len({catalogue_of(code) for code in codes if code}) > 1
    return LabelsByCode(labels_of(named, has_both=has_both), filter(None, codes))


def _shown(entry: Entry) -> str:
    return f"{entry.code} ({entry.names})"

"""Writes marks into the user's table, which stays as it is in all else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.catalogues import entry_of
from imagenet_utils.categories.cell_edits import with_cells
from imagenet_utils.categories.marks import ALL, read_mark
from imagenet_utils.categories.ncodes import (
    Mark,
    code_of,
    column_mistakes,
    how_many_in,
    marked_twice,
    mistake_in,
)
from imagenet_utils.categories.ncodes_file import (
    added_bytes,
    cells_of,
    original_at,
    replace_table,
)
from imagenet_utils.categories.picking import Pick
from imagenet_utils.categories.spreadsheet import Row, Table
from imagenet_utils.errors import TableError

YES, NO = "True", "False"

Unmarks = Callable[[str], bool]  # of a code: whether it loses its mark


@dataclass(frozen=True, slots=True)
class TableChange:
    """What marks make of a table."""

    marked: tuple[Mark, ...]  # all that were to be, with how many the table asks for now
    changed: int  # of these; the others were marked so before
    unmarked: tuple[str, ...]  # codes that lost their mark
    total: int  # categories that are marked now
    edits: Mapping[int, Mapping[int, str]]  # row -> column -> cell
    added: tuple[Pick, ...]  # of the marked: the table did not have them

    @property
    def is_any(self) -> bool:
        """Whether a byte of the table differs."""
        return bool(self.edits or self.added)


def mark_table(
    path: Path, picks: Sequence[Pick], *, unmarks: Unmarks = lambda code: False
) -> TableChange:
    """Takes the marks away from what `unmarks` says, then marks the picks.

    A pick without a number leaves `how_many` as it stands, and so does taking a mark away.  A code
    that the table lacks is appended.  What changes nothing does not touch the file.
    Raises UsageError, TableError with every mistake at once, LocalFault.
    """
    original = original_at(path)
    change = decided_marks(original.table, picks, unmarks=unmarks)
    if change.is_any:
        content = with_cells(original.data, original.dialect, change.edits)
        if change.added:
            content += added_bytes(original, map(_new_row, change.added))
        replace_table(original, content)
    return change


def decided_marks(table: Table, picks: Sequence[Pick], *, unmarks: Unmarks) -> TableChange:
    """What `mark_table` would do.  Raises TableError."""
    return _Changes(table).decide(picks, unmarks)


class _Changes:
    """Decides what has to change in a table, before anything does."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._mistakes = list(column_mistakes(table))
        self._check()
        self._rows: dict[str, list[Row]] = defaultdict(list)  # by their code
        self._said: dict[int, bool | None] = {}  # row -> yes, no, or neither
        catalogue = built_in()
        for row in table.rows:
            self._rows[code_of(table.cell(row, "code"), catalogue)].append(row)
            self._said[row.number] = read_mark(table.cell(row, "to_download"))
        self._edits: dict[int, dict[int, str]] = {}  # row -> column -> cell
        self._added: list[Pick] = []

    def decide(self, picks: Sequence[Pick], unmarks: Unmarks) -> TableChange:
        """Raises TableError."""
        targets = {pick.code: self._target(pick.code, is_sole=unmarks(pick.code))
                   for pick in picks}
        marked = tuple(self._marked(pick, targets[pick.code]) for pick in picks)
        self._check()
        changed = len(self._edits) + len(self._added)
        kept = {row.number for row in targets.values() if row}
        before = {number for number, said in self._said.items() if said}
        gone = dict(self._losers(unmarks, kept))
        for number in gone:
            self._edit(number, "to_download", NO)
        unmarked = tuple(dict.fromkeys(code for code in gone.values() if code not in targets))
        total = len((before - gone.keys()) | kept) + len(self._added)
        return TableChange(marked, changed, unmarked, total, self._edits, tuple(self._added))

    def _target(self, code: str, *, is_sole: bool) -> Row | None:
        """Of several rows of a category the marked one, else the first; None: there is none.

        `is_sole`: the other rows lose their marks.
        """
        rows = self._rows.get(code, [])
        marked = [row for row in rows if self._said[row.number]]
        if len(marked) > 1 and not is_sole:
            problem = marked_twice(marked[0].number)
            self._mistakes.append(mistake_in(self._table, marked[1], "code", problem))
        return next(iter(marked or rows), None)

    def _marked(self, pick: Pick, row: Row | None) -> Mark:
        if row is None:
            self._added.append(pick)
            return Mark(pick.code, pick.how_many, _new_row(pick)["name"])
        if not self._said[row.number]:
            self._edit(row.number, "to_download", YES)
        return Mark(pick.code, self._how_many(pick, row), self._table.cell(row, "name"))

    def _how_many(self, pick: Pick, row: Row) -> int | None:
        """What the row asks for from now on."""
        try:
            there = how_many_in(self._table, row)
        except ValueError as error:
            if not pick.has_number:
                problem = f"{error}; say how many you want, as {pick.code}=100"
                self._mistakes.append(mistake_in(self._table, row, "how_many", problem))
        else:
            if not pick.has_number or there == pick.how_many:
                return there
        self._edit(row.number, "how_many", _cell_of(pick.how_many))
        return pick.how_many

    def _losers(
        self, unmarks: Unmarks, kept: set[int]
    ) -> Iterator[tuple[int, str]]:
        """Rows that say anything but no, and their codes."""
        for code, rows in self._rows.items():
            if unmarks(code):
                for row in rows:
                    if row.number not in kept and self._said[row.number] is not False:
                        yield row.number, code

    def _edit(self, row: int, column: str, cell: str) -> None:
        self._edits.setdefault(row, {})[self._table.columns[column]] = cell

    def _check(self) -> None:
        if self._mistakes:
            raise TableError(str(self._table.path), tuple(self._mistakes))


def _new_row(pick: Pick) -> dict[str, str]:
    entry = entry_of(pick.code)
    cells = cells_of(entry) if entry else {"code": pick.code, "name": ""}
    return {**cells, "to_download": YES, "how_many": _cell_of(pick.how_many)}


def _cell_of(how_many: int | None) -> str:
    return str(ALL if how_many is None else how_many)

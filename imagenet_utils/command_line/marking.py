"""From words on the command line to marks in the user's table, and back to lines about them."""

from __future__ import annotations

import os
import shlex
import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.labels import first_name
from imagenet_utils.categories.marking import Remarked, mark_table
from imagenet_utils.categories.marks import ALL
from imagenet_utils.categories.ncodes import COLUMNS, WNID, Mark, code_of
from imagenet_utils.categories.picking import (
    Pick,
    Reader,
    Said,
    codes_in,
    exception_remarks,
    person_remarks,
    picks_of,
)
from imagenet_utils.categories.spreadsheet import read_table
from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.command_line.console import Console
from imagenet_utils.engine.rare_collections import collect_rarely

EVERYTHING = "all"  # what --unmark takes besides categories
URL_LIST = "imageNetUrls.csv"
SHOWN = 3  # names of categories in a line
RUN = "python extract_images_as_per_tags.py"


@dataclass(frozen=True, slots=True)
class MarkWishes:
    """What the words on the command line stand for."""

    picks: tuple[Pick, ...]
    unmarks: Callable[[str], bool]  # codes that are to lose their marks first
    remarks: tuple[str, ...]


def mark_wishes(options: Namespace, table: Path, console: Console) -> MarkWishes:
    """Raises UsageError with every mistake at once; nothing is changed by it."""
    collect_rarely()  # values by the ten thousand, all of them wanted until the end
    reader = Reader(_KnownCodes(table, console))
    everything, named = _parted(options.unmark)
    to_mark = reader.read("mark", options.mark)
    to_unmark = reader.read("unmark", named, takes_number=False)
    excepted = reader.read("except", getattr(options, "except"), takes_number=False)
    _reject_both(to_mark, to_unmark, reader)
    reader.check()
    named_codes = codes_in(to_mark if options.mark else to_unmark)
    remarks = [*person_remarks(to_mark, excepted)]
    if options.mark or not everything:
        remarks += exception_remarks(named_codes, excepted)
    spared = frozenset() if options.mark else codes_in(excepted)
    lost = codes_in(to_unmark)
    return MarkWishes(
        tuple(_with_number(pick, options.how_many) for pick in picks_of(to_mark, excepted)),
        lambda code: code not in spared and (everything or code in lost),
        tuple(remarks),
    )


def put_marks(table: Path, wishes: MarkWishes, console: Console) -> str:
    """Answers with one line; what the user may not have thought of goes to stderr before it."""
    for remark in (*wishes.remarks, *_lock_remarks(table)):
        console.warn(remark)
    return _told(mark_table(table, wishes.picks, unmarks=wishes.unmarks), table)


class _KnownCodes:
    """Codes beyond the catalogue: those that stand in the table, or in a list of URLs beside it."""

    def __init__(self, table: Path, console: Console) -> None:
        self._table = table
        self._console = console

    def __call__(self, code: str) -> bool:
        if code in self._of_table:
            return True
        return WNID.fullmatch(code) is not None and code in self._of_list

    @cached_property
    def _of_table(self) -> frozenset[str]:
        if not self._table.exists():
            return frozenset()
        table = read_table(self._table, COLUMNS)
        return frozenset(code_of(table.cell(row, "code"), built_in()) for row in table.rows)

    @cached_property
    def _of_list(self) -> frozenset[str]:
        from imagenet_utils.url_lists.index import open_url_index

        path = self._table.with_name(URL_LIST)
        if not path.exists():
            return frozenset()
        with self._console.progress(f"reading {URL_LIST}", unit="byte") as progress:
            with open_url_index(path, fallback_dir=path.parent, progress=progress.show) as index:
                return frozenset(index.codes())


def _parted(unmark: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether every mark is to go, and which words are left."""
    named = [word for word in unmark if word.casefold() != EVERYTHING]
    return len(named) < len(unmark), named


def _reject_both(to_mark: Iterable[Said], to_unmark: Iterable[Said], reader: Reader) -> None:
    marked = {said.meaning.said for said in to_mark}
    for said in to_unmark:
        if said.meaning.said in marked:
            reader.reject("unmark", said.word, "is named by --mark, too; leave out one of them")


def _with_number(pick: Pick, how_many: int | None) -> Pick:
    """`how_many`: what --how_many says, with -1 for all; None: nothing."""
    if pick.has_number or how_many is None:
        return pick
    return Pick(pick.code, None if how_many == ALL else how_many, has_number=True)


def _lock_remarks(table: Path) -> list[str]:
    if not table.with_name(f".~lock.{table.name}#").exists():
        return []
    return [f"{table} seems to be open in LibreOffice: reload it there, or what it saves next "
            "undoes this"]


def _told(remarked: Remarked, table: Path) -> str:
    parts = [*_told_of_unmarked(remarked), *_told_of_marked(remarked)]
    if remarked.total != len(remarked.marked):
        parts.append(f"{remarked.total:,} are marked in all")
    if remarked.total:
        parts.append(f"next: {RUN}{_named(table)}")
    return f"{table}: {'; '.join(parts)}"


def _told_of_unmarked(remarked: Remarked) -> list[str]:
    codes = remarked.unmarked
    if codes:
        return [f"{_counted(codes)} unmarked ({_some(map(_name_of, codes))})"]
    return [] if remarked.marked else ["nothing to unmark: no such category is marked"]


def _told_of_marked(remarked: Remarked) -> list[str]:
    marks = remarked.marked
    if not marks:
        return []
    which = f"({_some(mark.name or mark.code for mark in marks)}), {_numbers_in(marks)} of each"
    if not remarked.changed and not remarked.unmarked:
        return [f"marked so already: {_counted(marks)} {which}; nothing changes"]
    parts = [f"{_counted(marks)} marked {which}"]
    if before := len(marks) - remarked.changed:
        parts.append(f"{before:,} of them as before")
    if remarked.added:
        parts.append(f"{remarked.added:,} of them new in the table, at its end")
    return parts


def _counted(categories: Sequence[object]) -> str:
    return "1 category" if len(categories) == 1 else f"{len(categories):,} categories"


def _some(names: Iterable[str]) -> str:
    """
    >>> _some(["dog, domestic dog", "pooch", "cur", "lapdog", "toy dog"])
    'dog, pooch, cur and 2 more'
    """
    shown = [first_name(name) for name in names]
    more = len(shown) - SHOWN
    return ", ".join(shown[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _numbers_in(marks: Iterable[Mark]) -> str:
    """
    >>> _numbers_in([Mark("a", 20, ""), Mark("b", None, ""), Mark("c", 300, "")])
    '20, 300 or all'
    """
    given = {mark.how_many for mark in marks}
    numbers = sorted(number for number in given if number is not None)
    told = [f"{number:,}" for number in numbers]
    if len(told) > SHOWN:
        told = [f"{told[0]} to {told[-1]}"]
    told += ["all"] if None in given else []
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _name_of(code: str) -> str:
    entry = built_in().get(code)
    return entry.names if entry else code


def _named(table: Path) -> str:
    """How a run is told of the table, where it is not the usual one."""
    if table == PROJECT_FOLDER / table.name:
        return ""
    quoted = subprocess.list2cmdline([str(table)]) if os.name == "nt" else shlex.quote(str(table))
    return f" --ncode_data {quoted}"

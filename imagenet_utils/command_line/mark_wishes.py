"""What the words about marks on the command line stand for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.catalogues import (
    CATALOGUES, IMAGENET, OPEN_IMAGES, catalogue_of,
)
from imagenet_utils.categories.marks import ALL
from imagenet_utils.categories.naming import OF_IMAGENET
from imagenet_utils.categories.ncodes import COLUMNS, WNID, code_of
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
from imagenet_utils.errors import UsageError

EVERYTHING = "all"  # what --unmark takes besides categories
URL_LIST = "imageNetUrls.csv"


@dataclass(frozen=True, slots=True)
class MarkWishes:
    """What the words on the command line stand for."""

    picks: tuple[Pick, ...]
    unmarks: Callable[[str], bool]  # codes that are to lose their marks first
    remarks: tuple[str, ...]


def mark_wishes(options: Namespace, table: Path) -> MarkWishes:
    """Raises UsageError with every mistake at once; nothing is changed by it."""
    known = _KnownCodes(table)
    reader = Reader(known, _catalogues(options, known))
    everything, named = _parted(options.unmark)
    to_mark = reader.read("mark", options.mark)
    to_unmark = reader.read("unmark", named, takes_number=False)
    excepted = reader.read("except", getattr(options, "except"), takes_number=False)
    _reject_both(to_mark, to_unmark, reader)
    reader.check()
    remarks = person_remarks(to_mark, excepted)
    if options.mark or not everything:  # what all the marks are, only the table knows
        remarks += exception_remarks(codes_in(to_mark or to_unmark), excepted)
    spared = frozenset() if options.mark else codes_in(excepted)
    lost = codes_in(to_unmark)
    return MarkWishes(
        tuple(_with_number(pick, options.how_many) for pick in picks_of(to_mark, excepted)),
        lambda code: code not in spared and (everything or code in lost),
        remarks,
    )


def _catalogues(options: Namespace, known: _KnownCodes) -> tuple[str, ...]:
    """Whose names are meant: as --source says, else those that the table has categories of."""
    if "source" in options.given:
        return (OPEN_IMAGES if options.source == OPEN_IMAGES else IMAGENET,)
    there = {catalogue_of(code) for code in known.of_table if code}
    return tuple(name for name in CATALOGUES if name in there) or OF_IMAGENET


class _KnownCodes:
    """Codes beyond the catalogue: those that stand in the table, or in a list of URLs beside it.

    A list that no run has read yet is not read for this: that may take minutes.
    """

    def __init__(self, table: Path) -> None:
        self._table = table

    def __call__(self, code: str) -> bool:
        """Raises ValueError where the list would have to be read first, or is damaged."""
        if code in self.of_table:
            return True
        if not WNID.fullmatch(code):
            return False
        codes, doubt = self._of_list
        if doubt:
            raise ValueError(doubt)
        return code in codes

    @cached_property
    def of_table(self) -> frozenset[str]:
        if not self._table.exists():
            return frozenset()
        table = read_table(self._table, COLUMNS)
        return frozenset(code_of(table.cell(row, "code"), built_in()) for row in table.rows)

    @cached_property
    def _of_list(self) -> tuple[frozenset[str], str]:
        """And why it cannot be told which they are; empty where it can."""
        from imagenet_utils.url_lists.index import built_url_index

        path = self._table.with_name(URL_LIST)
        if not path.exists():
            return frozenset(), ""
        try:
            index = built_url_index(path, fallback_dir=path.parent)
        except UsageError as error:
            return frozenset(), str(error)
        if index is None:
            return frozenset(), f"codes that {URL_LIST} alone has are known when a run has read it"
        with index:
            return frozenset(index.codes()), ""


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

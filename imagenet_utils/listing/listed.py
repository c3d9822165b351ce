"""A category as a listing shows it, and the columns that tell what can be had of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from imagenet_utils.categories.catalogue import Entry
from imagenet_utils.categories.marks import ALL
from imagenet_utils.listing.sheet import DEPTH, Cell, Column, Sheet
from imagenet_utils.results.stored import Held


class Listed(NamedTuple):
    """One line."""

    code: str
    name: str
    number: int | None  # from 0, in the order of codes within its source; None: it is not in there
    entry: Entry | None  # None: the catalogue lacks it
    depth: int = 0  # steps from where a tree begins
    in_tree: int = 1  # categories that `<code>/` stands for: those below it, and itself
    stored: Held | None = None
    how_many: int = ALL  # that the table asks for, where it is marked
    gloss: str = ""
    match: str = ""  # where the words of a search stand in what is said of it, or NEAR


NEAR = "near"  # not all words of the search are there

Shown = tuple[Column, Callable[[Listed], Cell]]


def _of_entry(field: str) -> Callable[[Listed], Cell]:
    return lambda listed: getattr(listed.entry, field, None)


def _count(field: str) -> Callable[[Listed], Cell]:
    return lambda listed: (
        getattr(listed.entry, field) if listed.entry and listed.entry.is_counted else None)


WHICH: tuple[Shown, ...] = (
    (Column("index", is_number=True), lambda listed: listed.number),
    (Column("code"), lambda listed: listed.code),
    (Column("name", is_prose=True), lambda listed: listed.name),
)
COUNTS: tuple[Shown, ...] = (
    (Column("urls_2011", "urls", is_number=True), _count("urls_2011")),
    (Column("annotated", "annot", is_number=True), _count("annotated")),
    (Column("boxes", is_number=True), _count("boxes")),
    (Column("ilsvrc2012", "ilsvrc"), _of_entry("in_ilsvrc2012")),
    (Column("note"), _of_entry("note")),
)
STORED: tuple[Shown, ...] = (
    (Column("images", is_number=True), lambda listed: listed.stored and listed.stored.images),
    (Column("bytes", is_number=True), lambda listed: listed.stored and listed.stored.byte_count),
)
MARKED: tuple[Shown, ...] = (
    (Column("how_many", is_number=True), lambda listed: listed.how_many),
)
TREE: tuple[Shown, ...] = (
    (DEPTH, lambda listed: listed.depth),
    (Column("tree", is_number=True), lambda listed: listed.in_tree),
)
FOUND: tuple[Shown, ...] = (
    (Column("gloss", is_prose=True), lambda listed: listed.gloss),
    (Column("match", is_in_text=False), lambda listed: listed.match),
)


def sheet_of(listed: Iterable[Listed], *further: Sequence[Shown]) -> Sheet:
    """With the columns `further` behind the usual ones."""
    shown = [*WHICH, *COUNTS, *(pair for pairs in further for pair in pairs)]
    rows = (tuple(cell(each) for _, cell in shown) for each in listed)
    return Sheet(tuple(column for column, _ in shown), rows)

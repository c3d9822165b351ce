"""Which categories a listing shows, and in which order: a row in `SCOPES` for each way to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in, entries_of
from imagenet_utils.categories.hierarchy import Branch
from imagenet_utils.categories.hyponyms import direct_hyponyms, levels_above, tree
from imagenet_utils.categories.marks import ALL
from imagenet_utils.categories.naming import BELOW, code_meant
from imagenet_utils.categories.ncodes import COLUMNS, IF_MISSING, marks_in
from imagenet_utils.categories.spreadsheet import read_table
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.listed import NEAR, Listed
from imagenet_utils.model import Wnid
from imagenet_utils.results.stored import Held

EVERYTHING = "all"  # in place of a category: the trees of all that have nothing above them


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user asks to see."""

    name: str = "list"  # a row in SCOPES
    what: str = ""  # where a tree begins, the words of a search, or the table that has the marks
    source: str = "imagenet"
    lower: int | None = None  # index, from 0; None: from the first
    upper: int | None = None  # index, itself included; None: to the last
    with_persons: bool = False  # a search offers them, too

    @property
    def is_everything(self) -> bool:
        return self == Scope()


def listed_in(scope: Scope) -> tuple[Listed, ...]:
    """Raises UsageError for an index beyond the source, and for what is no category."""
    entries = entries_of(scope.source)
    numbers: Numbers = {entry.code: number for number, entry in enumerate(entries)}
    return tuple(SCOPES[scope.name](scope, numbers))


def those_stored(
    listed: Iterable[Listed], stored: Mapping[str, Held], *, with_others: bool
) -> Iterator[Listed]:
    """`with_others`: those, too, that no catalogue has; their folder is their name."""
    seen = set()
    for each in listed:
        seen.add(each.code)
        if each.code in stored:
            yield each._replace(stored=stored[each.code])
    if with_others:
        for code in sorted(stored.keys() - seen):
            yield Listed(code, stored[code].folder, None, None, stored=stored[code])


Numbers = Mapping[str, int]  # code -> index in its source


def _in_range(scope: Scope, numbers: Numbers) -> Iterator[Listed]:
    last = len(numbers) - 1
    for option, given in (("lower", scope.lower), ("upper", scope.upper)):
        if given is not None and given > last:
            raise UsageError(f"--{option}: there is no category {given}",
                             f"Those of --source {scope.source} are 0 to {last}")
    lower = scope.lower or 0
    upper = last if scope.upper is None else scope.upper
    if lower > upper:
        raise UsageError(f"--lower {lower} is above --upper {upper}",
                         "Both are part of the range; exchange them")
    return (_listed(code, numbers) for code in list(numbers)[lower : upper + 1])


def _tree(scope: Scope, numbers: Numbers) -> Iterator[Listed]:
    is_all = scope.what.strip().casefold() == EVERYTHING
    return _outline(tree() if is_all else tree(meant(scope.what, "--tree")), numbers)


def _parents(scope: Scope, numbers: Numbers) -> Iterator[Listed]:
    """From the particular to the general, one step more for what is a kind of nothing before."""
    code = Wnid(meant(scope.what, "--parents"))
    levels = chain([(code,)], levels_above(code))
    return _outline(
        (Branch(each, depth) for depth, level in enumerate(levels) for each in level), numbers)


def _marked(scope: Scope, numbers: Numbers) -> Iterator[Listed]:
    """In the table's order, whatever source has them."""
    table = read_table(Path(scope.what), COLUMNS, if_missing=IF_MISSING)
    for mark in marks_in(table, lambda code: True):
        entry = built_in().get(mark.code)
        name = mark.name.strip() or (entry.names if entry else "")
        how_many = ALL if mark.how_many is None else mark.how_many
        yield Listed(mark.code, name, numbers.get(mark.code), entry, how_many=how_many)


def _found(scope: Scope, numbers: Numbers) -> Iterator[Listed]:
    from imagenet_utils.categories.search import search

    for found in search([scope.what], with_persons=scope.with_persons):
        code = found.entry.code
        if code in numbers:
            match = NEAR if found.is_near else found.place.name.lower()
            yield _listed(code, numbers)._replace(gloss=found.gloss, match=match)


SCOPES: Mapping[str, Callable[[Scope, Numbers], Iterator[Listed]]] = {
    "list": _in_range,
    "tree": _tree,
    "parents": _parents,
    "search": _found,
    "marked": _marked,
}


def meant(what: str, option: str) -> str:
    """The code of the category that a word means.  Raises UsageError."""
    word = what.strip().removesuffix(BELOW)
    try:
        return code_meant(word)
    except ValueError as error:
        raise UsageError(f"{option}: {word!r} {error}") from None


def _outline(branches: Iterable[Branch], numbers: Numbers) -> Iterator[Listed]:
    """Of those that the source lacks, neither the lines nor the steps."""
    left_out: list[int] = []  # depths of those above that are
    for branch in branches:
        while left_out and left_out[-1] >= branch.depth:
            left_out.pop()
        if branch.code in numbers:
            in_tree = sum(map(numbers.__contains__, _with_below(branch.code)))
            yield _listed(branch.code, numbers, branch.depth - len(left_out), in_tree)
        else:
            left_out.append(branch.depth)


@cache
def _with_below(code: str) -> frozenset[str]:
    return frozenset((code,)).union(*map(_with_below, direct_hyponyms(code)))


def _listed(code: str, numbers: Numbers, depth: int = 0, in_tree: int = 1) -> Listed:
    entry = built_in()[code]
    return Listed(code, entry.names, numbers[code], entry, depth, in_tree)

"""Which categories a listing shows, and in which order: a row in `SCOPES` for each way to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from imagenet_utils.categories.catalogues import (
    IMAGENET, OPEN_IMAGES, catalogue_of, entries_of, entry_of,
)
from imagenet_utils.categories.hierarchy import Branch
from imagenet_utils.categories.hyponyms import direct_hyponyms, levels_above, roots, tree
from imagenet_utils.categories.labels import first_name
from imagenet_utils.categories.marks import ALL
from imagenet_utils.categories.naming import BELOW, code_meant
from imagenet_utils.categories.ncodes import COLUMNS, IF_MISSING, Mark, marks_in
from imagenet_utils.categories.spreadsheet import read_table
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.asked import Answer, Scope
from imagenet_utils.listing.listed import FOUND, MARKED, NEAR, TREE, Listed, Shown
from imagenet_utils.listing.remarks import what_is_lacking, what_is_marked
from imagenet_utils.model import Wnid
from imagenet_utils.results.stored import Held

EVERYTHING = "all"  # in place of a category: the trees of all that have nothing above them


Numbers = Mapping[str, int]  # code -> index in its source


@dataclass(frozen=True, slots=True)
class Way:
    """To ask for categories: how they are found, and what is told of them."""

    answer: Callable[[Scope, Numbers], Answer]
    columns: Sequence[Shown] = ()  # of its own, behind the usual ones
    # Lines for people, of an answer and of what of it is listed in the end.
    remarks: Callable[[Scope, Answer, Sequence[Listed]], Iterator[str]] = what_is_lacking


def answer_to(scope: Scope) -> Answer:
    """Raises UsageError for an index beyond the source, and for what is no category."""
    entries = entries_of(scope.source)
    numbers: Numbers = {entry.code: number for number, entry in enumerate(entries)}
    return SCOPES[scope.name].answer(scope, numbers)


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


def _in_range(scope: Scope, numbers: Numbers) -> Answer:
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
    return Answer(tuple(_listed(code, numbers) for code in list(numbers)[lower : upper + 1]))


def _tree(scope: Scope, numbers: Numbers) -> Answer:
    if scope.what.strip().casefold() == EVERYTHING:
        return Answer(tuple(_outline(tree(*roots(_catalogue(scope))), numbers)))
    code = meant(scope.what, "--tree", _catalogue(scope))
    return _told(_outline(tree(code), numbers), code, "below", scope)


def _parents(scope: Scope, numbers: Numbers) -> Answer:
    """From the particular to the general, one step more for what is a kind of nothing before."""
    code = Wnid(meant(scope.what, "--parents", _catalogue(scope)))
    levels = chain([(code,)], levels_above(code))
    branches = (Branch(each, depth) for depth, level in enumerate(levels) for each in level)
    return _told(_outline(branches, numbers), code, "above", scope)


def _told(listed: Iterable[Listed], code: str, where: str, scope: Scope) -> Answer:
    """What was asked for is lacking where the source has none of it."""
    there = tuple(listed)
    if there:
        return Answer(there)
    lack = f"Neither {_named(code)} nor what is {where} it is in {scope.source}"
    if catalogue_of(code) != _catalogue(scope):
        lack += f"; --source {catalogue_of(code)} has it"
    return Answer(there, lack)


def _named(code: str) -> str:
    entry = entry_of(code)
    return f"{code} ({first_name(entry.names)})" if entry else code


def _marked(scope: Scope, numbers: Numbers) -> Answer:
    """In the table's order, whatever source has them."""
    table = read_table(Path(scope.what), COLUMNS, if_missing=IF_MISSING)
    return Answer(tuple(
        _listed_mark(mark, numbers) for mark in marks_in(table, lambda code: True)))


def _listed_mark(mark: Mark, numbers: Numbers) -> Listed:
    entry = entry_of(mark.code)
    name = mark.name.strip() or (entry.names if entry else "")
    how_many = ALL if mark.how_many is None else mark.how_many
    return Listed(mark.code, name, numbers.get(mark.code), entry, how_many=how_many)


def _found(scope: Scope, numbers: Numbers) -> Answer:
    from imagenet_utils.categories.search import Lack, search

    found, lack = search([scope.what], within=numbers, with_persons=scope.with_persons,
                         catalogue=_catalogue(scope))
    listed = tuple(
        _listed(each.entry.code, numbers)._replace(
            gloss=each.gloss, match=NEAR if each.is_near else each.place.name.lower())
        for each in found)
    if lack is None:
        return Answer(listed)
    what = repr(scope.what)
    return Answer(listed, {
        Lack.NOTHING: f"Nothing fits {what}" + ("" if listed else ", and nothing is near it"),
        Lack.PERSONS: f"Nothing but persons fits {what}; --with_persons shows them",
        Lack.ELSEWHERE: f"Nothing in {scope.source} fits {what}; --source imagenet has what does",
        Lack.TOO_LONG: f"Nothing fits {what}: too many words to look for what is near",
    }[lack])


SCOPES: Mapping[str, Way] = {
    "list": Way(_in_range),
    "tree": Way(_tree, TREE),
    "parents": Way(_parents, TREE),
    "search": Way(_found, FOUND),
    "marked": Way(_marked, MARKED, what_is_marked),
}


def meant(what: str, option: str, catalogue: str = IMAGENET) -> str:
    """The code of the category that a word means.  Raises UsageError."""
    word = what.strip().removesuffix(BELOW)
    try:
        return code_meant(word, catalogues=(catalogue,))
    except ValueError as error:
        raise UsageError(f"{option}: {word!r} {error}") from None


def _catalogue(scope: Scope) -> str:
    """Whose names and tree are meant; ilsvrc2012 is a part of ImageNet's."""
    return OPEN_IMAGES if scope.source == OPEN_IMAGES else IMAGENET


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
    entry = entry_of(code)
    assert entry is not None
    return Listed(code, entry.names, numbers[code], entry, depth, in_tree)

"""Finding categories by words, over all names and glosses: the best first.

The texts are scanned as they are; at their size an index would not be quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from enum import Enum, auto
from itertools import islice, product
from typing import NamedTuple

from imagenet_utils.categories.catalogue import PERSON, Entry
from imagenet_utils.categories.catalogues import CATALOGUES, IMAGENET, entry_of
from imagenet_utils.categories.glosses import gloss_of
from imagenet_utils.categories.places import (
    Page,
    Place,
    Query,
    beginning_of,
    is_on,
    pages,
    place_of,
    query_of,
)
from imagenet_utils.categories.word_forms import words_in

MOST_TYPED = 8  # words; nothing is near to a whole page of them, and it would take long to say so
NEAR_SPELLINGS = 3  # of words that are nowhere
MOST_NEAR = 5  # categories for each of them
ALIKE = 0.75  # share of letters, as difflib counts it
LENGTHS_APART = 2  # letters; words that differ by more are not held against each other


class Found(NamedTuple):
    """A category, and how well it fits."""

    entry: Entry
    gloss: str
    place: Place

    @property
    def is_near(self) -> bool:
        """Nothing fits; of what there is, this is like it."""
        return self.place is Place.NEAR


class Lack(Enum):
    """Why nothing that was asked for fits."""

    NOTHING = auto()  # nowhere; what is near may have been found instead
    PERSONS = auto()  # categories of persons do
    ELSEWHERE = auto()  # categories do that were not asked for
    TOO_LONG = auto()  # nowhere, and there are too many words to look for what is near


class Answer(NamedTuple):
    found: tuple[Found, ...]
    lack: Lack | None = None  # None: what is found fits


def search(
    words: Sequence[str], *, within: Container[str] | None = None, with_persons: bool = False,
    catalogue: str = IMAGENET,
) -> Answer:
    """The categories that have all the words, in any of their forms; or else, what is near.

    Case, accents, hyphens, underscores and blanks make no difference: polarbear is a polar bear.
    Equals are ordered by being in ILSVRC2012, by pictures, by code.  Beginnings of words count
    where no whole ones fit.  Categories of persons stay out, but for `with_persons` and for their
    codes, and all but those of `within`; where they alone fit, nothing else is offered.
    """
    typed = words_in(" ".join(words))
    if not typed:
        return Answer((), Lack.NOTHING)
    asked = CATALOGUES[catalogue]() if within is None else within
    if entry := entry_of(" ".join(words).strip().lower()):
        if entry.code in asked:
            return Answer((_found(entry, Place.CODE),))
        return Answer((), Lack.ELSEWHERE)
    query = query_of(typed)
    offered = [page for page in pages(catalogue) if page.entry.code in asked and (
        with_persons or page.entry.note != PERSON)]
    fitting = _fitting(query, offered, place_of)
    if not fitting:
        everywhere = [page.entry for page in pages(catalogue) if place_of(query, page) is not None]
        if everywhere:
            return Answer((), _lack_of_all(everywhere, asked, with_persons=with_persons))
    if begun := fitting or _fitting(query, offered, beginning_of):
        return Answer(tuple(begun))
    if len(typed) > MOST_TYPED:
        return Answer((), Lack.TOO_LONG)
    return Answer(tuple(_near(typed, offered)), Lack.NOTHING)


def _lack_of_all(fitting: Iterable[Entry], asked: Container[str], *, with_persons: bool) -> Lack:
    """Why none of those that fit is offered."""
    if not with_persons and any(entry.code in asked for entry in fitting):
        return Lack.PERSONS
    return Lack.ELSEWHERE


def _found(entry: Entry, place: Place) -> Found:
    return Found(entry, gloss_of(entry.code), place)


def _fitting(
    query: Query, offered: Iterable[Page], placed: Callable[[Query, Page], Place | None]
) -> list[Found]:
    fitting = [(place, page) for page in offered if (place := placed(query, page)) is not None]
    fitting.sort(key=lambda each: _rank(query, *each))
    return [_found(page.entry, place) for place, page in fitting]


def _rank(query: Query, place: Place, page: Page) -> tuple[bool, Place, bool, int, str]:
    """A name just as it was typed comes before other forms of it: glasses before glass."""
    entry = page.entry
    is_other_form = query.joined not in page.joined
    return is_other_form, place, not entry.in_ilsvrc2012, -entry.urls_2011, entry.code


def _near(words: Sequence[str], offered: Sequence[Page]) -> list[Found]:
    """What fits when misspelt words are put right; or else, what has most of the words.

    Where a spelling is somebody's name, those that are none are left out: elephant, not elegant.
    """
    in_names: set[str] = set().union(*(page.names.split() for page in offered))
    spellings = product(*(_spellings(word, offered, in_names) for word in words))
    queries = [query_of(spelling) for spelling in islice(spellings, NEAR_SPELLINGS)]
    every = (_fitting(query, offered, place_of)[:MOST_NEAR] for query in queries)
    groups = [group for group in every if group]
    named = [group for group in groups if group[0].place <= Place.OTHER_NAME]
    near = {found.entry.code: found for group in named or groups for found in group}
    return [found._replace(place=Place.NEAR)
            for found in near.values() or _with_most(queries[0], offered)]


def _spellings(word: str, offered: Iterable[Page], in_names: Collection[str]) -> list[str]:
    """The word itself if it stands anywhere, or if no word of a name is like it."""
    from difflib import get_close_matches

    forms = query_of([word]).words[0]
    if any(is_on(page, forms) for page in offered):
        return [word]
    likely = [other for other in in_names if _may_be_like(word, other)]
    return get_close_matches(word, likely, NEAR_SPELLINGS, ALIKE) or [word]


def _may_be_like(word: str, other: str) -> bool:
    """So many different letters can't be missing in one that is."""
    if abs(len(other) - len(word)) > LENGTHS_APART:
        return False
    letters = set(word)
    return len(letters.intersection(other)) >= len(letters) - len(word) / 4 - 1


def _with_most(query: Query, offered: Iterable[Page]) -> list[Found]:
    """The best of those with most of the words: at least a half of them."""
    fullest: list[Page] = []
    most = (len(query.words) + 1) // 2
    for page in offered:
        count = sum(is_on(page, forms) for forms in query.words)
        if count > most:
            most, fullest = count, []
        if count == most:
            fullest.append(page)
    return _fitting(query, fullest, _place_of_most)[:MOST_NEAR]


def _place_of_most(query: Query, page: Page) -> Place | None:
    there = tuple(forms for forms in query.words if is_on(page, forms))
    return place_of(query._replace(words=there), page)

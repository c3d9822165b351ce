"""Where words stand in what is said of a category: its names, then its gloss."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from imagenet_utils.categories.catalogue import Entry
from imagenet_utils.categories.catalogues import CATALOGUES, IMAGENET
from imagenet_utils.categories.glosses import gloss_of
from imagenet_utils.categories.word_forms import forms_of, plainly_spelt

BETWEEN_WORDS = {ord(sign): " " for sign in map(chr, range(128))
                 if not sign.isalnum() and sign not in ",\n"}

Forms = tuple[str, ...]  # of one word, each with a blank on either side


class Place(IntEnum):
    """The best first."""

    CODE = 0  # the words are the category's code
    FIRST_NAME = 1  # they are its first name
    OTHER_NAME = 2
    IN_FIRST_NAME = 3  # all of them stand in its first name
    IN_NAMES = 4
    IN_GLOSS = 5  # some of them only there
    BEGINNING = 6  # some of them only begin a word of its names
    NEAR = 7  # some of them are nowhere, but there are others like them


class Page(NamedTuple):
    """What is said of a category, plainly spelt; every word has a blank on either side."""

    entry: Entry
    names: str  # " kit fox , vulpes macrotis "
    joined: str  # ",kitfox,vulpesmacrotis,"
    gloss: str


class Query(NamedTuple):
    words: tuple[Forms, ...]
    beginnings: tuple[str, ...]  # each with a blank before it
    joined: str  # ",kitfox,"


@lru_cache(maxsize=len(CATALOGUES))
def pages(catalogue: str = IMAGENET) -> tuple[Page, ...]:
    """Those of all its categories, in the order of codes."""
    entries = CATALOGUES[catalogue]()
    names = _spaced(entry.names for entry in entries)
    joined = "\n".join(names).replace(" ", "").split("\n")
    return tuple(
        Page(entry, its_names, f",{its_joined},", gloss)
        for entry, its_names, its_joined, gloss
        in zip(entries, names, joined, _spaced(gloss_of(entry.code) for entry in entries))
    )


def query_of(words: Iterable[str]) -> Query:
    """`words`: plainly spelt."""
    typed = tuple(words)
    forms = tuple(tuple(f" {form} " for form in sorted(forms_of(word))) for word in typed)
    return Query(forms, tuple(f" {word}" for word in typed), f",{''.join(typed)},")


def place_of(query: Query, page: Page) -> Place | None:
    """None where a word is missing."""
    if query.joined in page.joined:
        is_first = page.joined.startswith(query.joined)
        return Place.FIRST_NAME if is_first else Place.OTHER_NAME
    if not all(is_on(page, forms) for forms in query.words):
        return None
    if not all(_is_in(page.names, forms) for forms in query.words):
        return Place.IN_GLOSS
    first, *others = page.names.split(",")
    if _is_named(first, query):
        return Place.FIRST_NAME
    if any(_is_named(name, query) for name in others):
        return Place.OTHER_NAME
    is_in_first = all(_is_in(first, forms) for forms in query.words)
    return Place.IN_FIRST_NAME if is_in_first else Place.IN_NAMES


def beginning_of(query: Query, page: Page) -> Place | None:
    """As `place_of`, where the beginning of a word in a name is enough."""
    for forms, beginning in zip(query.words, query.beginnings):
        if not (beginning in page.names or is_on(page, forms)):
            return None
    return Place.BEGINNING


def is_on(page: Page, forms: Forms) -> bool:
    return _is_in(page.names, forms) or _is_in(page.gloss, forms)


def _spaced(lines: Iterable[str]) -> list[str]:
    """All at once: one by one takes five times as long."""
    text = plainly_spelt("\n".join(lines)).translate(BETWEEN_WORDS).replace(",", " , ")
    return [f" {line} " for line in text.split("\n")]


def _is_in(text: str, forms: Forms) -> bool:
    for form in forms:  # `any` takes twice as long
        if form in text:
            return True
    return False


def _is_named(name: str, query: Query) -> bool:
    words = name.split()
    return len(words) == len(query.words) and all(
        f" {word} " in forms for word, forms in zip(words, query.words)
    )

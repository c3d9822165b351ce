"""What to say of a category whose archive isn't there, and what to take in its place.

Of the 21,841 synsets of 2011 the archives that ImageNet offers since 2021 have 19,167.  What went
were 2,674 of its 2,832 synsets of persons, in 2019: https://image-net.org/update-sep-17-2019.php
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from imagenet_utils.categories.catalogue import PERSON, Entry, built_in
from imagenet_utils.categories.hyponyms import direct_hyponyms, hypernyms, levels_below

OFFERED = 5  # categories


def withdrawn_text(code: str) -> str:
    """One line, without a full stop at its end: why it is gone, and which others may be there."""
    entry = built_in().get(code)
    if entry is None:
        return f"{code} is no category of ImageNet's catalogue"
    if entry.note == PERSON:
        reason = "one of the synsets of persons, most of which ImageNet withdrew in 2019"
    else:
        reason = "not among the synsets that are there (of the 21,841 of 2011, 19,167 remain)"
    return f"{_shown(entry)} is {reason}{_advice(code)}"


def _advice(code: str) -> str:
    for where, entries in (
        ("Below it", _hyponyms(code)),
        ("Beside it", _siblings(code)),
        ("Above it", iter(_most_first(hypernyms(code)))),
    ):
        offered = list(islice(entries, OFFERED))
        if offered:
            which = ", ".join(map(_shown, offered))
            return f". {where}: {which}; take one by its code, --categories {offered[0].code}"
    return ""


def _hyponyms(code: str) -> Iterator[Entry]:
    """The nearest first, and of those equally near the one with the most pictures."""
    for level in levels_below(code):
        yield from _most_first(level)


def _siblings(code: str) -> Iterator[Entry]:
    """The other hyponyms of its hypernyms."""
    beside = {other for upper in hypernyms(code) for other in direct_hyponyms(upper)}
    yield from _most_first(beside - {code})


def _most_first(codes: Iterable[str]) -> list[Entry]:
    """Those that may be there: with pictures in 2011, and not of persons."""
    entries = [entry for code in sorted(codes) if (entry := built_in().get(code))]
    there = [entry for entry in entries if entry.urls_2011 and entry.note != PERSON]
    return sorted(there, key=lambda entry: -entry.urls_2011)


def _shown(entry: Entry) -> str:
    return f"{entry.code} ({entry.names.partition(',')[0]})"

"""What has to be said beside a listing, so that nobody takes it for more than it is."""

from __future__ import annotations

from collections.abc import Sequence

from imagenet_utils.categories.marks import ALL
from imagenet_utils.listing.listed import NEAR, Listed
from imagenet_utils.listing.scopes import Scope

MOST_NAMED = 3


def remark_on(scope: Scope, listed: Sequence[Listed]) -> str:
    """Empty where a search found what was meant, and for what is neither search nor marks."""
    if scope.name == "marked":
        return f"{scope.what}: {_sum_of(listed)}"
    if scope.name != "search":
        return ""
    if near := near_names(listed):
        return f"Nothing fits {scope.what!r}; what is listed is near it: {near}"
    if listed:
        return ""
    if not scope.with_persons and _fits_any(scope.what):
        return f"Nothing but persons fits {scope.what!r}; --with_persons shows them"
    return f"Nothing fits {scope.what!r}, and nothing is near it"


def near_names(listed: Sequence[Listed]) -> str:
    """A few that are near what was searched for; empty where it was found itself."""
    near = [each for each in listed if each.match == NEAR]
    return ", ".join(f"{each.code} ({each.name})" for each in near[:MOST_NAMED])


def _sum_of(marked: Sequence[Listed]) -> str:
    """URLs are those of 2011, for a list of one's own may have others."""
    if not marked:
        return "nothing is marked; --mark WHAT does it"
    there = [each.entry.urls_2011 if each.entry else 0 for each in marked]
    wanted = sum(urls if each.how_many == ALL else min(urls, each.how_many)
                 for urls, each in zip(there, marked))
    return f"{len(marked):,} marked, for {wanted:,} of their {sum(there):,} URLs"


def _fits_any(what: str) -> bool:
    """Whether a search would find it, were all categories offered."""
    from imagenet_utils.categories.places import pages, place_of, query_of
    from imagenet_utils.categories.word_forms import words_in

    words = words_in(what)
    query = query_of(words)
    return bool(words) and any(place_of(query, page) is not None for page in pages())

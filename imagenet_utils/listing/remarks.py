"""What has to be said beside a listing, so that nobody takes it for more than it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagenet_utils.categories.marks import ALL
from imagenet_utils.listing.asked import Answer, Scope
from imagenet_utils.listing.listed import NEAR, Listed

MOST_NAMED = 3
LONGEST_CODE = 40  # characters of a cell that is shown for one


def what_is_lacking(scope: Scope, answer: Answer, shown: Sequence[Listed]) -> Iterator[str]:
    """`shown`: what of the answer is listed in the end.  No line where there is what was meant."""
    if near := near_names(shown):
        yield f"{answer.lack}; what is listed is near it: {near}"
    elif answer.lack:
        yield answer.lack


def what_is_marked(scope: Scope, answer: Answer, shown: Sequence[Listed]) -> Iterator[str]:
    """How much that is, and what no run would take; as `what_is_lacking`."""
    if not answer.listed:
        yield f"{scope.what}: nothing is marked; --mark WHAT does it"
    if shown:
        yield f"{scope.what}: {_sum_of(shown, len(answer.listed))}"
    unknown = [each for each in answer.listed if each.entry is None]
    if unknown:
        codes = ", ".join(repr(each.code[:LONGEST_CODE]) for each in unknown[:MOST_NAMED])
        yield (f"{len(unknown):,} of the {len(answer.listed):,} marked are in no catalogue "
               f"({codes}): a run refuses the table, unless its source has them")


def near_names(shown: Sequence[Listed]) -> str:
    """A few that are near what was searched for; empty where it was found itself."""
    near = [each for each in shown if each.match == NEAR]
    return ", ".join(f"{each.code} ({each.name})" for each in near[:MOST_NAMED])


def _sum_of(shown: Sequence[Listed], marked: int) -> str:
    """URLs are those of 2011, for a list of one's own may have others."""
    count = f"{marked:,}" if len(shown) == marked else f"{len(shown):,} of the {marked:,}"
    if not any(each.entry and each.entry.is_counted for each in shown):
        return f"{count} marked"
    there = [each.entry.urls_2011 if each.entry else 0 for each in shown]
    wanted = sum(urls if each.how_many == ALL else min(urls, each.how_many)
                 for urls, each in zip(there, shown))
    return f"{count} marked, for {wanted:,} of their {sum(there):,} URLs"

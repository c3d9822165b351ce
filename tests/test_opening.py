"""How many categories are open at once while archives are read for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.archives.supply import Room, Supply
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.job.opening import SECONDS_BETWEEN, Opening
from tests.sourcing import TENCH, category

NOW = 1000.0
LATER = NOW + SECONDS_BETWEEN


def run(*, grows: bool) -> CategoryRun:
    supply = Supply(Room(), start=lambda supply, wanted: None)
    if not grows:
        supply.end()
    return CategoryRun(category(TENCH), Path("t"), {}, {}, supply=supply)


GROWING, GROWN = run(grows=True), run(grows=False)


@pytest.mark.parametrize("breadth", [None, 1, 4])
def test_the_first_opens_at_once(breadth: int | None) -> None:
    """With nothing open, nothing is waited for."""
    opening = Opening(breadth)

    assert opening.allows([], NOW)
    assert opening.allows([GROWN, GROWN], NOW)


def test_without_a_breadth_all_may_be_open() -> None:
    """One pass that serves all categories has to know them all."""
    opening = Opening(None)

    assert all(opening.allows([GROWING] * count, NOW) for count in range(1000))


def test_no_more_than_the_breadth() -> None:
    """However long the open ones take."""
    opening = Opening(2)
    opening.allows([], NOW)

    assert not opening.allows([GROWING, GROWING, GROWN], NOW + 1e6)
    assert opening.allows([GROWING, GROWN], NOW + 1e6)


def test_a_stream_gets_time_to_feed_us_alone() -> None:
    """The next opens only where the open ones leave us hungry for a while."""
    opening = Opening(4)
    opening.allows([], NOW)
    early, late = opening.allows([GROWING], LATER - 0.01), opening.allows([GROWING], LATER)

    assert (early, late) == (False, True)
    assert not opening.allows([GROWING, GROWING], LATER + 0.5)


def test_the_wait_begins_with_each_opening() -> None:
    """Asking in vain does not put the next one off."""
    opening = Opening(4)
    opening.allows([], NOW)
    for tenth in range(1, 10):
        opening.allows([GROWING], NOW + SECONDS_BETWEEN * tenth / 10)

    assert opening.allows([GROWING], LATER)

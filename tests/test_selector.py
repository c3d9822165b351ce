"""Which records of a category are considered, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.job.sample import Sampling
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import ImageRecord
from imagenet_utils.options import Selection
from tests.small_web import FOX, record

RECORDS = [record(number) for number in range(1, 21)]
EVEN = {one.image_id: b"" for one in RECORDS[1::2]}
RANDOM, ANNOTATED = Sampling("random", 7), Sampling("annotated_first")


def chosen(
    selection: Selection, how_many: int | None, records: list[ImageRecord] = RECORDS
) -> list[ImageRecord]:
    selector = Selector(EVEN, how_many, selection, code=FOX)
    return [one for _place, one in selector.chosen(records)]


@settings(deadline=None)
@given(st.integers(1, 25), st.integers(0, 25), st.integers(0, 9))
def test_a_larger_how_many_keeps_the_former_ones(few: int, more: int, offset: int) -> None:
    """They are the beginning of what is taken then."""
    selection = Selection(offset, False, False, RANDOM)

    assert chosen(selection, few + more)[:few] == chosen(selection, few)


@settings(deadline=None)
@given(st.integers(1, 19), st.integers(1, 20))
def test_an_added_record_puts_one_out_at_most(how_many: int, place: int) -> None:
    """The list may grow between two runs: all but one of the former are taken again."""
    selection = Selection(0, False, False, RANDOM)
    longer = [*RECORDS[:place], record(99), *RECORDS[place:]]

    after = chosen(selection, how_many, longer)
    assert sum(one not in after for one in chosen(selection, how_many)) <= 1


@pytest.mark.parametrize("offset", [0, 3])
def test_offset_counts_in_the_order_of_the_sample(offset: int) -> None:
    """Annotation filter, sample, offset, how_many: two runs side by side share no picture."""
    every = chosen(Selection(0, False, True, RANDOM), 20)

    assert {one.image_id for one in every} == set(EVEN)
    assert chosen(Selection(offset, False, True, RANDOM), 4) == every[offset:offset + 4]


def test_places_are_those_of_the_list() -> None:
    """A report is in list order, whatever the order of the sample."""
    selector = Selector(EVEN, 5, Selection(0, False, False, RANDOM), code=FOX)

    places = [place for place, one in selector.chosen(RECORDS) if RECORDS[place] is one]
    assert len(places) == 5 and places != sorted(places)
    assert (selector.seen, selector.left_out) == (20, 15)


def test_annotated_ones_are_taken_first() -> None:
    """Others fill up what they leave."""
    found = chosen(Selection(0, False, False, ANNOTATED), 12)

    assert found == [*RECORDS[1::2], RECORDS[0], RECORDS[2]]


@pytest.mark.parametrize(("selection", "how_many", "is_needed"), [
    (Selection(0, False, False), 5, False),
    (Selection(0, False, False, RANDOM), 5, True),
    (Selection(0, True, False, RANDOM), 5, True),
    (Selection(0, False, False, RANDOM), None, False),
    (Selection(2, False, False, RANDOM), None, True),
    (Selection(0, False, False, ANNOTATED), 5, True),
    (Selection(0, False, True, ANNOTATED), 5, False),
])
def test_when_every_name_is_needed(
    selection: Selection, how_many: int | None, is_needed: bool
) -> None:
    """Where all are taken, no order parts them; of annotated ones alone, list order is the one."""
    selector = Selector(EVEN, how_many, selection, code=FOX)

    assert selector.needs_every_name is is_needed
    assert selector.still_wanted is None or not is_needed

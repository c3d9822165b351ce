"""In which order the records of a category are taken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.job.sample import SAMPLES, Sampled, Sampling, order_of
from imagenet_utils.model import ImageId
from tests.small_web import CAT, FOX

IDS = [ImageId(f"{FOX}_{number}") for number in range(40)]
ids = st.lists(st.builds(ImageId, st.text(st.characters(), max_size=8)), unique=True, max_size=30)
seeds = st.integers(0, 2**63 - 1)
kinds = st.sampled_from(sorted(SAMPLES))


def shuffled(seed: int, code: str = FOX) -> Sampled:
    return Sampled(Sampling("random", seed), code)


def taken(listed: Sequence[ImageId], sampled: Sampled) -> list[ImageId]:
    return [listed[place] for place in order_of(listed, sampled)]


@settings(deadline=None)
@given(ids, kinds, seeds)
def test_every_record_once(listed: list[ImageId], kind: str, seed: int) -> None:
    """An order leaves nothing out, whatever is listed."""
    sampled = Sampled(Sampling(kind, seed), FOX, set(listed[::2]))

    assert sorted(order_of(listed, sampled)) == list(range(len(listed)))


@settings(deadline=None)
@given(ids, kinds, seeds, st.data())
def test_insertions_move_no_others(
    listed: list[ImageId], kind: str, seed: int, data: st.DataObject
) -> None:
    """What a longer list has besides comes between the others, which keep their order."""
    fewer = [image_id for image_id in listed if data.draw(st.booleans())]
    sampled = Sampled(Sampling(kind, seed), FOX, set(listed[::2]))
    among_all = [image_id for image_id in taken(listed, sampled) if image_id in set(fewer)]

    assert among_all == taken(fewer, sampled)


@settings(deadline=None)
@given(st.permutations(IDS), seeds)
def test_a_shuffle_asks_for_no_list_order(listed: list[ImageId], seed: int) -> None:
    """Seed, category and ids alone say which ones come first."""
    assert taken(listed, shuffled(seed)) == taken(IDS, shuffled(seed))


def test_another_seed_or_category_is_another_shuffle() -> None:
    """And none of them is list order."""
    shuffles = [shuffled(0), shuffled(1), shuffled(0, CAT)]

    assert len({tuple(order_of(IDS, each)) for each in [*shuffles, Sampled()]}) == 4


def test_a_shuffle_stays_for_ever() -> None:
    """A run of a later version goes on with the same pictures."""
    assert [*order_of(IDS, shuffled(0))[:6]] == [16, 31, 25, 27, 7, 3]


def test_a_shuffle_prefers_nobody() -> None:
    """Over many seeds, each of forty comes first about as often."""
    firsts = [order_of(IDS, shuffled(seed))[0] for seed in range(2_000)]

    assert all(25 <= firsts.count(place) <= 80 for place in range(40))


def test_annotated_ones_first() -> None:
    """In list order, then the others in list order."""
    listed = [ImageId(name) for name in "abcdef"]
    sampled = Sampled(Sampling("annotated_first"), FOX, {"b", "e"})

    assert taken(listed, sampled) == list("beacdf")


def test_first_is_list_order() -> None:
    """Which is what nobody need ask for."""
    assert order_of(IDS, Sampled()) == list(range(40))


def order(kind: str, *, seed: int = 0, annotated: Sequence[ImageId] = ()) -> list[int]:
    return list(order_of(IDS, Sampled(Sampling(kind, seed), FOX, annotated)))


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_row_says_what_its_order_hangs_on(kind: str) -> None:
    """Whoever asks for names, boxes or a seed goes by the row alone."""
    row, plain = SAMPLES[kind], order(kind)
    boxed = order(kind, annotated=IDS[-2:])

    assert row.takes_seed == (order(kind, seed=1) != plain)
    assert row.needs_boxes == (boxed != plain)
    assert row.needs_names == ([plain, boxed] != 2 * [list(range(40))])


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_row_tells_a_plan_of_its_order(kind: str) -> None:
    """But for the one that goes without saying; a seed that counts is named."""
    told = Sampling(kind, 77).told

    assert bool(told) == SAMPLES[kind].needs_names
    assert ("77" in told) == SAMPLES[kind].takes_seed

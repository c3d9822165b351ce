"""Ways down and up between categories, whatever their shape."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.hierarchy import Branch, Hierarchy
from imagenet_utils.model import Wnid

ANIMAL, PET, MAMMAL, DOG, PUG = (Wnid(f"n0000000{number}") for number in range(1, 6))

# A dog is a mammal and a pet, both are animals.
ANIMALS = Hierarchy({ANIMAL: (), PET: (ANIMAL,), MAMMAL: (ANIMAL,), DOG: (PET, MAMMAL),
                     PUG: (DOG,)})


def code_of(number: int) -> Wnid:
    return Wnid(f"n{number:08}")


@some.composite
def hypernyms_by_code(draw: some.DrawFn) -> dict[Wnid, tuple[Wnid, ...]]:
    """Each below some of those drawn before it; codes have nothing to do with it."""
    codes = draw(some.lists(some.integers(1, 999), unique=True, max_size=12).map(
        lambda numbers: list(map(code_of, numbers))))
    above = {code: draw(some.lists(some.sampled_from(codes[:place]), unique=True, max_size=3))
             if place else [] for place, code in enumerate(codes)}
    return {code: tuple(sorted(above[code])) for code in sorted(codes)}


def everything_above(code: Wnid, hypernyms: Mapping[Wnid, tuple[Wnid, ...]]) -> set[Wnid]:
    """By the plainest of ways."""
    return {code}.union(*(everything_above(upper, hypernyms) for upper in hypernyms[code]))


def cycle(*codes: Wnid) -> Hierarchy:
    return Hierarchy({code: (upper,) for code, upper in zip(codes, codes[1:] + codes[:1])})


def test_a_tree_is_depth_first_in_the_order_of_codes() -> None:
    """The dog stands below the first of its hypernyms, and there alone."""
    branches = list(ANIMALS.tree(ANIMAL))

    assert branches == [Branch(ANIMAL, 0), Branch(PET, 1), Branch(DOG, 2), Branch(PUG, 3),
                        Branch(MAMMAL, 1)]


def test_several_tops_share_what_is_below_them() -> None:
    """What stood under the first isn't told again under the second."""
    branches = list(ANIMALS.tree(MAMMAL, PET))

    assert branches == [Branch(MAMMAL, 0), Branch(DOG, 1), Branch(PUG, 2), Branch(PET, 0)]


def test_levels_above_join_where_ways_meet() -> None:
    """Both hypernyms of the dog come before what is above both."""
    assert list(ANIMALS.levels_above(PUG)) == [(DOG,), (PET, MAMMAL), (ANIMAL,)]


def test_levels_above_wait_for_the_longest_way() -> None:
    """A short cut doesn't bring the general before the particular."""
    short_cut = Hierarchy({ANIMAL: (), MAMMAL: (ANIMAL,), DOG: (ANIMAL, MAMMAL)})

    assert list(short_cut.levels_above(DOG)) == [(MAMMAL,), (ANIMAL,)]


def test_unknown_codes_have_no_tree() -> None:
    """Nor anything above or below them."""
    unknown = "n00000009"

    assert [list(ANIMALS.tree(unknown)), ANIMALS.all_below(unknown), ANIMALS.hypernyms(unknown),
            list(ANIMALS.levels_above(unknown))] == [[], (), (), []]


def test_a_deep_chain_is_walked_to_its_end() -> None:
    """Depth is no matter of the interpreter's stack."""
    deep = 20_000
    chain_down = {code_of(number): (code_of(number - 1),) if number else ()
                  for number in range(deep)}
    chained = Hierarchy(chain_down)

    assert list(chained.tree(code_of(0)))[-1] == Branch(code_of(deep - 1), deep - 1)
    assert sum(1 for _ in chained.levels_above(code_of(deep - 1))) == deep - 1


def test_a_cycle_ends() -> None:
    """Nobody walks for ever in one."""
    round_and_round = cycle(ANIMAL, DOG, PUG)

    assert round_and_round.all_below(DOG) == (ANIMAL, DOG, PUG)
    assert [branch.code for branch in round_and_round.tree(DOG)] == [DOG, ANIMAL, PUG]
    assert list(round_and_round.levels_above(DOG)) == []


@given(hypernyms_by_code())
def test_below_is_whatever_has_it_above(hypernyms: dict[Wnid, tuple[Wnid, ...]]) -> None:
    """All that is below a code, and the code itself, in order."""
    hierarchy = Hierarchy(hypernyms)
    expected = {code: tuple(other for other in sorted(hypernyms)
                            if code in everything_above(other, hypernyms)) for code in hypernyms}

    assert {code: hierarchy.all_below(code) for code in hypernyms} == expected


@given(hypernyms_by_code())
def test_levels_above_hold_each_hypernym_once(
    hypernyms: dict[Wnid, tuple[Wnid, ...]]
) -> None:
    """All of them, and none before a hyponym of its own."""
    hierarchy = Hierarchy(hypernyms)
    for code in hypernyms:
        upwards = list(chain.from_iterable(hierarchy.levels_above(code)))
        early = [upper for place, upper in enumerate(upwards)
                 if set(upwards[place + 1 :]) & set(hierarchy.direct_hyponyms(upper))]

        assert sorted(upwards) == sorted(everything_above(code, hypernyms) - {code})
        assert early == []


@given(hypernyms_by_code())
def test_the_tree_of_the_roots_is_everything(hypernyms: dict[Wnid, tuple[Wnid, ...]]) -> None:
    """No category is missing, none comes twice, and each stands below one of its hypernyms."""
    hierarchy = Hierarchy(hypernyms)
    branches = list(hierarchy.tree(*hierarchy.roots()))
    way: list[Wnid] = []
    for code, depth in branches:
        way[depth:] = [code]

        assert (way[-2] in hypernyms[code]) if depth else not hypernyms[code]
    assert sorted(code for code, _ in branches) == sorted(hypernyms)

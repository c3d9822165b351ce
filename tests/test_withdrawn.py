"""What is said of a category whose archive isn't there, and what is offered in its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.withdrawn import OFFERED, withdrawn_text

some_codes = some.sampled_from([entry.code for entry in built_in()])


def offered(code: str) -> list[str]:
    """The codes in the text but its own, without the example at its end."""
    text = withdrawn_text(code).partition("; take one")[0]
    return re.findall("n[0-9]{8}", text)[1:]


def test_a_category_with_hyponyms() -> None:
    """Those directly below come first, the one with the most pictures before the others."""
    assert withdrawn_text("n02084071") == (
        "n02084071 (dog) is not among the synsets that are there (of the 21,841 of 2011, "
        "19,167 remain). Below it: n02110806 (basenji), n02111277 (Newfoundland), n02110341 "
        "(dalmatian), n01322604 (puppy), n02084861 (cur); take one by its code, "
        "--categories n02110806"
    )


def test_hyponyms_of_the_next_level_fill_up() -> None:
    """Cat and big cat are directly below feline; tiger and lion come behind them."""
    assert offered("n02120997") == ["n02121620", "n02127808", "n02129604", "n02121808",
                                    "n02129165"]


def test_a_leaf_names_what_stands_beside_it() -> None:
    """The kit fox of ILSVRC has no kinds, but other foxes beside it."""
    assert offered("n02119789") == ["n02119022", "n02119477", "n02120505", "n02120079",
                                    "n02119634"]


def test_an_only_hyponym_names_what_is_above() -> None:
    """The purple emperor is the only kind of emperor butterfly."""
    end = ". Above it: n02278839 (emperor butterfly); take one by its code, --categories n02278839"

    assert withdrawn_text("n02278980").endswith(end)


def test_a_person_is_told_of_the_withdrawal() -> None:
    """Nothing is offered: what stands near persons are persons."""
    assert withdrawn_text("n10565667") == (
        "n10565667 (scuba diver) is one of the synsets of persons, "
        "most of which ImageNet withdrew in 2019"
    )


def test_a_category_that_stands_alone() -> None:
    """Neither above nor below nor beside it is anything: the reason is all that is said."""
    assert withdrawn_text("n01903498").endswith("remain)")


def test_a_code_of_elsewhere() -> None:
    """The catalogue knows no kin of it."""
    assert withdrawn_text("n00000000") == "n00000000 is no category of ImageNet's catalogue"


@pytest.mark.parametrize("code", ["n00004475", "n00007846"])
def test_persons_are_not_offered(code: str) -> None:
    """Organism has person below it, and person has animal beside it."""
    notes = {entry.note for other in offered(code) if (entry := built_in().get(other))}

    assert notes == {""}


@given(some_codes)
def test_whatever_is_offered_can_be_taken(code: str) -> None:
    """A few other codes, each once, that are in the catalogue; all on one line."""
    others = offered(code)

    assert len(set(others) - {code}) == len(others) <= OFFERED
    assert all(other in built_in() for other in others)
    assert "\n" not in withdrawn_text(code)

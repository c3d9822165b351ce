"""WordNet's tree of the built-in categories, and the program that packs it."""

from __future__ import annotations

import runpy
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.hyponyms import (
    HYPONYMS_FILE,
    direct_hyponyms,
    hypernyms,
    levels_below,
    read_positions,
)

BUILDER = HYPONYMS_FILE.parent / "build_hyponyms.py"
DOG, FOX, KIT_FOX = "n02084071", "n02118333", "n02119789"

# The catalogue lacks canine and toy: dog stands below carnivore, the pug below dog.
DATA_NOUN = """\
  1 This software and database is being provided to you, the LICENSEE, by
00000001 05 n 01 carnivore 0 001 ~ 00000002 n 0000 | eats meat
00000002 05 n 01 canine 0 002 @ 00000001 n 0000 ~ 00000003 n 0000 | of the Canidae
00000003 05 n 01 dog 0 003 @ 00000002 n 0000 ~ 00000004 n 0000 ~i 00000006 n 0000 | barks
00000004 05 n 01 toy 0 002 @ 00000003 n 0000 ~ 00000005 n 0000 | small
00000005 05 n 01 pug 0 001 @ 00000004 n 0000 | wrinkled
00000006 05 n 01 Laika 0 001 @i 00000003 n 0000 | flew
"""
CODES = ("n00000001", "n00000003", "n00000005", "n00000006")

codes = some.sampled_from([entry.code for entry in built_in()])


def all_below(code: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(levels_below(code)))


def build(data_noun: Path, output: Path) -> bytes:
    functions = runpy.run_path(str(BUILDER))
    names = functions["build"].__globals__
    names["read_counts"] = lambda path: dict.fromkeys(CODES, ("0", "0", "0"))
    functions["build"](data_noun, output)
    return output.read_bytes()


@pytest.fixture
def data_noun(tmp_path: Path) -> Path:
    path = tmp_path / "data.noun"
    path.write_text(DATA_NOUN)
    return path


def test_every_category_has_its_line() -> None:
    """The lines stand for the catalogue's categories, one by one."""
    assert sum(1 for _ in read_positions(HYPONYMS_FILE)) == len(built_in())


def test_dogs_are_as_many_as_in_wordnet() -> None:
    """189 synsets are below dog, every one a category, and each is given once."""
    dogs = all_below(DOG)

    assert (len(dogs), len(set(dogs))) == (189, 189)


def test_dogs_of_the_challenge_are_dogs() -> None:
    """ILSVRC has 118 breeds, and their codes follow each other."""
    breeds = {entry.code for entry in built_in()
              if entry.in_ilsvrc2012 and "n02085620" <= entry.code <= "n02113978"}

    assert len(breeds) == 118 and breeds <= set(all_below(DOG))


def test_great_branches_have_their_size() -> None:
    """Animals, plants and artefacts, counted in WordNet's own file."""
    counts = [len(all_below(code)) for code in ("n00015388", "n00017222", "n00021939")]

    assert counts == [3821, 3775, 7896]


def test_persons_are_what_stands_below_person() -> None:
    """The catalogue's note and the tree say the same."""
    persons = {entry.code for entry in built_in() if entry.note == "person"}

    assert {"n00007846", *all_below("n00007846")} == persons


def test_direct_hyponyms_of_a_fox() -> None:
    """Its kinds in the order of codes."""
    names = [entry.names.split(",")[0] for code in direct_hyponyms(FOX)
             if (entry := built_in().get(code))]

    assert names == ["vixen", "Reynard", "red fox", "red fox", "kit fox", "kit fox", "Arctic fox",
                     "grey fox"]


def test_a_category_may_have_several_hypernyms() -> None:
    """A dog is a canine and a domestic animal."""
    assert hypernyms(DOG) == ("n01317541", "n02083346")


def test_the_nearest_come_first() -> None:
    """Breadth first: a category of a level is above one of the level before."""
    first, second = list(levels_below("n02083346"))[:2]

    assert all(set(hypernyms(code)) & set(first) for code in second)


def test_a_leaf_has_nothing_below() -> None:
    """No category is a kind of kit fox."""
    assert all_below(KIT_FOX) == ()


def test_unknown_codes_are_alone() -> None:
    """A code that the catalogue lacks is above and below nothing."""
    assert (direct_hyponyms("n00000000"), hypernyms("n00000000")) == ((), ())


@given(codes)
def test_up_and_down_agree(code: str) -> None:
    """What is above a category has it directly below, and the other way round."""
    above = all(code in direct_hyponyms(upper) for upper in hypernyms(code))
    below = all(code in hypernyms(lower) for lower in direct_hyponyms(code))

    assert above and below


@given(codes)
def test_no_category_is_below_itself(code: str) -> None:
    """Walking down ends, and meets nothing twice."""
    below = all_below(code)

    assert code not in below and len(below) == len(set(below))


def test_the_tree_is_small() -> None:
    """It travels with the program."""
    assert HYPONYMS_FILE.stat().st_size < 40_000


def test_the_builder_leads_through_what_is_missing(data_noun: Path, tmp_path: Path) -> None:
    """A synset that is no category doesn't cut the tree; an instance is below its kind."""
    build(data_noun, tmp_path / "small.xz")

    assert list(read_positions(tmp_path / "small.xz")) == [(), (0,), (1,), (1,)]


def test_building_the_tree_twice_gives_the_same_bytes(data_noun: Path, tmp_path: Path) -> None:
    """Nothing of the time or the machine goes in."""
    once = build(data_noun, tmp_path / "once.xz")

    assert build(data_noun, tmp_path / "twice.xz") == once


def test_the_notice_names_the_tree_and_its_builder() -> None:
    """With what makes it."""
    notice = (HYPONYMS_FILE.parent / "NOTICE").read_text(encoding="utf-8")

    assert "hyponyms.txt.xz" in notice and "imagenet_utils.data.build_hyponyms" in notice

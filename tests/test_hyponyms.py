"""WordNet's tree of the built-in categories, and the program that packs it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.hierarchy import Hierarchy
from imagenet_utils.categories.hyponyms import (
    HYPONYMS_FILE,
    all_below,
    direct_hyponyms,
    hypernyms,
    levels_above,
    levels_below,
    read_hierarchy,
    read_positions,
    roots,
    tree,
)
from imagenet_utils.data import build_hyponyms
from imagenet_utils.model import Wnid
from tests.small_wordnet import Kind, write_counts, write_data_noun

DOG, HUNTING_DOG, FOX, KIT_FOX = "n02084071", "n02087122", "n02118333", "n02119789"

CARNIVORE, CANINE, PUP, TOY, PUG, LAIKA = (f"n0000000{number}" for number in range(1, 7))
# The catalogue lacks canine and toy: the dog stands below the carnivore, the pug below the dog.
KINDS = {
    CARNIVORE: Kind(("carnivore",), (CANINE,)),
    CANINE: Kind(("canine", "canid"), (PUP,)),
    PUP: Kind(("dog", "domestic dog"), (TOY,), (LAIKA,)),
    TOY: Kind(("toy dog", "toy"), (PUG,)),
    PUG: Kind(("pug",)),
    LAIKA: Kind(("Laika",)),
}
CATEGORIES = (CARNIVORE, PUP, PUG, LAIKA)

codes = some.sampled_from([entry.code for entry in built_in()])


def build(folder: Path, kinds: Mapping[str, Kind], categories: Sequence[str]) -> Path:
    """hyponyms.txt.xz of the kinds that are categories."""
    counts = write_counts(folder / "counts.csv.xz", categories)
    data_noun = write_data_noun(folder / "data.noun", kinds)
    with mock.patch.object(build_hyponyms, "COUNTS", counts):
        build_hyponyms.build(data_noun, folder / "small.xz")
    return folder / "small.xz"


def built(folder: Path, kinds: Mapping[str, Kind], categories: Sequence[str]) -> Hierarchy:
    return read_hierarchy(build(folder, kinds, categories), map(Wnid, sorted(categories)))


@some.composite
def small_wordnets(draw: some.DrawFn) -> tuple[dict[str, Kind], list[str]]:
    """Synsets below each other in any way but in a cycle, and which of them are categories."""
    numbers = draw(some.lists(some.integers(1, 999), unique=True, min_size=1, max_size=10))
    every = [f"n{number:08}" for number in numbers]
    kinds = {}
    for place, code in enumerate(every):
        below = draw(some.sets(some.sampled_from(every[place + 1 :]))) if every[place + 1 :] else ()
        instances = draw(some.sets(some.sampled_from(sorted(below)))) if below else set()
        kinds[code] = Kind(("thing",), tuple(set(below) - instances), tuple(instances))
    return kinds, sorted(draw(some.sets(some.sampled_from(every))))


def reached(code: str, kinds: Mapping[str, Kind]) -> set[str]:
    """By the plainest of ways."""
    below = (*kinds[code].below, *kinds[code].instances)
    return {code}.union(*(reached(lower, kinds) for lower in below))


def test_every_category_has_its_line() -> None:
    """The lines stand for the catalogue's categories, one by one."""
    assert sum(1 for _ in read_positions(HYPONYMS_FILE)) == len(built_in())


def test_dogs_are_as_many_as_in_wordnet() -> None:
    """189 synsets are below dog, every one a category, and each is given once."""
    dogs = all_below(DOG)

    assert (len(dogs), len(set(dogs))) == (190, 190)


def test_dogs_that_do_not_hunt() -> None:
    """102 of the 190 are hunting dogs."""
    hunters = set(all_below(HUNTING_DOG))

    assert (len(hunters), len(set(all_below(DOG)) - hunters)) == (102, 88)


def test_dogs_of_the_challenge_are_dogs() -> None:
    """ILSVRC has 118 breeds, and their codes follow each other."""
    breeds = {entry.code for entry in built_in()
              if entry.in_ilsvrc2012 and "n02085620" <= entry.code <= "n02113978"}

    assert len(breeds) == 118 and breeds <= set(all_below(DOG))


def test_great_branches_have_their_size() -> None:
    """Animals, plants and artefacts, counted in WordNet's own file."""
    counts = [len(all_below(code)) for code in ("n00015388", "n00017222", "n00021939")]

    assert counts == [3822, 3776, 7897]


def test_persons_are_what_stands_below_person() -> None:
    """The catalogue's note and the tree say the same."""
    persons = {entry.code for entry in built_in() if entry.note == "person"}

    assert set(all_below("n00007846")) == persons


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
    assert all_below(KIT_FOX) == (KIT_FOX,)


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
    below = [lower for level in levels_below(code) for lower in level]

    assert code not in below and len(below) == len(set(below))


def test_the_tree_has_every_category_once() -> None:
    """All 21,844 are below the roots, none twice."""
    listed = [branch.code for branch in tree()]

    assert (len(listed), sorted(listed)) == (21_844, [entry.code for entry in built_in()])


def test_roots_have_nothing_above_them() -> None:
    """Organisms and artefacts are the greatest of them."""
    assert {"n00004475", "n00021939"} < set(roots())
    assert all(not hypernyms(code) for code in roots())


def test_a_tree_reads_from_the_top() -> None:
    """The first lines of what is below the fox."""
    lines = [f"{'  ' * branch.depth}{branch.code}" for branch in tree(FOX)]

    assert lines[:3] == [FOX, "  n02118643", "  n02118707"]


def test_the_way_up_from_a_husky() -> None:
    """From the particular to the general, on each level all that is there."""
    names = [" + ".join(first_name(code) for code in level) for level in levels_above("n02110185")]

    assert " < ".join(names) == (
        "sled dog < working dog < dog < domestic animal + canine < carnivore < placental < mammal"
        " < vertebrate < chordate < animal < organism"
    )


def first_name(code: str) -> str:
    entry = built_in().get(code)
    return entry.names.split(",")[0] if entry else ""


def test_the_tree_is_small() -> None:
    """It travels with the program."""
    assert HYPONYMS_FILE.stat().st_size < 40_000


def test_the_builder_leads_through_what_is_missing(tmp_path: Path) -> None:
    """A synset that is no category doesn't cut the tree; an instance is below its kind."""
    small = built(tmp_path, KINDS, CATEGORIES)

    assert [small.hypernyms(code) for code in CATEGORIES] == [(), (CARNIVORE,), (PUP,), (PUP,)]


def test_several_hypernyms_are_kept(tmp_path: Path) -> None:
    """A pup that is a carnivore and a toy is below both, and is listed once."""
    kinds = {CARNIVORE: Kind(("carnivore",), (PUP,)), PUP: Kind(("pup",)),
             TOY: Kind(("toy",), (PUP,))}
    small = built(tmp_path, kinds, sorted(kinds))

    assert small.hypernyms(PUP) == (CARNIVORE, TOY)
    assert [branch.code for branch in small.tree(*small.roots())] == [CARNIVORE, PUP, TOY]


def test_a_cycle_among_categories_is_refused(tmp_path: Path) -> None:
    """No root would be above them; WordNet has none."""
    kinds = {CARNIVORE: Kind(("carnivore",), (CANINE,)), CANINE: Kind(("canine",), (CARNIVORE,))}

    with pytest.raises(ValueError, match=f"a cycle, each a kind of the next: .*{CANINE}"):
        build(tmp_path, kinds, [CARNIVORE, CANINE])


def test_a_category_below_itself_is_refused(tmp_path: Path) -> None:
    """By way of a synset that is no category, too."""
    kinds = {CARNIVORE: Kind(("carnivore",), (CANINE,)), CANINE: Kind(("canine",), (CARNIVORE,))}

    with pytest.raises(ValueError, match=f"{CARNIVORE} {CARNIVORE}"):
        build(tmp_path, kinds, [CARNIVORE])


def test_a_cycle_of_what_is_missing_does_no_harm(tmp_path: Path) -> None:
    """It is walked once."""
    kinds = {CARNIVORE: Kind(("carnivore",), (CANINE,)),
             CANINE: Kind(("canine",), (TOY, PUG)), TOY: Kind(("toy",), (CANINE,)),
             PUG: Kind(("pug",))}

    assert built(tmp_path, kinds, [CARNIVORE, PUG]).all_below(CARNIVORE) == (CARNIVORE, PUG)


@settings(max_examples=50, deadline=None)
@given(small_wordnets())
def test_hyponym_sets_are_those_of_the_file(
    wordnet: tuple[dict[str, Kind], list[str]]
) -> None:
    """Packed and read again: below a category is what WordNet's pointers lead to from it."""
    kinds, categories = wordnet
    with tempfile.TemporaryDirectory() as folder:
        small = built(Path(folder), kinds, categories)
    expected = {code: tuple(sorted(reached(code, kinds) & set(categories))) for code in categories}

    assert {code: small.all_below(code) for code in categories} == expected


def test_building_the_tree_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the time or the machine goes in."""
    once = build(tmp_path, KINDS, CATEGORIES).read_bytes()

    assert build(tmp_path, KINDS, CATEGORIES).read_bytes() == once


def test_the_notice_names_the_tree_and_its_builder() -> None:
    """With what makes it."""
    notice = (HYPONYMS_FILE.parent / "NOTICE").read_text(encoding="utf-8")

    assert "hyponyms.txt.xz" in notice and "imagenet_utils.data.build_hyponyms" in notice

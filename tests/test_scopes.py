"""Which categories a listing shows, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.command_line import listing_options
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.asked import Scope
from imagenet_utils.listing.listed import Listed
from imagenet_utils.listing.scopes import SCOPES, answer_to, those_stored
from imagenet_utils.results.stored import Held

DOG, HUNTING_DOG, HUSKY, ORGANISM = "n02084071", "n02087122", "n02110185", "n00004475"
COUNTS = {  # of what is asked with the dog
    ("list", "imagenet"): 21_844,
    ("list", "ilsvrc2012"): 1000,
    ("tree", "imagenet"): 190,
    ("tree", "ilsvrc2012"): 118,
    ("parents", "imagenet"): 10,
    ("parents", "ilsvrc2012"): 0,  # neither it nor an animal is a class there
    ("search", "imagenet"): 139,
    ("search", "ilsvrc2012"): 54,
}


def listed_in(scope: Scope) -> tuple[Listed, ...]:
    return answer_to(scope).listed


def remarks_on(
    scope: Scope, *, is_shown: Callable[[Listed], bool] = lambda each: True
) -> list[str]:
    """As they are said where of the answer only some is listed in the end."""
    answer = answer_to(scope)
    return list(SCOPES[scope.name].remarks(scope, answer, tuple(filter(is_shown, answer.listed))))


def marks(folder: Path, *rows: str) -> Scope:
    """A table with these rows, marked."""
    table = folder / "ncodes.csv"
    table.write_text("\n".join(["code,name,to_download,how_many", *rows, ""]))
    return Scope("marked", str(table))


def codes(scope: Scope) -> list[str]:
    return [listed.code for listed in listed_in(scope)]


def outline(scope: Scope) -> list[tuple[int, str]]:
    return [(listed.depth, listed.name.partition(",")[0]) for listed in listed_in(scope)]


@pytest.mark.parametrize(("name", "source"), COUNTS)
def test_every_scope(name: str, source: str) -> None:
    """Each category once, under the number that it has in the list of its source."""
    number_of = {code: number for number, code in enumerate(codes(Scope(source=source)))}
    listed = listed_in(Scope(name, "" if name == "list" else "dog", source))
    found = {each.code: each.number for each in listed}

    assert len(found) == len(listed) == COUNTS[name, source]
    assert found.items() <= number_of.items()


def test_every_scope_is_tested() -> None:
    """But for that of a table, which is below."""
    assert {"marked", *(name for name, _ in COUNTS)} == set(SCOPES)


def test_marks_are_listed_in_the_order_of_their_table(tmp_path: Path) -> None:
    """With the number that each has in the source, if it is there; names are the table's own."""
    table = tmp_path / "ncodes.csv"
    table.write_text("code,name,to_download,how_many\nn99999999,mine,yes,7\nn01440764,,yes,\n"
                     "n02084071,no dog,no,3\nn02119789,my fox,yes,5\n")
    listed = listed_in(Scope("marked", str(table), "ilsvrc2012"))

    assert [(each.code, each.name, each.number, each.how_many) for each in listed] == [
        ("n99999999", "mine", None, 7), ("n01440764", "tench, Tinca tinca", 0, -1),
        ("n02119789", "my fox", 278, 5)]


def test_options_offer_every_scope() -> None:
    """The command line has one for each row, and one for what is no category."""
    assert set(listing_options.GOES_WITH) == {*SCOPES, "presets"}


def test_all_are_in_the_order_of_codes() -> None:
    """21,844 of ImageNet, 1,000 of the challenge."""
    assert codes(Scope()) == sorted(entry.code for entry in built_in())
    assert len(codes(Scope(source="ilsvrc2012"))) == 1000


@pytest.mark.parametrize(("lower", "upper", "numbers"), [
    (100, 102, [100, 101, 102]), (7, 7, [7]), (21_842, None, [21_842, 21_843]),
    (None, 1, [0, 1]), (21_843, 21_843, [21_843]),
])
def test_a_range_has_both_its_ends(
    lower: int | None, upper: int | None, numbers: list[int]
) -> None:
    """It counts from 0; without one of its ends it goes on to the end of the list."""
    listed = listed_in(Scope(lower=lower, upper=upper))

    assert [each.number for each in listed] == numbers


def test_a_range_of_the_challenge() -> None:
    """Counts over its 1,000 categories."""
    tench, goldfish = listed_in(Scope(source="ilsvrc2012", upper=1))

    assert (tench.number, tench.name) == (0, "tench, Tinca tinca")
    assert (goldfish.number, goldfish.name) == (1, "goldfish, Carassius auratus")


@pytest.mark.parametrize(("scope", "told"), [
    (Scope(lower=5, upper=3), "--lower 5 is above --upper 3"),
    (Scope(lower=21_844), "--lower: there is no category 21844.*0 to 21843"),
    (Scope(upper=10**9), "--upper: there is no category 1000000000"),
    (Scope(source="ilsvrc2012", upper=1000), "ilsvrc2012 are 0 to 999"),
    (Scope("tree", "huskey"), "--tree: 'huskey' is no category; near it are:\n.*husky"),
    (Scope("parents", "n02084072"), "--parents: 'n02084072' is no category"),
    (Scope("tree", "crane"), "--tree: 'crane' is the name of 2 .*\n  n03126707 .*\n  n02012849 "),
    (Scope("tree", "/"), "--tree: '' is no category"),
])
def test_mistakes(scope: Scope, told: str) -> None:
    """One line, and below it one for each thing that can be said instead."""
    with pytest.raises(UsageError, match=told) as caught:
        listed_in(scope)

    assert all(line.startswith("  n") for line in str(caught.value).splitlines()[1:])


@pytest.mark.parametrize("what", ["dog", DOG, "Canis_familiaris", "dog/", f"{DOG}/"])
def test_a_tree_by_any_of_its_names(what: str) -> None:
    """With the slash, too, that stands behind it where all of it is marked."""
    listed = listed_in(Scope("tree", what))

    assert len(listed) == 190
    assert (listed[0].code, listed[0].depth, listed[0].in_tree) == (DOG, 0, 190)


def test_a_tree_within_a_tree() -> None:
    """Its number says how many categories it would be by itself."""
    in_tree = {each.code: each.in_tree for each in listed_in(Scope("tree", DOG))}

    assert (in_tree[HUNTING_DOG], in_tree[HUSKY]) == (102, 1)
    assert len(codes(Scope("tree", HUNTING_DOG))) == 102


def test_a_tree_is_an_outline() -> None:
    """Each category stands one step below what it is a kind of."""
    assert outline(Scope("tree", "sled dog")) == [
        (0, "sled dog"), (1, "malamute"), (1, "Siberian husky")]


def test_the_tree_of_everything() -> None:
    """Has each category of the catalogue once, and begins with those that have nothing above."""
    listed = listed_in(Scope("tree", "all"))

    assert sorted(each.code for each in listed) == codes(Scope())
    assert sum(each.depth == 0 for each in listed) == 467


def test_a_tree_of_the_challenge() -> None:
    """Holds its dogs and no others; those between them are left out, and no step is lost."""
    listed = listed_in(Scope("tree", "dog", "ilsvrc2012"))

    assert len(listed) == 118
    assert {each.depth for each in listed} == {0}


def test_parents_lead_to_the_root() -> None:
    """The category first, and each that is above it once, those with the largest trees last."""
    listed = listed_in(Scope("parents", "Siberian husky"))
    names = [each.name.partition(",")[0] for each in listed]

    assert names[:4] == ["Siberian husky", "sled dog", "working dog", "dog"]
    assert {"canine", "carnivore", "mammal", "animal", "organism"} <= set(names)


def test_a_root_has_nothing_above_it() -> None:
    """It is listed alone."""
    assert codes(Scope("parents", ORGANISM)) == [ORGANISM]


def test_those_stored() -> None:
    """Only categories with pictures, in their order."""
    stored = {HUSKY: Held(2, 20, "husky"), DOG: Held(1, 10, "dog"), "own": Held(3, 5, "x")}
    found = list(those_stored(listed_in(Scope()), stored, with_others=False))

    assert [(each.code, each.stored) for each in found] == [
        (DOG, stored[DOG]), (HUSKY, stored[HUSKY])]


def test_those_stored_that_no_catalogue_has() -> None:
    """Stand behind the others, by the name of their folder."""
    found = list(those_stored([], {"own": Held(3, 5, "my_class")}, with_others=True))

    assert found == [Listed("own", "my_class", None, None, stored=Held(3, 5, "my_class"))]


def test_a_search_lists_the_best_first() -> None:
    """With what it means, and where the word stands."""
    first = listed_in(Scope("search", "husky"))[0]

    assert (first.code, first.match) == ("n02109961", "other_name")
    assert first.gloss == "breed of heavy-coated Arctic sled dog"


def test_a_search_in_the_challenge() -> None:
    """Offers its categories alone, under their number there."""
    found = listed_in(Scope("search", "fox", "ilsvrc2012"))

    assert found[0].number == 277
    assert all(each.entry and each.entry.in_ilsvrc2012 for each in found)


@pytest.mark.parametrize(("scope", "told"), [
    (Scope("search", "husky"), ""),
    (Scope("tree", "husky"), ""),
    (Scope("search", "huskey"), "Nothing fits 'huskey'; what is listed is near it: n02109961 .*"),
    (Scope("search", "operating surgeon"), "Nothing but persons .*; --with_persons shows them"),
    (Scope("search", "operating surgeon", with_persons=True), ""),
    (Scope("search", "zzzzqqq"), "Nothing fits 'zzzzqqq', and nothing is near it"),
    (Scope("search", "\x1b[2J"), r"Nothing fits '\\x1b\[2J', and nothing is near it"),
    (Scope("search", "a b c d e f g h i"), "Nothing fits .*: too many words to look for what .*"),
    (Scope("search", "surgeon", "ilsvrc2012"),
     "Nothing in ilsvrc2012 fits 'surgeon'; --source imagenet has what does"),
    (Scope("search", "huskey", "ilsvrc2012"),
     r"Nothing fits 'huskey'; what is listed is near it: n02109961 \(.*\), n02110185 \(.*\)"),
    (Scope("tree", "n01322604", "ilsvrc2012"),
     r"Neither n01322604 \(puppy\) nor what is below it is in ilsvrc2012"),
    (Scope("parents", "dog", "ilsvrc2012"),
     r"Neither n02084071 \(dog\) nor what is above it is in ilsvrc2012"),
])
def test_why_nothing_is_listed(scope: Scope, told: str) -> None:
    """No word where there is what was meant."""
    assert re.fullmatch(told, "\n".join(remarks_on(scope)))


def test_what_is_near_is_what_is_listed() -> None:
    """No other is named where only some are shown in the end."""
    assert remarks_on(Scope("search", "huskey"), is_shown=lambda each: each.code == HUSKY) == [
        f"Nothing fits 'huskey'; what is listed is near it: {HUSKY} (Siberian husky)"]


def test_how_much_is_marked(tmp_path: Path) -> None:
    """Of a category no more than it has."""
    scope = marks(tmp_path, f"{DOG},,yes,100", f"{HUSKY},,yes,9999")

    assert remarks_on(scope) == [
        f"{scope.what}: 2 marked, for 1,396 of their 2,899 URLs"]


def test_how_much_of_what_is_marked_is_listed(tmp_path: Path) -> None:
    """The sum is of that alone."""
    scope = marks(tmp_path, f"{DOG},,yes,100", f"{HUSKY},,yes,20")

    assert remarks_on(scope, is_shown=lambda each: each.code == HUSKY) == [
        f"{scope.what}: 1 of the 2 marked, for 20 of their 1,296 URLs"]


def test_nothing_is_marked(tmp_path: Path) -> None:
    """How it is done stands behind it."""
    scope = marks(tmp_path, f"{DOG},,no,100")

    assert remarks_on(scope) == [f"{scope.what}: nothing is marked; --mark WHAT does it"]


def test_marks_that_no_run_would_take(tmp_path: Path) -> None:
    """A remark in the wrong column, or a slip; the first few are shown, and no more of each than
    a line holds."""
    scope = marks(tmp_path, f"{DOG},,yes,", "my own\t,,yes,", "n99999999,,yes,",
                  f"{'x' * 99},,yes,", "fourth,,yes,")

    assert remarks_on(scope)[1:] == [
        f"4 of the 5 marked are in no catalogue ('my own', 'n99999999', '{'x' * 40}'): "
        "a run refuses the table, unless its source has them"]

"""The grammar of categories: what each word stands for, and what is said of those that don't."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.naming import Width, code_meant, meaning_of

DOG, FOX, HUSKY = "n02084071", "n02119789", "n02110185"


def unknown(code: str) -> bool:
    return False


def plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def codes_of(word: str) -> tuple[str, ...]:
    return meaning_of(word, unknown).codes


def problem_of(word: str, *, ending: str = "") -> list[str]:
    with pytest.raises(ValueError) as caught:
        meaning_of(word, unknown, ending=ending)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("word", [
    FOX, "N02119789", " n02119789 ", '="n02119789"', "'n02119789", "2119789", "02119789",
    "2119789.0", "kit fox, Vulpes macrotis", "Vulpes macrotis", "vulpes_Macrotis",
])
def test_a_category_by_its_code_or_its_names(word: str) -> None:
    """However a spreadsheet has left the code; any of its names that no other bears, or all."""
    assert meaning_of(word, unknown).codes == (FOX,)


@pytest.mark.parametrize("word", [
    "Siberian husky", "siberian_husky", "SIBERIAN-HUSKY", " siberian  husky",
])
def test_case_and_what_parts_words_do_not_matter(word: str) -> None:
    """Blanks, hyphens and underscores are one."""
    assert codes_of(word) == (HUSKY,)


@pytest.mark.parametrize("word", ["dog iron", "dog_iron", "dog-iron"])
def test_hyphens_of_the_catalogue_are_blanks_too(word: str) -> None:
    """The andiron is called a dog-iron there."""
    assert codes_of(word) == ("n02710044",)


def test_a_name_means_the_only_one_that_has_it_first() -> None:
    """The andiron is called a dog, too."""
    assert len(built_in().named("dog")) == 2 and codes_of("dog") == (DOG,)


def test_all_bearers_of_a_name_are_offered() -> None:
    """Most pictures first, a line each, as a shell takes it."""
    assert problem_of("crane") == [
        "is the name of 2 categories; say which by its code:",
        "  n03126707  # crane (1,861 URLs)",
        "  n02012849  # crane (1,355 URLs)",
    ]


def test_a_name_that_one_has_in_the_challenge_is_in_doubt_all_the_same() -> None:
    """Two foxes bear it first, though one of them alone is in ILSVRC2012."""
    assert problem_of("kit fox")[1:] == [
        "  n02119634  # kit fox, prairie fox, Vulpes velox (862 URLs)",
        "  n02119789  # kit fox, Vulpes macrotis (829 URLs)",
    ]


def test_what_stood_behind_a_word_stands_behind_what_is_offered() -> None:
    """So that it can be pasted as it is."""
    assert problem_of("crane/", ending="=20")[1] == "  n03126707/=20  # crane (1,861 URLs)"


def test_what_is_near_an_unknown_word_is_offered() -> None:
    """In the same form."""
    assert problem_of("Sibirian husky") == [
        "is no category; near it are:",
        "  n02110185  # Siberian husky (1,296 URLs)",
    ]


@pytest.mark.parametrize("word", ["", "/", "//", "qqqqqqqqqqq", "n99999999", "=5", "\0", "*", "."])
def test_where_nothing_is_near_nothing_is_offered(word: str) -> None:
    """One line, which tells how to find some."""
    assert problem_of(word) == [
        "is no category; python download_ncodes_imagenet.py --search WORD finds some"]


def test_a_code_that_somebody_else_knows_is_one() -> None:
    """Of the source, or of the list of URLs."""
    found = meaning_of(" N99999999 ", {"n99999999"}.__contains__)

    assert (found.said, found.codes) == ("n99999999", ("n99999999",))


@pytest.mark.parametrize("word", ["dog/", "n02084071/", "Domestic_Dog/", " DOG / ", "dog//"])
def test_a_category_with_everything_below_it(word: str) -> None:
    """190 categories, the dog itself the first; all spellings say the same."""
    found = meaning_of(word, unknown)

    assert (found.said, found.width, len(found.codes)) == (f"{DOG}/", Width.TREE, 190)
    assert found.codes[0] == DOG and list(found.codes[1:]) == sorted(set(found.codes[1:]) - {DOG})


def test_trees_within_each_other() -> None:
    """102 of the dogs are hunting dogs."""
    dogs, hunting_dogs = set(codes_of("dog/")), set(codes_of("hunting dog/"))

    assert len(hunting_dogs) == len(hunting_dogs & dogs) == 102


def test_what_has_nothing_below_it_is_a_tree_of_one() -> None:
    """Also where the catalogue lacks it."""
    found = meaning_of("n99999999/", {"n99999999"}.__contains__)

    assert (codes_of(f"{HUSKY}/"), found.codes) == ((HUSKY,), ("n99999999",))


@pytest.mark.parametrize("word", ["@ilsvrc2012", "@ILSVRC2012", " @ilsvrc2012 "])
def test_the_preset_of_the_challenge(word: str) -> None:
    """All of its thousand categories, in the order of codes."""
    found = meaning_of(word, unknown)

    assert (found.said, found.width) == ("@ilsvrc2012", Width.PRESET)
    assert list(found.codes) == [entry.code for entry in built_in() if entry.in_ilsvrc2012]


def test_an_unknown_preset_names_the_nearest() -> None:
    """It is no name either."""
    assert problem_of("@ilsvrc2021")[0].startswith("is no preset; did you mean @ilsvrc2012 ")


def bearers_of(name: str) -> tuple[list[str], list[str]]:
    """The codes of those that have it first, and of all that have it."""
    return ([code for code, names in plain_names() if names[0] == name],
            [code for code, names in plain_names() if name in names])


@lru_cache(maxsize=1)
def plain_names() -> list[tuple[str, list[str]]]:
    return [(entry.code, [plain(name) for name in (*entry.names.split(", "), entry.names)])
            for entry in built_in()]


@some.composite
def nearly_names(draw: some.DrawFn) -> str:
    """A name of the catalogue with another letter, blank or hyphen in one place."""
    name = draw(NAMES)
    place = draw(some.integers(0, len(name) - 1))
    return name[:place] + draw(some.sampled_from("aeiosx -_")) + name[place + 1:]


NAMES = some.sampled_from([entry.names for entry in built_in()]).flatmap(
    lambda names: some.sampled_from(names.split(", ")))
SHARED = some.sampled_from([name for name, count in Counter(
    name for entry in built_in() for name in entry.names.split(", ")).items() if count > 1])


@settings(max_examples=60, deadline=None)
@given(some.text(max_size=20) | NAMES | nearly_names(), some.sampled_from(["", "/", "=3"]))
def test_any_word_is_something_or_one_error(word: str, ending: str) -> None:
    """Nothing but ValueError comes out, and what is offered instead is understood."""
    try:
        outcome = meaning_of(word, unknown, ending=ending).codes
    except ValueError as error:
        offered = [line.split()[0].removesuffix(ending) for line in str(error).splitlines()[1:]]
        outcome = tuple(meaning_of(each, unknown).codes[0] for each in offered)

        assert len({*offered}) == len(offered)
    assert all(code in built_in() for code in outcome)


@settings(max_examples=60, deadline=None)
@given(NAMES | SHARED | nearly_names())
def test_a_name_means_its_owner_or_nobody(name: str) -> None:
    """The only one that has it first, else the only one that has it; else all that have it are
    offered."""
    first, every = bearers_of(plain(name))
    owners = next((codes for codes in (first, every) if len(codes) == 1), None)
    try:
        meant: list[str] | None = [code_meant(name)]
        offered = []
    except ValueError as error:
        meant = None
        offered = [line.split()[0] for line in str(error).splitlines()[1:]]

    assert meant == owners
    assert owners or not every or sorted(offered) == sorted(every)

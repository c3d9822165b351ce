"""Categories as the command line names them: codes, names and presets."""

from __future__ import annotations

import pytest

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.selection import chosen_by_words
from imagenet_utils.errors import TableError
from imagenet_utils.model import Category, Wnid

KIT_FOX = Category(Wnid("n02119789"), "kit_fox", 100)


def chosen(*words: str) -> tuple[Category, ...]:
    return chosen_by_words(words, lambda code: False).categories


def mistakes(*words: str) -> tuple[str, ...]:
    with pytest.raises(TableError) as caught:
        chosen(*words)
    return caught.value.mistakes


@pytest.mark.parametrize("word", ["kit fox=100", "kit_fox=100", "n02119789=100", "N02119789 = 100"])
def test_a_code_or_a_name_is_a_category(word: str) -> None:
    """The kit fox of ILSVRC, whose name stands for two synsets."""
    assert chosen(word) == (KIT_FOX,)


def test_without_a_number_all_are_meant() -> None:
    """None stands for all pictures of a category."""
    assert chosen("n02119789")[0].how_many is None


def test_a_category_named_twice_is_a_mistake() -> None:
    """Which of two numbers holds would be a guess."""
    found = mistakes("kit fox=1", "n02119789=2")

    assert found == ("'n02119789=2' names n02119789 a second time; name it once",)


def test_every_mistake_is_told_at_once() -> None:
    """A line for each word that is wrong, in the order of words."""
    found = mistakes("kit fox=0", "n02119789", "@ilsvrc2021", "qqqqqqqqqqq")

    assert [line.split("'")[1] for line in found] == ["kit fox=0", "@ilsvrc2021", "qqqqqqqqqqq"]


def test_a_code_that_only_the_source_knows_is_one() -> None:
    """It is its own label."""
    found = chosen_by_words(["n99999999=3"], lambda code: code == "n99999999").categories

    assert found == (Category(Wnid("n99999999"), "n99999999", 3),)


@pytest.mark.parametrize("word", ["@ilsvrc2012", "@ILSVRC2012", " @ilsvrc2012 "])
def test_the_preset_of_the_challenge(word: str) -> None:
    """All of its thousand categories, in the order of codes."""
    codes = [entry.code for entry in built_in() if entry.in_ilsvrc2012]

    assert [category.code for category in chosen(word)] == codes


def test_a_preset_takes_a_number() -> None:
    """It holds for each of its categories."""
    assert {category.how_many for category in chosen("@ilsvrc2012=7")} == {7}


@pytest.mark.parametrize("words", [("kit fox=100", "@ilsvrc2012=7"),
                                   ("@ilsvrc2012=7", "kit fox=100")])
def test_what_is_said_of_a_category_by_itself_holds(words: tuple[str, str]) -> None:
    """Before the preset or behind it, the kit fox is there once, with its own number."""
    found = chosen(*words)

    assert len(found) == 1000 and KIT_FOX in found


def test_a_preset_and_what_it_lacks() -> None:
    """The dog is none of the thousand, and stands where its word does."""
    codes = [category.code for category in chosen("@ilsvrc2012=7", "n02084071")]

    assert (len(codes), codes[-1]) == (1001, "n02084071")


def test_a_preset_named_twice_is_a_mistake() -> None:
    """As a category is."""
    found = mistakes("@ilsvrc2012=1", "@Ilsvrc2012=2")

    assert found == ("'@Ilsvrc2012=2' names @ilsvrc2012 a second time; name it once",)


def test_a_preset_by_two_of_its_names_is_a_mistake() -> None:
    """The message has the name that it is listed by."""
    found = mistakes("@ilsvrc2012=1", "@ImageNet-1k=2")

    assert found == ("'@ImageNet-1k=2' names @ilsvrc2012 a second time; name it once",)

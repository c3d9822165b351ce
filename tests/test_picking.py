"""Several words: how many of each category, which word holds, and what others take out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.naming import meaning_of
from imagenet_utils.categories.picking import (
    Pick,
    Reader,
    Said,
    codes_in,
    exception_remarks,
    person_remarks,
    picks_of,
)
from imagenet_utils.categories.presets import preset_named
from imagenet_utils.errors import UsageError

DOG, FOX, BASENJI = "n02084071", "n02119789", "n02110806"
EQUALLY_WIDE = ("@imagenet_a=50", "@imagenet_r=20")
WORDS = ("dog/=20", "@ilsvrc2012=50", "n02084071=5", "hunting dog/", "basenji", "n02119789=7",
         *EQUALLY_WIDE)
IN_BOTH = sorted({*preset_named("@imagenet_a").codes} & {*preset_named("@imagenet_r").codes})


def read(*words: str) -> tuple[Said, ...]:
    reader = Reader(lambda code: False)
    said = reader.read("mark", words)
    reader.check()
    return said


def picks(*words: str, without: tuple[str, ...] = ()) -> dict[str, int | None]:
    return {pick.code: pick.how_many for pick in picks_of(read(*words), read(*without))}


def mistakes(*words: str, takes_number: bool = True) -> list[str]:
    reader = Reader(lambda code: False)
    reader.read("mark", words, takes_number=takes_number)
    with pytest.raises(UsageError) as caught:
        reader.check()
    return str(caught.value).splitlines()


@pytest.mark.parametrize(("word", "pick"), [
    ("n02119789=100", Pick(FOX, 100, True)),
    ("n02119789 = 1e2", Pick(FOX, 100, True)),
    ("n02119789=-1", Pick(FOX, None, True)),
    ("n02119789", Pick(FOX, None, False)),
    ("n02119789=", Pick(FOX, None, False)),
    ('="n02119789"', Pick(FOX, None, False)),
    ('="n02119789"=3', Pick(FOX, 3, True)),
])  # fmt: skip
def test_a_number_stands_behind_a_word(word: str, pick: Pick) -> None:
    """None stands for all, and whether it was said is known."""
    assert picks_of(read(word)) == (pick,)


@pytest.mark.parametrize("number", ["0", "-5", "many", "1.5", "1.000", "1,000", "9" * 30])
def test_a_number_that_is_none_is_a_mistake(number: str) -> None:
    """The message says what would be one."""
    assert "write =N with a whole number from 1, or nothing" in mistakes(f"n02119789={number}")[0]


def test_a_number_for_each_category_of_a_tree() -> None:
    """Each of the 190 dogs gets it."""
    found = picks("dog/=20")

    assert (len(found), set(found.values())) == (190, {20})


@pytest.mark.parametrize("words", [
    ("@ilsvrc2012=50", "dog/=20", "hunting dog/=10", "basenji=5"),
    ("basenji=5", "hunting dog/=10", "dog/=20", "@ilsvrc2012=50"),
])
def test_the_narrowest_word_holds(words: tuple[str, ...]) -> None:
    """A category by itself, before the smaller tree, before the larger, before a preset; in
    whatever order they are said."""
    found = picks(*words)

    assert [found[code] for code in (BASENJI, "n02087122", DOG, "n01440764")] == [5, 10, 20, 50]


def test_what_says_no_number_holds_too() -> None:
    """All of what is named by itself, though its tree has a number."""
    assert picks("dog/=20", "n02084071")[DOG] is None


def test_categories_stand_where_their_first_word_does() -> None:
    """So that a run begins with what was said first."""
    found = list(picks("n02119789", "dog/", "@ilsvrc2012"))

    assert found[:2] == [FOX, DOG] and len(found) == len(set(found))


def test_exceptions_take_categories_out() -> None:
    """88 of the dogs are no hunting dogs; what is named by itself goes, too."""
    found = picks("dog/", "n02119789", without=("hunting dog/", "kit fox, Vulpes macrotis"))

    assert len(found) == 88 and FOX not in found


@pytest.mark.parametrize("words", [
    ("n02084071", "dog"), ("dog/", "N02084071/=3"), ("@ilsvrc2012=1", "@ImageNet-1k=2"),
])
def test_the_same_twice_is_a_mistake(words: tuple[str, str]) -> None:
    """Which of two numbers holds would be a guess."""
    said = meaning_of(words[1].partition("=")[0], lambda code: False).said

    assert mistakes(*words) == [
        f"--mark: {words[1]!r} names {said} a second time; name it once"]


def test_every_mistake_is_told_at_once() -> None:
    """In the order of words, with what each might have meant below it."""
    found = mistakes("crane", "dog=0", "n02119789", "@ilsvrc2021", "qqqqqqqqqqq")

    assert [line.split("'")[1] for line in found if not line.startswith(" ")] == [
        "crane", "dog=0", "@ilsvrc2021", "qqqqqqqqqqq"]
    assert found[1].startswith("  n03126707")


def test_where_no_number_is_taken_one_is_a_mistake() -> None:
    """Nothing is left out by halves."""
    assert mistakes("dog/=3", takes_number=False) == [
        "--mark: 'dog/=3' takes no number here; leave out =N"]


def test_of_many_mistakes_only_the_first_are_looked_into() -> None:
    """A thousand words that mean nothing are told in a moment."""
    found = mistakes(*(f"Sibirian husky{'y' * number}" for number in range(30)))

    assert found[1].startswith("  ") and found[-1] == (
        f"--mark: 'Sibirian husky{'y' * 29}' is no category")


def test_an_exception_that_takes_out_nothing_is_told() -> None:
    """One line each; the others take out what they name."""
    found = exception_remarks(codes_in(read("dog/")), read("crow/", "hunting dog/"))

    assert found == ("--except crow/ takes out nothing: it has none of what is named",)


@pytest.mark.parametrize("without", [("dog/",), ("animal/",), ("hunting dog/", "dog/")])
def test_exceptions_that_leave_nothing_are_a_mistake(without: tuple[str, ...]) -> None:
    """It cannot be meant."""
    with pytest.raises(UsageError, match=f"--except {' '.join(without)} takes out all of what"):
        exception_remarks(codes_in(read("dog/")), read(*without))


def test_where_nothing_is_named_nothing_is_taken_out() -> None:
    """The test split goes by no category."""
    assert exception_remarks((), read("dog/")) == (
        "--except dog/ takes out nothing: it has none of what is named",)


def test_a_tree_that_brings_persons_along_says_so() -> None:
    """How many, and how to leave them out; a tree without any says nothing."""
    assert person_remarks(read("organism/=5", "dog/", "skier")) == (
        "organism/: 2,837 of its 10,864 categories are of persons, most of which ImageNet withdrew "
        "in 2019; --except person/ leaves them out",
    )


def test_persons_that_are_left_out_are_not_told() -> None:
    """Of the others, it is said."""
    assert person_remarks(read("organism/"), read("person/")) == ()
    assert person_remarks(read("organism/"), read("skier/"))[0].startswith("organism/: 2,835 of")


def test_a_tree_of_persons_alone_is_not_told_to_leave_them_out() -> None:
    """That would leave nothing."""
    assert person_remarks(read("skier/")) == (
        "skier/: its 2 categories are of persons, most of which ImageNet withdrew in 2019",)


def test_equally_wide_words_with_other_numbers_are_refused() -> None:
    """Which of them holds would hang on the order in which they were typed."""
    with pytest.raises(UsageError, match="^@imagenet_a=50 and @imagenet_r=20 are equally wide"):
        picks(*EQUALLY_WIDE)


@pytest.mark.parametrize("words", [
    ("@imagenet_a=50", "@imagenet_r=50"), ("@imagenet_a", "@imagenet_r"),
    (*EQUALLY_WIDE, *(f"{code}=7" for code in IN_BOTH)),
])
def test_equally_wide_words_that_leave_no_doubt_hold(words: tuple[str, ...]) -> None:
    """They say the same, or a narrower word speaks of what they share."""
    found = picks(*words)

    assert len(found) == 400 - len(IN_BOTH) and len({found[code] for code in IN_BOTH}) == 1


def test_what_is_left_out_is_in_no_doubt() -> None:
    """The others keep the number of their word."""
    found = picks(*EQUALLY_WIDE, without=tuple(IN_BOTH))

    assert (len(found), set(found.values())) == (400 - 2 * len(IN_BOTH), {50, 20})


def outcome(*words: str) -> dict[str, int | None] | str:
    try:
        return picks(*words)
    except UsageError as error:
        return " ".join(sorted(str(error).split()))


@given(some.lists(some.sampled_from(WORDS), unique=True), some.randoms())
def test_the_order_of_words_is_that_of_categories_alone(words: list[str], random: object) -> None:
    """Which categories, and how many of each, hangs on what is said."""
    shuffled = list(words)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert outcome(*shuffled) == outcome(*words)

"""Finding categories by words: what is found, in which order, and what is offered instead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.categories.glosses import gloss_of
from imagenet_utils.categories.places import Place
from imagenet_utils.categories.search import (
    MOST_NEAR,
    MOST_TYPED,
    NEAR_SPELLINGS,
    Answer,
    Found,
    Lack,
    search,
)
from imagenet_utils.categories.word_forms import forms_of, words_in

ESKIMO_DOG, HUSKY, DOG, ANDIRON = "n02109961", "n02110185", "n02084071", "n02710044"

entries = some.sampled_from(list(built_in()))
said = {entry.code: frozenset(words_in(f"{entry.names} {gloss_of(entry.code)}"))
        for entry in built_in()}
catalogue_words = some.sampled_from(sorted(frozenset().union(*said.values())))
CHALLENGE = {entry.code for entry in built_in() if entry.in_ilsvrc2012}
few_searches = settings(max_examples=25, deadline=None)


def found_by(words: Sequence[str], *, with_persons: bool = False) -> tuple[Found, ...]:
    return search(words, with_persons=with_persons).found


def codes(*words: str) -> list[str]:
    return [found.entry.code for found in found_by(words)]


def meets(found: Found, word: str) -> bool:
    """In any form, anywhere in what is said of it."""
    return not forms_of(word).isdisjoint(said[found.entry.code])


def is_called(found: Found, words: list[str]) -> bool:
    """Blanks don't matter."""
    return "".join(words) in ("".join(words_in(name)) for name in found.entry.names.split(", "))


def test_a_husky_is_found() -> None:
    """Who bears the name comes before whose name has the word in it."""
    assert [(found.entry.code, found.place) for found in found_by(["husky"])] == [
        (ESKIMO_DOG, Place.OTHER_NAME), (HUSKY, Place.IN_FIRST_NAME)]


def test_found_says_what_it_means() -> None:
    """The entry comes with its gloss."""
    entry = built_in().get("n02134084")

    assert found_by(["polar", "bear"]) == (
        Found(entry, "white bear of Arctic regions", Place.OTHER_NAME),) if entry else False


def test_places_come_in_their_order() -> None:
    """First name, other name, in a name, in the gloss alone; in each, ILSVRC's come first."""
    found = found_by(["dog"])
    places = [each.place for each in found]
    famous = [each.entry.in_ilsvrc2012 for each in found if each.place is Place.IN_FIRST_NAME]

    assert [each.entry.code for each in found[:2]] == [DOG, ANDIRON]
    assert (places, set(places)) == (sorted(places), set(Place) - {
        Place.CODE, Place.BEGINNING, Place.NEAR})
    assert famous == sorted(famous, reverse=True)


def test_equals_are_ordered_by_pictures() -> None:
    """Three cars, none of ILSVRC's: that with most pictures comes first."""
    cars = [found.entry for found in found_by(["car"]) if found.place is Place.FIRST_NAME]

    assert [car.names.split(", ")[-1] for car in cars] == [
        "motorcar", "railroad car", "elevator car"]


def test_a_name_as_typed_comes_before_its_other_forms() -> None:
    """Glasses are spectacles first, though a glass is called a glass."""
    assert codes("glasses")[:2] == ["n04272054", "n03438661"]


@pytest.mark.parametrize("words, code", [
    (("dogs",), DOG), (("wolf",), "n02114100"), (("Wolves",), "n02114100"),
    (("mice",), "n03793489"), (("buses",), "n02924116"), (("red", "foxes"), "n02119022"),
])
def test_word_forms_are_found(words: tuple[str, ...], code: str) -> None:
    """As exactly as the singular."""
    assert codes(*words)[0] == code


@pytest.mark.parametrize("words", [
    ("kit fox",), ("kit", "fox"), ("Kit-Fox",), ("kit_fox",), ("KITFOX",), ("kit fóx",),
    (" kit  foxes ",),
])
def test_spellings_that_make_no_difference(words: tuple[str, ...]) -> None:
    """Case, accents, hyphens, underscores, blanks."""
    found = found_by(words)

    assert [each.entry.names for each in found if each.place is Place.FIRST_NAME] == [
        "kit fox, Vulpes macrotis", "kit fox, prairie fox, Vulpes velox"]


def test_a_word_twice_is_a_name_too() -> None:
    """The dik-dik is called just that."""
    assert found_by(["dik-dik"])[0].place is Place.FIRST_NAME


def test_all_words_must_be_met() -> None:
    """By names and gloss together; the gloss of this one has the Arctic."""
    assert codes("arctic", "eskimo", "dog")[0] == ESKIMO_DOG
    assert all(meets(found, "arctic") and meets(found, "dog") for found in found_by(["arctic dog"]))


def test_a_code_finds_its_category() -> None:
    """In either case."""
    assert [(found.entry.code, found.place) for found in found_by([DOG.upper()])] == [
        (DOG, Place.CODE)]


def test_beginnings_count_where_no_whole_word_fits() -> None:
    """A car is no carnivore, but `carniv` is."""
    assert "n02075296" in codes("carniv") and "n02075296" not in codes("car")
    assert {found.place for found in found_by(["carniv"])} == {Place.BEGINNING}


@pytest.mark.parametrize("misspelt, code", [
    ("huskey", HUSKY), ("lepard", "n02128385"), ("elefant", "n02503517"),
    ("sibirian huski", HUSKY), ("whale shrak", "n01488038"),
])
def test_a_misspelt_word_finds_what_is_near(misspelt: str, code: str) -> None:
    """Told as near, and few of them."""
    found = found_by([misspelt])

    assert code in [each.entry.code for each in found[:MOST_NEAR]]
    assert all(each.is_near for each in found)
    assert len(found) <= NEAR_SPELLINGS * MOST_NEAR


def test_words_that_do_not_go_together() -> None:
    """What has most of them is near."""
    found = found_by(["siberian", "poodle"])

    assert {"n02113335", HUSKY} <= {each.entry.code for each in found}
    assert all(each.is_near for each in found) and len(found) <= MOST_NEAR


def test_nothing_is_near_to_a_page_of_words() -> None:
    """Nobody waits while each of them is respelt, and the answer says so."""
    assert search(["huskey"] * (MOST_TYPED + 1)) == Answer((), Lack.TOO_LONG)
    assert found_by(["huskey"] * MOST_TYPED) != ()


@pytest.mark.parametrize("words", [(), ("",), (" -_/ ",), ("qqqqqqqq",), ("猫",), ("\0",)])
def test_nothing_is_found_where_nothing_is_near(words: tuple[str, ...]) -> None:
    """No answer is better than a wild guess."""
    assert search(words) == Answer((), Lack.NOTHING)


def test_persons_stay_out() -> None:
    """The nurse is a shark."""
    notes = {found.entry.note for found in found_by(["nurse"])}

    assert notes == {""}


def test_persons_come_when_asked_for() -> None:
    """By the option, or by their code."""
    nurse = "n10366966"

    assert nurse in [found.entry.code for found in found_by(["nurse"], with_persons=True)]
    assert codes(nurse) == [nurse]


def test_where_persons_alone_fit_nothing_is_near() -> None:
    """There is nothing wrong with the word."""
    assert search(["actress"]) == Answer((), Lack.PERSONS)
    assert {found.entry.note for found in found_by(["actress"], with_persons=True)} == {"person"}


@pytest.mark.parametrize(("word", "lack"), [
    ("husky", None), ("surgeon", Lack.ELSEWHERE),
    ("n02084071", Lack.ELSEWHERE), ("huskey", Lack.NOTHING), ("diver", Lack.PERSONS),
])
def test_a_search_within_the_challenge(word: str, lack: Lack | None) -> None:
    """Finds its classes alone, near ones too; for what is elsewhere nothing else is offered."""
    answer = search([word], within=CHALLENGE)

    assert answer.lack is lack
    assert {found.entry.code for found in answer.found} <= CHALLENGE
    assert bool(answer.found) is (lack in (None, Lack.NOTHING))


@few_searches
@given(some.lists(some.text(max_size=20), max_size=3), some.booleans())
@example(["\ud800 .,'\n\t"], False)
@example(["ß İ ﬁ ½"], True)
def test_any_text_is_searched(words: list[str], with_persons: bool) -> None:
    """Whatever it is, each category is found once, and persons when asked for alone."""
    found = found_by(words, with_persons=with_persons)
    coded = [each.entry.code for each in found]

    assert len(set(coded)) == len(coded)
    assert with_persons or not any(each.entry.note for each in found)


@few_searches
@given(some.lists(catalogue_words, min_size=1, max_size=2))
def test_whatever_is_found_meets_the_words(words: list[str]) -> None:
    """All of them, or it is called so, or it is told as near or as begun."""
    whole = [found for found in found_by(words) if found.place < Place.BEGINNING]

    assert [found for found in whole
            if not all(meets(found, word) for word in words) and not is_called(found, words)] == []


@few_searches
@given(catalogue_words)
def test_nothing_that_meets_the_word_is_missed(word: str) -> None:
    """By the plainest of ways."""
    expected = {code for code, words in said.items() if not forms_of(word).isdisjoint(words)}

    assert expected <= {found.entry.code for found in found_by([word], with_persons=True)}


@few_searches
@given(entries)
def test_a_category_is_found_first_by_its_first_name(entry: Entry) -> None:
    """Or beside others of the same first name."""
    first_name = entry.names.split(", ")[0]
    found = found_by([first_name], with_persons=True)
    as_good = [each.entry for each in found if each.place is found[0].place is Place.FIRST_NAME]

    assert entry in as_good


@few_searches
@given(some.permutations(["hunting", "dog", "scent"]))
def test_the_order_of_words_finds_the_same(words: list[str]) -> None:
    """And twice the same in the same order."""
    found = codes(*words)

    assert found == codes(*words)
    assert sorted(found) == sorted(codes("hunting", "dog", "scent"))

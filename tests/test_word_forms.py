"""The forms that one word may have, and the program that packs what is irregular."""

from __future__ import annotations

import lzma
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.categories.glosses import glosses
from imagenet_utils.categories.word_forms import (
    WORD_FORMS_FILE,
    WordForms,
    plainly_spelt,
    forms_of,
    read_word_forms,
    words_in,
)
from imagenet_utils.data import build_word_forms
from tests.small_wordnet import Kind, write_counts, write_data_noun

DOG, STRANGER = "n00000001", "n00000002"
KINDS = {
    DOG: Kind(("dog", "St. Bernard dog"), gloss="barks; its wolves live in boxes"),
    STRANGER: Kind(("wolf", "box", "comic", "mouse", "New York"), gloss="is no category"),
}
NOUN_EXC = """\
aides-de-camp aide-de-camp
comics comic_strip comic
mice mouse
wolves wolf
"""

WORD_FORMS = read_word_forms(WORD_FORMS_FILE)

some_words = some.sampled_from(words_in("\n".join(glosses().values())))


def build(folder: Path) -> Path:
    counts = write_counts(folder / "counts.csv.xz", [DOG])
    data_noun = write_data_noun(folder / "data.noun", KINDS)
    exceptions = folder / "noun.exc"
    exceptions.write_text(NOUN_EXC, encoding="ascii", newline="\n")
    with mock.patch.object(build_word_forms, "COUNTS", counts):
        build_word_forms.build(data_noun, exceptions, folder / "small.xz")
    return folder / "small.xz"


@pytest.mark.parametrize("plural, singular", [
    ("dogs", "dog"), ("wolves", "wolf"), ("mice", "mouse"), ("buses", "bus"), ("boxes", "box"),
    ("finches", "finch"), ("brushes", "brush"), ("policemen", "policeman"),
    ("butterflies", "butterfly"), ("geese", "goose"), ("axes", "ax"), ("axes", "axis"),
])
def test_plural_and_singular_are_forms_of_each_other(plural: str, singular: str) -> None:
    """By WordNet's endings and by its exceptions."""
    assert singular in forms_of(plural) and plural in forms_of(singular)


@pytest.mark.parametrize("word", ["news", "bass", "as", "lens"])
def test_words_that_only_look_like_plurals(word: str) -> None:
    """What is left without the ending is no noun."""
    assert word.removesuffix("s") not in forms_of(word)


def test_what_is_no_noun_has_one_form() -> None:
    """`new` doesn't become `news`."""
    assert forms_of("new") == {"new"}


def test_case_accents_and_apostrophes_are_folded() -> None:
    """As people write them, or don't."""
    assert plainly_spelt("CHÂTEAU d’If, St. Bernard's") == "chateau dif, st bernards"


def test_words_are_parted_by_whatever_is_no_letter() -> None:
    """Hyphens, underscores and strokes among it."""
    assert words_in("jack-o'-lantern read/write_head—U.S.") == [
        "jack", "o", "lantern", "read", "write", "head", "us"]


@given(some_words)
def test_forms_go_both_ways(word: str) -> None:
    """What a word may be a plural of has it among its forms, and keeps its own."""
    for noun in WORD_FORMS.singulars(word):

        assert {word, noun} <= forms_of(noun) <= forms_of(word)


@settings(max_examples=200)
@given(some.text())
def test_any_text_has_words_that_are_folded(text: str) -> None:
    """Folding them again changes nothing."""
    words = words_in(text)

    assert [words_in(word) for word in words] == [[word] for word in words]


def test_the_builder_keeps_the_nouns_that_are_needed(tmp_path: Path) -> None:
    """Of the words of the categories' texts, in either form; those of several words go."""
    lines = lzma.decompress(build(tmp_path).read_bytes()).decode().split("\n")

    assert lines == ["box", "dog", "wolf wolves"]


def test_an_exception_shuts_no_ending_out() -> None:
    """Axes are of an axis, and axes all the same."""
    forms = WordForms({"axe": (), "axis": ("axes",)})

    assert forms.singulars("axes") == ("axis", "axe")


def test_building_word_forms_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the time or the machine goes in."""
    once = build(tmp_path).read_bytes()

    assert build(tmp_path).read_bytes() == once


def test_the_notice_names_the_word_forms_and_their_builder() -> None:
    """With what makes them."""
    notice = (WORD_FORMS_FILE.parent / "NOTICE").read_text(encoding="utf-8")

    assert "word_forms.txt.xz" in notice and "imagenet_utils.data.build_word_forms" in notice

"""Words for yes and no, and numbers as spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.categories.marks import MARK_WORDS, read_how_many, read_mark


@pytest.mark.parametrize("language", MARK_WORDS)
def test_every_language_says_yes_and_no(language: str) -> None:
    """In every case, too: spreadsheets shout their truth values."""
    yes, no = MARK_WORDS[language]

    spoken = [[read_mark(form) for word in words for form in (word, word.upper(), word.title())]
              for words in (yes, no)]
    assert [set(answers) for answers in spoken] == [{True}, {False}]


def test_no_word_means_both() -> None:
    """What is yes in one language is no nowhere."""
    words = [{word.casefold() for pair in MARK_WORDS.values() for word in pair[side]}
             for side in (0, 1)]

    assert words[0] & words[1] == set()


@pytest.mark.parametrize("cell", ["", "  ", "\u00a0", "\ufeff", '""'])
def test_blank_is_no(cell: str) -> None:
    """Also what only looks blank."""
    assert read_mark(cell) is False


@pytest.mark.parametrize("cell", ["X ", "'x", "✔\ufe0f", "\u00a0ja", "SI", "nao ", "ＴＲＵＥ"])
def test_marks_are_read_through_what_surrounds_them(cell: str) -> None:
    """Blanks, apostrophes, colour variants, lost accents, wide letters."""
    assert read_mark(cell) is not None


@pytest.mark.parametrize("cell", ["perhaps", "2", "nope", "yes no", "?", "-1", "100"])
def test_what_is_neither_is_told_apart(cell: str) -> None:
    """None, never a guess: it would fetch too much or too little."""
    assert read_mark(cell) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("100", 100), ("100.0", 100), ("100.", 100), ("1e2", 100), ("1E+02", 100),
        ("1.5e3", 1500), (" 7 ", 7), ("007", 7), ("1 000", 1000), ("1\u202f000", 1000),
        ("-1", None), ("-1.0", None), ("", None), ("  ", None),
    ],
)
def test_a_number_is_read_in_every_spelling(cell: str, number: int | None) -> None:
    """None is all of them."""
    assert read_how_many(cell, decimal_comma=False) == number


@pytest.mark.parametrize("cell", ["100,0", "100,00", "1,00E+02"])
def test_a_decimal_comma_is_read_where_it_parts_no_columns(cell: str) -> None:
    """As in tables that use semicolons."""
    assert read_how_many(cell, decimal_comma=True) == 100


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("0", "is less than 1"),
        ("-5", "is less than 1"),
        ("many", "is no whole number"),
        ("1.5", "is no whole number"),
        ("100,0", "is no whole number"),
        ("nan", "is no whole number"),
        ("inf", "is no whole number"),
        ("1e400", "is no whole number"),
        ("1e999999999", "is no whole number"),
        ("9" * 5000, "is no whole number"),
        ("1_000", "is no whole number"),
        ("1.000", "is ambiguous: the mark may part thousands or decimals"),
        ("1,000", "is ambiguous: the mark may part thousands or decimals"),
    ],
)
def test_what_is_no_number_says_why(cell: str, problem: str) -> None:
    """The text goes into the message that the user sees."""
    with pytest.raises(ValueError) as caught:
        read_how_many(cell, decimal_comma=False)

    assert str(caught.value) == problem


@given(st.text(max_size=20) | st.from_regex(r"[-+]?[0-9.,e ]{1,12}"), st.booleans())
def test_every_cell_is_a_count_or_a_mistake(cell: str, decimal_comma: bool) -> None:
    """Nothing below 1 and nothing absurd comes out, nothing but ValueError is raised."""
    try:
        number = read_how_many(cell, decimal_comma=decimal_comma)
    except ValueError:
        return

    assert number is None or 1 <= number < 10**9


@given(st.integers(1, 10**9 - 1))
def test_whole_numbers_come_back(number: int) -> None:
    """As written by Python."""
    assert read_how_many(str(number), decimal_comma=False) == number

"""The forms of a listing: what all of them promise, and how each looks."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.sheet import DEPTH, Cell, Column, Sheet
from imagenet_utils.listing.text_lines import LEAST_PROSE

COLUMNS = (Column("index", is_number=True), Column("code"), Column("name", is_prose=True), DEPTH,
           Column("ilsvrc2012", "ilsvrc"), Column("note"))
ROWS: list[tuple[Cell, ...]] = [
    (9, "n02084071", "dog, domestic dog, Canis familiaris", 0, False, ""),
    (10, "n02087122", "hunting dog", 1, False, ""),
    (11, "n02088094", "Afghan hound, Afghan", 2, True, "shaggy"),
    (None, "mine", "=cmd()", 0, None, None),
]
HEADINGS = {"text": 0, "csv": 1, "json": 0}  # lines before the first row
BEHIND = {"text": 0, "csv": 0, "json": 1}  # lines after the last

cells = some.one_of(some.none(), some.booleans(), some.integers(0, 10**9),
                    some.text(some.characters(), max_size=8))
rows = some.lists(some.tuples(*(some.integers(0, 9) if column is DEPTH else cells
                                for column in COLUMNS)), max_size=3)


def sheet(*rows: tuple[Cell, ...], is_stream: bool = False) -> Sheet:
    return Sheet(COLUMNS, rows or ROWS, is_stream)


def shown(form: str, *rows: tuple[Cell, ...], **medium: object) -> list[str]:
    return list(FORMATS[form](sheet(*rows), Medium(**medium)))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMATS)
def test_a_line_for_each_row(form: str) -> None:
    """Whatever counts, cuts or greps lines counts categories."""
    assert len(shown(form)) == HEADINGS[form] + len(ROWS) + BEHIND[form]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_no_row(form: str, is_stream: bool) -> None:
    """An empty listing is a whole one, too."""
    lines = list(FORMATS[form](Sheet(COLUMNS, [], is_stream), Medium(width=80)))

    assert lines == {"text": [], "csv": ["index,code,name,depth,ilsvrc2012,note"],
                     "json": ["[]"]}[form]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("is_stream", [False, True])
@settings(max_examples=30)
@given(rows=rows, width=some.sampled_from([None, 1, 40]))
def test_nothing_that_a_terminal_obeys(
    form: str, is_stream: bool, rows: list[tuple[Cell, ...]], width: int | None
) -> None:
    """No control character of any cell comes through, and no line is broken in two."""
    lines = list(FORMATS[form](Sheet(COLUMNS, rows, is_stream), Medium(width)))

    assert all(line.isprintable() for line in lines)


@settings(max_examples=30)
@given(rows)
def test_json_keeps_every_value(rows: list[tuple[Cell, ...]]) -> None:
    """One valid array of objects, in the order of the rows."""
    names = [column.name for column in COLUMNS]
    lines = FORMATS["json"](Sheet(COLUMNS, rows), Medium())

    assert json.loads("\n".join(lines)) == [dict(zip(names, row)) for row in rows]


def test_csv() -> None:
    """As spreadsheets read it, and nothing in it that they would run."""
    text = "\n".join(shown("csv", separator=";"))

    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["index", "code", "name", "depth", "ilsvrc2012", "note"],
        ["9", "n02084071", "dog, domestic dog, Canis familiaris", "0", "no", ""],
        ["10", "n02087122", "hunting dog", "1", "no", ""],
        ["11", "n02088094", "Afghan hound, Afghan", "2", "yes", "shaggy"],
        ["", "mine", "'=cmd()", "0", "", ""],
    ]


def test_text_in_a_pipe() -> None:
    """No heading, nothing cut, and the nth word always tells the same."""
    assert shown("text") == [
        " 9 n02084071 -   -      dog, domestic dog, Canis familiaris",
        "10 n02087122 -   -        hunting dog",
        "11 n02088094 yes shaggy     Afghan hound, Afghan",
        " - mine      -   -      =cmd()",
    ]


@settings(max_examples=30)
@given(some.text(some.characters(), max_size=8))
def test_the_second_word_is_the_code(code: str) -> None:
    """Whatever stands in its column: a table may hold a remark there."""
    words = shown("text", (1, code, "dog", 0, True, ""))[0].split(" ")

    assert words[2:] == ["yes", "-", "dog"]


def test_a_blank_in_a_word() -> None:
    """Is spelled out, and in the other forms it stays."""
    row = (1, "my dog", "dog", 0, True, "")

    assert shown("text", row) == ["1 my\\x20dog yes - dog"]
    assert shown("csv", row)[1] == "1,my dog,dog,0,yes,"


def test_text_on_a_terminal() -> None:
    """Headings, and names cut at its edge; codes never."""
    assert shown("text", width=50) == [
        "index code      ilsvrc note   name",
        "    9 n02084071 -      -      dog, domestic dog...",
        "   10 n02087122 -      -        hunting dog",
        "   11 n02088094 yes    shaggy     Afghan hound,...",
        "    - mine      -      -      =cmd()",
    ]


@pytest.mark.parametrize("width", [30, 37, 50, 80, 200])
def test_text_fits_the_terminal(width: int) -> None:
    """Unless it is too narrow for any name at all."""
    words = len("index n02084071 ilsvrc shaggy ")
    longest = max(map(len, shown("text", width=width)))

    assert longest <= max(width, words + LEAST_PROSE)


def test_deep_trees_are_indented_less() -> None:
    """On a terminal that two blanks a step would fill."""
    deep = (1, "n02084071", "dog", 9, False, "")
    line = shown("text", deep, width=55)[1]

    assert line == "    1 n02084071 -      -             dog"


def test_a_stream_is_not_aligned() -> None:
    """Its rows are shown as they come: nobody waits for the widest."""
    endless = iter([(1, "a", "x", 0, True, ""), *ROWS])
    lines = FORMATS["text"](Sheet(COLUMNS, endless, is_stream=True), Medium(width=20))

    assert next(iter(lines)) == "1 a x yes -"
    assert next(endless) == ROWS[0]

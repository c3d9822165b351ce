"""Single cells of a table change, and no other byte does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from imagenet_utils.categories.cell_edits import with_cells
from imagenet_utils.categories.dialect import Dialect, parsed
from tests.dialects import dialects

HEADER = ["code", "name", "to_download", "how_many"]
MARK = HEADER.index("to_download")

CELLS = some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = some.lists(some.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6)


def marked(data: bytes, row: int = 2) -> bytes:
    return with_cells(data, parsed(data, HEADER)[1], {row: {MARK: "True"}})


@pytest.mark.parametrize(("row", "after"), [
    (b"n1,a,no", b"n1,a,True"),
    (b"n1,a,", b"n1,a,True"),
    (b"n1,a,no,5,beyond,,", b"n1,a,True,5,beyond,,"),
    (b'"n1","a","no","5"', b'"n1","a","True","5"'),
    (b'n1,"a, ""b""",FALSE', b'n1,"a, ""b""",True'),
    (b'n1,"two\nlines",no', b'n1,"two\nlines",True'),
    (b'n1, a "b" c ,  no ,5', b'n1, a "b" c ,True,5'),
    (b'n1,"a"x y,no', b'n1,"a"x y,True'),
    (b"n1", b"n1,,True"),
    (b'"n1,""a, b"",no,5"', b'"n1,""a, b"",True,5"'),
    ("n1,é,no".encode("cp1252"), "n1,é,True".encode("cp1252")),
    (b"n1,\x81\xe9,no", b"n1,\x81\xe9,True"),
])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_one_cell(row: bytes, after: bytes, newline: bytes) -> None:
    """What was quoted stays quoted; blanks, and cells beyond the header, stay as well."""
    above = b"code,name,to_download,how_many" + newline
    below = newline + b"n3,'b';\"c\",no" + newline + newline + b",,\t"

    assert marked(above + row + below) == above + after + below
    assert marked(above + row) == above + after


def test_line_ends_of_several_kinds_stay() -> None:
    """A table that two programs wrote."""
    before = b"sep=;\r\ncode;name;to_download\rn1;a;no\r\nn2;b;no\n"

    assert marked(before) == b"sep=;\r\ncode;name;to_download\rn1;a;True\r\nn2;b;no\n"


def test_a_wrapped_table_stays_wrapped() -> None:
    """Each row as a whole in one cell, the short ones, too."""
    before = b'"code,name,to_download"\n"n1,""a, b"""\n"n2,c,no"\n'

    assert marked(before) == b'"code,name,to_download"\n"n1,""a, b"",True"\n"n2,c,no"\n'


def test_what_cannot_be_spliced_is_written_anew() -> None:
    """A cell that needs quotation marks where there were none; the other rows stay."""
    before = b"code,name,to_download\nn1,a,no\nn2,b,no\n"
    after = with_cells(before, parsed(before, HEADER)[1], {2: {1: "a, b", 2: 'say "x"'}})

    assert after == b'code,name,to_download\nn1,"a, b","say ""x"""\nn2,b,no\n'


@settings(max_examples=100, deadline=None)
@given(ROWS, dialects(), some.data())
def test_all_other_cells_and_rows_stay(
    rows: list[list[str]], dialect: Dialect, data: some.DataObject
) -> None:
    """In every dialect, with any texts in the cells: no byte before or behind the row differs."""
    index = data.draw(some.integers(0, len(rows) - 1))
    assume(any(map(str.strip, rows[index])))  # an empty one is no category, and nobody's to edit
    head = dialect.bytes_of([HEADER, *rows[:index]])
    tail = dialect.text_of(rows[index + 1:]).encode(dialect.encoding)
    before = head + dialect.text_of([rows[index]]).encode(dialect.encoding) + tail
    there, found = parsed(before, HEADER)
    number = len(parsed(head, HEADER)[0])
    after = with_cells(before, found, {number + 1: {MARK: "True"}})

    there[number] += [""] * (MARK + 1 - len(there[number]))
    there[number][MARK] = "True"
    assert parsed(after, HEADER)[0] == there
    assert after.startswith(head) and after.endswith(tail)

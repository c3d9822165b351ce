"""Text tables in every dialect: what is found in the bytes is what writes them again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.categories.dialect import Dialect, decoded, parsed

COLUMNS = ("code", "name", "to_download", "how_many")
ROWS = [
    list(COLUMNS),
    ["n02119789", "kit fox, Vulpes macrotis", "True", "-1"],
    ["n00005787", "benthos", "False", "100"],
    ["n02391617", 'so-called "quagga"; extinct', "False", "-1"],
]
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)
DIALECTS = st.builds(
    Dialect,
    encoding=st.just("utf-16-le"),
    mark=st.just(b"\xff\xfe"),
    separator=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    preamble=st.sampled_from(["", "sep=;\r\n"]),
)


@pytest.mark.parametrize("encoding, mark", [
    ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""), ("utf-16-be", b""),
])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_a_dialect_is_found_again(
    encoding: str, mark: bytes, separator: str, newline: str, quoting: int
) -> None:
    """Encoding, separator, line ends and quoting of a file are those it was written with."""
    dialect = Dialect(encoding, mark, separator, newline, quoting)  # type: ignore[arg-type]

    assert parsed(dialect.bytes_of(ROWS), COLUMNS) == (ROWS, dialect)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_rows_in_one_quoted_cell_are_unwrapped(quoting: int) -> None:
    """As when a comma table passed through a spreadsheet that parts cells by semicolons."""
    inner, outer = io.StringIO(newline=""), io.StringIO(newline="")
    csv.writer(inner, lineterminator="\n").writerows(ROWS)
    writer = csv.writer(outer, delimiter=";", lineterminator="\n", quoting=quoting)  # type: ignore
    writer.writerows([line] for line in inner.getvalue().splitlines())
    wrapped = outer.getvalue().encode()

    rows, dialect = parsed(wrapped, COLUMNS)
    assert (rows, dialect.bytes_of(rows)) == (ROWS, wrapped)


def test_one_stray_wrapped_row_does_not_wrap_the_table() -> None:
    """It is read as a row, and the others keep their form."""
    data = b'code,name,to_download\nn1,"a, b",no\n"n2,""c, d"",yes"\n'

    rows, dialect = parsed(data, COLUMNS)
    assert (rows[2], dialect.wrapped) == (["n2", "c, d", "yes"], False)


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\r\n", "sep=;;;;\r\n"])
def test_the_line_that_names_the_separator_is_no_row(line: str) -> None:
    """Excel writes it, reads it, and doesn't show it."""
    rows, dialect = parsed((line + "code;name\r\nn1;a\r\n").encode(), COLUMNS)

    assert (rows, dialect.preamble) == ([["code", "name"], ["n1", "a"]], line)


def test_another_separator_changes_the_line_that_names_it() -> None:
    """Else the spreadsheet would part the cells where nothing parts them."""
    dialect = Dialect(separator=";", preamble="sep=;\r\n").with_separator("\t")

    assert dialect.bytes_of([["code", "a;b"]]) == b"sep=\t\r\ncode\ta;b\n"


def test_a_separator_that_only_the_hint_names_is_used() -> None:
    """Any character may part cells where the first line says so."""
    assert parsed(b"sep=^\ncode^name\nn1^a,b\n", COLUMNS)[0][1] == ["n1", "a,b"]


def test_a_wrong_hint_does_not_win() -> None:
    """What is there counts, not what the first line says."""
    assert parsed(b"sep=;\ncode,name\n", COLUMNS)[1].separator == ","


def test_latin_text_is_read_and_kept() -> None:
    """What is no Unicode is Windows' Latin, and goes back as the same bytes."""
    data = "code;label\nn1;Müll – groß\n".encode("cp1252")

    rows, dialect = parsed(data, COLUMNS)
    assert (rows[1][1], dialect.bytes_of(rows)) == ("Müll – groß", data)


def test_bytes_without_a_letter_in_windows_latin_are_still_read() -> None:
    """Latin-1 has a character for every byte."""
    assert decoded(b"\x81\xe9")[:2] == ("\x81é", "latin-1")


def test_a_line_break_within_a_cell_is_kept() -> None:
    """It ends no row."""
    rows, _ = parsed(b'code,remark\nn1,"two\nlines"\nn2,x\n', COLUMNS)

    assert rows == [["code", "remark"], ["n1", "two\nlines"], ["n2", "x"]]


def test_text_behind_a_quoted_cell_is_let_pass() -> None:
    """A slip of the hand that glues no rows together."""
    assert parsed(b'code,name\nn1,"kit" fox\n', COLUMNS)[0][1] == ["n1", "kit fox"]


@pytest.mark.parametrize("data", [
    b'code,name,to_download\nn1,"kit fox,True\nn2,crane,False\n',
    b'code,name,to_download\nn1,"kit fox,True\nn2,"crane, x",False\n',
])
def test_an_open_quotation_mark_is_told(data: bytes) -> None:
    """It would swallow the marks of the rows behind it without a word."""
    with pytest.raises(ValueError, match="row 2 .*quotation marks do not match"):
        parsed(data, COLUMNS)


@pytest.mark.parametrize("data", [
    b"", b"\n\n", b"\0\0\0\0", b"code\0name", b"\xff\xfec\0o", b"\xff\xfec\0o\0d", b"a,b\n1,2\n",
    b"\x89PNG\r\n\x1a\n\0\0", b"<html><body>code</body></html>", b'"' * 300_000,
])
def test_what_is_no_table_is_told(data: bytes) -> None:
    """One ValueError, whatever it is."""
    with pytest.raises(ValueError, match="header|no text|UTF-16"):
        parsed(data, COLUMNS)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(b"code,name\n".__add__))
def test_any_bytes_are_rows_or_one_error(data: bytes) -> None:
    """Nothing but ValueError comes out."""
    try:
        rows, _ = parsed(data, COLUMNS)
    except ValueError:
        return

    assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("cell", ["\r", "\n", "a\rb", "a\r\nb"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_line_break_within_a_cell_comes_back(cell: str, newline: str, wrapped: bool) -> None:
    """Also of another kind than the breaks between rows."""
    written = [list(COLUMNS), ["n1", cell, "True", "-1"]]
    dialect = Dialect(newline=newline, wrapped=wrapped)

    assert parsed(dialect.bytes_of(written), COLUMNS)[0] == written


@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=6), DIALECTS)
def test_what_was_written_is_read(rows: list[list[str]], dialect: Dialect) -> None:
    """Every cell comes back, in every dialect."""
    written = [list(COLUMNS), *rows]

    assert parsed(dialect.bytes_of(written), COLUMNS)[0] == written

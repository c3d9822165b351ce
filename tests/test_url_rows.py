"""One line of a URL list, in every form."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.url_lists.rows import LONGEST_LINE, BadLine, Form, parse_line, recognise

OLD_CSV = Form(columns=("id", "url", "code"), header=b"img_code,img_url,code")
URL = b"http://a.example/1.jpg"


def row_of(line: bytes, form: Form = Form()) -> tuple[str, str, bytes]:
    row = parse_line(line, 7, form)
    assert row
    return row.code, row.image_id, row.url


@pytest.mark.parametrize(
    "line",
    [
        b"n02119789_122\t" + URL,
        b"n02119789_122 " + URL,
        b"n02119789_122 \t " + URL + b" \r",
        b"n02119789_122," + URL,
        b"n02119789_122," + URL + b",n02119789",
        b"n02119789_122;" + URL + b";n02119789",
        b'"n02119789_122","' + URL + b'","n02119789"',
        b'"n02119789_122"\t"' + URL + b'"',
    ],
)
def test_a_line_without_a_header_tells_its_form(line: bytes) -> None:
    """The same row in each of its forms is the same row."""
    found = row_of(line)

    assert found == ("n02119789", "n02119789_122", URL)


@pytest.mark.parametrize(
    "line, form, image_id",
    [
        (b"n02119789 " + URL, Form(), "n02119789_7"),
        (URL, Form(), "unknown_7"),
        (URL, Form(name_code="n01440764"), "n01440764_7"),
        (URL, Form(columns=("url",), name_code="n01440764"), "n01440764_7"),
        (b"n02119789," + URL, Form(columns=("code", "url")), "n02119789_7"),
        (b"/m/01g317," + URL, Form(columns=("code", "url")), "m_01g317_7"),
    ],
)
def test_a_row_without_an_id_is_named_by_its_line(line: bytes, form: Form, image_id: str) -> None:
    """The line's number makes an id of a category that has none for its pictures."""
    found = row_of(line, form)

    assert found[1] == image_id


@pytest.mark.parametrize(
    "cells, url",
    [
        (b"n02119789_1,http://a.example/1,2.jpg,n02119789", b"http://a.example/1,2.jpg"),
        (b'n02119789_1,"http://a.example/1,2.jpg",n02119789', b"http://a.example/1,2.jpg"),
        (b'"n02119789_1","http://a.example/1,2.jpg","n02119789"', b"http://a.example/1,2.jpg"),
        (b'"n02119789_1","http://a.example/"",""q","n02119789"', b'http://a.example/","q'),
        (b'n02119789_1,"http://a.example/""q"".jpg",n02119789', b'http://a.example/"q".jpg'),
        (b'n02119789_1,http://a.example/"q".jpg,n02119789', b'http://a.example/"q".jpg'),
        (b'n02119789_1,http://a.example/5".jpg,n02119789', b'http://a.example/5".jpg'),
        (b"n02119789_1,http://a.example/1.jpg,n02119789,,,", b"http://a.example/1.jpg"),
        (b"n02119789_1,http://a.example/1.jpg", b"http://a.example/1.jpg"),
        (b"n02119789_1,http://a.example/\xe9\xc3\xa9,n02119789", b"http://a.example/\xe9\xc3\xa9"),
    ],
)
def test_commas_and_quotes_of_a_url_stay_in_it(cells: bytes, url: bytes) -> None:
    """Nobody quotes reliably, so the columns are counted from both ends."""
    found = row_of(cells, OLD_CSV)

    assert found == ("n02119789", "n02119789_1", url)


def test_the_column_code_wins_over_the_id() -> None:
    """A picture may be listed for a category that does not own it."""
    found = row_of(b"n03745146_31221," + URL + b",n00015388", OLD_CSV)

    assert found == ("n00015388", "n03745146_31221", URL)


@pytest.mark.parametrize(
    "line, form",
    [
        (b"n02119789_122", Form()),
        (b"n02119789_122\t  ", Form()),
        (b"n02119789_\t" + URL, Form()),
        (b"n0211978_1\t" + URL, Form()),
        (b"no such page", Form()),
        (b"C:\\fox.jpg", Form()),
        (b"n02119789_122\t" + URL + b"\0", Form()),
        (b"n02119789_122\t" + URL + b"x" * LONGEST_LINE, Form()),
        (b"n02119789_122,,n02119789", OLD_CSV),
        (b"n02119789_122," + URL + b",../..", OLD_CSV),
        (b"../../fox," + URL + b",n02119789", OLD_CSV),
        (b"fox," + URL + b",", OLD_CSV),
        (b"," + URL + b",", OLD_CSV),
    ],
)
def test_a_bad_line_says_so(line: bytes, form: Form) -> None:
    """No URL, no category, a name that no file may have, or a size that no URL has."""
    with pytest.raises(BadLine) as caught:
        parse_line(line, 1, form)

    assert str(caught.value)


@pytest.mark.parametrize("line", [b"", b"  \t ", b"\r", b"img_code,img_url,code\r", b"sep=,"])
def test_blank_lines_and_headers_are_no_rows(line: bytes) -> None:
    """They are passed over without being counted as bad."""
    found = parse_line(line, 1, OLD_CSV)

    assert found is None


@pytest.mark.parametrize(
    "header, columns, separator",
    [
        (b"img_code,img_url,code", ("id", "url", "code"), b","),
        (b'"CODE";"Img_URL";"img_code"', ("code", "url", "id"), b";"),
        (b"image_id\tlicence\turl", ("id", "", "url"), b"\t"),
        (b",img_code,img_url,code", ("", "id", "url", "code"), b","),
    ],
)
def test_a_header_names_the_columns(
    header: bytes, columns: tuple[str, ...], separator: bytes
) -> None:
    """In any order, case and quotes, with any of three separators."""
    cells = {"": b"", "id": b"n02119789_1", "url": URL, "code": b"n02119789"}
    line = separator.join(cells[kind] for kind in columns)

    form = recognise(header + b"\r\n" + line + b"\r\n", "list.csv")

    assert form and (form.columns, form.separator) == (columns, separator)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"<html><body>404</body></html>\n",
        b"code,name,to_download,how_many\nn02119789,kit fox,yes,-1\n",
    ],
)
def test_what_shows_no_url_is_no_list(content: bytes) -> None:
    """Pictures, error pages and tables of categories are told from lists."""
    form = recognise(content, "n02119789.txt")

    assert form is None


def test_lines_may_end_as_on_old_macs() -> None:
    """A file without a single line feed has its lines ended by CR."""
    form = recognise(URL + b"\r" + URL + b"\r", "n01440764_urls.txt")

    assert form and (form.end_of_line, form.name_code) == (b"\r", "n01440764")


@given(st.binary(max_size=120), st.sampled_from([Form(), OLD_CSV]))
def test_any_bytes_are_a_row_or_none_or_bad(line: bytes, form: Form) -> None:
    """A hostile line can do no more than be bad, and an id is always safe to name a file."""
    try:
        row = parse_line(line, 1, form)
    except BadLine:
        row = None

    assert row is None or (row.url and "/" not in row.image_id and row.image_id[0] != ".")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1))
def test_what_a_csv_writer_quotes_is_read_back(path: str) -> None:
    """Round trip through the standard writer."""
    out = io.StringIO()
    url = f"http://a.example/{path}"
    csv.writer(out).writerow(["n02119789_1", url, "n02119789"])

    found = row_of(out.getvalue().encode("utf-8"), OLD_CSV)

    assert found == ("n02119789", "n02119789_1", url.encode("utf-8"))

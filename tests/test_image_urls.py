"""The URLs of listed categories."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.command_line.console import Console
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.image_urls import url_list_at, url_sheet

LIST = (
    b"n00000001_5\thttp://a.example/1.jpg\n"
    b"n00000002_7\thttp://a.example/kit fox.jpg\n"
    b"n00000001_6\thttp://A.example/2.jpg#top\n"
    b"n00000001_5\thttp://b.example/1.jpg\n"
    b"n00000003_1\thttp://a.example/\x1b[2Jx\xe9.jpg\n"
    b"nothing\n"
    b"n00000003_3\thttp://b\xc3\xbccher.example/\xe2\x80\xaegpj\n"
    b"n00000003_4\thttp://[not-a-host]/\xc2\x9b1m\n"
)


@pytest.fixture
def url_list(tmp_path: Path) -> Path:
    path = tmp_path / "list" / "urls.txt"
    path.parent.mkdir()
    path.write_bytes(LIST)
    return path


def lines(path: Path, codes: list[str] | None, form: str = "text") -> list[str]:
    sheet = url_sheet(path, codes, fallback_dir=path.parent.parent / "save", teller=Console())
    return list(FORMATS[form](sheet, Medium()))


def test_lines_of_a_category(url_list: Path) -> None:
    """In the order of the list, a second chance behind the first; plain ones as the list has them.
    """
    assert lines(url_list, ["n00000001"]) == [
        "n00000001_5 http://a.example/1.jpg",
        "n00000001_5 http://b.example/1.jpg",
        "n00000001_6 http://A.example/2.jpg#top",
    ]


def test_a_line_is_two_words(url_list: Path) -> None:
    """A URL with a blank, a control character or a letter beyond ASCII is percent-encoded."""
    assert lines(url_list, ["n00000002", "n00000003"]) == [
        "n00000002_7 http://a.example/kit%20fox.jpg",
        "n00000003_1 http://a.example/%1B[2Jx%E9.jpg",
        "n00000003_3 http://xn--bcher-kva.example/%E2%80%AEgpj",
        "n00000003_4 http://[not-a-host]/%C2%9B1m",
    ]


def test_all_that_the_list_has(url_list: Path) -> None:
    """Categories that no catalogue has, too."""
    url_list.write_bytes(LIST + b"n99999999_1\thttp://a.example/9.jpg\n")

    assert len(lines(url_list, None)) == 8


def test_csv_names_the_category(url_list: Path) -> None:
    """An id need not."""
    assert lines(url_list, ["n00000002"], "csv") == [
        "code,id,url", "n00000002,n00000002_7,http://a.example/kit%20fox.jpg"]


def test_rows_come_one_by_one(url_list: Path) -> None:
    """A list of 14 million rows is not held."""
    sheet = url_sheet(url_list, ["n00000001", "n00000002"], fallback_dir=url_list.parent,
                      teller=Console())

    assert iter(sheet.rows) is sheet.rows
    assert next(iter(sheet.rows)) == ("n00000001", "n00000001_5", "http://a.example/1.jpg")


def test_what_is_passed_over_is_told(
    url_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad lines of the list, and that it has nothing of what was asked."""
    lines(url_list, ["n00000009"])

    assert capsys.readouterr().err.splitlines() == [
        f"{url_list} has no URL of what is listed",
        f"{url_list}: lines without a URL, which were passed over: 1",
    ]


def test_the_index_stands_beside_the_list(url_list: Path) -> None:
    """As for the run that fetches: one index serves both."""
    lines(url_list, ["n00000001"])

    assert [path.name for path in sorted(url_list.parent.iterdir())] == [
        "urls.txt", "urls.txt.index"]


def test_the_index_goes_elsewhere_where_something_is_in_its_way(url_list: Path) -> None:
    """Into the folder of results, as the run would have it."""
    (url_list.parent / "urls.txt.index").write_text("mine")
    found = lines(url_list, ["n00000001"])

    assert len(found) == 3
    assert (url_list.parent.parent / "save" / "urls.txt.index").exists()


def test_the_usual_list(tmp_path: Path) -> None:
    """It is where the download puts it, unless another is named."""
    (tmp_path / "imageNetUrls.csv").write_bytes(LIST)

    assert url_list_at((), tmp_path / "imageNetUrls.csv") == tmp_path / "imageNetUrls.csv"
    assert url_list_at((str(tmp_path),), tmp_path / "imageNetUrls.csv") == tmp_path


def test_no_list(tmp_path: Path) -> None:
    """The message has the command that fetches one."""
    with pytest.raises(Unobtainable, match="download_ncodes_imagenet.py --with_url_data"):
        url_list_at((), tmp_path / "imageNetUrls.csv")


def test_a_list_whose_name_is_too_long(tmp_path: Path) -> None:
    """One line, as for any that can't be read."""
    with pytest.raises(UsageError, match="can't be read: File name too long"):
        url_list_at((), tmp_path / ("n" * 300))


@pytest.mark.parametrize(("named", "told"), [
    (("https://a.example/list.tgz",), "on this disk, not https://a.example/list.tgz"),
    (("a", "b"), "reads one list"),
])
def test_other_lists_are_refused(named: tuple[str, ...], told: str) -> None:
    """Nothing is fetched for a listing."""
    with pytest.raises(UsageError, match=told):
        url_list_at(named, Path("imageNetUrls.csv"))

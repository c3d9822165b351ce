"""A URL list in any wrapping becomes the one table, and nothing else becomes anything."""

from __future__ import annotations

import csv
import gzip
import io
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.url_list_archives import texts_in
from imagenet_utils.obtaining.url_list_writer import HEADER, Tally, write_url_list

LIST = b"n00000001_5\thttp://a.example/1.jpg\nn00000002_6\thttp://b.example/2.jpg\n"
TABLE = HEADER + (
    b"n00000001_5,http://a.example/1.jpg,n00000001\n"
    b"n00000002_6,http://b.example/2.jpg,n00000002\n"
)


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(*members: tuple[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def converted(tmp_path: Path, content: bytes, name: str = "list") -> bytes:
    (tmp_path / name).write_bytes(content)
    write_url_list(tmp_path / name, tmp_path / "imageNetUrls.csv")
    return (tmp_path / "imageNetUrls.csv").read_bytes()


def tally_of(tmp_path: Path, content: bytes, name: str = "list.txt") -> Tally:
    (tmp_path / name).write_bytes(content)
    return write_url_list(tmp_path / name, tmp_path / "imageNetUrls.csv")


def refusal(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(Unobtainable) as caught:
        write_url_list(tmp_path / "list", tmp_path / "imageNetUrls.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["list"]
    return caught.value.problem.removeprefix(str(tmp_path / "list"))


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda content: content,
        gzip.compress,
        lambda content: zipped(("fall11_urls.txt", content)),
        lambda content: tarred(("fall11_urls.txt", content)),
        lambda content: tarred(("fall11_urls.txt", content), mode="w"),
        lambda content: tarred(("fall11_urls.txt", content[:35]), ("more.txt", content[35:])),
    ],
    ids=["plain", "gz", "zip", "tgz", "tar", "two members"],
)
def test_every_wrapping_gives_the_same_table(
    tmp_path: Path, wrapped: Callable[[bytes], bytes]
) -> None:
    """The form is told by the content; names do not matter."""
    assert converted(tmp_path, wrapped(LIST)) == TABLE


@pytest.mark.parametrize(
    "content",
    [
        LIST.replace(b"\t", b" "),
        LIST.replace(b"\n", b"\r\n"),
        LIST.replace(b"\n", b"\n\n"),
        b"\xef\xbb\xbf" + LIST,
        TABLE,
        TABLE.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TABLE,
        TABLE.replace(b",", b";"),
        LIST.rstrip(b"\n"),
    ],
    ids=["blank", "CRLF", "empty lines", "BOM", "table", "table CRLF", "table BOM", "semicolons",
         "no last line feed"],
)  # fmt: skip
def test_every_form_gives_the_same_table(tmp_path: Path, content: bytes) -> None:
    """Whatever separates the columns, the table has commas and line feeds."""
    assert converted(tmp_path, content) == TABLE


def test_a_folder_of_bare_urls_takes_categories_from_names(tmp_path: Path) -> None:
    """The id of a bare URL is made of its file's category and its line."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "n00000007_urls.txt").write_bytes(b"http://a.example/1\n\nhttp://a.example/2\n")
    (folder / "notes.md").write_bytes(b"http://not.example/\n")
    write_url_list(folder, tmp_path / "out.csv")

    assert (tmp_path / "out.csv").read_bytes() == HEADER + (
        b"n00000007_1,http://a.example/1,n00000007\nn00000007_3,http://a.example/2,n00000007\n"
    )


def test_bytes_of_urls_stay_as_they_are(tmp_path: Path) -> None:
    """latin-1 and UTF-8 stand in one list, and commas and quotes are quoted."""
    urls = [b"http://a.example/\xe0,1", "http://b.example/à b".encode(), b'http://c.example/"x"']
    content = b"".join(b"n00000001_%d\t%b\n" % row for row in enumerate(urls))
    table = converted(tmp_path, content).decode("latin-1")
    found = [row["img_url"].encode("latin-1") for row in csv.DictReader(io.StringIO(table))]

    assert found == urls


def test_bad_lines_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    """A line without a URL costs itself and nothing else."""
    tally = tally_of(tmp_path, LIST + b"what is this\n" * 7)

    assert (tally.rows, tally.bad_lines, len(tally.examples)) == (2, 7, 5)
    assert tally.examples[0] == "list.txt, line 3: no URL in it"


def test_a_line_without_end_is_one_bad_line(tmp_path: Path) -> None:
    """Three megabytes without a line feed are not kept together."""
    tally = tally_of(tmp_path, LIST + b"http://a.example/" + b"x" * 3_000_000 + b"\n" + LIST)

    assert (tally.rows, tally.bad_lines) == (4, 1)


@given(st.lists(st.binary(max_size=40), max_size=8))
@example([b",img_url"])
def test_rows_and_bad_lines_are_all_there_is(
    tmp_path_factory: pytest.TempPathFactory, urls: list[bytes]
) -> None:
    """Whatever bytes a URL has, its line becomes one row or one bad line, or is blank."""
    content = LIST + b"".join(b"n00000001_9\thttp:" + url + b"\n" for url in urls)
    folder = tmp_path_factory.mktemp("list")
    tally = tally_of(folder, content)
    lines = content.split(b"\n")[:-1]

    assert tally.rows + tally.bad_lines + sum(not line.strip() for line in lines) == len(lines)
    assert (folder / "imageNetUrls.csv").read_bytes().count(b"\n") == tally.rows + 1


@given(st.lists(st.from_regex(rb"n[0-9]{8}_[0-9]{1,3}[\t,]http:[ -~]*[\r]?", fullmatch=True)))
def test_the_shortcut_and_the_parser_agree(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    """Usual lines are recognised faster, not differently."""
    for head in (LIST, TABLE):
        folder = tmp_path_factory.mktemp("list")
        fast = converted(folder, head + b"\n".join(lines))
        (folder / "imageNetUrls.csv").unlink()
        with pytest.MonkeyPatch.context() as patch:
            shortcut = "imagenet_utils.obtaining.url_list_writer._shortcut"
            patch.setattr(shortcut, lambda form: (never, ()))
            slow = converted(folder, head + b"\n".join(lines))

        assert fast == slow


def never(line: bytes) -> None:
    """A shortcut that recognises no line."""


@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_a_list_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: int
) -> None:
    """No content leads to another exception than Unobtainable, or leaves a file without a row."""
    begun = [b"", b"\x1f\x8b\x08", b"PK\x03\x04", LIST][kind]
    folder = tmp_path_factory.mktemp("list")
    try:
        outcome = tally_of(folder, begun + content).rows
    except Unobtainable:
        outcome = 0

    assert (folder / "imageNetUrls.csv").exists() == bool(outcome)


@pytest.mark.parametrize("at", [40, 150])
@pytest.mark.parametrize("content", [
    gzip.compress(random.Random(5).randbytes(500)),
    zipped(("a.txt", LIST * 9)),
    tarred(("a.txt", LIST + random.Random(5).randbytes(500))),
], ids=["gz", "zip", "tgz"])  # fmt: skip
def test_a_cut_archive_is_refused(tmp_path: Path, content: bytes, at: int) -> None:
    """Half a list is no list, and leaves no table."""
    assert refusal(tmp_path, content[:at]).startswith(": damaged")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello\nworld\n", gzip.compress(b"", mtime=0), zipped(("a.png", b"http://a.example"))],
    ids=["empty", "words", "empty gzip", "picture"],
)
def test_what_holds_no_url_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty table would look like a success."""
    assert refusal(tmp_path, content) == ": no URL in it"


@pytest.mark.parametrize("wrap", [gzip.compress, lambda zeros: zipped(("a.txt", zeros)),
                                  lambda zeros: tarred(("a.txt", zeros))])  # fmt: skip
def test_a_bomb_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrap: Callable[[bytes], bytes]
) -> None:
    """What unpacks to far more than any list is given up on."""
    monkeypatch.setattr("imagenet_utils.obtaining.url_list_archives.ALWAYS_UNPACKED", 100_000)

    assert "unpacks to" in refusal(tmp_path, wrap(LIST + b"\n" * 3_000_000))


def test_members_that_lead_elsewhere_lead_nowhere(tmp_path: Path) -> None:
    """A traversing name is only ever a name: nothing is unpacked to the disk."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "list.zip").write_bytes(zipped(("../../evil.txt", LIST)))
    write_url_list(tmp_path / "inner" / "list.zip", tmp_path / "inner" / "out.csv")

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inner", "list.zip", "out.csv"]


def test_links_in_archives_are_passed_by(tmp_path: Path) -> None:
    """A symbolic link in a zip is not read as a text."""
    link = zipfile.ZipInfo("urls.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")

    assert list(texts_in(tmp_path / "list.zip")) == []


def test_a_table_that_stands_is_not_replaced(tmp_path: Path) -> None:
    """A list that appeared meanwhile belongs to somebody."""
    (tmp_path / "list").write_bytes(LIST)
    (tmp_path / "imageNetUrls.csv").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_url_list(tmp_path / "list", tmp_path / "imageNetUrls.csv")

    assert (tmp_path / "imageNetUrls.csv").read_bytes() == b"mine"

"""A manifest is read whole or refused by line and column, whatever a stranger wrote into it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import TableError, UsageError
from imagenet_utils.model import Category, Expected, ImageId, Wnid
from imagenet_utils.results.manifest import (
    COLUMNS, LONGEST_LINE, MOST_MISTAKES, NEEDED, Manifest, ManifestRow,
)
from imagenet_utils.results.report import harmless
from tests.manifests import Line, line, text_of

FOX = Category(Wnid("n02119789"), "kit_fox", None)
ONE = line("n02119789_1", b"one")
ROW = ManifestRow(ImageId("n02119789_1"), ONE["url"], Expected(3, sha256=ONE["sha256"]),
                  "url_list", FOX, "kit_fox")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "manifest.csv"


def rows_in(path: Path, content: str | bytes) -> list[ManifestRow]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    manifest = Manifest(path)
    try:
        return [row for category in manifest.categories for row in manifest.rows_of(category.key)]
    finally:
        manifest.close()


def mistakes_in(path: Path, content: str | bytes) -> tuple[str, ...]:
    with pytest.raises(TableError) as caught:
        rows_in(path, content)
    return caught.value.mistakes


def requoted(text: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text)))
    return buffer.getvalue()


@pytest.mark.parametrize("change", [
    lambda text: text,
    lambda text: "\ufeff" + text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.rstrip("\n"),
    lambda text: text.replace("\n", "\n\n"),
    lambda text: text.replace(",", ";"),
    lambda text: text.replace(",", "\t"),
    lambda text: text.replace("sha256", " SHA256 ", 1),
    lambda text: text.replace(ONE["sha256"], ONE["sha256"].upper()),
    requoted,
])
def test_what_a_spreadsheet_makes_of_it(path: Path, change: Callable[[str], str]) -> None:
    """Byte order mark, line ends, separators, quotes and capitals change nothing."""
    assert rows_in(path, change(text_of([ONE]))) == [ROW]


@given(order=st.permutations([*COLUMNS, "notes", "=cmd"]))
def test_columns_in_any_order(tmp_path_factory: pytest.TempPathFactory, order: list[str]) -> None:
    """They are known by name; what nobody knows is let go."""
    path = tmp_path_factory.mktemp("manifest") / "manifest.csv"

    assert rows_in(path, text_of([{**ONE, "notes": "a", "=cmd": "=1+1"}], order)) == [ROW]


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_column_is_named(path: Path, name: str) -> None:
    """And so is what a manifest has."""
    with pytest.raises(UsageError, match=f"has no column {name}\\b.*--export manifest"):
        rows_in(path, text_of([ONE], [each for each in COLUMNS if each != name]))


def test_a_column_twice(path: Path) -> None:
    """Nobody can say which of the two is meant."""
    text = text_of([ONE]).replace("licence", "sha256", 1)

    with pytest.raises(UsageError, match="the column sha256 more than once"):
        rows_in(path, text)


@pytest.mark.parametrize(("column", "cell", "expected"), [
    ("id", " ", "a name of at most 255 letters"),
    ("id", "x" * 256, "a name of at most 255 letters"),
    ("url", "ftp://web.example/1.jpg", "an address beginning with http:// or https://"),
    ("url", "../../etc/passwd", "an address beginning with http:// or https://"),
    ("sha256", "ab12", "64 hexadecimal digits"),
    ("size", "-1", "a number of bytes"),
    ("size", "0", "a number of bytes"),
    ("size", "1e3", "a number of bytes"),
    ("size", "٣", "a number of bytes"),
    ("source", "somewhere", "one of url_list, open_images, ilsvrc2012, synset_tars"),
    ("code", "../x", "the code of a category, such as n02119789"),
    ("label", "../kit_fox", "a plain name"),
    ("label", "con", "a plain name"),
    ("split", "..", "nothing, or one of train, val, test"),
    ("folder", "../kit_fox", "a plain name"),
    ("folder", "/etc", "a plain name"),
    ("folder", "C:\\kit_fox", "a plain name"),
    ("folder", "train/kit_fox", "a plain name"),
    ("folder", "", "a plain name"),
])
def test_a_cell_that_cannot_be(path: Path, column: str, cell: str, expected: str) -> None:
    """File, line, column, what was expected, and the begin of what was found."""
    shown = cell if len(cell) <= 60 else cell[:60] + "..."
    told, = mistakes_in(path, text_of([ONE, {**ONE, column: cell}]))

    assert told == f"line 3, column {column}: expected {expected}, found {shown!r}"


@pytest.mark.parametrize(("bad", "told"), [
    (b"a,b", "expected 14 cells, found 2"),
    (b'"a', "expected a line of CSV, found 'unexpected end of data'"),
    (b"a\xff", "expected UTF-8, found b'\\xff'"),
    (b"a\0", "expected no control characters, found '\\x00'"),
    (b"x" * (3 * LONGEST_LINE), f"expected at most {LONGEST_LINE:,} bytes, found 'more'"),
])
def test_a_line_that_cannot_be(path: Path, bad: bytes, told: str) -> None:
    """It is told by its number, and the others are read all the same."""
    lines = text_of([ONE, ONE]).encode().splitlines()

    assert mistakes_in(path, b"\n".join([*lines[:2], bad, lines[2], b"z"])) == (
        f"line 3, {told}", "line 5, expected 14 cells, found 1")


def test_a_category_has_one_name(path: Path) -> None:
    """Its first line says which; a second folder would tear it apart."""
    told = mistakes_in(path, text_of([ONE, {**ONE, "label": "fox"}, {**ONE, "folder": "fox"}]))

    assert told == ("line 3, column label: expected kit_fox as in line 2, found 'fox'",
                    "line 4, column folder: expected kit_fox as in line 2, found 'fox'")


def test_many_mistakes_are_counted(path: Path) -> None:
    """Nobody reads a thousand lines of them."""
    told = mistakes_in(path, text_of([{**ONE, "size": "x"}] * 1000))

    assert len(told) == MOST_MISTAKES + 1 and told[-1] == "and 980 other lines"


@pytest.mark.parametrize("content", ["", "\n\n", text_of([])])
def test_nothing_to_rebuild(path: Path, content: str) -> None:
    """An empty file is no manifest, and a header alone rebuilds nothing."""
    with pytest.raises(UsageError, match="has no"):
        rows_in(path, content)


def test_no_plain_file(tmp_path: Path) -> None:
    """A folder, or a pipe that would be waited for."""
    with pytest.raises(UsageError, match="no plain file"):
        Manifest(tmp_path)


def test_formulas_come_back_as_they_were(path: Path) -> None:
    """What was made harmless for spreadsheets is meant without that."""
    image_id = "=HYPERLINK(1)"

    assert rows_in(path, text_of([{**ONE, "id": harmless(image_id)}])) == [
        ROW._replace(image_id=ImageId(image_id))]


def test_changed_while_it_was_read(path: Path) -> None:
    """A line that is no longer where it was is not taken for another one."""
    path.write_text(text_of([ONE, ONE]))
    manifest = Manifest(path)
    with path.open("r+") as file:
        file.seek(len(",".join(COLUMNS)) + 1)
        file.write("x" * 20)

    with pytest.raises(UsageError, match="was changed while it was read"):
        list(manifest.rows_of(FOX.key))
    manifest.close()


CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40)
NAMES = CELLS.filter(lambda text: text.strip() and not text.startswith("'"))


@given(lines=st.lists(st.builds(line, NAMES, st.binary(min_size=1, max_size=9),
                                code=st.sampled_from(["n02119789", "n02100735", "/m/0bt9lr"])),
                      min_size=1, max_size=8))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Line]
) -> None:
    """Whatever the ids are, and however the categories are mixed; in their order."""
    path = tmp_path_factory.mktemp("manifest") / "manifest.csv"
    text = text_of({**each, "id": harmless(each["id"]), "url": f"http://a.example/{each['size']}"}
                   for each in lines)
    found = {(row.category.code, row.image_id, row.expected.sha256)
             for row in rows_in(path, text)}

    assert found == {(each["code"], each["id"], each["sha256"]) for each in lines}


@given(content=st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda tail: text_of([ONE]).encode() + tail),
    st.lists(st.lists(CELLS | st.just("=1"), max_size=15), max_size=4).map(
        lambda rows: (",".join(COLUMNS) + "\n" + "\n".join(map(",".join, rows))).encode()),
))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """By a usage error, and by nothing else."""
    path = tmp_path_factory.mktemp("manifest") / "manifest.csv"
    try:
        rows = rows_in(path, content)
    except UsageError:
        return

    assert rows and all(row.expected.sha256 for row in rows)

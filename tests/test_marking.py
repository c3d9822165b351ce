"""Marks in the user's table: what changes, what stays, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.categories import ncodes_file
from imagenet_utils.categories.dialect import Dialect
from imagenet_utils.categories.marking import mark_table
from imagenet_utils.categories.marks import MARK_WORDS
from imagenet_utils.categories.ncodes import COLUMNS, Mark, marks_in
from imagenet_utils.categories.picking import Pick
from imagenet_utils.categories.spreadsheet import read_table
from imagenet_utils.errors import LocalFault, TableError, UsageError
from imagenet_utils.model import Wnid
from tests.dialects import dialects

FOX, CRANE, HUSKY = map(Wnid, ("n02119789", "n02012849", "n02110185"))
HEADER = b"code,name,to_download,how_many\n"
YES_AND_NO = [word for yes, no in MARK_WORDS.values() for word in (*yes, *no)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ncodes.csv"


def pick(code: str, *how_many: int | None) -> Pick:
    """Without a number, where none is given."""
    return Pick(Wnid(code), how_many[0] if how_many else None, bool(how_many))


def marked(path: Path) -> list[tuple[str, int | None]]:
    return [(mark.code, mark.how_many)
            for mark in marks_in(read_table(path, COLUMNS), lambda code: True)]


def everything(code: str) -> bool:
    return True


@pytest.mark.parametrize(("row", "wish", "after"), [
    (b"n02119789,fox,False,-1", pick(FOX), b"n02119789,fox,True,-1"),
    (b"n02119789,fox,False,-1", pick(FOX, 300), b"n02119789,fox,True,300"),
    (b"n02119789,fox,False,5", pick(FOX), b"n02119789,fox,True,5"),
    (b"n02119789,fox,False,5", pick(FOX, None), b"n02119789,fox,True,-1"),
    (b"n02119789,fox,ja,5", pick(FOX, 300), b"n02119789,fox,ja,300"),
    (b"n02119789,fox,x,100.0", pick(FOX, 100), b"n02119789,fox,x,100.0"),
    (b"n02119789,fox,no,", pick(FOX, None), b"n02119789,fox,True,"),
    (b"n02119789,fox,no,many", pick(FOX, 7), b"n02119789,fox,True,7"),
    (b"n02119789,fox,perhaps,7", pick(FOX), b"n02119789,fox,True,7"),
    (b'2119789.0,fox,"no","5"', pick(FOX, 7), b'2119789.0,fox,"True","7"'),
    (b"n02119789", pick(FOX, 7), b"n02119789,,True,7"),
])
def test_a_mark(path: Path, row: bytes, wish: Pick, after: bytes) -> None:
    """A word that says yes and a number that is meant stay as the user wrote them."""
    others = b"n02012849,crane,wahr,1e2,mine\n\n,,,\n"
    path.write_bytes(HEADER + others + row + b"\n" + others)
    mark_table(path, [wish])

    assert path.read_bytes() == HEADER + others + after + b"\n" + others


@pytest.mark.parametrize(("row", "after"), [
    (b"n02119789,fox,True,5", b"n02119789,fox,False,5"),
    (b"n02119789,fox,ja,5", b"n02119789,fox,False,5"),
    (b"n02119789,fox,nein,5", b"n02119789,fox,nein,5"),
    (b"n02119789,fox,perhaps,many", b"n02119789,fox,False,many"),
])
def test_a_mark_is_taken_away(path: Path, row: bytes, after: bytes) -> None:
    """How many were wanted stays, for whoever wants them again."""
    path.write_bytes(HEADER + row + b"\nn02012849,crane,yes,\n")
    mark_table(path, [], unmarks=FOX.__eq__)

    assert path.read_bytes() == HEADER + after + b"\nn02012849,crane,yes,\n"


def test_what_became_of_the_table_is_told(path: Path) -> None:
    """With how many pictures it asks for now."""
    path.write_bytes(HEADER + b"n02119789,fox,no,5\nn02012849,my crane,yes,\nn1,mine,yes,-1\n")
    found = mark_table(path, [pick(FOX), pick(CRANE, 7), pick(HUSKY)], unmarks="n1".__eq__)

    assert found.marked == (Mark(FOX, 5, "fox"), Mark(CRANE, 7, "my crane"),
                            Mark(HUSKY, None, "Siberian husky"))
    assert (found.changed, len(found.added), found.unmarked, found.total) == (3, 1, ("n1",), 3)


def test_what_changes_nothing_does_not_touch_the_file(path: Path) -> None:
    """It is marked so already, and the others are not marked."""
    path.write_bytes(HEADER + b"n02119789,fox,JA,5.0\nn02012849,crane,no,")
    before = path.stat()
    found = mark_table(path, [pick(FOX, 5)], unmarks=CRANE.__eq__)
    after = path.stat()

    assert (found.changed, found.unmarked, found.total) == (0, (), 1)
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_categories_that_the_table_lacks_are_appended(path: Path) -> None:
    """In its own order of columns; a code that no catalogue has is all that is known of it."""
    path.write_bytes(b"HOW_MANY;mine;to download;Code;boxes\r\n;;;n02119789;")
    mark_table(path, [pick(CRANE, 7), pick(FOX), pick("n99999999")])

    assert path.read_bytes() == (
        b"HOW_MANY;mine;to download;Code;boxes\r\n;;True;n02119789;\r\n"
        b"7;;True;n02012849;585\r\n-1;;True;n99999999;\r\n")


def test_all_marks_go_but_those_that_are_put(path: Path) -> None:
    """Also one whose code nobody knows, and one that has none."""
    path.write_bytes(HEADER + b"n02119789,fox,ja,5\nn1,mine,yes,\n,x,yes,\nn02012849,crane,no,\n")
    found = mark_table(path, [pick(FOX), pick(CRANE)], unmarks=everything)

    assert path.read_bytes() == (
        HEADER + b"n02119789,fox,ja,5\nn1,mine,False,\n,x,False,\nn02012849,crane,True,\n")
    assert found.total == 2


@pytest.mark.parametrize(("rows", "after"), [
    (b"n02119789,a,no,1\nn02119789,b,no,2\n", b"n02119789,a,True,1\nn02119789,b,no,2\n"),
    (b"n02119789,a,no,1\nN02119789,b,yes,2\n", b"n02119789,a,no,1\nN02119789,b,yes,2\n"),
])
def test_a_category_with_several_rows_gets_one_mark(
    path: Path, rows: bytes, after: bytes
) -> None:
    """Two would be a mistake; the one that is there serves."""
    path.write_bytes(HEADER + rows)
    mark_table(path, [pick(FOX)])

    assert path.read_bytes() == HEADER + after


def test_two_marks_of_one_category_are_a_mistake(path: Path) -> None:
    """Unless all its marks are to go first: then one of them stays."""
    path.write_bytes(HEADER + b"n02119789,a,yes,1\nn02119789,b,yes,2\n")
    with pytest.raises(TableError, match="row 3, column code: 'n02119789' is marked in row 2 too"):
        mark_table(path, [pick(FOX)])
    mark_table(path, [pick(FOX)], unmarks=everything)

    assert path.read_bytes() == HEADER + b"n02119789,a,yes,1\nn02119789,b,False,2\n"


def test_every_mistake_is_told_and_nothing_is_marked(path: Path) -> None:
    """A number that stays must be one."""
    before = HEADER + b"n02119789,a,no,many\nn02012849,b,no,1.000\nn02110185,c,no,1\n"
    path.write_bytes(before)
    with pytest.raises(TableError) as caught:
        mark_table(path, [pick(HUSKY), pick(FOX), pick(CRANE)])

    assert caught.value.mistakes == (
        "row 2, column how_many: 'many' is no whole number; say how many you want, as "
        "n02119789=100",
        "row 3, column how_many: '1.000' is ambiguous: the mark may part thousands or decimals; "
        "say how many you want, as n02012849=100",
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(("table", "told"), [
    (b"code,name\nn1,a\n", "column to_download is missing.*\n.*column how_many is missing"),
    (b"code,to_download,how_many,Code\n", "column code is there more than once"),
    (b"name,to_download\na,no\n", "has no column code"),
    (b"PK\x03\x04", "damaged workbook"),
    (b"", "no header"),
])
def test_what_is_no_table_for_marks_is_told(path: Path, table: bytes, told: str) -> None:
    """And stays as it is."""
    path.write_bytes(table)
    with pytest.raises(UsageError, match=told):
        mark_table(path, [pick(FOX)])

    assert path.read_bytes() == table


def test_a_workbook_is_not_changed(path: Path) -> None:
    """The message says what to do instead."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.active.append(list(COLUMNS))
    workbook.save(path)

    with pytest.raises(UsageError, match="is a workbook.*Save it as csv"):
        mark_table(path, [pick(FOX)])


def test_a_table_that_is_held_open_is_a_local_fault(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Excel on Windows: one line that says what to do, and nothing is left beside it."""

    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    path.write_bytes(HEADER)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(LocalFault, match="Permission denied. Close it where it is open, as in"):
        mark_table(path, [pick(FOX)])

    assert [each.name for each in path.parent.iterdir()] == ["ncodes.csv"]


def test_what_was_saved_meanwhile_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another program, between reading and writing."""
    path.write_bytes(HEADER)
    sync = os.fsync

    def saved_by_another(descriptor: int) -> None:
        sync(descriptor)
        path.write_bytes(HEADER + b"n1,mine,yes,\n")

    monkeypatch.setattr(ncodes_file.os, "fsync", saved_by_another)
    with pytest.raises(LocalFault, match="has changed meanwhile. .*run this again"):
        mark_table(path, [pick(FOX)])

    assert path.read_bytes() == HEADER + b"n1,mine,yes,\n"


ROWS = some.tuples(
    some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
    some.sampled_from(["", *YES_AND_NO]),
    some.sampled_from(["", "-1", "5", "1e2", "100.0"]),
    some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
CODES = [f"n0000000{digit}" for digit in range(6)]


@settings(max_examples=60, deadline=None)
@given(
    some.lists(ROWS, max_size=5), dialects(), some.permutations(["name", "mine", "note"]),
    some.dictionaries(some.sampled_from(CODES), some.none() | some.integers(1, 500)),
    some.sets(some.sampled_from(CODES)),
)
def test_marks_that_were_put_are_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], dialect: Dialect,
    further: list[str], wishes: dict[str, int | None], gone: set[str],
) -> None:
    """In any dialect: just what was wished, beside what was marked before; no other cell differs.
    """
    path = tmp_path_factory.mktemp("table") / "ncodes.csv"
    header = ["how_many", further[0], "code", "to_download", further[1]]
    cells = [[number, name, code, mark, note]
             for code, (name, mark, number, note) in zip(CODES, rows)]
    path.write_bytes(dialect.bytes_of([header, *cells]))
    before = dict(marked(path))
    mark_table(path, [pick(code, number) for code, number in wishes.items()],
               unmarks=gone.__contains__)

    kept = {code: number for code, number in before.items() if code not in gone}
    assert dict(marked(path)) == {**kept, **wishes}
    table = read_table(path, COLUMNS)
    left = [[table.cell(row, column) for column in (further[0], "code", further[1])]
            for row in table.all_rows[1:len(cells) + 1]]
    assert left == [[name, code, note] for _number, name, code, _mark, note in cells]

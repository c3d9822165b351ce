"""Making ncodes.csv, and changing it in nothing but what was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import Wnid
from imagenet_utils.categories.ncodes import COLUMNS
from imagenet_utils.categories.ncodes_file import add_missing, change_table, write_table
from imagenet_utils.categories.spreadsheet import read_table

FOX, CRANE, DIVER = (
    entry for code in ("n02119789", "n02012849", "n10565667") if (entry := built_in().get(code))
)
PLAIN = b"code,name,to_download,how_many\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ncodes.csv"


def test_a_new_table_has_names_marks_and_counts(path: Path) -> None:
    """Nothing is marked, and all of each would be taken."""
    write_table(path, [CRANE, FOX, DIVER])

    assert path.read_bytes() == b"""\
code,name,to_download,how_many,urls_2011,annotated,boxes,ilsvrc2012,note
n02012849,crane,False,-1,1355,545,585,yes,
n02119789,"kit fox, Vulpes macrotis",False,-1,829,522,638,yes,
n10565667,scuba diver,False,-1,1300,689,1850,yes,person
"""


def test_counts_and_separator_can_be_chosen(path: Path) -> None:
    """Four columns, for a spreadsheet of another locale."""
    write_table(path, [FOX], separator=";", with_counts=False)

    assert path.read_bytes() == (
        b"code;name;to_download;how_many\nn02119789;kit fox, Vulpes macrotis;False;-1\n"
    )


def test_the_whole_catalogue_is_written_and_read(path: Path) -> None:
    """Every category, in the order of codes."""
    write_table(path, built_in())

    table = read_table(path, COLUMNS)
    codes = [table.cell(row, "code") for row in table.rows]
    assert codes == [entry.code for entry in built_in()]


def test_an_existing_table_stays(path: Path) -> None:
    """It is somebody's work."""
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_table(path, [FOX])

    assert path.read_bytes() == b"mine"


def test_nothing_is_left_beside_the_table(path: Path) -> None:
    """Temporary names are gone when it stands, and after each change."""
    write_table(path, [FOX])
    add_missing(path, [CRANE])
    change_table(path, separator=";")

    assert os.listdir(path.parent) == ["ncodes.csv"]


@pytest.mark.parametrize(("before", "added"), [
    (PLAIN, b'n02119789,"kit fox, Vulpes macrotis",False,-1\n'),
    (PLAIN[:-1], b'\nn02119789,"kit fox, Vulpes macrotis",False,-1\n'),
    (b"CODE;note;name;mine;;code\r\n", b"n02119789;;kit fox, Vulpes macrotis;;;\r\n"),
    (b'"code","how_many"\n"n1","5"\n', b'"n02119789","-1"\n'),
    (b'"code","how_many"\n"n1",5\n', b'"n02119789",-1\n'),
    (b"sep=\t\rcode\tboxes\r", b"n02119789\t638\r"),
    ("\ufeffcode,label\nn1,é\n".encode(), b"n02119789,\n"),
    ("code,label\nn1,é\n".encode("latin-1"), b"n02119789,\n"),
    ("\ufeffcode\tname\r\n".encode("utf-16-le"),
     "n02119789\tkit fox, Vulpes macrotis\r\n".encode("utf-16-le")),
    (b'code,name\n"n1,""a, b"""\n', b'"n02119789,""kit fox, Vulpes macrotis"""\n'),
    (b"code,name\nn1,a\n\n,\n", b'n02119789,"kit fox, Vulpes macrotis"\n'),
])
def test_missing_categories_go_behind_every_byte_that_is_there(
    before: bytes, added: bytes, path: Path
) -> None:
    """In the table's own dialect and order of columns."""
    path.write_bytes(before)

    assert (add_missing(path, [FOX]), path.read_bytes()) == (1, before + added)


def test_what_is_there_is_not_added(path: Path) -> None:
    """However the spreadsheet spells the code; the file isn't touched."""
    path.write_bytes(PLAIN + b" N02119789,my fox,yes,5\n2012849,,,\n")
    before = path.stat()

    added = add_missing(path, [FOX, CRANE])
    after = path.stat()
    assert (added, after.st_mtime_ns, after.st_ino) == (0, before.st_mtime_ns, before.st_ino)


def test_another_separator_changes_nothing_else(path: Path) -> None:
    """Encoding, line ends, order, own columns, empty rows and marks stay."""
    text = "\ufefflabel;code;to_download\r\n\r\nFüchse, alle;n02119789;JA\r\n;;\r\n"
    path.write_bytes(text.encode("utf-16-le"))

    changed = change_table(path, separator=",")
    assert (changed, path.read_bytes().decode("utf-16-le")) == (
        True,
        '\ufefflabel,code,to_download\r\n\r\n"Füchse, alle",n02119789,JA\r\n,,\r\n',
    )


def test_what_is_as_asked_is_not_touched(path: Path) -> None:
    """The same separator and the same columns again."""
    path.write_bytes(b'code,"note",urls_2011,annotated,boxes,ilsvrc2012\nn1,mine,,,,\n')
    before = path.read_bytes()

    changed = change_table(path, separator=",", with_counts=True)
    assert (changed, path.read_bytes()) == (False, before)


def test_counts_are_added_behind_the_users_columns(path: Path) -> None:
    """Blank where the catalogue knows nothing; short and long rows stay in line."""
    path.write_bytes(b"code,mine\nn02119789\nn1,a,beyond\n\nn10565667,b\n")
    change_table(path, with_counts=True)

    assert path.read_bytes() == b"""\
code,mine,urls_2011,annotated,boxes,ilsvrc2012,note
n02119789,,829,522,638,yes,
n1,a,,,,,,beyond

n10565667,b,1300,689,1850,yes,person
"""


def test_counts_are_taken_away_as_they_came(path: Path) -> None:
    """The table is what it was."""
    before = b"code,mine\nn02119789,a\nn1,b\n"
    path.write_bytes(before)
    change_table(path, with_counts=True)
    change_table(path, with_counts=False)

    assert path.read_bytes() == before


def test_a_users_own_note_is_not_taken_away(path: Path) -> None:
    """The column has the catalogue's name, but holds more: nothing changes."""
    before = b"code,boxes,note\nn02119789,638,my favourite\n"
    path.write_bytes(before)
    with pytest.raises(UsageError, match=r"column note .*row 2: 'my favourite'"):
        change_table(path, with_counts=False)

    assert path.read_bytes() == before


def test_a_workbook_is_not_changed(path: Path) -> None:
    """The message says what to do instead."""
    import pandas

    workbook = path.with_suffix(".xlsx")
    pandas.DataFrame([list(COLUMNS)]).to_excel(workbook, header=False, index=False)

    with pytest.raises(UsageError, match="Save it as csv"):
        add_missing(workbook, [FOX])


def test_a_table_without_codes_is_not_changed(path: Path) -> None:
    """Every category would seem to be missing."""
    path.write_bytes(b"name,to_download\nfox,yes\n")

    with pytest.raises(UsageError, match="no column code"):
        add_missing(path, [FOX])


@pytest.mark.skipif(os.name == "nt", reason="links and modes are POSIX's")
def test_a_change_goes_through_links_and_keeps_the_mode(path: Path) -> None:
    """The link still leads to the one file."""
    real = path.with_name("real.csv")
    real.write_bytes(PLAIN)
    real.chmod(0o640)
    path.symlink_to(real)
    add_missing(path, [FOX])

    assert path.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_bytes().startswith(PLAIN + b"n02119789")


def test_categories_of_another_source_can_be_written(path: Path) -> None:
    """Names with quotation marks and separators in them come back."""
    name = 'a "quoted", name'
    write_table(path, [Entry(Wnid("/m/01"), name, 0, 0, 0, False, "")], with_counts=False)

    table = read_table(path, COLUMNS)
    assert [table.cell(row, "name") for row in table.rows] == [name]


def test_a_protected_table_stays(path: Path) -> None:
    """In a folder of one's own it could be replaced all the same; root is held to it, too."""
    write_table(path, [FOX])
    before = path.read_bytes()
    path.chmod(0o444)

    with pytest.raises(LocalFault, match="protected against writing"):
        change_table(path, separator=";")
    assert path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_table(path: Path) -> None:
    """Nobody writes into it, and to wait for that would be for ever."""
    os.mkfifo(path)

    with pytest.raises(UsageError, match="no file that holds a table"):
        add_missing(path, [FOX])

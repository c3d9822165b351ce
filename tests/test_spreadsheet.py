"""Tables from files: columns by name, rows by the number that the user sees."""

from __future__ import annotations

import builtins
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from imagenet_utils.categories import spreadsheet
from imagenet_utils.errors import MissingPackage, UsageError
from imagenet_utils.categories.spreadsheet import Table, read_table

COLUMNS = ("code", "name", "to_download", "how_many")
CURE = "Make one"


def table_of(path: Path, data: bytes) -> Table:
    path.write_bytes(data)
    return read_table(path, COLUMNS, if_missing=CURE)


def cells_of(table: Table) -> list[tuple[int, list[str]]]:
    """(number, cells in the order of COLUMNS) of every row below the header."""
    return [(row.number, [table.cell(row, column) for column in COLUMNS]) for row in table.rows]


def open_document(rows: Sequence[Sequence[Any]]) -> bytes:
    """A sheet as LibreOffice saves it."""
    import pandas

    buffer = io.BytesIO()
    pandas.DataFrame(rows).to_excel(buffer, engine="odf", header=False, index=False)
    return buffer.getvalue()


def excel(rows: Sequence[Sequence[Any]]) -> bytes:
    """A sheet as Excel saves it."""
    from openpyxl import Workbook

    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_columns_are_found_in_any_order_and_case(tmp_path: Path) -> None:
    """By their names, with an empty column between."""
    table = table_of(tmp_path / "t.csv", b"How_Many, CODE ,,To Download,NAME\n5,n1,,yes,fox\n")

    assert cells_of(table) == [(2, ["n1", "fox", "yes", "5"])]


def test_rows_keep_their_numbers_past_empty_ones(tmp_path: Path) -> None:
    """Above the header and between the rows; a row of separators is empty, too."""
    table = table_of(tmp_path / "t.csv", b"\n,,\ncode,name\n\n , \nn1,fox\n")

    assert (table.header.number, cells_of(table)) == (3, [(6, ["n1", "fox", "", ""])])


def test_short_rows_have_blank_cells(tmp_path: Path) -> None:
    """Spreadsheets leave away what is empty at the end."""
    table = table_of(tmp_path / "t.csv", b"code,name,to_download,how_many\nn1\n")

    assert cells_of(table) == [(2, ["n1", "", "", ""])]


def test_a_column_that_is_there_twice_is_told(tmp_path: Path) -> None:
    """The first one is used, and the caller may refuse."""
    table = table_of(tmp_path / "t.csv", b"code,Code,name,,\nn1,n2,fox,,\n")

    assert (table.columns, table.repeated) == ({"code": 0, "name": 2}, ("code",))


@pytest.mark.parametrize("written", [excel, open_document])
def test_a_workbook_is_read(written: Any, tmp_path: Path) -> None:
    """By content, whatever it is called, with empty rows, numbers and truth values."""
    rows = [[None] * 4, list(COLUMNS), ["n1", "fox, red", True, 100], [None] * 4,
            ["n2", "NA", False, None]]
    table = table_of(tmp_path / "ncodes.csv", written(rows))

    assert cells_of(table) == [(3, ["n1", "fox, red", "True", "100"]),
                               (5, ["n2", "NA", "False", ""])]


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b""])
def test_a_damaged_workbook_is_told(data: bytes, tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(UsageError, match="damaged workbook|no header"):
        table_of(tmp_path / "t.xlsx", data)


def test_a_workbook_with_broken_members_is_told(tmp_path: Path) -> None:
    """The zip is whole, what lies in it is not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as members:
        members.writestr("xl/workbook.xml", "<not closed")

    with pytest.raises(UsageError, match="workbook that cannot be read"):
        table_of(tmp_path / "t.xlsx", buffer.getvalue())


def test_a_zip_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    """Such as the list of URLs, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as members:
        members.writestr("imageNetUrls.csv", "code,name")

    with pytest.raises(UsageError, match="no xlsx or ods"):
        table_of(tmp_path / "t.zip", buffer.getvalue())


def test_a_workbook_that_swells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything of it is unpacked."""
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1000)

    with pytest.raises(UsageError, match="unpacked"):
        table_of(tmp_path / "t.xlsx", excel([COLUMNS]))


def test_an_old_workbook_names_the_way_out(tmp_path: Path) -> None:
    """Excel 2003's format is not read."""
    with pytest.raises(UsageError, match="Save it as csv or xlsx"):
        table_of(tmp_path / "t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_a_missing_reader_names_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """odfpy is not needed by those who use csv."""
    workbook = open_document([COLUMNS])
    real_import = builtins.__import__

    def without_odf(name: str, *arguments: Any, **more: Any) -> Any:
        if name.split(".")[0] == "odf":
            raise ImportError(name)
        return real_import(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without_odf)
    monkeypatch.setitem(__import__("sys").modules, "odf", None)

    with pytest.raises(MissingPackage, match="pip install odfpy"):
        table_of(tmp_path / "t.ods", workbook)


def test_a_missing_file_names_what_makes_it(tmp_path: Path) -> None:
    """The caller knows the command."""
    with pytest.raises(UsageError, match=f"There is no table .*{CURE}"):
        read_table(tmp_path / "ncodes.csv", COLUMNS, if_missing=CURE)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    """It is said as such, not as an errno."""
    with pytest.raises(UsageError, match="is a folder"):
        read_table(tmp_path, COLUMNS)


def test_a_list_of_urls_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond any table is not read at all."""
    monkeypatch.setattr(spreadsheet, "MAX_TEXT_BYTES", 10)

    with pytest.raises(UsageError, match="list of image URLs"):
        table_of(tmp_path / "imageNetUrls.csv", b"code,name,url\n")


def test_what_is_no_text_is_told_in_one_line(tmp_path: Path) -> None:
    """With what a table needs."""
    path = tmp_path / "t.csv"
    with pytest.raises(UsageError) as caught:
        table_of(path, b"\x7fELF\0\0\0\0")

    assert str(caught.value) == (
        f"The table {path} is no text. It needs a first row with the columns "
        "code, name, to_download, how_many; save it as csv, xlsx or ods"
    )

"""The marked table: what is chosen, and every mistake at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import TableError, UsageError
from imagenet_utils.model import Category, Wnid
from imagenet_utils.categories.ncodes import MarkedTable, read_marked

HEADER = "code,name,to_download,how_many\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ncodes.csv"


def marked(path: Path, text: str) -> MarkedTable:
    path.write_text(text, encoding="utf-8")
    return read_marked(path)


def mistakes(path: Path, text: str) -> str:
    """Every line of the error, without the path before it."""
    with pytest.raises(TableError) as caught:
        marked(path, text)
    return "\n".join(caught.value.mistakes)


def test_marked_rows_become_categories_in_the_tables_order(path: Path) -> None:
    """With their labels, and None for all."""
    table = marked(
        path,
        HEADER + "n02391617,quagga,yes,-1\nn01440764,tench,no,5\nn02110185,Siberian husky,x,20\n",
    )

    assert table.categories == (
        Category(Wnid("n02391617"), "quagga", None),
        Category(Wnid("n02110185"), "Siberian_husky", 20),
    )


def test_every_row_has_its_label(path: Path) -> None:
    """Objects of unmarked categories are named in the annotations, too."""
    table = marked(path, HEADER + "n02391617,quagga,yes,-1\nn02012849,crane,,\n")

    assert table.labels == {"n02391617": "quagga", "n02012849": "crane_n02012849"}


def test_labels_do_not_hang_on_marks(path: Path) -> None:
    """The same table with other marks gives the same labels."""
    texts = [
        "code,name,to_download,how_many,label\n"
        f"n02012849,crane,{first},-1,\nn03126707,crane,{second},-1,bird\nn02391617,,yes,-1,Bird\n"
        for first, second in (("yes", "no"), ("no", "yes"))
    ]

    assert marked(path, texts[0]).labels == marked(path, texts[1]).labels


def test_the_column_label_makes_one_class_of_several(path: Path) -> None:
    """Both rows go to one folder."""
    table = marked(
        path,
        "code,to_download,how_many,label\nn02391617,1,-1,horse\nn02390258,1,-1,horse\n",
    )

    assert [category.label for category in table.categories] == ["horse", "horse"]


@pytest.mark.parametrize("cell", [
    " N02391617 ", "'n02391617", '"=""n02391617"""', "2391617", "02391617", "2391617.0",
])
def test_a_code_is_read_through_what_a_spreadsheet_did(cell: str, path: Path) -> None:
    """Upper case, an apostrophe, a formula, a lost n and a lost 0."""
    table = marked(path, HEADER + f"{cell},,yes,-1\n")

    assert [category.code for category in table.categories] == ["n02391617"]


def test_codes_of_other_sources_are_asked_for(path: Path) -> None:
    """The catalogue lacks them; whoever has them says so."""
    path.write_text(HEADER + "unknown,,yes,-1\n/m/0abc,Bat (Animal),yes,-1\nn02391617,,yes,-1\n")
    asked: list[str] = []

    table = read_marked(path, lambda code: not asked.append(code))
    labels = [category.label for category in table.categories]
    assert (asked, labels) == (["unknown", "/m/0abc"], ["unknown", "Bat_(Animal)", "quagga"])


def test_unmarked_rows_may_hold_anything(path: Path) -> None:
    """Unknown codes, repeated ones, absurd numbers, remarks."""
    rows = "n99999999,,no,many\nn02391617,,,-5\n,,,\nmy own remark\nn02391617,,yes,1\n"

    assert len(marked(path, HEADER + rows).categories) == 1


def test_all_mistakes_are_told_at_once(path: Path) -> None:
    """Each with row, column, value, and what to write instead."""
    told = mistakes(
        path,
        HEADER
        + "n02110186,Siberian husky,yes,-1\n"
        + "n02391617,quagga,perhaps,-1\n"
        + "\n"
        + "n01440764,tench,yes,1.000\n"
        + "n01440764,tench,yes,-5\n"
        + ",,yes,many\n",
    )

    assert told == """\
row 2, column code: 'n02110186' is no known category; write n02110185 (Siberian husky) or unmark \
the row
row 3, column to_download: 'perhaps' is neither yes nor no; write True or False
row 5, column how_many: '1.000' is ambiguous: the mark may part thousands or decimals; write a \
whole number from 1, or -1 for all
row 6, column how_many: '-5' is less than 1; write a whole number from 1, or -1 for all
row 6, column code: 'n01440764' is marked in row 5 too; unmark one of the two
row 7, column code: '' is no known category; correct it or unmark the row
row 7, column how_many: 'many' is no whole number; write a whole number from 1, or -1 for all"""


def test_an_error_names_the_file_in_every_line(path: Path) -> None:
    """So that it can be shown as it is."""
    with pytest.raises(TableError) as caught:
        marked(path, HEADER + "n02391617,,a,\nn02391617,,b,\n")

    lines = str(caught.value).splitlines()
    assert [line.startswith(f"{path}: row ") for line in lines] == [True, True]


def test_a_name_without_quotation_marks_is_recognised(path: Path) -> None:
    """Its comma pushes the marks into the next column."""
    told = mistakes(path, HEADER + "n02119789,kit fox, Vulpes macrotis,True,-1\n")

    assert told == (
        "row 2, column to_download: ' Vulpes macrotis' is neither yes nor no; write True or False "
        "(the row has 5 cells under 4 columns: a name with commas needs quotation marks)"
    )


def test_missing_columns_are_all_told(path: Path) -> None:
    """With those that are there: a misspelt one is soon found."""
    told = mistakes(path, "code,name,download,howmany\nn02391617,quagga,yes,5\n")

    assert told == """\
row 1: the column to_download is missing (there are: code, name, download, howmany); add it
row 1: the column how_many is missing (there are: code, name, download, howmany); add it"""


def test_a_missing_how_many_is_told_beside_other_mistakes(path: Path) -> None:
    """It is not taken for all: a misspelt header would fetch far too much."""
    told = mistakes(path, "code,to_download\nn02391617,perhaps\n")

    assert [line.split(":")[0] for line in told.splitlines()] == [
        "row 1",
        "row 2, column to_download",
    ]


def test_names_may_be_missing(path: Path) -> None:
    """The catalogue has them."""
    table = marked(path, "code,to_download,how_many\nn02391617,yes,-1\n")

    assert table.labels == {"n02391617": "quagga"}


def test_a_repeated_column_is_told(path: Path) -> None:
    """Which of the two holds the marks can't be known."""
    told = mistakes(path, "code,to_download,To_Download,how_many\nn02391617,yes,no,-1\n")

    assert told == "row 1: the column to_download is there more than once; rename all but one"


def test_a_table_without_marks_is_a_mistake(path: Path) -> None:
    """It says where the mark goes."""
    told = mistakes(path, HEADER + "n02391617,quagga,False,-1\n")

    assert told == (
        "no row is marked; write True in the column to_download of what you want"
    )


@pytest.mark.parametrize(("row", "is_read"), [
    ('n02391617;quagga;ja;100,0', True),
    ('n02391617;quagga;ja;"1.000"', False),
])
def test_a_decimal_comma_counts_where_semicolons_part_columns(
    row: str, is_read: bool, path: Path
) -> None:
    """100,0 is a hundred; 1.000 stays ambiguous."""
    text = HEADER.replace(",", ";") + row + "\n"
    try:
        numbers = [category.how_many for category in marked(path, text).categories]
    except TableError:
        numbers = []

    assert numbers == ([100] if is_read else [])


def test_a_decimal_comma_counts_in_a_workbook(path: Path) -> None:
    """No character parts its columns."""
    import pandas

    workbook = path.with_suffix(".xlsx")
    rows = [["code", "to_download", "how_many"], ["n02391617", True, "100,0"]]
    pandas.DataFrame(rows).to_excel(workbook, header=False, index=False)

    assert [category.how_many for category in read_marked(workbook).categories] == [100]


def test_a_missing_table_names_the_command_that_makes_it(tmp_path: Path) -> None:
    """The other script's."""
    with pytest.raises(UsageError, match="python download_ncodes_imagenet.py"):
        read_marked(tmp_path / "ncodes.csv")


def test_a_table_full_of_mistakes_is_told_soon(path: Path) -> None:
    """Only the first ones get advice, all of them are named."""
    rows = "".join(f"n9{number:07},quaga{number},yes,-1\n" for number in range(60))

    told = mistakes(path, HEADER + rows).splitlines()
    assert (len(told), told[-1]) == (
        60, "row 61, column code: 'n90000059' is no known category; correct it or unmark the row"
    )


@given(rows=st.lists(st.lists(st.sampled_from(
    ["n02391617", "n01440764", "x", "yes", "no", "-1", "0", "", "1.000", "/m/0", "CON", "a,b"]
), max_size=6), max_size=5))
def test_any_table_is_read_or_told(
    rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Marks with codes and labels, or a TableError with at least one line."""
    path = tmp_path_factory.mktemp("any") / "ncodes.csv"
    text = HEADER.replace(",", ";") + "\n".join(";".join(row) for row in rows)
    try:
        table = marked(path, text)
    except TableError as error:
        assert error.mistakes
        return

    assert {category.code for category in table.categories} <= set(table.labels)


def test_of_very_many_mistakes_the_first_are_told(path: Path) -> None:
    """And how many more there are: nobody reads a screen for each row of the table."""
    with pytest.raises(TableError) as caught:
        marked(path, HEADER + "n02391617,quagga,perhaps,5\n" * 600)
    lines = str(caught.value).splitlines()

    assert len(caught.value.mistakes) > len(lines) == 501
    assert lines[-1].endswith("more mistakes")

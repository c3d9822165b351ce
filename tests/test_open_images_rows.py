"""Rows of Open Images' csv files: told by the names of columns, and never a crash."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.open_images.rows import BadRow, Header, box_row, image_row, read_header
from imagenet_utils.open_images.values import BoxRow, ImageRow, Mid
from imagenet_utils.model import ImageId
from tests.open_images_csvs import (
    BOX_HEADER, DOG, IMAGE_HEADER, MD5, box_line, id_of, image_line,
)


def header_of(line: bytes) -> Header:
    return read_header(io.BytesIO(line + b"\n"), Path("some.csv"), ("ImageID",))


BOX, IMAGE = header_of(BOX_HEADER), header_of(IMAGE_HEADER)
OLD_BOX = header_of(b"ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax")
OLD_IMAGE = header_of(IMAGE_HEADER.removesuffix(b",Rotation"))
CLICKS = b"".join(b",XClick%d%c" % (number, axis) for axis in b"XY" for number in range(1, 5))


def test_a_row_of_images_csv() -> None:
    """Every cell as the file has it; numbers as numbers."""
    row = image_row(image_line(7, rotation="270.0"), IMAGE, "val")

    assert row == ImageRow(
        ImageId(id_of(7)), "val", "https://c1.example/7_o.jpg", "https://www.example/7",
        "https://creativecommons.org/licenses/by/2.0/", "https://www.example/people",
        "O&#x27;Neil, Ann", "A dog", 123, MD5, "", 270)


def test_versions_before_the_fourth_tell_no_rotation() -> None:
    """That is not the same as none."""
    line = image_line(7, rotation="").removesuffix(b",")

    assert image_row(line, OLD_IMAGE, "train").rotation is None


def test_a_box() -> None:
    """Left, right, top, bottom; a flag of -1 says that nobody knows."""
    image_id, box = box_row(box_line(3), BOX)

    assert image_id == id_of(3)
    assert box == BoxRow(Mid(DOG), 0.1, 0.5, 0.25, 0.75, False, True, False, None, False,
                         "xclick", 1.0)


def test_a_box_of_the_older_versions_tells_no_flags() -> None:
    """8 columns in V2 and V3's train."""
    line = f"{id_of(3)},activemil,{DOG},1,0,1,0,1".encode()
    _, box = box_row(line, OLD_BOX)

    assert (box.is_occluded, box.is_inside, box.xmax) == (None, None, 1.0)


def test_a_box_with_clicks() -> None:
    """21 columns in V6's train."""
    line = box_line(3) + b",0.5" * 8

    assert box_row(line, header_of(BOX_HEADER + CLICKS)) == box_row(box_line(3), BOX)


@pytest.mark.parametrize("line, problem", [
    (box_line(3)[:-2], "12 cells under 13 columns"),
    (box_line(3) + b",1", "14 cells under 13 columns"),
    (box_line(3).replace(b"0000", b"000g"), "'000g000g000g0003' is no image id of 16 hex digits"),
    (box_line(3, "Dog"), "'Dog' is no class such as /m/0bt9lr"),
    (box_line(3, sides="0,nan,0,1"), "XMax 'nan' is no number"),
    (box_line(3, sides="0,1,zero,1"), "YMin 'zero' is no number"),
    (box_line(3).replace(b"-1", b"yes"), "IsDepiction 'yes' is none of 1, 0 and -1"),
    (box_line(3).replace(b",1,0.1", b",2,0.1"), "Confidence '2' is not from 0 to 1"),
    (b'"' + box_line(3), "unexpected end of data"),
])
def test_a_bad_box_says_what_is_wrong(line: bytes, problem: str) -> None:
    """With the column and the cell."""
    with pytest.raises(BadRow) as caught:
        box_row(line, BOX)

    assert str(caught.value) == problem


@pytest.mark.parametrize("cells, problem", [
    ({"size": "-5"}, "OriginalSize '-5' is no number of bytes"),
    ({"md5": "d41d8cd9"}, "OriginalMD5 'd41d8cd9' is no base64 of 16 bytes"),
    ({"rotation": "45"}, "Rotation '45' is no quarter turn"),
])
def test_a_bad_picture_says_what_is_wrong(cells: dict[str, str], problem: str) -> None:
    """With the column and the cell."""
    with pytest.raises(BadRow) as caught:
        image_row(image_line(3, **cells), IMAGE, "train")

    assert str(caught.value) == problem


@given(some.binary(max_size=200), some.sampled_from([BOX, IMAGE, OLD_BOX, header_of(b"ImageID")]))
def test_no_line_is_a_crash(line: bytes, header: Header) -> None:
    """It is a row, or bad."""
    for read in (lambda: box_row(line, header), lambda: image_row(line, header, "train")):
        try:
            read()
        except BadRow as bad:
            assert str(bad).isprintable()


texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(texts, texts)
def test_what_a_csv_writer_wrote_is_read(author: str, title: str) -> None:
    """Commas, quotes and line ends included; blanks around a cell are nobody's."""
    written = io.StringIO()
    csv.writer(written).writerow([id_of(1), "train", "u", "l", "c", "p", author, title, "", "", "",
                                  ""])
    row = image_row(written.getvalue().encode(), IMAGE, "train")

    assert (row.author, row.title) == (author.strip(), title.strip())
    assert (row.original_size, row.rotation) == (None, None)

"""bounding_boxes.csv, line by line; what holds for every export is in test_exports.py."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations.annotate import BadAnnotation
from imagenet_utils.errors import UsageError
from imagenet_utils.exports.boxes_csv import HEADER, boxes_in
from imagenet_utils.model import Reason
from tests import small_results
from tests.small_results import FOX, Corners, Results

CANINE = "n02083346"
boxed = partial(small_results.boxed, size=(500, 400))


def csv_of(results: Results) -> Path:
    return results.exports / "bounding_boxes.csv"


def lines_of(results: Results) -> list[str]:
    """Of the export, written anew, without the header."""
    results.export("boxes_csv")
    return csv_of(results).read_bytes().decode().split("\n")[1:-1]


def test_the_whole_file(results: Results) -> None:
    """Header, a line for each box, sorted by image and box."""
    results.store("n02119789_9", boxed((250, 100, 499, 399), (0, 10, 125, 200)))
    results.store("n02119789_10", boxed((5, 4, 10, 8), name="kit_fox"))
    results.store("n02119789_11")
    lines_of(results)

    assert csv_of(results).read_bytes() == b"""\
image,xmin,ymin,xmax,ymax,label
n02119789_10.jpg,0.0100,0.0100,0.0200,0.0200,kit_fox
n02119789_9.jpg,0.0000,0.0250,0.2500,0.5000,kit_fox
n02119789_9.jpg,0.5000,0.2500,0.9980,0.9975,kit_fox
"""


def test_what_is_said(results: Results) -> None:
    """Boxes, images, and the annotations that are no use."""
    results.store("a", boxed((0, 0, 9, 9), (0, 0, 5, 5)))
    results.store("b", b"<annotation>")
    results.store("c", boxed((0, 0, 9, 9), size=(0, 400)))
    results.store("d")
    lines_of(results)

    assert results.listener.said == [
        f"{csv_of(results)}: 2 boxes of 1 image; 2 annotations that cannot be read were left out"]


def test_splits_are_folders_of_folders(results: Results) -> None:
    """Whatever lies below them is found."""
    results.store("a", boxed((0, 0, 50, 40)), code=f"train/{FOX}", folder="train/kit_fox")
    results.store("b", boxed((0, 0, 50, 40)), code=f"val/{FOX}", folder="val/kit_fox")

    assert lines_of(results) == ["a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox",
                                 "b.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox"]


def test_a_picture_of_two_categories_counts_once(results: Results) -> None:
    """Its boxes in both folders are the same; one that only one folder has is there too."""
    results.store("a", boxed((0, 0, 50, 40), (0, 0, 50, 40)))
    results.store("a", boxed((0, 0, 50, 40), (0, 0, 5, 4)), code=CANINE, folder="canine")

    assert lines_of(results) == ["a.jpg,0.0000,0.0000,0.0100,0.0100,kit_fox",
                                 "a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox",
                                 "a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox"]


def test_pictures_that_do_not_count_are_left_out(results: Results) -> None:
    """One that failed later, and one that the user deleted."""
    results.store("failed", boxed((0, 0, 9, 9)), reason=Reason.DAMAGED)
    results.store("deleted", boxed((0, 0, 9, 9)))
    (results.save_dir / "kit_fox" / "Images" / "deleted.jpg").unlink()

    assert lines_of(results) == []


def test_an_annotation_that_is_no_file_is_left_out(results: Results) -> None:
    """A folder under its name, and one that is too large."""
    results.store("a")
    results.store("b", boxed((0, 0, 9, 9)) + b" " * 2**20)
    (results.save_dir / "kit_fox" / "Annotation" / "a.xml").mkdir()

    assert (lines_of(results), "2 annotations" in results.listener.said[0]) == ([], True)


@pytest.mark.parametrize("box, expected", [
    ((499, 399, 0, 0), ("0.0000", "0.0000", "0.9980", "0.9975")),
    ((-5, -5, 900, 900), ("0.0000", "0.0000", "1.0000", "1.0000")),
    ((1.5, "2.0", " 99.5 ", 200), ("0.0030", "0.0050", "0.1990", "0.5000")),
    (("-0", 0, 50, 40), ("0.0000", "0.0000", "0.1000", "0.1000")),
    ((7, 7, 7, 9), None),
    ((600, 0, 700, 9), None),
    (("nan", 0, 5, 5), None),
    (("", 0, 5, 5), None),
])
def test_a_box_is_put_in_order(box: Corners, expected: tuple[str, ...] | None) -> None:
    """Swapped and clamped; what has no extent on the picture is dropped."""
    found = boxes_in(boxed(box))

    assert found == ([] if expected is None else [(*expected, "kit_fox")])


def test_labels_are_safe_in_a_table(results: Results) -> None:
    """Commas and quotes are quoted; what a spreadsheet would run is made harmless."""
    results.store("a", boxed((0, 0, 50, 40), name="=1+1"))
    results.store("b", boxed((0, 0, 50, 40), name="fox, \"kit\"\n too"))
    cells = [line[-1] for line in csv.reader(lines_of(results))]

    assert cells == ["'=1+1", 'fox, "kit" too']


def test_a_file_in_the_way_stays(results: Results) -> None:
    """The older tool wrote one of this name without a header."""
    csv_of(results).parent.mkdir()
    csv_of(results).write_bytes(b"n02119789_16836.JPEG,0.2640,0.0898,0.8100,0.9551\n")
    with pytest.raises(UsageError, match="Move it away"):
        lines_of(results)

    assert csv_of(results).read_bytes().startswith(b"n02119789")


@given(st.binary(max_size=300))
def test_hostile_annotations_are_told(noise: bytes) -> None:
    """Nothing but BadAnnotation is raised."""
    try:
        boxes = boxes_in(boxed((0, 0, 9, 9)).replace(b"<object>", noise + b"<object>"))
    except BadAnnotation:
        boxes = []

    assert len(boxes) <= 2


NUMBERS = st.one_of(st.integers(-10**6, 10**6), st.floats(), st.text("0123456789.eE-+", max_size=9))


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS))
def test_boxes_are_always_within_the_picture(box: Corners, size: tuple[object, object]) -> None:
    """Whatever numbers stand in the XML."""
    try:
        boxes = boxes_in(boxed(box, size=size))
    except BadAnnotation:
        boxes = []

    assert all(0 <= float(xmin) < float(xmax) <= 1 and 0 <= float(ymin) < float(ymax) <= 1
               for xmin, ymin, xmax, ymax, _ in boxes)


def test_the_header_is_read_by_readers_of_tables(results: Results) -> None:
    """By the names of its columns."""
    results.store("a", boxed((0, 0, 50, 40)))
    lines_of(results)
    (line,) = csv.DictReader(io.StringIO(csv_of(results).read_text()))

    assert (",".join(line), line["label"]) == (HEADER, "kit_fox")

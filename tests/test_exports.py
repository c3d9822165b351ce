"""Exports: what is stored, in the formats that trainers read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations.annotate import BadAnnotation
from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.exports import EXPORTS
from imagenet_utils.exports.boxes_csv import HEADER, boxes_in
from imagenet_utils.exports.stored_pictures import stored_pictures
from imagenet_utils.job.exporting import export_stored
from imagenet_utils.model import Reason
from imagenet_utils.options import ExportOptions
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row

FOX, CANINE = "n02119789", "n02083346"
Box = tuple[object, object, object, object]


class Listener:
    """A teller, and the progress of everything it is told of."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[tuple[int, int | None]] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    warn = log = say

    def progress(self, title: str, *, unit: str = "image") -> Listener:
        return self

    def show(self, done: int, total: int | None, *, note: str = "") -> None:
        self.shown.append((done, total))

    def close(self) -> None: ...

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_error: object) -> None: ...


class Results:
    """A save_dir with its ledger."""

    def __init__(self, save_dir: Path) -> None:
        self.save_dir = save_dir
        self.ledger = Ledger(save_dir / ".ledger.sqlite3")
        self.listener = Listener()

    def store(self, stem: str, xml: bytes | None = None, *, code: str = FOX,
              folder: str = "kit_fox", reason: Reason = Reason.DOWNLOADED) -> None:
        """A picture and its annotation, as a run leaves them."""
        for name in ("Images", "Annotation"):
            (self.save_dir / folder / name).mkdir(parents=True, exist_ok=True)
        (self.save_dir / folder / "Images" / f"{stem}.jpg").write_bytes(b"a picture")
        if xml is not None:
            (self.save_dir / folder / "Annotation" / f"{stem}.xml").write_bytes(xml)
        self.ledger.give_folder(code, folder)
        self.ledger.record(Row(code, stem, f"http://a.example/{code}/{stem}", 0, reason, "",
                               file_name=f"{stem}.jpg", bytes=9, width=500, height=400,
                               sha256=stem))

    def lines(self) -> list[str]:
        """Of the export, written anew, without the header."""
        self.ledger.commit()
        export_stored(ExportOptions(("boxes_csv",)), self.save_dir, self.listener)
        return self.csv.read_bytes().decode().split("\n")[1:-1]

    @property
    def csv(self) -> Path:
        return self.save_dir / "exports" / "bounding_boxes.csv"


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Results]:
    results = Results(tmp_path)
    yield results
    results.ledger.close()


def visible(folder: Path) -> list[str]:
    """Without the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".exports.lock")


def boxed(*boxes: Box, name: str = "kit_fox", size: tuple[object, object] = (500, 400)) -> bytes:
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin>"
        f"<xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
        for xmin, ymin, xmax, ymax in boxes)
    width, height = size
    return (f"<annotation><size><width>{width}</width><height>{height}</height></size>"
            f"{objects}</annotation>").encode()


def test_the_whole_file(results: Results) -> None:
    """Header, a line for each box, sorted by image and box."""
    results.store("n02119789_9", boxed((250, 100, 499, 399), (0, 10, 125, 200)))
    results.store("n02119789_10", boxed((5, 4, 10, 8), name="kit_fox"))
    results.store("n02119789_11")
    results.lines()

    assert results.csv.read_bytes() == b"""\
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
    results.lines()

    assert results.listener.said == [
        f"{results.csv}: 2 boxes of 1 images; 2 annotations that cannot be read were left out"]


def test_progress_counts_pictures(results: Results) -> None:
    """Those without boxes too: they take their time."""
    results.store("a")
    results.store("b", boxed((0, 0, 9, 9)))
    results.lines()

    assert results.listener.shown == [(1, 2), (2, 2)]


def test_the_same_bytes_again(results: Results) -> None:
    """An earlier export is written over."""
    results.store("a", boxed((0, 0, 9, 9)))
    results.lines()
    before = results.csv.read_bytes()
    results.lines()

    assert results.csv.read_bytes() == before


def test_splits_are_folders_of_folders(results: Results) -> None:
    """Whatever lies below them is found."""
    results.store("a", boxed((0, 0, 50, 40)), code=f"train/{FOX}", folder="train/kit_fox")
    results.store("b", boxed((0, 0, 50, 40)), code=f"val/{FOX}", folder="val/kit_fox")

    assert results.lines() == ["a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox",
                               "b.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox"]


def test_a_picture_of_two_categories_counts_once(results: Results) -> None:
    """Its boxes in both folders are the same; one that only one folder has is there too."""
    results.store("a", boxed((0, 0, 50, 40), (0, 0, 50, 40)))
    results.store("a", boxed((0, 0, 50, 40), (0, 0, 5, 4)), code=CANINE, folder="canine")

    assert results.lines() == ["a.jpg,0.0000,0.0000,0.0100,0.0100,kit_fox",
                               "a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox",
                               "a.jpg,0.0000,0.0000,0.1000,0.1000,kit_fox"]


def test_pictures_that_do_not_count_are_left_out(results: Results) -> None:
    """One that failed later, and one that the user deleted."""
    results.store("failed", boxed((0, 0, 9, 9)), reason=Reason.DAMAGED)
    results.store("deleted", boxed((0, 0, 9, 9)))
    (results.save_dir / "kit_fox" / "Images" / "deleted.jpg").unlink()

    assert results.lines() == []


def test_an_annotation_that_is_no_file_is_left_out(results: Results) -> None:
    """A folder under its name, and one that is too large."""
    results.store("a")
    results.store("b", boxed((0, 0, 9, 9)) + b" " * 2**20)
    (results.save_dir / "kit_fox" / "Annotation" / "a.xml").mkdir()

    assert (results.lines(), "2 annotations" in results.listener.said[0]) == ([], True)


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
def test_a_box_is_put_in_order(box: Box, expected: tuple[str, ...] | None) -> None:
    """Swapped and clamped; what has no extent on the picture is dropped."""
    found = boxes_in(boxed(box))

    assert found == ([] if expected is None else [(*expected, "kit_fox")])


def test_labels_are_safe_in_a_table(results: Results) -> None:
    """Commas and quotes are quoted; what a spreadsheet would run is made harmless."""
    results.store("a", boxed((0, 0, 50, 40), name="=1+1"))
    results.store("b", boxed((0, 0, 50, 40), name="fox, \"kit\"\n too"))
    cells = [line[-1] for line in csv.reader(results.lines())]

    assert cells == ["'=1+1", 'fox, "kit" too']


def test_a_file_in_the_way_stays(results: Results) -> None:
    """The older tool wrote one of this name without a header."""
    results.csv.parent.mkdir()
    results.csv.write_bytes(b"n02119789_16836.JPEG,0.2640,0.0898,0.8100,0.9551\n")
    with pytest.raises(UsageError, match="Move it away"):
        results.lines()

    assert results.csv.read_bytes().startswith(b"n02119789")


def test_a_folder_that_cannot_be_made_is_told(results: Results) -> None:
    """A file has its name."""
    (results.save_dir / "exports").write_bytes(b"")
    with pytest.raises(LocalFault) as raised:
        results.lines()

    assert "exports" in raised.value.problem


def test_an_export_that_fails_leaves_the_earlier_one(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It appears whole or not at all."""
    results.store("a", boxed((0, 0, 9, 9)))
    before = [*results.lines()]
    monkeypatch.setattr(Listener, "show", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(LocalFault, match="full"):
        results.lines()

    assert results.csv.read_text().split("\n")[1:-1] == before
    assert visible(results.csv.parent) == [results.csv.name]


def test_rows_come_one_at_a_time(results: Results) -> None:
    """The walk begins before it has seen all, and the ledger goes on meanwhile."""
    for number in range(3):
        results.store(f"a{number}")
    results.ledger.commit()
    walk = stored_pictures(results.ledger.path, results.save_dir)
    first = next(walk)
    results.store("a9")
    results.ledger.commit()

    assert [Path(picture.path).stem for picture in (first, *walk)] == ["a0", "a1", "a2"]


def test_a_ledger_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its path."""
    (tmp_path / ".ledger.sqlite3").write_bytes(b"no ledger" * 100)
    with pytest.raises(LocalFault) as raised:
        export_stored(ExportOptions(("boxes_csv",)), tmp_path, Listener())

    assert ".ledger.sqlite3" in raised.value.problem


def test_every_kind_of_export_has_a_title() -> None:
    """Help and README show it."""
    assert [kind.name for kind in EXPORTS if kind.title] == [kind.name for kind in EXPORTS]
    assert len({kind.name for kind in EXPORTS}) == len(EXPORTS)


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
def test_boxes_are_always_within_the_picture(box: Box, size: tuple[object, object]) -> None:
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
    results.lines()
    (line,) = csv.DictReader(io.StringIO(results.csv.read_text()))

    assert (",".join(line), line["label"]) == (HEADER, "kit_fox")

"""The report of a category folder."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.model import Reason
from imagenet_utils.results import report
from imagenet_utils.results.row import Row
from imagenet_utils.results.report import harmless, read_report, row_of_line, write_report

ROW = Row("n02119789", "n02119789_1", "http://web.example/1.jpg", 0, Reason.DOWNLOADED, "Success",
          http_status=200, attempts=1, seconds=0.25, bytes=99, width=40, height=20, sha256="ab",
          file_name="n02119789_1.jpg", finished=1_700_000_000.0)


def test_whole_report(tmp_path: Path) -> None:
    """The five old columns first, then ours."""
    text = write_report(tmp_path, [ROW]).read_text()

    assert text == (
        "url,image_code,time-required,status,description,reason,http_status,attempts,bytes,width,"
        "height,sha256,annotation,boxes,boxes_clamped,boxes_dropped,file,finished_at\n"
        "http://web.example/1.jpg,n02119789_1.jpg,0.2,done,Success,downloaded,200,1,99,40,20,ab,"
        "none,0,0,0,Images/n02119789_1.jpg,2023-11-14T22:13:20Z\n")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r1", "＝1"])
def test_formula(cell: str) -> None:
    """What a spreadsheet would run begins with an apostrophe."""

    assert harmless(cell) == "'" + cell


def test_held_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that another program holds open is written beside, and later in its place again."""
    path = write_report(tmp_path, [])
    original = report.write_over

    def held(target: str, data: bytes) -> int:
        if target == str(path):
            raise PermissionError(13, "held", target)
        return original(target, data)

    monkeypatch.setattr(report, "write_over", held)
    beside = write_report(tmp_path, [ROW])
    was_there = beside.exists()
    monkeypatch.undo()
    write_report(tmp_path, [ROW])

    assert beside.name.endswith("_report.new.csv") and was_there
    assert not beside.exists()


@given(st.lists(st.text(), max_size=20))
def test_hostile_report(cells: list[str]) -> None:
    """No line of an older report, however odd, raises."""
    line = dict(zip(report.COLUMNS, cells + [""] * len(report.COLUMNS)))
    row = row_of_line({**line, "reason": "gone"}, "n02119789", "n02119789_1", 0)

    assert row.reason is Reason.GONE


def test_short_lines_are_passed_over(tmp_path: Path) -> None:
    """Lines with too few or too many cells, and reports of the older tool, tell nothing."""
    path = tmp_path / "a.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([report.COLUMNS, ["x", "y"], ["gone"] * 30])

    assert list(read_report(path)) == []

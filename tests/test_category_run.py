"""One category in a run."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from imagenet_utils.job.found_files import clear_leftovers, pictures_in
from imagenet_utils.job.selector import Selector
from imagenet_utils.options import Selection
from tests.small_web import record

RECORDS = [record(number) for number in range(1, 7)]
EVEN = {one.image_id: b"" for one in RECORDS[1::2]}


@pytest.mark.parametrize(("selection", "how_many", "places"), [
    (Selection(0, False, False), None, [0, 1, 2, 3, 4, 5]),
    (Selection(0, False, False), 2, [0, 1]),
    (Selection(4, False, False), 3, [4, 5]),
    (Selection(1, False, True), 1, [3]),
    (Selection(1, True, True), 1, [3, 5]),
])
def test_selection(selection: Selection, how_many: int | None, places: list[int]) -> None:
    """Annotation filter, then offset, then how_many; places are those in the whole list."""
    chosen = list(Selector(EVEN, how_many, selection).chosen(RECORDS))

    assert [place for place, _record in chosen] == places


def test_two_files_of_one_stem(tmp_path: Path) -> None:
    """Of two pictures with one stem, the one that was stored counts."""
    for name in ("a.jpg", "a.png", "a.txt"):
        (tmp_path / name).touch()
    found = [pictures_in(str(tmp_path), {name})[0]["a"].name for name in ("a.jpg", "a.png")]

    assert found == ["a.jpg", "a.png"]


def test_a_shard_on_another_disk(tmp_path: Path) -> None:
    """A link to a folder is looked into as the folder would be."""
    (tmp_path / "large_disk").mkdir()
    (tmp_path / "large_disk" / "0a1.jpg").touch()
    (tmp_path / "Images").mkdir()
    (tmp_path / "Images" / "0a").symlink_to(tmp_path / "large_disk")
    found, _ = pictures_in(str(tmp_path / "Images"), ())

    assert found["0a1"].name == "0a/0a1.jpg"


def test_a_folder_that_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the user's business; but what was stored there is not taken for deleted."""
    for folder in ("0a", "private"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".0a1.jpg.0123456789ab.part").touch()
    scandir = os.scandir

    def closed(folder: str) -> Any:
        if folder != str(tmp_path):
            raise PermissionError(folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", closed)
    clear_leftovers(str(tmp_path), before=time.time() + 60)

    assert pictures_in(str(tmp_path), {"0b/0b1.jpg"}) == ({}, True)
    with pytest.raises(PermissionError):
        pictures_in(str(tmp_path), {"0a/0a1.jpg"})


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there holds nothing, and does not stand."""

    assert pictures_in(str(tmp_path / "no"), ()) == ({}, False)


@pytest.mark.parametrize(("selection", "how_many", "wanted"), [
    (Selection(0, False, False), None, [None, None]),
    (Selection(0, False, False), 4, [4, 1]),
    (Selection(2, False, False), 4, [6, 3]),
    (Selection(2, True, False), 4, [6, 3]),
    (Selection(2, False, True), 4, [None, None]),
])
def test_how_many_are_wanted(
    selection: Selection, how_many: int | None, wanted: list[int | None]
) -> None:
    """Records at least, before and after three came; those that offset skips have to come too."""
    selector = Selector(EVEN, how_many, selection)
    before = selector.still_wanted
    list(selector.chosen(RECORDS[:3]))

    assert [before, selector.still_wanted] == wanted

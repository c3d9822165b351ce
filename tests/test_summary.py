"""What a run came to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from imagenet_utils.archives.supply import Problem, Room, Supply
from imagenet_utils.errors import ExitCode
from imagenet_utils.job.category_run import CategoryRun, Step
from imagenet_utils.job.decide import Action, Decision
from imagenet_utils.model import Category, Reason
from imagenet_utils.results.layout import SUMMARY_BEGINNING
from imagenet_utils.results.store import put_foreign_aside
from imagenet_utils.results.summary import (
    CategoryResult, RunFacts, advice_of, category_text, exit_code_of, result_of, result_unopened,
    without_image, write_summary,
)
from tests.small_web import FOX, record

RESULT = CategoryResult(FOX, FOX, "fox", "fox", asked=5, have=3, new=2, gone=1, left=1,
                        is_short=False,
                        reasons={"already_present": 1, "downloaded": 2, "gone": 1, "timeout": 1})


def with_reasons(left: int, is_short: bool, **reasons: int) -> CategoryResult:
    return CategoryResult(FOX, FOX, "fox", "fox", 1, 0, 0, 0, left, reasons, is_short)


@pytest.mark.parametrize(("result", "code"), [
    (with_reasons(0, False, downloaded=1), ExitCode.ALL_HERE),
    (with_reasons(1, True, timeout=1), ExitCode.WORTH_ANOTHER_RUN),
    (with_reasons(0, False, save_failed=1), ExitCode.WORTH_ANOTHER_RUN),
    (with_reasons(0, True, gone=1), ExitCode.CATEGORY_SHORT),
])
def test_exit_code(result: CategoryResult, code: ExitCode) -> None:
    """What is worth another run comes before what is short."""

    assert exit_code_of([result]) is code


def test_keys(tmp_path: Path) -> None:
    """run_summary.json has exactly the promised keys."""
    write_summary(tmp_path / "s", RunFacts(0.0, {"proxy": None}, "url_list"), [RESULT],
                  ExitCode.WORTH_ANOTHER_RUN)
    content = json.loads((tmp_path / "s").read_text())

    assert list(content) == [
        "schema", "version", "started", "finished", "running", "exit_code", "options", "source",
        "batch", "totals", "categories", "bytes", "images_per_second"]
    assert list(content["categories"][0]) == [
        "code", "label", "folder", "asked", "have", "new", "gone", "left", "reasons"]
    assert list(content["batch"]) == ["first", "last", "why"]
    assert (content["running"], content["exit_code"]) == (False, 3)


def test_statistics_of_a_category() -> None:
    """The words of the older tool."""

    assert category_text(RESULT, 1.25) == (
        "fox:\n  Success/Present : 3/5\n  HTTP/URL/No-image errors : 2/5\n"
        "  Writing errors : 0/5\n  Download complete in 1.2 secs")


def test_category_never_reached() -> None:
    """What a run never came to is left, but for what is remembered of it."""
    result = result_unopened(Category(FOX, "fox", None), "fox", 10,
                             {Reason.ALREADY_PRESENT: 4, Reason.GONE: 1})

    assert (result.asked, result.have, result.gone, result.left) == (10, 4, 1, 5)
    assert result.reasons == {"already_present": 4, "gone": 1, "not_tried": 5}


def test_image_taken_back() -> None:
    """A picture that was a placeholder moves from the stored to the settled."""
    result = without_image(RESULT, Reason.DOWNLOADED)

    assert (result.have, result.new, result.gone) == (2, 1, 2)
    assert result.reasons["placeholder"] == 1


def test_no_advice_on_what_nobody_saw() -> None:
    """Where an archive gave out, its message is all; there, nobody knows what is to be had."""
    empty = with_reasons(0, True)

    assert advice_of([empty], counts_images=False) == ["No image is to be had of: fox."]
    assert advice_of([replace(empty, is_unseen=True)], counts_images=False) == []


def test_advice_to_count_images() -> None:
    """Counted images are advised only where the list goes on."""
    told = advice_of([replace(RESULT, left=0, has_more=True)], counts_images=False)

    assert told == ["fox: 5 URLs gave 3 images; --how_many_counts images goes on to 5."]
    assert advice_of([replace(RESULT, left=0)], counts_images=False) == []


def planned(how_many: int | None, listed: int, supply: Supply | None = None) -> CategoryRun:
    """Everything that is listed lies there already."""
    run = CategoryRun(Category(FOX, "fox", how_many), Path("fox"), {}, {}, supply=supply,
                      have=listed)
    run.steps = [Step(number, record(number), Decision(Action.KEEP)) for number in range(listed)]
    return run


def test_lists_that_are_too_short() -> None:
    """One line for all whose whole list has fewer than were wanted; the exit code stays."""
    runs = [planned(300, 40), planned(None, 40), planned(40, 40), planned(1000, 2)]
    results = [replace(result_of(run), left=0) for run in runs]

    assert advice_of(results, counts_images=False) == [
        "Fewer are listed than were wanted: fox 40 of 300, fox 2 of 1,000."]
    assert exit_code_of(results) is ExitCode.ALL_HERE


def test_a_list_that_ended_early() -> None:
    """There may be others behind the damage: nobody knows how many are listed."""
    supply = Supply(Room(), start=lambda supply, wanted: supply.end(Problem("cut", None)))
    supply.begin(None)
    cut = result_of(planned(300, 40, supply))

    assert cut.fewer_than is None


def test_many_short_lists() -> None:
    """Ten are named."""
    told = advice_of([replace(RESULT, left=0, fewer_than=300, listed=5)] * 12, counts_images=True)

    assert told[0].count("fox 5 of 300") == 10
    assert told[0].endswith(" and 2 others.")


def test_a_summary_is_known_by_its_beginning(tmp_path: Path) -> None:
    """Else each run would put the last one's aside as another program's."""
    write_summary(tmp_path / "s", RunFacts(0.0, {}, "url_list"), [], None)

    assert (tmp_path / "s").read_text().startswith(SUMMARY_BEGINNING)
    assert put_foreign_aside(tmp_path / "s", SUMMARY_BEGINNING) is None

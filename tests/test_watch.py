"""Budgets, and what is written while a run goes on."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from imagenet_utils.archives.supply import Room, Supply
from imagenet_utils.command_line.console import Console
from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job import watch as watch_module
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.job.contact_sheets import live_sheet
from imagenet_utils.job.decide import Rules
from imagenet_utils.job.sample import Sampling
from imagenet_utils.job.selector import Selector
from imagenet_utils.job.watch import Watch
from imagenet_utils.model import Category
from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.network.hosts import Manners
from imagenet_utils.network.schedule import Schedule
from imagenet_utils.options import Budgets, Selection
from imagenet_utils.results.layout import CONTACT_SHEET, SUMMARY
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.summary import RunFacts
from imagenet_utils.results.workplace import Workplace
from tests.small_web import FOX, SETTINGS


def watch_over(folder: Path, budgets: Budgets) -> tuple[Watch, Books]:
    ledger = Ledger(folder / "ledger")
    books = Books(ledger, folder, Rules(0.0, SETTINGS), {}.get)
    workplace = Workplace(folder, ledger, Console(quiet=True))
    return Watch(workplace, books, RunFacts(0.0, {}, "url_list"), budgets=budgets,
                 is_verbose=True), books


def execution(*, waiting: int) -> SimpleNamespace:
    schedule = Schedule(Manners(0, None, 0.0))
    schedule.waiting = waiting
    return SimpleNamespace(schedule=schedule, is_growing=False)


@pytest.mark.parametrize("budgets", [Budgets(0.0, None, 0), Budgets(None, 10, 0),
                                     Budgets(None, None, 2**62)])
def test_spent_budget(tmp_path: Path, budgets: Budgets) -> None:
    """A spent budget ends the run and gives it its exit code."""
    watch, _books = watch_over(tmp_path, budgets)
    goes_on = watch.look_after(execution(waiting=1))  # type: ignore[arg-type]

    assert not goes_on
    assert watch.ending_codes == [ExitCode.BUDGET_REACHED]


def test_nothing_to_spend_on(tmp_path: Path) -> None:
    """A run with nothing to fetch needs no free disk."""
    watch, _books = watch_over(tmp_path, Budgets(None, None, 2**62))

    assert watch.look_after(execution(waiting=0))  # type: ignore[arg-type]


def test_bytes_bound_the_batch(tmp_path: Path) -> None:
    """No more is under way than --max_total_bytes has room for."""
    watch, books = watch_over(tmp_path, Budgets(None, 10 * MEAN_IMAGE_BYTES, 0))
    books.tally.received_bytes, books.tally.new = 7 * MEAN_IMAGE_BYTES, 7
    going = execution(waiting=99)
    watch.look_after(going)  # type: ignore[arg-type]

    assert going.schedule.most_under_way == 3
    books.tally.received_bytes, books.tally.new = 9 * MEAN_IMAGE_BYTES, 9
    watch.look_after(going)  # type: ignore[arg-type]
    assert going.schedule.most_under_way == 1  # at once, and not some ticks later


def random_sample(folder: Path, supply: Supply | None) -> CategoryRun:
    return CategoryRun(Category(FOX, "fox", 5), folder / "fox", {}, {},
                       Selector({}, 5, Selection(0, False, False, Sampling("random"))), supply)


@pytest.mark.parametrize("awaits_names", [True, False])
def test_a_category_that_awaits_names_is_not_told_of_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, awaits_names: bool
) -> None:
    """What it has, nobody has looked at."""
    monkeypatch.setattr(watch_module, "REPORT_SECONDS", 0.0)
    watch, books = watch_over(tmp_path, Budgets(None, None, 0))
    supply = Supply(Room(), start=lambda supply, wanted: None) if awaits_names else None
    books.open(random_sample(tmp_path, supply))
    watch.look_after(execution(waiting=0))  # type: ignore[arg-type]
    summary = json.loads((tmp_path / SUMMARY).read_text())

    assert [each["label"] for each in summary["categories"]] == ["fox"] * (not awaits_names)


def test_disk_full_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be written down at the end is a fault; after another error it is only told."""
    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device", "run_summary.json")

    monkeypatch.setattr(watch_module, "write_summary", refuse)
    watch, _books = watch_over(tmp_path, Budgets(None, None, 0))
    watch.end(ExitCode.INTERRUPTED)

    with pytest.raises(LocalFault, match="No space left"):
        watch.end(ExitCode.ALL_HERE)


def test_a_page_of_the_run(tmp_path: Path) -> None:
    """It is there from the begin, and says at the end with which exit code."""
    watch, books = watch_over(tmp_path, Budgets(None, None, 0))
    watch.live = live_sheet(tmp_path)
    watch.expect([], SimpleNamespace(received=0))  # type: ignore[arg-type]
    begun = (tmp_path / CONTACT_SHEET).read_text()
    watch.end(ExitCode.WORTH_ANOTHER_RUN)
    ended = (tmp_path / CONTACT_SHEET).read_text()

    assert '"running":true' in begun and '"running":false' in ended
    assert "Ended with exit code 3" in ended


def test_a_page_is_not_written_with_every_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But every minute."""
    watch, _books = watch_over(tmp_path, Budgets(None, None, 0))
    pages: list[object] = []
    watch.live = SimpleNamespace(write=pages.append)  # type: ignore[assignment]
    monkeypatch.setattr(watch_module, "REPORT_SECONDS", 0.0)
    monkeypatch.setattr(watch_module, "TICK_SECONDS", 0.0)
    watch._next_report = 0.0
    for _ in range(3):
        watch.look_after(execution(waiting=0))  # type: ignore[arg-type]

    assert len(pages) == 1

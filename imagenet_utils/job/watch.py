"""What goes on beside the work: commits, reports, summary, progress, budgets."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.command_line.console import Console
from imagenet_utils.engine.engine import Engine
from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job.execution import Execution
from imagenet_utils.results.layout import SUMMARY
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.model import Category
from imagenet_utils.command_line.options import Budgets
from imagenet_utils.sources import Source
from imagenet_utils.results.summary import (
    CategoryResult,
    RunFacts,
    category_text,
    result_of,
    without_image,
    write_summary,
)

TICK_SECONDS = 0.25
COMMIT_SECONDS = 0.5
REPORT_SECONDS = 30.0


class Watch:
    def __init__(
        self, budgets: Budgets, books: Books, ledger: Ledger, console: Console, facts: RunFacts, *,
        save_dir: Path, is_verbose: bool,
    ) -> None:
        self.results: list[CategoryResult] = []
        self.budget_codes: list[ExitCode] = []
        self.engine: Engine | None = None
        self.expected = 0  # URLs, for the progress
        self._budgets = budgets
        self._books = books
        self._ledger = ledger
        self._console = console
        self._facts = facts
        self._save_dir = save_dir
        self._is_verbose = is_verbose
        self._progress = console.progress("images")
        self._open_runs: Sequence[CategoryRun] = ()
        self._begun = time.monotonic()
        self._next_tick = 0.0
        self._next_commit = self._begun + COMMIT_SECONDS
        self._next_report = self._begun + REPORT_SECONDS
        self._was_offline = False

    def expect(self, categories: Sequence[Category], source: Source) -> None:
        self.expected = sum(min(source.count(category.code), category.how_many or 10**9)
                            for category in categories)

    def look_after(self, execution: Execution) -> bool:
        """False: a budget is spent, the run has to end."""
        now = time.monotonic()
        if now < self._next_tick:
            return True
        self._next_tick = now + TICK_SECONDS
        self._open_runs = execution.open_runs
        execution.schedule.tick(now)
        self._adapt_batch(now)
        self._tell_of_outage(execution.schedule.outage.is_offline)
        self._show_progress()
        if now >= self._next_commit:
            self._next_commit = now + COMMIT_SECONDS
            self._ledger.commit()
        if now >= self._next_report:
            self._next_report = now + REPORT_SECONDS
            self._write_down(None)
        return self._is_within_budgets(execution, now)

    def category_ended(self, run: CategoryRun) -> None:
        self._open_runs = [other for other in self._open_runs if other is not run]
        result = result_of(run)
        self._books.close(run)
        self._tell_warnings()
        self.results.append(result)
        if self._is_verbose:
            self._console.say(category_text(result, time.monotonic() - self._begun))

    def end(self, code: ExitCode) -> None:
        """Write down what is known; on a broken disk as much of it as goes."""
        self._progress.close()
        self.results += [result_of(run) for run in self._open_runs]
        self._open_runs = ()
        try:
            self._write_down(code)
        except OSError as error:
            self._console.warn(f"{error.filename or self._save_dir}: {error.strerror}")
        except LocalFault as fault:
            self._console.warn(str(fault))

    def _write_down(self, code: ExitCode | None) -> None:
        self._ledger.commit()
        self._books.report()
        self._tell_warnings()
        self._amend_results()
        self._facts.received_bytes = self._books.tally.received_bytes
        self._facts.new_images = self._books.tally.new
        running = [result_of(run, is_running=True) for run in self._open_runs]
        write_summary(self._save_dir / SUMMARY, self._facts, [*self.results, *running], code)

    def _amend_results(self) -> None:
        """Pictures of ended categories may have turned out to be placeholders."""
        for row in self._books.taken_back:
            self.results = [without_image(result, row.reason) if result.code == row.code else result
                            for result in self.results]
        self._books.taken_back.clear()

    def _adapt_batch(self, now: float) -> None:
        if self.engine and "batch" in self.engine.__dict__:
            self.engine.batch.adapt(now)
            if self._facts.batch_last not in (0, self.engine.batch.size):
                self._console.log(f"batch size {self._facts.batch_last} ->"
                                  f" {self.engine.batch.size}")
            self._facts.batch_last = self.engine.batch.size

    def _tell_of_outage(self, is_offline: bool) -> None:
        if is_offline != self._was_offline:
            self._was_offline = is_offline
            self._console.warn("offline: several unrelated hosts can't be reached; waiting"
                               if is_offline else "online again")

    def _tell_warnings(self) -> None:
        while self._books.warnings:
            self._console.warn(self._books.warnings.pop(0))

    def _show_progress(self) -> None:
        tally = self._books.tally
        done = tally.present + sum(tally.reasons.values())
        seconds = max(time.monotonic() - self._begun, 0.001)
        note = f"{tally.new} new, {tally.received_bytes / seconds / 1e6:.1f} MB/s"
        self._progress.show(min(done, self.expected), self.expected, note=note)

    def _is_within_budgets(self, execution: Execution, now: float) -> bool:
        spent = self._spent_budget(execution.schedule.under_way, now)
        if spent:
            self.budget_codes.append(ExitCode.BUDGET_REACHED)
            self._console.warn(f"The run ends here: {spent}. Run again to go on.")
        return not spent

    def _spent_budget(self, under_way: int, now: float) -> str:
        budgets, tally = self._budgets, self._books.tally
        if budgets.max_seconds is not None and now - self._begun >= budgets.max_seconds:
            return "--max_minutes is reached"
        mean = tally.received_bytes / tally.new if tally.new > 10 else MEAN_IMAGE_BYTES
        coming = tally.received_bytes + under_way * mean
        if budgets.max_total_bytes is not None and coming >= budgets.max_total_bytes:
            return "--max_total_bytes is reached"
        if shutil.disk_usage(self._save_dir).free < budgets.min_free_disk:
            return f"less than --min_free_disk {budgets.min_free_disk:,} bytes are free"
        return ""

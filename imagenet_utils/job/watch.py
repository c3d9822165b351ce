"""What goes on beside the work: commits, reports, summary, progress, budgets."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagenet_utils.archives.supply import Problem
from imagenet_utils.network.addresses import url_parts
from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.network.outage import Outage
from imagenet_utils.network.schedule import Schedule
from imagenet_utils.network.proxies import is_proxied
from imagenet_utils.network.sign_of_life import SignOfLife
from imagenet_utils.job.books import Books
from imagenet_utils.job.pace import pace
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.engine.engine import Engine
from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job.execution import Execution
from imagenet_utils.job.troubles import Troubles
from imagenet_utils.options import Budgets
from imagenet_utils.results.layout import SUMMARY, category_folder
from imagenet_utils.model import Category
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.source import Source
from imagenet_utils.url_lists.wire import wire_form
from imagenet_utils.results.summary import (
    CategoryResult,
    RunFacts,
    category_text,
    result_of,
    result_unopened,
    without_image,
    write_summary,
)

if TYPE_CHECKING:
    from imagenet_utils.contact_sheet.live import LiveSheet, Moment

TICK_SECONDS = 0.25
COMMIT_SECONDS = 0.5
REPORT_SECONDS = 30.0
PAGE_SECONDS = 55.0  # so that every second report brings a page

# A run that ended with these met no error: it would have said so itself.
ENDINGS = {
    ExitCode.ALL_HERE, ExitCode.WORTH_ANOTHER_RUN, ExitCode.CATEGORY_SHORT, ExitCode.BUDGET_REACHED,
}


class Watch:
    def __init__(
        self, workplace: Workplace, books: Books, facts: RunFacts, *,
        budgets: Budgets, is_verbose: bool,
    ) -> None:
        self._results: list[CategoryResult] = []
        self.ending_codes: list[ExitCode] = []  # of budgets, and of archives that gave out
        self.engine: Engine | None = None
        self.live: LiveSheet | None = None  # None: nobody looks, or a better page is there
        self.expected = 0  # URLs, for the progress
        self._budgets = budgets
        self._books = books
        self._ledger = workplace.ledger
        self._teller = workplace.teller
        self._facts = facts
        self._save_dir = workplace.save_dir
        self._is_verbose = is_verbose
        self._progress = workplace.teller.progress("images")
        self._troubles = Troubles()
        self._categories: Sequence[Category] = ()
        self._source: Source | None = None
        self._counts: dict[str, int] = {}  # code -> URLs at most considered
        self._opened_at: dict[str, float] = {}
        self._begun = time.monotonic()
        self._next_tick = 0.0
        self._next_commit = self._begun + COMMIT_SECONDS
        self._next_report = self._begun + REPORT_SECONDS
        self._next_page = self._begun
        self._was_offline = False
        self._sign: SignOfLife | None = None

    @property
    def results(self) -> list[CategoryResult]:
        """Of the categories that ended; pictures of theirs may have become placeholders since."""
        for row in self._books.taken_back:
            self._results = [without_image(each, row.reason) if each.key == row.code else each
                             for each in self._results]
        self._books.taken_back.clear()
        return self._results

    @property
    def _received(self) -> int:
        """Bytes, by workers and by what reads archives."""
        beside = self._source.received if self._source else 0
        return self._books.tally.received_bytes + beside

    def expect(self, categories: Sequence[Category], source: Source) -> None:
        self._categories = categories
        self._source = source
        self._counts = {category.key: min(source.count(category), category.how_many or 10**9)
                        for category in categories}
        self.expected = sum(self._counts.values())
        self._write_down(None)  # whoever looks now, or after a kill, finds that a run began

    def still_expected(self) -> int:
        """URLs that are not known to be here, at most."""
        return self.expected - self._books.tally.present

    def look_after(self, execution: Execution) -> bool:
        """False: a budget is spent, the run has to end."""
        now = time.monotonic()
        self._leave_room(execution.schedule)
        if now < self._next_tick:
            return True
        self._next_tick = now + TICK_SECONDS
        execution.schedule.tick(now)
        self._adapt_batch(now)
        self._attend_to_outage(execution.schedule.outage, now)
        self._show_progress(execution.schedule.under_way)
        if now >= self._next_commit:
            self._next_commit = now + COMMIT_SECONDS
            self._ledger.commit()
        if now >= self._next_report:
            self._next_report = now + REPORT_SECONDS
            self._write_down(None)
        for run in self._books.open_runs:
            self._opened_at.setdefault(run.category.key, now)
        return self._is_within_budgets(execution, now)

    def category_ended(self, run: CategoryRun) -> None:
        result = result_of(run)
        self._books.close(run)
        self._tell_warnings()
        self._results.append(result)
        now = time.monotonic()
        seconds = now - self._opened_at.pop(run.category.key, now)
        problem = run.supply.problem if run.supply is not None else None
        is_news = problem is None or self._troubles.take(result.folder, problem)
        is_said = self._is_verbose and (is_news or result.reasons)
        tell = self._teller.say if is_said else self._teller.log
        tell(category_text(result, seconds))
        if problem is not None:
            self._tell_trouble(result.folder, problem, is_new=is_news)
        if run.unexpected is not None:
            self._teller.warn(f"{result.folder}: {run.unexpected:,} pictures are listed where"
                              f" {run.expected:,} are expected")

    def _tell_trouble(self, folder: str, problem: Problem, *, is_new: bool) -> None:
        tell = self._teller.warn if is_new else self._teller.log
        tell(f"{folder}: {problem.text}")
        for code in (problem.code, self._troubles.code_of_all(len(self._categories))):
            if code is not None:
                self.ending_codes.append(code)

    def end(self, code: ExitCode) -> None:
        """Write down what is known; on a broken disk as much of it as goes.

        Raises LocalFault where that fails and nothing else has ended the run.
        """
        self._progress.close()
        for line in self._troubles.repeated():
            self._teller.warn(line)
        self._results = self.results + self._open_results()
        try:
            self._books.remember_pending()
            self._results = self._in_marked_order()
            self._write_down(code, is_end=True)
        except OSError as error:
            problem = f"{error.filename or self._save_dir}: {error.strerror}"
            self._fail(LocalFault(problem, "Free some space or give write permission"), code)
        except LocalFault as fault:
            self._fail(fault, code)

    def _open_results(self, *, is_running: bool = False) -> list[CategoryResult]:
        """Without those that wait for names: what they have is not looked at yet."""
        return [result_of(run, is_running=is_running) for run in self._books.open_runs
                if not run.awaits_names]

    def _fail(self, fault: LocalFault, code: ExitCode) -> None:
        if code in ENDINGS:
            raise fault
        self._teller.warn(str(fault))

    def _in_marked_order(self) -> list[CategoryResult]:
        """With those that the run never came to."""
        known = {result.key: result for result in self.results}
        return [known.get(category.key) or self._unopened(category)
                for category in self._categories]

    def _unopened(self, category: Category) -> CategoryResult:
        folder = (self._ledger.folder_of(category.key)
                  or category_folder(category.split, category.label))
        return result_unopened(category, folder, self._counts.get(category.key, 0),
                               self._ledger.reasons_of(category.key))

    def _write_down(self, code: ExitCode | None, *, is_end: bool = False) -> None:
        self._ledger.commit()
        self._books.reports.write()
        self._books.reports.keep_foreign_summary()
        self._tell_warnings()
        self._facts.received_bytes = self._received
        self._facts.new_images = self._books.tally.new
        running = [] if is_end else self._open_results(is_running=True)
        results = [*self.results, *running]
        write_summary(self._save_dir / SUMMARY, self._facts, results, code)
        if self.live is not None and (is_end or time.monotonic() >= self._next_page):
            self._next_page = time.monotonic() + PAGE_SECONDS
            ended = f"Ended with exit code {code:d}" if code is not None else ""
            self.live.write(self._moment(results, ended))

    def _moment(self, results: Sequence[CategoryResult], ended: str) -> Moment:
        from imagenet_utils.contact_sheet.live import Moment, UnderWay

        tally = self._books.tally
        under_way = [UnderWay(run.folder_name, step.record.image_id,
                              step.record.locations[step.decision.location].url)
                     for run in self._books.open_runs for step in run.under_way.values()]
        return Moment(results, tally.stored, tally.failed, () if ended else under_way,
                      tally.new, self._received, ended)

    def _adapt_batch(self, now: float) -> None:
        if self.engine and "batch" in self.engine.__dict__:
            self.engine.batch.adapt(now)
            if self._facts.batch_last not in (0, self.engine.batch.size):
                self._teller.log(f"batch size {self._facts.batch_last} ->"
                                 f" {self.engine.batch.size}")
            self._facts.batch_last = self.engine.batch.size

    def _attend_to_outage(self, outage: Outage, now: float) -> None:
        if outage.is_offline and not self._was_offline:
            self._teller.warn("offline: several unrelated hosts can't be reached; waiting")
            self._sign = self._sign_of_life()
        elif self._was_offline and not outage.is_offline:
            self._teller.warn("online again")
        self._was_offline = outage.is_offline
        if outage.is_offline and self._sign:
            self._sign.ask(now)
            if self._sign.is_there:
                outage.hear_of(self._sign.host)

    def _sign_of_life(self) -> SignOfLife | None:
        """From the host of the image that was stored last; behind a proxy nobody can tell."""
        url = self._ledger.last_good_url() or ""
        parts = url_parts(wire_form(url.encode("utf-8", "replace")))
        if parts is None or is_proxied(parts.scheme, parts.host, proxy=None,
                                       environment=os.environ):
            return None
        return SignOfLife(parts.host, parts.port)

    def _tell_warnings(self) -> None:
        while self._books.reports.warnings:
            self._teller.warn(self._books.reports.warnings.pop(0))

    def _show_progress(self, under_way: int) -> None:
        tally = self._books.tally
        done = tally.present + sum(tally.reasons.values())
        note = pace(tally, received=self._received, under_way=under_way,
                    seconds=time.monotonic() - self._begun)
        self._progress.show(min(done, self.expected), self.expected, note=note)

    def _leave_room(self, schedule: Schedule) -> None:
        """Each time, for a fast line brings a lot between two ticks."""
        room = self._room_for_images()
        if room is not None:
            schedule.most_under_way = min(schedule.ceiling, room)

    def _is_within_budgets(self, execution: Execution, now: float) -> bool:
        schedule = execution.schedule
        is_at_work = schedule.waiting or schedule.under_way or execution.is_growing
        spent = self._spent_budget(schedule.under_way, now) if is_at_work else ""
        if spent:
            self.ending_codes.append(ExitCode.BUDGET_REACHED)
            self._teller.warn(f"The run ends here: {spent}. Run again to go on.")
        return not spent

    def _room_for_images(self) -> int | None:
        """How many of mean size --max_total_bytes leaves room for."""
        if self._budgets.max_total_bytes is None:
            return None
        tally = self._books.tally
        mean = max(1.0, self._received / tally.new) if tally.new else MEAN_IMAGE_BYTES
        return max(0, int((self._budgets.max_total_bytes - self._received) / mean))

    def _spent_budget(self, under_way: int, now: float) -> str:
        budgets = self._budgets
        if budgets.max_seconds is not None and now - self._begun >= budgets.max_seconds:
            return "--max_minutes is reached"
        if self._room_for_images() == 0 and not under_way:
            return "--max_total_bytes is reached"
        if shutil.disk_usage(self._save_dir).free < budgets.min_free_disk:
            return f"less than --min_free_disk {budgets.min_free_disk:,} bytes are free"
        return ""

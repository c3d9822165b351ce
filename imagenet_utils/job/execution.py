"""The loop of a run: feed the schedule, start what may start, settle what comes back."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from imagenet_utils.network.addresses import registrable_domain, url_parts
from imagenet_utils.job.annotation_upkeep import place_of
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun, Step
from imagenet_utils.job.decide import Action, Rules, stands
from imagenet_utils.engine.engine import Engine
from imagenet_utils.errors import LocalFault
from imagenet_utils.engine.executors import Lost
from imagenet_utils.results.layout import images_dir
from imagenet_utils.results.ledger import Row
from imagenet_utils.model import (
    Failure,
    FileLocation,
    Follow,
    ImageTask,
    Location,
    Outcome,
    Reason,
    Stored,
)
from imagenet_utils.network.schedule import Job, Schedule
from imagenet_utils.job.verdicts import new_row, row_after, still_refused, with_boxes_as_before
from imagenet_utils.engine.worker import make_category_folders

LONGEST_WAIT_SECONDS = 0.25
WINDING_DOWN_SECONDS = 3.0
SHORTEST_NAP_SECONDS = 0.05  # while all hosts are parked
FEEDING_SECONDS = 0.1  # at a stretch, before what came back is looked at

# A proof's answers that are about the options; fetching the same picture again would not help.
REFUSED_BY_OPTIONS = {Reason.TOO_SMALL, Reason.TOO_LARGE, Reason.MISMATCH}


@dataclass(slots=True)
class Work:
    """What a job is about: one location of one step, or the file that lies in its place."""

    run: CategoryRun
    step: Step
    location: int
    file_name: str | None = None  # to be proven, instead of the location


class Execution:
    """Everything runs through `work`; the categories come as they are needed."""

    def __init__(
        self, runs: Iterator[CategoryRun], books: Books, schedule: Schedule, engine: Engine, *,
        rules: Rules, drops_misfits: bool, look_after: Callable[[Execution], bool],
        on_category_end: Callable[[CategoryRun], None],
    ) -> None:
        self.open_runs: list[CategoryRun] = []
        self.schedule = schedule
        self.most_under_way: int | None = None  # None: as many as the batch holds
        self._coming = runs
        self._books = books
        self._engine = engine
        self._rules = rules
        self._drops_misfits = drops_misfits
        self._look_after = look_after  # False: the run has to end, a budget is spent
        self._on_category_end = on_category_end
        self._jobs: dict[int, Job] = {}
        self._numbers = 0
        self._followers: dict[int, list[Work]] = defaultdict(list)
        self._leaders: dict[str, int] = {}  # id or URL under way -> number of its job
        self._giving: list[CategoryRun] = []  # open, with steps to come
        self._is_exhausted = False  # no category is left to open

    def work(self) -> None:
        while self._look_after(self):
            is_fed = self._feed()
            now = time.monotonic()
            self._start(now)
            self._collect(now, LONGEST_WAIT_SECONDS if is_fed else 0.0)
            self._end_categories()
            if self._is_exhausted and not self.open_runs:
                return
        self._wind_down()

    def _wind_down(self) -> None:
        """What is under way may end; nothing new begins."""
        deadline = time.monotonic() + WINDING_DOWN_SECONDS
        while self.schedule.under_way and time.monotonic() < deadline:
            self._collect(time.monotonic(), LONGEST_WAIT_SECONDS)

    def _feed(self) -> bool:
        """False: there is more to feed, and it was only time to look at something else."""
        until = time.monotonic() + FEEDING_SECONDS
        while self.schedule.has_room:
            found = self._next_step()
            if found:
                self._begin(*found)
            elif not self._open_next():
                return True
            if time.monotonic() >= until:
                return False
        return True

    def _next_step(self) -> tuple[CategoryRun, Step] | None:
        for run in self._giving:
            step = run.next_step()
            if step:
                return run, step
        self._giving = [run for run in self._giving if run.to_do]
        return None

    def _open_next(self) -> bool:
        """The next category opens while the last one's stragglers finish; False: there is none."""
        run = next(self._coming, None)
        if run is None:
            self._is_exhausted = True
            return False
        self._open(run)
        if run.to_do:
            self._giving.append(run)
        if run.is_over:
            self._end_categories()
        return True

    def _open(self, run: CategoryRun) -> None:
        self._books.open(run)
        self.open_runs.append(run)
        if run.to_do:
            try:
                make_category_folders(str(run.folder))
            except OSError as error:
                raise LocalFault(f"{error.filename or run.folder}: {error.strerror}",
                                 "Free the way or give write permission, and run again.") from error

    def _begin(self, run: CategoryRun, step: Step) -> None:
        decision = step.decision
        if decision.action is Action.PROVE and decision.found:
            self._add(Work(run, step, decision.location, decision.found.name), host="")
        else:
            self._begin_location(Work(run, step, decision.location))

    def _begin_location(self, work: Work) -> None:
        """Fetch it, unless the same picture is stored or under way for another category."""
        place = work.step.record.locations[work.location]
        parts = url_parts(place.wire)
        if parts is None:
            self._settle(work, _unasked(Reason.REFUSED, "no http or https URL"), attempts=0)
        elif work.step.position in work.run.refused or not self._follow(work):
            number = self._add(work, host=registrable_domain(parts.host))
            self._leaders.setdefault(work.step.record.image_id, number)
            self._leaders.setdefault(place.url, number)

    def _follow(self, work: Work) -> bool:
        url = work.step.record.locations[work.location].url
        leader = self._leaders.get(work.step.record.image_id, self._leaders.get(url))
        if leader is not None:
            self._followers[leader].append(work)
            return True
        twin = self._books.twin(work.run, work.step, url)
        if twin is None:
            return False
        if twin.reason.follow is not Follow.KEPT:
            told = _unasked(twin.reason, twin.description, twin.http_status)
            self._settle(work, told, attempts=0)
            return True
        kept = self._books.link(work.run, work.step, twin, drops_misfits=self._drops_misfits)
        if kept is not None:
            self._settle(work, _linked(kept), attempts=0)
        return kept is not None

    def _add(self, work: Work, *, host: str) -> int:
        self._numbers += 1
        row = work.run.rows_of(work.step.record)[work.location]
        losses = 1 if row and row.reason is Reason.LOST else 0
        job = Job(self._numbers, host, work, losses=losses, doubt=_doubt_of(row))
        self._jobs[job.number] = job
        self.schedule.add(job)
        return job.number

    def _start(self, now: float) -> None:
        if self.schedule.waiting:
            size = self._engine.batch.size
            most = size if self.most_under_way is None else self.most_under_way
            self.schedule.batch_limit = min(size, most)
        while job := self.schedule.next_job(now):
            self._engine.executor.submit(self._task(job))

    def _task(self, job: Job) -> ImageTask:
        work: Work = job.payload
        record = work.step.record
        folder = str(work.run.folder)
        location: Location = record.locations[work.location]
        if work.file_name:
            location = FileLocation(f"{images_dir(folder)}/{work.file_name}")
        return ImageTask(
            job.number, location, record.image_id, folder, work.run.xmls.get(record.image_id),
            drops_misfits=self._drops_misfits,
            may_replace=work.step.position in work.run.refused,
            known_xml=place_of(work.run, work.step).known_xml,
        )

    def _collect(self, now: float, longest_wait: float) -> None:
        wait = self.schedule.seconds_until_next(now, longest_wait)
        is_full = self.schedule.is_full
        is_idle = not self.schedule.under_way and self.schedule.waiting  # all hosts are parked
        for answer in self._engine.executor.answers(wait) if self.schedule.under_way else ():
            job = self._jobs[answer.number]
            outcome = _lost(job) if isinstance(answer, Lost) else answer
            self._engine.batch.answered(is_full=is_full)
            self._books.tally.received_bytes += outcome.received
            verdict = self.schedule.answered(job, outcome, time.monotonic())
            if verdict:
                self._settle_job(job, verdict)
        if is_idle:
            time.sleep(min(wait, SHORTEST_NAP_SECONDS))
        nothing_else_left = self.schedule.is_stuck
        for job, outcome in self.schedule.released(nothing_else_left=nothing_else_left):
            self._settle_job(job, outcome)
        for job, reason in self.schedule.abandoned(nothing_else_left=nothing_else_left):
            unasked = _unasked(reason, _why_abandoned(job, reason))
            is_offline = reason is Reason.NOT_TRIED  # nothing is held against anyone
            self._settle_job(job, unasked if is_offline else job.last or unasked)

    def _settle_job(self, job: Job, outcome: Outcome) -> None:
        work: Work = job.payload
        del self._jobs[job.number]
        for key in (work.step.record.image_id, work.step.record.locations[work.location].url):
            if self._leaders.get(key) == job.number:
                del self._leaders[key]
        self._settle(work, outcome, attempts=0 if work.file_name else job.attempts)
        for follower in self._followers.pop(job.number, ()):
            self._begin_location(follower)

    def _settle(self, work: Work, outcome: Outcome, *, attempts: int) -> None:
        """The verdict on one location; a failure may leave the record a second chance."""
        if work.file_name and not outcome.stored and not self._is_verdict_on_ours(work, outcome):
            self._settle_unproven_file(work, outcome)
            return
        if work.file_name and outcome.stored:
            outcome = replace(outcome, reason=Reason.ALREADY_PRESENT, description="Already present")
        row = self._row(work, outcome, attempts)
        self._books.write(work.run, row)
        self._books.tally.reasons[row.reason] += 1
        if outcome.ends_run:
            raise LocalFault(outcome.description, "Free some space or give write permission,"
                             " and run again: it goes on where it stopped.")
        if outcome.stored and self._is_counted_in(work, outcome.stored):
            return
        if outcome.reason is Reason.SAVE_FAILED or not self._try_next_location(work):
            work.run.under_way.pop(work.step.position, None)

    def _row(self, work: Work, outcome: Outcome, attempts: int) -> Row:
        known = work.run.rows_of(work.step.record)[work.location]
        if known and not attempts and _tells_nothing_new(known, outcome):
            return known
        row = known or new_row(work.step.record, work.location, work.step.position)
        row = row_after(row, outcome, self._rules, attempts=attempts, now=time.time())
        found = work.step.decision.found
        if known and outcome.stored and work.step.record.image_id not in work.run.xmls:
            row = with_boxes_as_before(row, known)
        if found and not outcome.stored and work.step.position in work.run.refused:
            row = still_refused(row, found)
        return row

    def _is_verdict_on_ours(self, work: Work, outcome: Outcome) -> bool:
        if not work.step.decision.is_ours:
            return False
        work.run.refused.add(work.step.position)
        return outcome.reason in REFUSED_BY_OPTIONS

    def _settle_unproven_file(self, work: Work, outcome: Outcome) -> None:
        """Ours is fetched again; the user's stays, and is in the way."""
        instead = Work(work.run, work.step, work.location)
        if work.step.decision.is_ours:
            self._begin_location(instead)
            return
        told = f"{work.file_name} is there, not ours, and {outcome.reason.word}: move it away"
        self._settle(instead, _unasked(Reason.SAVE_FAILED, told), attempts=0)

    def _is_counted_in(self, work: Work, stored: Stored) -> bool:
        """One more proven image; unless it is one too many of the same."""
        run = work.run
        del run.under_way[work.step.position]
        run.have += 1
        if work.file_name:
            self._books.tally.present += 1
        else:
            run.new += 1
            self._books.tally.new += 1
        if not (self._books.is_placeholder(stored) or self._books.became_placeholder(stored)):
            return True
        self._books.take_back(stored.picture.sha256)
        rows = run.rows_of(work.step.record)
        is_here = any(row and row.reason.follow is Follow.KEPT for row in rows)
        if not is_here:
            run.under_way[work.step.position] = work.step
        return is_here

    def _try_next_location(self, work: Work) -> bool:
        locations = work.step.record.locations
        rows = work.run.rows_of(work.step.record)
        for location in range(work.location + 1, len(locations)):
            row = rows[location]
            if row is None or not stands(row, self._rules):
                self._begin_location(Work(work.run, work.step, location))
                return True
        return False

    def _end_categories(self) -> None:
        over = [run for run in self.open_runs if run.is_over]
        if over:
            self.open_runs = [run for run in self.open_runs if not run.is_over]
            for run in over:
                self._on_category_end(run)


def _doubt_of(row: Row | None) -> int:
    """In how many tries of former runs nobody answered."""
    is_doubtful = row is not None and row.reason in (Reason.TIMEOUT, Reason.UNREACHABLE)
    return row.attempts if row and is_doubtful else 0


def _tells_nothing_new(known: Row, outcome: Outcome) -> bool:
    """A URL that was left alone keeps its verdict; a host that stays dead is a new day of it."""
    if not known.finished or known.reason.follow is not Follow.AGAIN:
        return False
    if outcome.reason is Reason.UNREACHABLE:
        return known.reason is not Reason.UNREACHABLE
    return outcome.reason in (Reason.THROTTLED, Reason.NOT_TRIED)


def _unasked(reason: Reason, description: str, http_status: int = 0) -> Outcome:
    return Outcome(0, reason, description, http_status=http_status)


def _lost(job: Job) -> Outcome:
    return Outcome(job.number, Reason.LOST, "the process that worked on it died")


def _linked(kept: Stored | Failure) -> Outcome:
    if isinstance(kept, Failure):
        return Outcome(0, kept.reason, kept.description)
    return Outcome(0, Reason.DOWNLOADED, "Success", stored=kept)


def _why_abandoned(job: Job, reason: Reason) -> str:
    if reason is Reason.NOT_TRIED:
        return "the network is away"
    if reason is Reason.THROTTLED:
        return f"{job.host} asks for fewer requests: left to the next run"
    return f"{job.host} did not answer others: left to the next run"

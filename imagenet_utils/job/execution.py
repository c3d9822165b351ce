"""The loop of a run: feed the schedule, start what may start, settle what comes back."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Protocol

from imagenet_utils.engine.engine import Engine
from imagenet_utils.engine.executors import HalfDone, Lost
from imagenet_utils.job.annotation_upkeep import known_xml
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun, Step, Work
from imagenet_utils.job.decide import Action
from imagenet_utils.job.intake import LONGEST_WAIT_SECONDS, Intake
from imagenet_utils.job.opening import Opening
from imagenet_utils.job.whom_to_ask import host_of
from imagenet_utils.job.settlement import Settlement, unasked
from imagenet_utils.model import (
    CarriedLocation,
    Failure,
    FileLocation,
    Follow,
    ImageTask,
    Location,
    Outcome,
    Reason,
    Stored,
    TreeLocation,
    UrlLocation,
)
from imagenet_utils.network.schedule import Job, Schedule
from imagenet_utils.results.layout import images_dir, place_of_file
from imagenet_utils.results.row import Row

WINDING_DOWN_SECONDS = 3.0
SHORTEST_NAP_SECONDS = 0.05  # while all hosts are parked
FEEDING_SECONDS = 0.01  # at a stretch, before what came back is looked at


class Overseer(Protocol):
    """What goes on beside the work."""

    def look_after(self, execution: Execution) -> bool:
        """False: the run has to end, a budget is spent."""

    def category_ended(self, run: CategoryRun) -> None: ...


class Execution:
    """Everything runs through `work`; the categories come as they are needed."""

    def __init__(
        self, runs: Iterator[CategoryRun], books: Books, schedule: Schedule, engine: Engine, *,
        overseer: Overseer, opening: Opening,
    ) -> None:
        self.schedule = schedule
        self._intake = Intake(runs, books, opening)
        self._books = books
        self._settlement = Settlement(books)
        self._engine = engine
        self._overseer = overseer
        self._jobs: dict[int, Job] = {}
        self._numbers = 0
        self._followers: dict[int, list[Work]] = defaultdict(list)
        self._leaders: dict[str, int] = {}  # id or URL under way -> number of its job

    @property
    def is_growing(self) -> bool:
        """Archives that are read may give records."""
        return self._intake.is_growing

    def work(self) -> None:
        is_fed = self._feed()
        while self._overseer.look_after(self):
            now = time.monotonic()
            self._start(now)
            self._collect(now, self._intake.patience if is_fed else 0.0)
            self._end_categories()
            if self._intake.is_done:
                return
            is_fed = self._feed()
        self._wind_down()

    def _wind_down(self) -> None:
        """What is under way may end; nothing new begins."""
        deadline = time.monotonic() + WINDING_DOWN_SECONDS
        while self.schedule.under_way and time.monotonic() < deadline:
            self._collect(time.monotonic(), LONGEST_WAIT_SECONDS)

    def _feed(self) -> bool:
        """False: there is more to feed, and it was only time to look at something else."""
        until = time.monotonic() + FEEDING_SECONDS
        self._intake.take_arrivals()
        while self.schedule.has_room:
            found = self._intake.next_step()
            if found:
                self._begin(*found)
            elif not self._open_next():
                return True
            if time.monotonic() >= until:
                return False
        return True

    def _begin(self, run: CategoryRun, step: Step) -> None:
        decision = step.decision
        if decision.action is Action.PROVE and decision.found:
            self._add(Work(run, step, decision.location, decision.found.name), host="")
        else:
            self._begin_location(Work(run, step, decision.location, original=decision.original))

    def _begin_location(self, work: Work) -> None:
        """Fetch it, unless the same picture is stored or under way for another category."""
        if work.original:
            self._add(work, host="")
            return
        host = host_of(work, self._engine.most_image_bytes)
        if isinstance(host, Outcome):
            self._settle(work, host, attempts=0)
        elif work.step.position in work.run.refused or not self._follow(work):
            number = self._add(work, host=host)
            self._leaders.setdefault(work.step.record.image_id, number)
            self._leaders.setdefault(work.url, number)

    def _follow(self, work: Work) -> bool:
        leader = self._leaders.get(work.step.record.image_id, self._leaders.get(work.url))
        if leader is not None:
            self._followers[leader].append(work)
            return True
        twin = self._books.twin(work)
        if twin is None:
            return False
        if twin.reason.follow is not Follow.KEPT:
            told = unasked(twin.reason, twin.description, twin.http_status)
            self._settle(work, told, attempts=0)
            return True
        kept: Stored | Failure | None
        if self._books.rules.resizing is None:
            kept = self._books.link(work.run, work.step, twin)
        elif self._take_original(work, self._books.path_of(twin)):
            return True
        else:
            kept = self._books.resized.link(work.run, work.step, twin)
        if kept is not None:
            self._settle(work, _linked(kept), attempts=0)
        return kept is not None

    def _take_original(self, work: Work, path: str | None) -> bool:
        """A worker has to see it, to make other sizes of it."""
        was_no_use = work.original is not None
        if path is None or was_no_use or not os.path.exists(path):
            return False
        self._add(work._replace(original=path), host="")
        return True

    def _add(self, work: Work, *, host: str) -> int:
        self._numbers += 1
        row = work.known_row
        losses = 1 if row and row.reason is Reason.LOST else 0
        job = Job(self._numbers, host, work, losses=losses, doubt=_doubt_of(row))
        self._jobs[job.number] = job
        self.schedule.add(job)
        return job.number

    def _start(self, now: float) -> None:
        if self.schedule.waiting:
            self.schedule.batch_limit = self._engine.batch.size
            self.schedule.spares = self._engine.spares
        while job := self.schedule.next_job(now):
            self._engine.executor.submit(self._task(job))

    def _task(self, job: Job) -> ImageTask:
        work: Work = job.payload
        record = work.step.record
        folder = str(work.run.folder)
        location: Location = work.listed
        if work.file_name:
            location = FileLocation(f"{images_dir(folder)}/{work.file_name}", work.url)
        elif work.original:
            location = TreeLocation(work.url, work.original)
        elif (body := work.body) is not None:
            location = CarriedLocation(work.url, body)
        xml = work.run.xmls.get(record.image_id)
        return ImageTask(
            job.number, location, record.image_id, folder, _place_of(work), xml,
            self._engine.labels_in(xml),
            drops_misfits=self._books.rules.drops_misfits,
            may_replace=work.step.position in work.run.refused,
            known_xml=known_xml(work.run, work.step), places=self._engine.places,
            expected=work.expected,
            resizing=work.run.resized.for_task(record.image_id) if work.run.resized else None,
        )

    def _collect(self, now: float, longest_wait: float) -> None:
        wait = self.schedule.seconds_until_next(now, longest_wait)
        if self.schedule.under_way:
            self._take_answers(wait)
        elif self.schedule.waiting or self._intake.is_growing:  # parked hosts, or records to come
            time.sleep(min(wait, SHORTEST_NAP_SECONDS))
        nothing_else_left = self.schedule.is_stuck
        for job, outcome in self.schedule.released(nothing_else_left=nothing_else_left):
            self._settle_job(job, outcome)
        for job, reason in self.schedule.abandoned(nothing_else_left=nothing_else_left):
            untried = unasked(reason, _why_abandoned(job, reason))
            is_offline = reason is Reason.NOT_TRIED  # nothing is held against anyone
            self._settle_job(job, untried if is_offline else job.last or untried)

    def _take_answers(self, longest_wait: float) -> None:
        is_full = self.schedule.is_full
        for answer in self._engine.executor.answers(longest_wait):
            if isinstance(answer, HalfDone):
                for number in answer.numbers:
                    self.schedule.arrived(number)
                continue
            job = self._jobs[answer.number]
            outcome = _lost(job) if isinstance(answer, Lost) else answer
            self._engine.batch.answered(is_full=is_full)
            self._books.tally.received_bytes += outcome.received
            verdict = self.schedule.answered(job, outcome, time.monotonic())
            if verdict:
                self._settle_job(job, verdict)

    def _settle_job(self, job: Job, outcome: Outcome) -> None:
        work: Work = job.payload
        del self._jobs[job.number]
        for key in (work.step.record.image_id, work.url):
            if self._leaders.get(key) == job.number:
                del self._leaders[key]
        self._settle(work, outcome, attempts=_attempts(job, outcome))
        for follower in self._followers.pop(job.number, ()):
            self._begin_location(follower)

    def _settle(self, work: Work, outcome: Outcome, *, attempts: int) -> None:
        following = self._settlement.settle(work, outcome, attempts=attempts)
        if following and following.file_name:
            self._add(following, host="")
        elif following:
            self._begin_location(following)
        else:
            self._intake.settled(work)

    def _open_next(self) -> bool:
        """False: none may be opened now."""
        if not self._intake.open_next(time.monotonic()):
            return False
        self._end_categories()  # it may have nothing to do
        return True

    def _end_categories(self) -> None:
        for run in self._intake.ended():
            self._overseer.category_ended(run)


def _place_of(work: Work) -> str:
    if work.file_name:
        return place_of_file(work.file_name, work.step.record.image_id)
    return work.run.place_of(work.step)


def _attempts(job: Job, outcome: Outcome) -> int:
    """Those to add to the row's: a member of an archive is had in one, whichever way it came."""
    work: Work = job.payload
    if outcome.stored and not isinstance(work.listed, UrlLocation):
        return 0 if work.known_row and work.known_row.attempts else 1
    return 0 if work.file_name or work.original else job.attempts


def _doubt_of(row: Row | None) -> int:
    """How often it was tried in former runs, where none of the tries led to a verdict."""
    return row.attempts if row and row.reason.follow is Follow.AGAIN else 0


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

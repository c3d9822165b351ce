"""Hosts that answer in simulated time, and the loop that drives a schedule against them."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imagenet_utils.model import Outcome, Reason
from imagenet_utils.network.batch import Batch
from imagenet_utils.network.hosts import Manners
from imagenet_utils.network.schedule import Job, Schedule

TICK_SECONDS = 0.25


@dataclass
class Web:
    """`answer(job, under way at its host, now)` gives seconds and outcome of one request."""

    answer: Callable[[Job, int, float], tuple[float, Outcome]]
    schedule: Schedule = field(default_factory=lambda: schedule())
    batch: Batch | None = None
    now: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)  # by host
    verdicts: dict[int, Outcome | Reason] = field(default_factory=dict)
    times: dict[int, float] = field(default_factory=dict)  # of the verdicts
    asked: list[tuple[float, Job]] = field(default_factory=list)
    was_offline: bool = False
    _at_host: Counter[str] = field(default_factory=Counter)
    _events: list[tuple[float, int, Job, Outcome]] = field(default_factory=list)
    _next_tick: float = 0.0

    def run(self, jobs: Iterable[Job], *, until: float = 1e9) -> Web:
        coming = iter(jobs)
        is_exhausted = False
        while self.now < until:
            while not is_exhausted and self.schedule.has_room:
                job = next(coming, None)
                is_exhausted = job is None
                if job:
                    self.schedule.add(job)
            self._tick()
            self._start()
            self._collect()
            if is_exhausted and not self.unanswered:
                return self
        return self

    @property
    def unanswered(self) -> int:
        outage = self.schedule.outage
        return (self.schedule.waiting + self.schedule.under_way + len(outage._held)
                + len(outage._reconsidered))

    def _tick(self) -> None:
        if self.now >= self._next_tick:
            self.schedule.tick(self.now)
            self._next_tick = self.now + TICK_SECONDS
            self.was_offline |= self.schedule.outage.is_offline
            if self.batch:
                self.batch.adapt(self.now)
        if self.batch:
            self.schedule.batch_limit = self.batch.size

    def _start(self) -> None:
        while job := self.schedule.next_job(self.now):
            self._at_host[job.host] += 1
            self.requests[job.host] += 1
            self.asked.append((self.now, job))
            seconds, outcome = self.answer(job, self._at_host[job.host], self.now)
            heapq.heappush(self._events, (self.now + seconds, len(self.asked), job, outcome))

    def _collect(self) -> None:
        is_full = self.schedule.is_full
        longest = max(0.001, self._next_tick - self.now)
        wake = self.now + max(0.001, self.schedule.seconds_until_next(self.now, longest))
        if self._events and self._events[0][0] <= wake:
            self.now, _, job, outcome = heapq.heappop(self._events)
            self._at_host[job.host] -= 1
            if self.batch:
                self.batch.answered(is_full=is_full)
            self._settle(job, self.schedule.answered(job, outcome, self.now))
        else:
            self.now = wake
        is_stuck = self.schedule.is_stuck
        for job, held in self.schedule.released(nothing_else_left=is_stuck):
            self._settle(job, held)
        for job, reason in self.schedule.abandoned(nothing_else_left=is_stuck):
            self._settle(job, job.last or reason)

    def _settle(self, job: Job, verdict: Outcome | Reason | None) -> None:
        if verdict is None:
            return
        assert job.number not in self.verdicts, f"job {job.number} was answered twice"
        self.verdicts[job.number] = verdict
        self.times[job.number] = self.now

    def reasons(self) -> Counter[Reason]:
        return Counter(verdict if isinstance(verdict, Reason) else verdict.reason
                       for verdict in self.verdicts.values())


def schedule(*, batch: int = 256, retries: int = 2, per_host: int | None = None,
             sleep_seconds: float = 0.0) -> Schedule:
    made = Schedule(Manners(retries, per_host, sleep_seconds), random_source=random.Random(7))
    made.batch_limit = batch
    return made


def jobs(count: int, host: str = "a.example", *, first: int = 0) -> list[Job]:
    return [Job(number, host, None) for number in range(first, first + count)]


def good(seconds: float = 0.1) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.DOWNLOADED, "Success", http_status=200, is_connected=True,
                            seconds=seconds, first_byte_seconds=seconds)


def gone(seconds: float = 0.1) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.GONE, "HTTP 404", http_status=404, is_connected=True,
                            seconds=seconds, first_byte_seconds=seconds)


def refused(status: int = 429, retry_after: float | None = None) -> tuple[float, Outcome]:
    reason = Reason.THROTTLED if status == 429 else Reason.SERVER_ERROR
    return 0.05, Outcome(0, reason, f"HTTP {status}", http_status=status, is_connected=True,
                         retry_after_seconds=retry_after)


def server_error(seconds: float = 0.1) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.SERVER_ERROR, "HTTP 500", http_status=500, is_connected=True)


def reset(seconds: float = 0.1) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.UNREACHABLE, "reset", is_connected=True)


def dead(seconds: float = 0.1) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.UNREACHABLE, "no such host")


def hanging(seconds: float = 20.0) -> tuple[float, Outcome]:
    return seconds, Outcome(0, Reason.TIMEOUT, "too slow", is_connected=True)

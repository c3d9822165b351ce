"""Which URL is next: the queues of the hosts, the retries, and the wait when all is offline.

Nothing here opens a connection or reads a clock: moments come in as `now`, in seconds.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imagenet_utils.network.hosts import Answer, Host
from imagenet_utils.model import Follow, Outcome, Reason
from imagenet_utils.network.outage import Outage

LOOK_AHEAD = 10_000  # jobs waiting, so that one slow host does not hide the others
REFUSALS_OF_ONE_URL = 6
FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
UNDER_WAY_AT_MOST = 1024  # overtaken ones included; descriptors are finite


@dataclass(slots=True)
class Job:
    """One URL or file on its way to a verdict."""

    number: int
    host: str  # "": a file on this disk, which needs no manners
    payload: Any
    attempts: int = 0  # in this run, all of them
    tries: int = 0  # those that count against the retries
    refusals: int = 0  # 429 and 503, which don't
    losses: int = 0  # workers it killed, in former runs too
    last: Outcome | None = None  # of its latest try


@dataclass(frozen=True, slots=True)
class Manners:
    retries: int  # tries after the first
    per_host: int | None
    sleep_seconds: float


class Schedule:
    """Jobs go in with `add`, come out of `next_job` when they may start, and end in `answered`."""

    def __init__(self, manners: Manners, *, random_source: random.Random | None = None) -> None:
        self.batch_limit = 1  # how many may be under way, overtaken ones not counted
        self.outage = Outage()
        self.waiting = 0
        self._manners = manners
        self._random = random_source or random.Random()
        self._hosts: dict[str, Host] = {}
        self._ring: deque[Host] = deque()  # hosts that may be able to start something
        self._in_ring: set[str] = set()
        self._sleeping: list[tuple[float, str]] = []  # until when, and which host
        self._asleep: set[str] = set()
        self._retries: list[tuple[float, int, Job]] = []
        self._under_way: dict[int, Job] = {}
        self._overtaken = 0

    @property
    def has_room(self) -> bool:
        return self.waiting < LOOK_AHEAD

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    @property
    def is_full(self) -> bool:
        return self.under_way - self._overtaken >= self.batch_limit

    def add(self, job: Job) -> None:
        host = self._host(job.host)
        host.waiting.append(job)
        self.waiting += 1
        self._put_in_ring(host)

    def next_job(self, now: float) -> Job | None:
        self._wake_sleepers(now)
        if self.is_full or self.under_way >= UNDER_WAY_AT_MOST:
            return None
        if not self.outage.may_start(now):
            return None
        for _ in range(len(self._ring)):
            host = self._ring.popleft()
            self._in_ring.discard(host.name)
            may_start_at = None if host.given_up else host.may_start_at(now)
            if may_start_at is None or not host.waiting:
                continue  # it comes back when something is added or answered
            if may_start_at > now:
                self._put_to_sleep(host, may_start_at)
                continue
            job = host.waiting.popleft()
            self._put_in_ring(host)
            return self._begin(job, host, now)
        return None

    def answered(self, job: Job, outcome: Outcome, now: float) -> Outcome | None:
        """The verdict, or None while the job will be tried again."""
        del self._under_way[job.number]
        job.last = outcome
        job.attempts += 1
        host = self._host(job.host)
        self._overtaken -= host.overtaken
        self._tell_host(host, job, outcome, now)
        self._overtaken += host.overtaken
        self._put_in_ring(host)
        return self._verdict(job, outcome, now)

    def released(self, *, nothing_else_left: bool) -> list[tuple[Job, Outcome]]:
        """Verdicts that waited for a sign of the network, which came or never will."""
        return self.outage.release(nothing_else_left=nothing_else_left)

    def abandoned(self, *, nothing_else_left: bool) -> Iterator[tuple[Job, Reason]]:
        """Jobs of hosts that were given up, and all of them when the network stays away."""
        is_over = self.outage.is_over_patience
        for host in self._hosts.values():
            reason = Reason.NOT_TRIED if is_over else host.given_up
            if reason is Reason.UNREACHABLE and self.outage.is_in_doubt and not nothing_else_left:
                continue
            while reason and host.waiting:
                self.waiting -= 1
                yield host.waiting.popleft(), reason
        while is_over and self._retries:
            self.waiting -= 1
            yield heapq.heappop(self._retries)[2], Reason.NOT_TRIED

    @property
    def is_stuck(self) -> bool:
        """Nothing is under way, and nothing will ever start by itself."""
        return not (self._under_way or self._retries or self._sleeping or self._ring
                    or self.outage.is_offline)

    def tick(self, now: float) -> None:
        """To be called a few times a second."""
        for job in self.outage.reconsidered():
            self._hosts[job.host].forgive()
            self.add(job)
        self._overtaken = 0
        for host in self._hosts.values():
            if host.under_way:
                host.mark_overtaken(now)
                self._overtaken += host.overtaken
                self._put_in_ring(host)

    def seconds_until_next(self, now: float, longest: float) -> float:
        """How long to wait for answers before something else may start."""
        moments = [heap[0][0] for heap in (self._sleeping, self._retries) if heap]
        return max(0.0, min([longest, *(moment - now for moment in moments)]))

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            manners = self._manners
            self._hosts[name] = Host(
                name, per_host=manners.per_host if name else UNDER_WAY_AT_MOST,
                sleep_seconds=manners.sleep_seconds if name else 0.0,
            )
        return self._hosts[name]

    def _put_in_ring(self, host: Host) -> None:
        if host.waiting and host.name not in self._in_ring:
            self._in_ring.add(host.name)
            self._ring.append(host)

    def _put_to_sleep(self, host: Host, until: float) -> None:
        if host.name not in self._asleep:
            self._asleep.add(host.name)
            heapq.heappush(self._sleeping, (until, host.name))

    def _begin(self, job: Job, host: Host, now: float) -> Job:
        self.waiting -= 1
        self._under_way[job.number] = job
        host.started(job.number, now)
        self.outage.started(now)
        return job

    def _wake_sleepers(self, now: float) -> None:
        while self._sleeping and self._sleeping[0][0] <= now:
            name = heapq.heappop(self._sleeping)[1]
            self._asleep.discard(name)
            self._put_in_ring(self._hosts[name])
        while self._retries and self._retries[0][0] <= now:
            job = heapq.heappop(self._retries)[2]
            host = self._host(job.host)
            host.waiting.append(job)
            self._put_in_ring(host)

    def _tell_host(self, host: Host, job: Job, outcome: Outcome, now: float) -> None:
        answer = answer_of(outcome)
        if answer is None:
            host.withdrawn(job.number)
        else:
            host.answered(job.number, answer, now, latency=outcome.first_byte_seconds,
                          retry_after=outcome.retry_after_seconds)

    def _verdict(self, job: Job, outcome: Outcome, now: float) -> Outcome | None:
        if job.host:
            self.outage.saw(job, outcome, now)
        if outcome.reason.follow is not Follow.AGAIN or outcome.reason is Reason.SAVE_FAILED:
            return outcome
        if outcome.reason is Reason.LOST:
            job.losses += 1
            if job.losses >= 2:
                return outcome.instead(Reason.DAMAGED, "its worker died twice")
        if answer_of(outcome) is Answer.REFUSED:
            job.refusals += 1
            if job.refusals < REFUSALS_OF_ONE_URL:
                self.add(job)
                return None
            return outcome
        if job.tries < self._manners.retries:
            job.tries += 1
            self._try_later(job, now)
            return None
        return None if self.outage.holds_back(job, outcome) else outcome

    def _try_later(self, job: Job, now: float) -> None:
        """Back-off doubles with each try; jitter keeps retries from coming in step."""
        back_off = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2 ** (job.tries - 1))
        due = now + back_off * self._random.uniform(0.5, 1.5)
        self.waiting += 1
        heapq.heappush(self._retries, (due, job.number, job))


def answer_of(outcome: Outcome) -> Answer | None:
    """How the host did; None: this outcome says nothing about it."""
    reason = outcome.reason
    if outcome.http_status in (429, 503):
        return Answer.REFUSED
    if reason is Reason.TIMEOUT or (reason is Reason.UNREACHABLE and not outcome.is_connected):
        return Answer.FAILED
    if reason is Reason.UNREACHABLE:
        return Answer.BROKEN
    if reason in (Reason.LOST, Reason.SERVER_ERROR) or not outcome.is_connected:
        return None
    return Answer.GOOD

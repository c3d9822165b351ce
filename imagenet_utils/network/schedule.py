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

from imagenet_utils.model import Follow, Outcome, Reason
from imagenet_utils.network.hosts import LONGEST_PAUSE_SECONDS, Host, Manners
from imagenet_utils.network.outage import Outage, is_no_connection
from imagenet_utils.network.replies import Answer, Reply, answer_of
from imagenet_utils.network.under_way import Try, UnderWay

LOOK_AHEAD = 10_000  # jobs waiting, so that one slow host does not hide the others
REFUSALS_OF_ONE_URL = 6
FIRST_BACK_OFF_SECONDS = 0.5
FIRST_BACK_OFF_AFTER_REFUSAL_SECONDS = 0.25
LONGEST_BACK_OFF_SECONDS = 30.0
UNDER_WAY_AT_MOST = 1024  # slow ones included; descriptors are finite


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
    doubt: int = 0  # tries without any answer, in former runs too
    last: Outcome | None = None  # of its latest try
    troubled_at: float | None = None  # when its latest try began, if that was refused or broken


class Schedule:
    """Jobs go in with `add`, come out of `next_job` when they may start, and end in `answered`."""

    def __init__(
        self, manners: Manners, *, ceiling: int = UNDER_WAY_AT_MOST,
        random_source: random.Random | None = None,
    ) -> None:
        self.batch_limit = 1  # how many may be on the line, slow ones not counted
        self.spares = 0  # how many more are handed out, to follow at once where one ends
        self.ceiling = min(ceiling, UNDER_WAY_AT_MOST)  # what this machine can bear
        self.most_under_way = self.ceiling  # all of them, those that wait for a proof, too
        self.outage = Outage()
        self.waiting = 0
        self._manners = manners
        self._random = random_source or random.Random()
        self._files = Host("", window=UNDER_WAY_AT_MOST, per_host=UNDER_WAY_AT_MOST)
        self._hosts: dict[str, Host] = {"": self._files}
        self._ring: deque[Host] = deque()  # hosts that may be able to start something
        self._in_ring: set[str] = set()
        self._sleeping: list[tuple[float, str]] = []  # until when, and which host
        self._asleep: set[str] = set()
        self._retries: list[tuple[float, int, Job]] = []
        self._given_up: set[str] = set()  # hosts whose queues are to be emptied
        self._under_way = UnderWay()

    @property
    def has_room(self) -> bool:
        return self.waiting < LOOK_AHEAD

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    @property
    def is_full(self) -> bool:
        return self._has_filled(self.batch_limit)

    @property
    def is_stuck(self) -> bool:
        """Nothing is under way, and nothing will ever start by itself."""
        if self._under_way or self._retries or self._ring or self.outage.is_offline:
            return False
        return all(self._hosts[name].given_up for name in self._asleep)

    def add(self, job: Job) -> None:
        host = self._host(job.host)
        host.add(job, doubt=job.doubt)
        self.waiting += 1
        self._put_in_line(host)

    def next_job(self, now: float) -> Job | None:
        self._wake_sleepers(now)
        if self._has_filled(self.batch_limit + self.spares):
            return None
        if not self.outage.may_start(now):
            return self._begin(self._files, now) if self._files.has_waiting else None
        for _ in range(len(self._ring)):
            host = self._ring.popleft()
            self._in_ring.discard(host.name)
            may_start_at = None if host.given_up else host.may_start_at(now)
            if may_start_at is None or not host.has_waiting:
                continue  # it comes back when something is added or answered
            if may_start_at <= now:
                return self._begin(host, now)
            self._put_to_sleep(host, may_start_at)
        return None

    def arrived(self, number: int) -> None:
        """The body of a job is here and waits to be proven."""
        self._under_way.arrive(number)

    def answered(self, job: Job, outcome: Outcome, now: float) -> Outcome | None:
        """The verdict, or None while the job will be tried again."""
        try_ = self._under_way.end(job.number)
        job.last = outcome
        job.attempts += 1
        host = self._hosts[job.host]
        answer = answer_of(outcome)
        self._tell_host(job, try_, answer, now)
        if job.host:
            self._see_the_network(job, outcome, now)
        self._put_in_line(host)
        if outcome.reason.follow is not Follow.AGAIN or outcome.reason is Reason.SAVE_FAILED:
            return outcome
        if answer is Answer.REFUSED:
            return self._after_refusal(job, outcome, now)
        return self._after_failure(job, outcome, now)

    def released(self, *, nothing_else_left: bool) -> list[tuple[Job, Outcome]]:
        """Verdicts that waited for a sign of the network, which came or never will."""
        return self.outage.release(nothing_else_left=nothing_else_left)

    def abandoned(self, *, nothing_else_left: bool) -> Iterator[tuple[Job, Reason]]:
        """Jobs of hosts that were given up, and all of them when the network stays away."""
        if self.outage.is_over_patience:
            yield from self._all_of_the_web()
        for name in tuple(self._given_up):
            host = self._hosts[name]
            is_in_doubt = host.given_up is Reason.UNREACHABLE and self.outage.is_in_doubt
            if is_in_doubt and not nothing_else_left:
                continue
            self._given_up.discard(name)
            while host.given_up and host.has_waiting:
                self.waiting -= 1
                yield host.take(), host.given_up

    def tick(self, now: float) -> None:
        """To be called a few times a second."""
        self.outage.tick(now)
        for job in self.outage.reconsidered():
            self._start_afresh(job)
            self.add(job)
        self._under_way.mark_slow(now)
        for host in self._hosts.values():
            if host.under_way:
                host.mark_overtaken(now)
                self._put_in_line(host)

    def seconds_until_next(self, now: float, longest: float) -> float:
        """How long to wait for answers before something else may start."""
        moments = [heap[0][0] for heap in (self._sleeping, self._retries) if heap]
        return max(0.0, min([longest, *(moment - now for moment in moments)]))

    def _has_filled(self, places: int) -> bool:
        """Or has as many as may be under way at all."""
        is_filled = self._under_way.places_filled >= places
        return is_filled or len(self._under_way) >= self.most_under_way

    def _host(self, name: str) -> Host:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(name, per_host=self._manners.per_host,
                                            sleep_seconds=self._manners.sleep_seconds,
                                            dice=self._random)
        return host

    def _put_in_line(self, host: Host) -> None:
        """Where its jobs get their turn, or their dismissal."""
        if host.given_up:
            self._given_up.add(host.name)
        elif host.has_waiting and host.name not in self._in_ring:
            self._in_ring.add(host.name)
            self._ring.append(host)

    def _put_to_sleep(self, host: Host, until: float) -> None:
        if host.name not in self._asleep:
            self._asleep.add(host.name)
            heapq.heappush(self._sleeping, (until, host.name))

    def _begin(self, host: Host, now: float) -> Job:
        job: Job = host.take()
        self._put_in_line(host)
        self.waiting -= 1
        self._under_way.begin(job.number, now)
        host.started(job.number, now)
        if host is not self._files:
            self.outage.started(now)
        return job

    def _wake_sleepers(self, now: float) -> None:
        while self._sleeping and self._sleeping[0][0] <= now:
            name = heapq.heappop(self._sleeping)[1]
            self._asleep.discard(name)
            self._put_in_line(self._hosts[name])
        while self._retries and self._retries[0][0] <= now:
            job = heapq.heappop(self._retries)[2]
            host = self._hosts[job.host]
            host.add(job, is_troubled=job.troubled_at is not None, doubt=job.doubt)
            self._put_in_line(host)

    def _tell_host(self, job: Job, try_: Try, answer: Answer | None, now: float) -> None:
        host, outcome = self._hosts[job.host], job.last
        if outcome is None or answer is None or (self.outage.is_offline
                                                 and is_no_connection(outcome)):
            host.withdrawn(job.number)
            return
        host.answered(job.number, Reply(
            answer, outcome.first_byte_seconds, outcome.seconds, outcome.retry_after_seconds,
            job.troubled_at, outcome.connect_seconds), now)
        is_troubled = answer in (Answer.REFUSED, Answer.BROKEN)
        job.troubled_at = try_.started if is_troubled else None
        job.doubt = job.doubt + 1 if answer is Answer.FAILED else 0
        if answer is Answer.GOOD:
            self._under_way.ended_well(try_, outcome.seconds)

    def _see_the_network(self, job: Job, outcome: Outcome, now: float) -> None:
        was_offline = self.outage.is_offline
        self.outage.saw(job.host, outcome, now)
        if self.outage.is_offline and not was_offline:
            self._forgive_all()

    def _forgive_all(self) -> None:
        """What failed lately failed because of the network."""
        for host in self._hosts.values():
            host.forgive()
            self._put_in_line(host)
        self._given_up = {name for name in self._given_up if self._hosts[name].given_up}
        for _due, _number, job in self._retries:
            if job.last and is_no_connection(job.last):
                self._start_afresh(job)

    def _start_afresh(self, job: Job) -> None:
        job.tries = 0
        job.last = None

    def _after_refusal(self, job: Job, outcome: Outcome, now: float) -> Outcome | None:
        """The pause of the URL itself; its host may pause for longer."""
        job.refusals += 1
        if job.refusals >= REFUSALS_OF_ONE_URL:
            return outcome
        pause = outcome.retry_after_seconds
        if pause is None:
            pause = FIRST_BACK_OFF_AFTER_REFUSAL_SECONDS * 2 ** (job.refusals - 1)
        self._try_later(job, now + min(pause, LONGEST_PAUSE_SECONDS))
        return None

    def _after_failure(self, job: Job, outcome: Outcome, now: float) -> Outcome | None:
        if outcome.reason is Reason.LOST:
            job.losses += 1
            if job.losses >= 2:
                return outcome.instead(Reason.DAMAGED, "its worker died twice")
        if job.host and self.outage.is_offline and is_no_connection(outcome):
            self.outage.reconsider(job)
            return None
        if job.tries < self._manners.retries and not self._hosts[job.host].given_up:
            job.tries += 1
            self._try_later(job, now + self._back_off_seconds(job))
            return None
        return None if job.host and self.outage.holds_back(job, outcome) else outcome

    def _back_off_seconds(self, job: Job) -> float:
        """Doubles with each try; jitter keeps retries from coming in step."""
        back_off = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2 ** (job.tries - 1))
        return back_off * self._random.uniform(0.5, 1.5)

    def _try_later(self, job: Job, due: float) -> None:
        self.waiting += 1
        heapq.heappush(self._retries, (due, job.number, job))

    def _all_of_the_web(self) -> Iterator[tuple[Job, Reason]]:
        """Every job but the files of this disk."""
        for host in tuple(self._hosts.values()):
            while host.has_waiting and host is not self._files:
                self.waiting -= 1
                yield host.take(), Reason.NOT_TRIED
        for _ in range(len(self._retries)):
            self.waiting -= 1
            yield heapq.heappop(self._retries)[2], Reason.NOT_TRIED

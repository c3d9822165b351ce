"""The manners towards one host: its window of connections, its pauses, when to leave it alone.

Nothing here opens a connection or reads a clock: moments come in as `now`, in seconds.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass
from typing import Any

from imagenet_utils.model import Reason
from imagenet_utils.network.replies import Answer, Reply, Strain

FIRST_WINDOW = 8.0
WIDEST_WINDOW = 640.0  # the largest batch, and its spares
FIRST_PAUSE_SECONDS = 0.25  # after 429 or 503 without Retry-After; then 4 times as long each
LONGEST_PAUSE_SECONDS = 120.0
PAUSES_WITHOUT_SUCCESS = 5  # then the rest of the host is left to the next run
FAILURES_IN_A_ROW = 5  # connect failures or time-outs: then it is unreachable for this run
LOWEST_CEILING = 4.0  # below, one refused URL among good ones would starve the whole host
GOOD_ROUNDS_BEFORE_PROBE = 25  # of the whole window, until what once was too much is tried again
OVERTAKEN_SECONDS = 0.25
OVERTAKEN_TIMES = 4  # as long as is usual
OVERTAKEN_AT_MOST = 5  # times the window, where the host has shown that it has one
UNDER_WAY_AT_MOST = 1024  # overtaken ones included, where it has not
NEW_ONES_BETWEEN = 2  # URLs in trouble take turns with others, to see whether those are answered
REPEATS_THAT_ACQUIT = 8  # URLs in trouble again while others are answered: then it is the URLs


@dataclass(frozen=True, slots=True)
class Manners:
    """What the user wants of them."""

    retries: int  # tries after the first
    per_host: int | None  # connections at once
    sleep_seconds: float  # between the starts of two requests


@dataclass(slots=True)
class Request:
    """One under way."""

    started: float
    company: int  # requests of this host under way at its start, itself included
    is_overtaken: bool = False  # later ones were answered well: the URL is slow, not the host


class Host:
    """A registrable domain, counted over all processes."""

    def __init__(
        self, name: str, *, per_host: int | None = None, sleep_seconds: float = 0.0,
        window: float = FIRST_WINDOW, dice: random.Random | None = None,
    ) -> None:
        self.name = name
        self._new: deque[Any] = deque()
        self._troubled: deque[Any] = deque()
        self._doubtful: list[tuple[int, int, Any]] = []  # a heap: doubt, place in line, job
        self._doubts = 0
        self._new_in_a_row = 0
        self._dice = dice or random.Random()
        self.given_up: Reason | None = None  # THROTTLED or UNREACHABLE: the rest is left alone
        self.parked_until = 0.0
        self.under_way: dict[int, Request] = {}
        self._widest = float(per_host) if per_host else WIDEST_WINDOW
        self._hard_cap = per_host
        self._window = min(window, self._widest)
        self._ceiling: float | None = None  # learnt from refusals
        self._good_since_trouble = 0
        self._troubled_since_good = 0
        self._reduced_at = -1.0
        self._sleep_seconds = sleep_seconds
        self._next_start = 0.0
        self._latest_good = -1.0  # when the youngest request that was answered well began
        self._overtaken = 0
        self._pauses_in_a_row = 0
        self._failures = 0  # in a row
        self._repeats = 0  # evidence that trouble comes from single URLs, not from load
        self._used = 0.0  # the largest company lately
        self._good_company = 0.0  # the largest in which one was answered well lately
        self._strain = Strain()

    @property
    def has_waiting(self) -> bool:
        return bool(self._new or self._troubled or self._doubtful)

    @property
    def window(self) -> int:
        return max(1, int(self._window))

    def add(self, job: Any, *, is_troubled: bool = False, doubt: int = 0) -> None:
        """`doubt` counts the tries, in former runs too, in which the URL gave no answer.

        Such URLs come last, the least tried first: at the head of a run they would bring the
        whole host into the discredit of being dead.
        """
        if doubt:
            self._doubts += 1
            heapq.heappush(self._doubtful, (doubt, self._doubts, job))
        else:
            (self._troubled if is_troubled else self._new).append(job)

    def take(self) -> Any:
        """The next of those that wait."""
        if not (self._new or self._troubled):
            return heapq.heappop(self._doubtful)[2]
        if self._troubled and (self._new_in_a_row >= NEW_ONES_BETWEEN or not self._new):
            self._new_in_a_row = 0
            return self._troubled.popleft()
        self._new_in_a_row += 1
        if self._pauses_in_a_row or self._failures:
            # What earlier runs left at the head of the list may all be ill: ask elsewhere.
            self._new.rotate(self._dice.randrange(len(self._new)))
        return self._new.popleft()

    def may_start_at(self, now: float) -> float | None:
        """The moment from which a request may start; None: once one under way is answered."""
        if len(self.under_way) - self._overtaken >= self.window:
            return None
        if len(self.under_way) >= (self._hard_cap or self._most_with_overtaken()):
            return None
        return max(now, self.parked_until, self._next_start)

    def started(self, number: int, now: float) -> None:
        company = len(self.under_way) - self._overtaken + 1
        self.under_way[number] = Request(now, company)
        self._used = max(float(company), 0.99 * self._used)
        self._next_start = now + self._sleep_seconds

    def answered(self, number: int, reply: Reply, now: float) -> None:
        request = self.under_way.pop(number)
        self._overtaken -= request.is_overtaken
        if reply.answer is Answer.GOOD:
            self._welcome(request, reply, now)
        elif reply.answer is Answer.FAILED:
            self._count_failure(request)
        elif not self._is_fault_of_url(request, reply):
            if reply.answer is Answer.REFUSED:
                self._pause(request, reply.retry_after, now)
            if reply.answer is Answer.REFUSED or request.company > self._good_company:
                self._learn_ceiling(request)
            self._narrow(request, now)

    def withdrawn(self, number: int) -> None:
        """The request says nothing about the host."""
        self._overtaken -= self.under_way.pop(number).is_overtaken

    def forgive(self) -> None:
        """Its failures were the network's."""
        self._failures = 0
        if self.given_up is Reason.UNREACHABLE:
            self.given_up = None

    def mark_overtaken(self, now: float) -> None:
        """Requests that younger ones overtook don't hold back the others any longer."""
        patience = max(OVERTAKEN_SECONDS, OVERTAKEN_TIMES * self._strain.usual_seconds)
        for request in self.under_way.values():
            if now - request.started < patience or request.started >= self._latest_good:
                break  # the rest is younger still
            self._overtaken += not request.is_overtaken
            request.is_overtaken = True

    def _most_with_overtaken(self) -> float:
        return OVERTAKEN_AT_MOST * self.window if self._ceiling else UNDER_WAY_AT_MOST

    def _welcome(self, request: Request, reply: Reply, now: float) -> None:
        self._latest_good = max(self._latest_good, request.started)
        self._failures = 0
        self._good_company = max(float(request.company), 0.95 * self._good_company)
        self._pauses_in_a_row = 0
        self._troubled_since_good = 0
        self._good_since_trouble += 1
        if reply.troubled_before is not None:
            self._repeats //= 2  # what was trouble then is none now: it was the load
        if self._strain.loses_calls(reply):
            self._begin_anew(request, now)
        elif not request.is_overtaken and self._strain.is_latency_rising(reply):
            self._narrow(request, now, least=FIRST_WINDOW)
        elif 2 * self._used >= self.window:  # one that is not used proves nothing
            self._widen()

    def _widen(self) -> None:
        """One more for each good answer doubles the window with every round of answers."""
        if self._ceiling is None:
            self._window = min(self._widest, self._window + 1)
        elif self._window + 1 <= self._ceiling:
            self._window += max(1.0, (self._ceiling - self._window) / 4) / self._window
        elif self._good_since_trouble >= GOOD_ROUNDS_BEFORE_PROBE * self._ceiling:
            self._ceiling = min(self._widest, self._ceiling + 1)
            self._good_since_trouble = 0

    def _is_fault_of_url(self, request: Request, reply: Reply) -> bool:
        """Refused or broken again, while others in no smaller company are answered: no load."""
        self._troubled_since_good += 1
        if self._troubled_since_good > FAILURES_IN_A_ROW:
            self._repeats = 0  # nobody is answered any more
        elif (reply.troubled_before is not None and reply.troubled_before < self._latest_good
              and request.company <= self._good_company):
            self._repeats = min(self._repeats + 1, 2 * REPEATS_THAT_ACQUIT)
        if self._repeats < REPEATS_THAT_ACQUIT:
            return False
        self._ceiling = None
        return True

    def _narrow(self, request: Request, now: float, *, least: float = 1.0) -> None:
        """Halve once per round: those started before the last cut say nothing new."""
        if request.started >= self._reduced_at:
            self._window = max(min(least, self._window), self._window / 2)
            self._reduced_at = now

    def _begin_anew(self, request: Request, now: float) -> None:
        """Each lost call tells a second late: halving round by round would take too long."""
        if request.started < self._reduced_at:
            return
        if self._window > FIRST_WINDOW:
            self._window = self._ceiling = FIRST_WINDOW
            self._reduced_at = now
        else:
            self._learn_ceiling(request)
            self._narrow(request, now)

    def _learn_ceiling(self, request: Request) -> None:
        if request.started >= self._reduced_at:
            learnt = max(LOWEST_CEILING, request.company - 1.0)
            self._ceiling = min(self._ceiling or learnt, learnt)
            self._good_since_trouble = 0

    def _pause(self, request: Request, retry_after: float | None, now: float) -> None:
        if request.started >= self._reduced_at:  # not one of those that the last cut answers
            self._pauses_in_a_row += 1
        pause = FIRST_PAUSE_SECONDS * 4 ** max(0, self._pauses_in_a_row - 1)
        pause = min(LONGEST_PAUSE_SECONDS, pause if retry_after is None else retry_after)
        self.parked_until = max(self.parked_until, now + pause)
        if self._pauses_in_a_row >= PAUSES_WITHOUT_SUCCESS:
            self.given_up = Reason.THROTTLED

    def _count_failure(self, request: Request) -> None:
        """In a row: none was answered well since, and none of them began before one that was.

        Among many under way a few dead ones come in a row by chance.
        """
        if request.started > self._latest_good:
            self._failures += 1
        if self._failures >= max(FAILURES_IN_A_ROW, request.company // 2):
            self.given_up = Reason.UNREACHABLE

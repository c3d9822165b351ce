"""The manners towards one host: its window of connections, its pauses, when to leave it alone.

Nothing here opens a connection or reads a clock: moments come in as `now`, in seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Any

from imagenet_utils.model import Reason

FIRST_WINDOW = 8.0
WIDEST_WINDOW = 512.0
FIRST_PAUSE_SECONDS = 0.25  # after 429 or 503 without Retry-After; then 4 times as long each
LONGEST_PAUSE_SECONDS = 120.0
PAUSES_WITHOUT_SUCCESS = 5  # then the rest of the host is left to the next run
FAILURES_IN_A_ROW = 5  # connect failures or time-outs: then it is unreachable for this run
LOWEST_CEILING = 4.0  # below, one refused URL among good ones would starve the whole host
GOOD_ANSWERS_BEFORE_PROBE = 100  # until a window that once was refused is widened again
RISING_LATENCY = 2.0  # times the best seen, and at least:
RISING_LATENCY_SECONDS = 0.5
OVERTAKEN_SECONDS = 1.0


class Answer(Enum):
    """How the host, not the picture, did."""

    GOOD = "answered, be it with 404"
    REFUSED = "429 or 503: too many requests"
    BROKEN = "reset or cut while answering"
    FAILED = "no connection, or no answer in time"


@dataclass(slots=True)
class Request:
    """One under way."""

    started: float
    order: int  # counts the requests of this host
    is_overtaken: bool = False  # later ones were answered well: the URL is slow, not the host


class Host:
    """A registrable domain, counted over all processes."""

    def __init__(self, name: str, *, per_host: int | None, sleep_seconds: float = 0.0) -> None:
        self.name = name
        self.waiting: deque[Any] = deque()
        self.given_up: Reason | None = None  # THROTTLED or UNREACHABLE: the rest is left alone
        self.parked_until = 0.0
        self.under_way: dict[int, Request] = {}
        self._widest = float(per_host) if per_host else WIDEST_WINDOW
        self._hard_cap = per_host
        self._window = min(FIRST_WINDOW, self._widest)
        self._ceiling: float | None = None  # learnt from refusals
        self._good_since_refusal = 0
        self._reduced_at = -1.0
        self._sleep_seconds = sleep_seconds
        self._next_start = 0.0
        self._orders = 0
        self._latest_good = -1  # order of the youngest request that was answered well
        self._overtaken = 0
        self._pauses_in_a_row = 0
        self._failures: set[int] = set()  # orders of those that failed since
        self._best_latency: float | None = None
        self._latency = 0.0

    @property
    def window(self) -> int:
        return max(1, int(self._window))

    @property
    def overtaken(self) -> int:
        return self._overtaken

    def may_start_at(self, now: float) -> float | None:
        """The moment from which a request may start; None: once one under way is answered."""
        if len(self.under_way) - self._overtaken >= self.window:
            return None
        if len(self.under_way) >= (self._hard_cap or 4 * self.window):
            return None
        return max(now, self.parked_until, self._next_start)

    def started(self, number: int, now: float) -> None:
        self.under_way[number] = Request(now, self._orders)
        self._orders += 1
        self._next_start = now + self._sleep_seconds

    def answered(
        self, number: int, answer: Answer, now: float, *, latency: float = 0.0,
        retry_after: float | None = None,
    ) -> None:
        request = self.under_way.pop(number)
        self._overtaken -= request.is_overtaken
        if answer is Answer.GOOD:
            self._welcome(request, latency, now)
        elif answer is Answer.REFUSED:
            self._pause(request, retry_after, now)
        elif answer is Answer.BROKEN:
            self._narrow(request, now)
        else:
            self._count_failure(request)

    def withdrawn(self, number: int) -> None:
        """The request says nothing about the host."""
        self._overtaken -= self.under_way.pop(number).is_overtaken

    def forgive(self) -> None:
        """Its failures were the network's."""
        self._failures.clear()
        if self.given_up is Reason.UNREACHABLE:
            self.given_up = None

    def mark_overtaken(self, now: float) -> None:
        """Requests that younger ones overtook don't hold back the others any longer."""
        patience = max(OVERTAKEN_SECONDS, 4 * self._latency)
        for request in self.under_way.values():
            if now - request.started < patience:
                break  # the rest is younger still
            if not request.is_overtaken and request.order < self._latest_good:
                request.is_overtaken = True
                self._overtaken += 1

    def _welcome(self, request: Request, latency: float, now: float) -> None:
        self._latest_good = max(self._latest_good, request.order)
        self._failures = {order for order in self._failures if order > self._latest_good}
        self._pauses_in_a_row = 0
        self._good_since_refusal += 1
        self._latency = latency if not self._latency else 0.9 * self._latency + 0.1 * latency
        self._best_latency = min(self._best_latency or latency, latency)
        rising = max(RISING_LATENCY * self._best_latency,
                     self._best_latency + RISING_LATENCY_SECONDS)
        if self._latency > rising:
            self._narrow(request, now, least=FIRST_WINDOW)
        else:
            self._widen()

    def _widen(self) -> None:
        """One more for each good answer doubles the window with every round of answers."""
        if self._ceiling is None:
            self._window = min(self._widest, self._window + 1)
        elif self._window + 1 <= self._ceiling:
            self._window += 1 / self._window
        elif self._good_since_refusal >= GOOD_ANSWERS_BEFORE_PROBE:
            self._ceiling += 1
            self._good_since_refusal = 0

    def _narrow(self, request: Request, now: float, *, least: float = 1.0) -> None:
        """Halve once per round: those started before the last cut say nothing new."""
        if request.started >= self._reduced_at:
            self._window = max(min(least, self._window), self._window / 2)
            self._reduced_at = now

    def _pause(self, request: Request, retry_after: float | None, now: float) -> None:
        if request.started >= self._reduced_at:  # not one of those that the last cut answers
            refused_at = len(self.under_way) + 1
            learnt = max(LOWEST_CEILING, refused_at - 1.0)
            self._ceiling = min(self._ceiling or learnt, learnt)
            self._good_since_refusal = 0
            self._pauses_in_a_row += 1
        self._narrow(request, now)
        pause = FIRST_PAUSE_SECONDS * 4 ** max(0, self._pauses_in_a_row - 1)
        pause = min(LONGEST_PAUSE_SECONDS, pause if retry_after is None else retry_after)
        self.parked_until = max(self.parked_until, now + pause)
        if self._pauses_in_a_row >= PAUSES_WITHOUT_SUCCESS:
            self.given_up = Reason.THROTTLED

    def _count_failure(self, request: Request) -> None:
        """In a row means: none that started later was answered well."""
        if request.order > self._latest_good:
            self._failures.add(request.order)
        if len(self._failures) >= FAILURES_IN_A_ROW:
            self.given_up = Reason.UNREACHABLE

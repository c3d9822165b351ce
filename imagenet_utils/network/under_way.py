"""The tries under way, and which of them take so long that others may have their places."""

from __future__ import annotations

from dataclasses import dataclass

SLOW_SECONDS = 0.25
SLOW_TIMES = 4  # as long as is usual
ARRIVED_AT_MOST = 128  # bodies of pictures that wait to be proven; more, and the cores are behind


@dataclass(slots=True)
class Try:
    started: float
    is_slow: bool = False  # longer than usual while younger ones end: it fills no place
    has_arrived: bool = False  # off the line, and not proven yet: likewise


class UnderWay:
    """Moments come in as `now`, in seconds."""

    def __init__(self) -> None:
        self._tries: dict[int, Try] = {}  # by the number of the job, in the order of their starts
        self._slow = 0
        self._arrived = 0
        self._latest_good = -1.0  # when the youngest try that was answered well began
        self._usual_seconds = 0.0

    def __len__(self) -> int:
        return len(self._tries)

    @property
    def places_filled(self) -> int:
        return len(self._tries) - self._slow - self._arrived

    def begin(self, number: int, now: float) -> None:
        self._tries[number] = Try(now)

    def end(self, number: int) -> Try:
        try_ = self._tries.pop(number)
        self._slow -= try_.is_slow
        self._arrived -= try_.has_arrived
        return try_

    def arrive(self, number: int) -> None:
        """Its body is here: the line is free for another."""
        try_ = self._tries[number]
        if self._arrived < ARRIVED_AT_MOST and not try_.is_slow:
            try_.has_arrived = True
            self._arrived += 1

    def ended_well(self, try_: Try, seconds: float) -> None:
        """`seconds` it took, to the last byte."""
        self._latest_good = max(self._latest_good, try_.started)
        if not try_.is_slow:
            share = 0.05 if self._usual_seconds else 1.0
            self._usual_seconds += share * (seconds - self._usual_seconds)

    def mark_slow(self, now: float) -> None:
        """What takes longer than usual while younger ones end idles nobody."""
        patience = max(SLOW_SECONDS, SLOW_TIMES * self._usual_seconds)
        for try_ in self._tries.values():
            if now - try_.started < patience or try_.started >= self._latest_good:
                break  # the rest is younger still
            if not (try_.is_slow or try_.has_arrived):
                try_.is_slow = True
                self._slow += 1

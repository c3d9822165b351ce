"""Telling a dead host from a dead network.

A host that cannot be reached proves nothing while nothing else can be reached either: verdicts
of that kind are held back until somebody answers.  When several unrelated hosts have failed in a
row, the run is offline: it waits, probes with one URL at a time, and records nothing.

A run often ends with hosts that have been dead for years, one after the other and nobody else
left to answer: once somebody has, one of the failing hosts must be known to have been alive.
"""

from __future__ import annotations

from typing import Any

from imagenet_utils.model import Outcome, Reason

UNRELATED_HOSTS = 4
FIRST_PROBE_SECONDS = 1.0
LONGEST_PROBE_SECONDS = 15.0
PATIENCE_SECONDS = 300.0  # when this run has seen the network alive
PATIENCE_AT_START_SECONDS = 20.0  # when it never has


class Outage:
    def __init__(self) -> None:
        self.is_offline = False
        self.is_over_patience = False
        self._alive: set[str] = set()  # hosts that answered in this run
        self._failed: set[str] = set()  # hosts that did not, since somebody last did
        self._held: list[tuple[Any, Outcome]] = []  # verdicts in doubt
        self._reconsidered: list[Any] = []
        self._offline_since = 0.0
        self._probe_at = 0.0
        self._probe_seconds = FIRST_PROBE_SECONDS

    @property
    def is_in_doubt(self) -> bool:
        """Some host could not be reached, and nobody has answered since."""
        return bool(self._failed)

    def may_start(self, now: float) -> bool:
        return not self.is_offline or (now >= self._probe_at and not self.is_over_patience)

    def started(self, now: float) -> None:
        if self.is_offline:
            self._probe_at = now + self._probe_seconds
            self._probe_seconds = min(2 * self._probe_seconds, LONGEST_PROBE_SECONDS)

    def saw(self, host: str, outcome: Outcome, now: float) -> None:
        """Every answer is a sign: somebody was reached, or one more host was not."""
        if outcome.is_connected:
            self._alive.add(host)
            self._failed.clear()
            self.is_offline = self.is_over_patience = False
        elif is_no_connection(outcome):
            self._failed.add(host)
            if not self.is_offline and self._looks_dead():
                self._go_offline(now)

    def hear_of(self, host: str) -> None:
        """Somebody else has seen `host` alive: those that fail here are dead, each for itself."""
        self._alive.add(host)
        self._failed.clear()
        self.is_offline = self.is_over_patience = False

    def tick(self, now: float) -> None:
        """Patience ends by itself, even when no probe can be made."""
        patience = PATIENCE_SECONDS if self._alive else PATIENCE_AT_START_SECONDS
        self.is_over_patience = self.is_offline and now - self._offline_since > patience

    def holds_back(self, job: Any, outcome: Outcome) -> bool:
        """Whether the verdict waits until somebody answers."""
        if is_no_connection(outcome):
            self._held.append((job, outcome))
        return is_no_connection(outcome)

    def reconsider(self, job: Any) -> None:
        self._reconsidered.append(job)

    def release(self, *, nothing_else_left: bool) -> list[tuple[Any, Outcome]]:
        if self.is_offline or (self._failed and not nothing_else_left):
            return []
        held, self._held = self._held, []
        return held

    def reconsidered(self) -> list[Any]:
        """Jobs whose failure was the network's."""
        jobs, self._reconsidered = self._reconsidered, []
        return jobs

    def _looks_dead(self) -> bool:
        is_telling = not self._alive or not self._failed.isdisjoint(self._alive)
        return is_telling and len(self._failed) >= UNRELATED_HOSTS

    def _go_offline(self, now: float) -> None:
        self.is_offline = True
        self._offline_since = now
        self._probe_seconds = FIRST_PROBE_SECONDS
        self._probe_at = now + self._probe_seconds
        self._reconsidered += [job for job, _outcome in self._held]
        self._held.clear()


def is_no_connection(outcome: Outcome) -> bool:
    """Neither the name nor the address could be reached."""
    return not outcome.is_connected and outcome.reason in (Reason.UNREACHABLE, Reason.TIMEOUT)

"""What answers tell of their host: whether they were well, and whether it has too much to do."""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple

from imagenet_utils.model import Outcome, Reason

RISING_LATENCY = 2.0  # times the usual, and at least:
RISING_LATENCY_SECONDS = 0.5
ANSWERS_BEFORE_USUAL = 8  # until the mean says what is usual
USUAL_CREEPS = 1.002  # by each answer: a host that got slower for good is not held down for ever
LOST_SYN_SECONDS = 0.9  # RFC 6298: what opens a connection is sent again after a second
LOST_SYNS = 0.2  # of the connections made lately: so many are no bad luck, the host's queue is full


class Answer(Enum):
    """How the host, not the picture, did."""

    GOOD = "answered, be it with 404"
    REFUSED = "429 or 503: too many requests"
    BROKEN = "reset or cut while answering"
    FAILED = "no connection, or no answer in time"


class Reply(NamedTuple):
    """What an answer tells of its host."""

    answer: Answer
    latency: float = 0.0  # seconds to the first byte
    seconds: float = 0.0  # to the last
    retry_after: float | None = None
    troubled_before: float | None = None  # when this URL's last try began, if refused or broken
    connect: float = 0.0  # seconds until somebody took the call; 0: a connection was there


class Strain:
    """How hard a host has it, as the times of its good answers tell."""

    def __init__(self) -> None:
        self.usual_seconds = 0.0  # to the last byte
        self._answers = 0
        self._latency = 0.0
        self._usual_latency = math.inf
        self._lost_syns = 0.0  # share of the connections made lately

    def loses_calls(self, reply: Reply) -> bool:
        """It has no place left for those who want to connect, and says so by silence."""
        if not reply.connect:
            return False
        is_lost = reply.connect >= LOST_SYN_SECONDS
        self._lost_syns += 0.1 * (is_lost - self._lost_syns)
        return is_lost and self._lost_syns > LOST_SYNS

    def is_latency_rising(self, reply: Reply) -> bool:
        share = 0.1 if self._answers else 1.0
        self._answers += 1
        self._latency += share * (reply.latency - self._latency)
        self.usual_seconds += share * (reply.seconds - self.usual_seconds)
        if self._answers < ANSWERS_BEFORE_USUAL:
            return False
        usual = self._usual_latency = min(self._latency, self._usual_latency * USUAL_CREEPS)
        return self._latency > max(RISING_LATENCY * usual, usual + RISING_LATENCY_SECONDS)


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

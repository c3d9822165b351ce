"""One allowance of memory for the bodies under way in all processes together.

Each process writes only its own cell of the shared arrays and reads the others', so no lock is
needed, and a process that dies leaves nothing locked.
"""

from __future__ import annotations

import math
import multiprocessing
from dataclasses import dataclass
from typing import Any

BODIES_UNDER_WAY_BYTES = 128 * 1024 * 1024
ORDINARY_BYTES = 1024 * 1024  # ten times the mean of ImageNet's photographs


@dataclass(frozen=True, slots=True)
class SharedBytes:
    """What travels to each process when it starts."""

    held: Any  # a raw array of doubles: bytes held by each process
    eldest: Any  # likewise: when the longest-running body of each process began
    limit: int
    ordinary: int  # bytes; a body up to this is never given up


def shared_bytes(
    processes: int, limit: int = BODIES_UNDER_WAY_BYTES, *, ordinary: int = ORDINARY_BYTES
) -> SharedBytes:
    context = multiprocessing.get_context("spawn")
    held = context.RawArray("d", processes)
    eldest = context.RawArray("d", [math.inf] * processes)
    return SharedBytes(held, eldest, limit, ordinary)


class ByteBudget:
    """The view of one process."""

    def __init__(self, shared: SharedBytes, slot: int) -> None:
        self._limit = shared.limit
        self._ordinary = shared.ordinary
        self._held, self._eldest = _cells(shared.held), _cells(shared.eldest)
        self._slot = slot
        self._large: dict[int, float] = {}  # number of a large body -> when it began
        self._held[slot] = 0.0  # what a dead predecessor held is free again
        self._eldest[slot] = math.inf

    def take(self, number: int, begun: float, count: int, *, held: int) -> bool:
        """Hold `count` more bytes for a body that has `held`; False: it must be given up.

        Ordinary bodies never are: giving them up would free nothing.  Nor is the eldest of the
        large ones, so that something always gets finished.
        """
        if held + count > self._ordinary:
            if number not in self._large:
                self._large[number] = begun
                self._eldest[self._slot] = min(self._large.values())
            is_spent = sum(self._held) + count > self._limit
            if is_spent and begun > min(self._eldest):
                return False
        self._held[self._slot] += count
        return True

    def give_back(self, number: int, count: int) -> None:
        """All that the body has taken."""
        self._held[self._slot] -= count
        if self._large and self._large.pop(number, None) is not None:
            self._eldest[self._slot] = min(self._large.values(), default=math.inf)

    def has_room_again(self) -> bool:
        """Whether bodies that were given up may begin anew."""
        return sum(self._held) <= self._limit / 2


def _cells(array: Any) -> memoryview[float]:
    """Of a shared array of doubles, in a form that is quick to read and to write."""
    return memoryview(array).cast("B").cast("d")

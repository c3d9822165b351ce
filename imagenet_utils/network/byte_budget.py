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


@dataclass(frozen=True, slots=True)
class SharedBytes:
    """What travels to each process when it starts."""

    held: Any  # a raw array of doubles: bytes held by each process
    eldest: Any  # likewise: when the longest-running body of each process began
    limit: int


def shared_bytes(processes: int, limit: int = BODIES_UNDER_WAY_BYTES) -> SharedBytes:
    context = multiprocessing.get_context("spawn")
    return SharedBytes(
        context.RawArray("d", processes), context.RawArray("d", [math.inf] * processes), limit
    )


class ByteBudget:
    """The view of one process."""

    def __init__(self, shared: SharedBytes, slot: int) -> None:
        self._shared = shared
        self._slot = slot
        self._begun: dict[int, float] = {}  # number of a body -> when it began
        shared.held[slot] = 0.0  # what a dead predecessor held is free again
        shared.eldest[slot] = math.inf

    def take(self, number: int, begun: float, count: int) -> bool:
        """Hold `count` more bytes for a body; False: it must be given up, for want of room.

        The eldest body of all is never given up, so that something always gets finished.
        """
        if number not in self._begun:
            self._begun[number] = begun
            self._shared.eldest[self._slot] = min(self._begun.values())
        if sum(self._shared.held) + count > self._shared.limit and begun > min(self._shared.eldest):
            return False
        self._shared.held[self._slot] += count
        return True

    def give_back(self, number: int, count: int) -> None:
        if self._begun.pop(number, None) is not None:
            self._shared.held[self._slot] -= count
            self._shared.eldest[self._slot] = min(self._begun.values(), default=math.inf)

    def has_room_again(self) -> bool:
        """Whether bodies that were given up may begin anew."""
        return sum(self._shared.held) <= self._shared.limit / 2

"""What the archives of a run have brought over the network, and what they may bring yet."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from imagenet_utils.errors import ExitCode, ImagenetUtilsError
from imagenet_utils.network.allowance import Allowance


class BudgetSpent(ImagenetUtilsError):
    """The run has had all the bytes that it may have: it ends, or a stream of it does."""

    exit_code = ExitCode.BUDGET_REACHED


class Meter:
    """One for all threads of a run."""

    def __init__(
        self,
        *,
        bytes_per_second: float | None = None,  # None: as fast as it comes
        most_bytes: int | None = None,  # None: as many as there are
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowance = Allowance(bytes_per_second) if bytes_per_second else None
        self._most_bytes = math.inf if most_bytes is None else most_bytes
        self._clock = clock
        self._changed = threading.Condition()
        self._byte_count = 0
        self._promised = 0  # bytes, to threads that are reading them

    @property
    def byte_count(self) -> int:
        return self._byte_count

    def read(self, give: Callable[[int], bytes], wanted: int) -> bytes:
        """What `give` has of so many bytes, or of those that are left.  Raises BudgetSpent."""
        promised = self._promise(wanted)
        came = 0
        try:
            block = give(promised)
            came = len(block)
            return block
        finally:
            with self._changed:
                self._promised -= promised
                self._byte_count += came
                self._changed.notify_all()

    def count(self, came: int) -> None:
        """Bytes that were read without asking here.  Raises BudgetSpent if they were too many."""
        with self._changed:
            self._byte_count += came
            if self._byte_count > self._most_bytes:
                raise self._spent()

    def seconds_to_wait(self, came: int) -> float:
        """After so many bytes, before more is read: it keeps all threads within the cap."""
        if self._allowance is None:
            return 0.0
        with self._changed:
            now = self._clock()
            self._allowance.spend(came, now)
            return self._allowance.seconds_to_wait(now)

    def _promise(self, wanted: int) -> int:
        """At least one byte; waits while all that is left is promised to others."""
        with self._changed:
            while 0 < self._left <= self._promised:
                self._changed.wait()
            if self._left <= 0:
                raise self._spent()
            promised = int(min(wanted, self._left - self._promised))
            self._promised += promised
            return promised

    @property
    def _left(self) -> float:
        return self._most_bytes - self._byte_count

    def _spent(self) -> BudgetSpent:
        return BudgetSpent(f"--max_total_bytes: all of {self._most_bytes:,} bytes have come",
                           "Run again to go on")

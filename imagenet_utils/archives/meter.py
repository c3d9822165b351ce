"""What the archives of a run have brought over the network, and what they may bring yet."""

from __future__ import annotations

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
        self._most_bytes = most_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._byte_count = 0

    @property
    def byte_count(self) -> int:
        return self._byte_count

    def room(self, wanted: int) -> int:
        """How many of so many bytes may be read now, at least one.  Raises BudgetSpent."""
        if self._most_bytes is None:
            return wanted
        left = self._most_bytes - self._byte_count
        if left <= 0:
            raise BudgetSpent(f"--max_total_bytes: all of {self._most_bytes:,} bytes have come",
                              "Run again to go on")
        return min(wanted, left)

    def count(self, came: int) -> float:
        """The seconds to wait before more is read, which keeps all threads within the cap."""
        with self._lock:
            self._byte_count += came
            if self._allowance is None:
                return 0.0
            now = self._clock()
            self._allowance.spend(came, now)
            return self._allowance.seconds_to_wait(now)

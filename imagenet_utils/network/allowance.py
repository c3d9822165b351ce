"""The bandwidth cap of one process, as a bucket of time."""

from __future__ import annotations

BYTES_PER_MBIT = 125_000


class Allowance:
    """Bytes are paid for with seconds; what was overdrawn is waited for, what was saved expires."""

    def __init__(self, bytes_per_second: float) -> None:
        self._seconds_per_byte = 1 / bytes_per_second
        self._free_at = 0.0

    def spend(self, count: int, now: float) -> None:
        self._free_at = max(now, self._free_at) + count * self._seconds_per_byte

    def seconds_to_wait(self, now: float) -> float:
        """Until bytes may be read again; 0 if they may."""
        return max(0.0, self._free_at - now)

"""How many categories may be open at once while archives are still being read for them."""

from __future__ import annotations

from collections.abc import Sequence

from imagenet_utils.job.category_run import CategoryRun

SECONDS_BETWEEN = 1.0  # until one more archive is asked, if those that are read leave us hungry


class Opening:
    """Another category opens when the open ones have nothing to do; then it pays to ask for more.

    A stretch that comes in as fast as its pictures are proven is never hungry, and is read alone.
    """

    def __init__(self, breadth: int | None = None) -> None:
        """`breadth` None: as many as there are."""
        self._breadth = breadth
        self._opened_at = 0.0

    def allows(self, open_runs: Sequence[CategoryRun], now: float) -> bool:
        """Asked only when no open category has anything to do."""
        if self._breadth is None:
            return True
        growing = sum(run.is_growing for run in open_runs)
        is_time = now - self._opened_at >= SECONDS_BETWEEN
        if growing and (growing >= self._breadth or not is_time):
            return False
        self._opened_at = now
        return True

"""How many images are under way at once: a first guess, then what the run shows."""

from __future__ import annotations

from dataclasses import dataclass

MEAN_IMAGE_BYTES = 110_000  # of ImageNet's photographs as the web serves them
MEAN_LATENCY_SECONDS = 0.5  # from request to last byte, hosts all over the world
PROVEN_PER_CORE = 900  # images a second, measured with the fast decoder
UNKNOWN_MBIT = 100.0
SMALLEST, LARGEST = 4, 512
PERIOD_SECONDS = 1.0
PERIOD_ANSWERS = 30
WORTH_IT = 1.08  # more images a second, for half as many again under way
REST_SECONDS = 20.0  # until a size that was best is questioned again


@dataclass(frozen=True, slots=True)
class FirstGuess:
    size: int
    why: str


def first_guess(mbit: float | None, cap_mbit: float | None, cores: int) -> FirstGuess:
    """Little's law: what is under way is the rate times the time each takes."""
    assumed = min(mbit or UNKNOWN_MBIT, cap_mbit or float("inf"))
    by_line = assumed * 125_000 / MEAN_IMAGE_BYTES
    by_cores = cores * PROVEN_PER_CORE
    size = round(min(by_line, by_cores) * MEAN_LATENCY_SECONDS)
    size = max(SMALLEST, min(LARGEST, size))
    told = f"{mbit:.0f} Mbit/s" if mbit else f"{assumed:.0f} Mbit/s assumed"
    return FirstGuess(size, f"{told} / {MEAN_IMAGE_BYTES // 1000} kB an image"
                            f" x {MEAN_LATENCY_SECONDS} s, {cores} cores")


class Batch:
    """Climbs while more under way gives more images a second, and steps back when it does not."""

    def __init__(self, size: int, *, is_fixed: bool) -> None:
        self.size = size
        self.is_fixed = is_fixed
        self._answers = 0
        self._full = 0  # answers that came while the batch was full
        self._since: float | None = None
        self._before: tuple[int, float] | None = None  # the last size and its rate
        self._rest_until = 0.0

    def answered(self, *, is_full: bool) -> None:
        self._answers += 1
        self._full += is_full

    def adapt(self, now: float) -> None:
        if self.is_fixed:
            return
        if self._since is None:
            self._since = now
        elapsed = now - self._since
        if elapsed < PERIOD_SECONDS or self._answers < PERIOD_ANSWERS:
            return
        rate, is_full = self._answers / elapsed, self._full > 0.5 * self._answers
        self._since, self._answers, self._full = now, 0, 0
        if is_full and now >= self._rest_until:
            self._climb(rate, now)

    def _climb(self, rate: float, now: float) -> None:
        if self._before and rate < WORTH_IT * self._before[1]:
            self.size = self._before[0]
            self._before = None
            self._rest_until = now + REST_SECONDS
            return
        self._before = (self.size, rate)
        self.size = min(LARGEST, self.size + max(1, self.size // 2))

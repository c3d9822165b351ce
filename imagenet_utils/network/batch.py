"""How many images are under way at once: a first guess, then what the run shows."""

from __future__ import annotations

from dataclasses import dataclass

from imagenet_utils.telling import counted

MEAN_IMAGE_BYTES = 110_000  # of ImageNet's photographs as the web serves them
MEAN_LATENCY_SECONDS = 0.5  # from request to last byte, hosts all over the world
PROVEN_PER_CORE = 900  # images a second, measured with the fast decoder
UNKNOWN_MBIT = 100.0
SMALLEST, LARGEST = 4, 512
SETTLING_SECONDS = 0.25  # after a change, before its effect is measured
PERIOD_SECONDS = 0.75
PERIOD_ANSWERS = 30
LONGEST_PERIOD_SECONDS = 5.0
LONGEST_STAY_SECONDS = 5.0  # of an image in the batch; more, and the line is too thin for it
WORTH_IT = 1.06  # more images a second, for twice as many under way
FAR_FROM_ENOUGH = 1.7  # as many a second: then the right size is not the next one either
FIRST_REST_SECONDS = 3.0  # until a size that was best is questioned again; then twice as long
LONGEST_REST_SECONDS = 60.0


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
    if cap_mbit and cap_mbit < (mbit or UNKNOWN_MBIT):
        told = f"capped at {cap_mbit:.0f} Mbit/s"
    return FirstGuess(size, f"{told} / {MEAN_IMAGE_BYTES // 1000} kB an image"
                            f" x {MEAN_LATENCY_SECONDS} s, {counted(cores, 'core')}")


class Batch:
    """Doubles while that gives more images a second, and steps back when it does not.

    Where doubling brings nearly twice as many, it is the line's latency that counts, and the next
    step is twice as long.
    """

    def __init__(self, size: int, *, is_fixed: bool) -> None:
        self.size = size
        self.is_fixed = is_fixed
        self._answers = 0
        self._full = 0  # answers that came while the batch was full
        self._since: float | None = None  # None: what a change brings has yet to show
        self._settled_at = 0.0
        self._before: tuple[int, float] | None = None  # the smaller size, and its rate
        self._rest_until = 0.0
        self._rest_seconds = FIRST_REST_SECONDS

    def answered(self, *, is_full: bool) -> None:
        self._answers += 1
        self._full += is_full

    def adapt(self, now: float) -> None:
        """To be called a few times a second."""
        if self.is_fixed:
            return
        if self._since is None:
            if now >= self._settled_at:
                self._since, self._answers, self._full = now, 0, 0
            return
        elapsed = now - self._since
        is_enough = self._answers >= PERIOD_ANSWERS and elapsed >= PERIOD_SECONDS
        if is_enough or elapsed >= LONGEST_PERIOD_SECONDS:
            self._judge(self._answers / elapsed, now)

    def _judge(self, rate: float, now: float) -> None:
        size = self.size
        if self._full > 0.5 * self._answers:
            if size > rate * LONGEST_STAY_SECONDS:
                self._shrink(rate, now)
            elif now >= self._rest_until:
                self._climb(rate, now)
        self._since = None
        self._settled_at = now if self.size == size else now + SETTLING_SECONDS

    def _shrink(self, rate: float, now: float) -> None:
        """So many share the line that each takes too long."""
        self.size = max(SMALLEST, self.size // 2, round(rate * LONGEST_STAY_SECONDS))
        self._rest(now)

    def _climb(self, rate: float, now: float) -> None:
        growth = rate / self._before[1] if self._before else WORTH_IT
        if self._before and growth < WORTH_IT:
            self.size = self._before[0]
            self._rest(now)
            return
        self._before = (self.size, rate)
        self.size = min(LARGEST, (4 if growth >= FAR_FROM_ENOUGH else 2) * self.size)

    def _rest(self, now: float) -> None:
        self._before = None
        self._rest_until = now + self._rest_seconds
        self._rest_seconds = min(2 * self._rest_seconds, LONGEST_REST_SECONDS)

"""How many images at once: the first guess, and what the run makes of it."""

from __future__ import annotations

import pytest
from simulated_web import Web, dead, gone, good, hanging, schedule

from imagenet_utils.model import Outcome, Reason
from imagenet_utils.network.batch import LARGEST, SMALLEST, Batch, first_guess
from imagenet_utils.network.schedule import Job


@pytest.mark.parametrize(("mbit", "cap", "cores", "size"), [
    (None, None, 8, 57), (8.8, None, 8, 5), (88.0, None, 8, 50), (880.0, 88.0, 8, 50),
    (0.1, None, 8, SMALLEST), (1e6, None, 64, LARGEST), (1e6, None, 1, 450),
])
def test_the_first_guess_is_littles_law(
    mbit: float | None, cap: float | None, cores: int, size: int
) -> None:
    """Images a second that line and cores can take, times the seconds of each."""
    assert first_guess(mbit, cap, cores).size == size


@pytest.mark.parametrize(("mbit", "cap", "why"), [
    (50.0, None, "50 Mbit/s / 110 kB an image x 0.5 s, 4 cores"),
    (None, None, "100 Mbit/s assumed / 110 kB an image x 0.5 s, 4 cores"),
    (None, 8.0, "capped at 8 Mbit/s / 110 kB an image x 0.5 s, 4 cores"),
])
def test_the_guess_says_why(mbit: float | None, cap: float | None, why: str) -> None:
    """What was measured, what was assumed, what the user set."""
    assert first_guess(mbit, cap, 4).why == why


class Line:
    """Proves `rate` pictures a second; a third of the URLs is dead, some hang."""

    def __init__(self, latency: float, rate: float) -> None:
        self.latency = latency
        self.rate = rate
        self.free_at = 0.0

    def __call__(self, job: Job, _at_once: int, now: float) -> tuple[float, Outcome]:
        share = job.number * 7919 % 1000
        if share < 20:
            return hanging()
        if share < 320:
            return gone(self.latency + 0.005) if share < 280 else dead(self.latency + 0.005)
        self.free_at = max(self.free_at, now + self.latency + 0.005) + 1 / self.rate
        return good(self.free_at - now)


def pace(latency: float, rate: float, batch: Batch) -> float:
    """Good pictures a second, from the tenth second on."""
    web = Web(Line(latency, rate), schedule(), batch)
    web.run((Job(n, f"h{n % 50}.example", None) for n in range(10**6)), until=13)
    good_ones = [number for number, verdict in web.verdicts.items()
                 if isinstance(verdict, Outcome) and verdict.reason is Reason.DOWNLOADED]
    return sum(web.times[number] >= 10 for number in good_ones) / 3


@pytest.mark.parametrize("latency", [0.0, 0.15])
def test_the_best_size_is_found_within_ten_seconds(latency: float) -> None:
    """Nine tenths of what the best fixed size gives, with dead and hanging URLs among them."""
    found = pace(latency, 400, Batch(57, is_fixed=False))
    best = max(pace(latency, 400, Batch(size, is_fixed=True)) for size in (8, 32, 128, 512))

    assert found >= 0.9 * best


def driven(batch: Batch, rate: float, seconds: float) -> Batch:
    """The batch after answers at a steady rate, all of its places taken."""
    for tick in range(int(seconds * 4)):
        for _ in range(int(rate / 4)):
            batch.answered(is_full=True)
        batch.adapt(tick / 4)
    return batch


def test_a_fixed_size_stays() -> None:
    """--batch_size is obeyed."""
    assert driven(Batch(7, is_fixed=True), 1000, 60).size == 7


def test_a_line_with_latency_is_climbed_in_long_steps() -> None:
    """What brings twice as many a second is far from enough: 512 in four steps, not in six."""
    batch = Batch(8, is_fixed=False)
    sizes = [batch.size]
    for tick in range(60):
        for _ in range(2 * batch.size):  # each takes an eighth of a second
            batch.answered(is_full=True)
        batch.adapt(tick / 4)
        if batch.size != sizes[-1]:
            sizes.append(batch.size)

    assert sizes == [8, 16, 64, 256, LARGEST]


def test_more_at_once_that_gives_no_more_is_taken_back() -> None:
    """It is tried, and found not to be worth it."""
    assert driven(Batch(64, is_fixed=False), 400, 2.9).size == 64


def test_a_line_too_thin_for_the_guess_gets_fewer_at_once() -> None:
    """Else each would take longer than its time-out."""
    assert driven(Batch(57, is_fixed=False), 4, 60).size == 20


def test_a_batch_that_is_not_full_says_nothing() -> None:
    """The hosts' windows were what held it back."""
    batch = Batch(50, is_fixed=False)
    for tick in range(400):
        for _ in range(50):
            batch.answered(is_full=False)
        batch.adapt(tick / 4)

    assert batch.size == 50

"""What archives bring is counted, kept within a cap, and ended by a budget."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.meter import BudgetSpent, Meter


def test_bytes_of_all_threads_are_counted() -> None:
    """None is lost between two threads."""
    meter = Meter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda count: meter.read(bytes, count), [3] * 1000))

    assert meter.byte_count == 3000


def test_without_a_cap_nobody_waits() -> None:
    """As fast as it comes."""
    assert Meter().seconds_to_wait(1 << 40) == 0


def test_a_cap_is_paid_in_seconds() -> None:
    """Threads that read at once wait for each other's bytes, too."""
    meter = Meter(bytes_per_second=100, clock=lambda: 7.0)

    assert [meter.seconds_to_wait(50), meter.seconds_to_wait(100)] == [0.5, 1.5]


def test_what_was_waited_for_is_paid() -> None:
    """Time that passes pays."""
    times = iter([0.0, 0.75])
    meter = Meter(bytes_per_second=100, clock=lambda: next(times))

    assert [meter.seconds_to_wait(100), meter.seconds_to_wait(25)] == [1.0, 0.5]


@given(st.integers(1, 10_000), st.lists(st.integers(1, 4000)))
def test_no_more_is_read_than_the_budget_has(most_bytes: int, wanted: list[int]) -> None:
    """The last reading is cut to what is left."""
    meter = Meter(most_bytes=most_bytes)
    try:
        for count in wanted:
            meter.read(bytes, count)
    except BudgetSpent:
        pass

    assert meter.byte_count == min(sum(wanted), most_bytes)


def test_a_spent_budget_is_told() -> None:
    """As an exception of its own: no server is to blame."""
    meter = Meter(most_bytes=2000)
    meter.count(2000)

    with pytest.raises(BudgetSpent, match="all of 2,000 bytes have come"):
        meter.read(bytes, 1)


def test_a_file_that_is_fetched_whole_may_take_all_of_the_budget() -> None:
    """Its bytes are counted when they have come: the one too many ends it."""
    meter = Meter(most_bytes=2000)
    meter.count(2000)

    with pytest.raises(BudgetSpent):
        meter.count(1)


def test_what_one_thread_is_reading_is_promised_to_it() -> None:
    """Another that reads meanwhile gets the rest: together no byte more than the budget has."""
    meter = Meter(most_bytes=1000)
    with ThreadPoolExecutor(1) as pool:
        others: list[bytes] = []

        def give(count: int) -> bytes:
            others.append(pool.submit(meter.read, bytes, 700).result())
            return bytes(count)

        own = meter.read(give, 700)

    assert (len(own), len(others[0]), meter.byte_count) == (700, 300, 1000)


@pytest.mark.parametrize("is_cut", [False, True])
def test_what_was_promised_and_did_not_come_is_for_others(is_cut: bool) -> None:
    """Who finds all of the budget promised waits until it is known what came of it."""
    meter = Meter(most_bytes=1000)
    with ThreadPoolExecutor(1) as pool:
        others: list[Future[bytes]] = []

        def give(count: int) -> bytes:
            others.append(pool.submit(meter.read, bytes, 700))
            if is_cut:
                raise OSError("cut")
            return bytes(400)

        with suppress(OSError):
            meter.read(give, 1000)

    assert len(others[0].result()) == (700 if is_cut else 600)

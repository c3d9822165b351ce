"""What archives bring is counted, kept within a cap, and ended by a budget."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.meter import BudgetSpent, Meter


def test_bytes_of_all_threads_are_counted() -> None:
    """None is lost between two threads."""
    meter = Meter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(meter.count, [3] * 1000))

    assert meter.byte_count == 3000


def test_without_a_cap_nobody_waits() -> None:
    """As fast as it comes."""
    assert Meter().count(1 << 40) == 0


def test_a_cap_is_paid_in_seconds() -> None:
    """Threads that read at once wait for each other's bytes, too."""
    meter = Meter(bytes_per_second=100, clock=lambda: 7.0)

    assert [meter.count(50), meter.count(100)] == [0.5, 1.5]


def test_what_was_waited_for_is_paid() -> None:
    """Time that passes pays."""
    times = iter([0.0, 0.75])
    meter = Meter(bytes_per_second=100, clock=lambda: next(times))

    assert [meter.count(100), meter.count(25)] == [1.0, 0.5]


@given(st.integers(1, 10_000), st.lists(st.integers(1, 4000)))
def test_no_more_is_read_than_the_budget_has(most_bytes: int, wanted: list[int]) -> None:
    """The last reading is cut to what is left."""
    meter = Meter(most_bytes=most_bytes)
    try:
        for count in wanted:
            meter.count(meter.room(count))
    except BudgetSpent:
        pass

    assert meter.byte_count == min(sum(wanted), most_bytes)


def test_a_spent_budget_is_told() -> None:
    """As an exception of its own: no server is to blame."""
    meter = Meter(most_bytes=2000)
    meter.count(2000)

    with pytest.raises(BudgetSpent, match="all of 2,000 bytes have come"):
        meter.room(1)

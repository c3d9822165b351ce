"""From an outcome to the row that is remembered."""

from __future__ import annotations

import pytest

from imagenet_utils.job.verdicts import new_row, row_after
from imagenet_utils.model import Outcome, Reason
from imagenet_utils.results.row import Row
from tests.small_web import DAY, record


def after_days(*reasons: Reason, days: tuple[int, ...]) -> Row:
    row = new_row(record(1), 0, 0)
    for reason, day in zip(reasons, days):
        row = row_after(row, Outcome(1, reason, ""), hung_on="", attempts=1, now=day * DAY)
    return row


@pytest.mark.parametrize("reason", [Reason.UNREACHABLE, Reason.SERVER_ERROR])
def test_three_days_make_gone(reason: Reason) -> None:
    """The same failure on three different days counts as gone; on one day it never does."""
    one_day = after_days(reason, reason, reason, days=(5, 5, 5))

    assert after_days(reason, reason, reason, days=(5, 6, 9)).reason is Reason.GONE
    assert one_day.reason is reason


def test_another_failure_between() -> None:
    """The days count only while the failure stays the same."""
    row = after_days(Reason.UNREACHABLE, Reason.SERVER_ERROR, Reason.UNREACHABLE, days=(1, 2, 3))

    assert row.reason is Reason.UNREACHABLE


def test_attempts_add_up() -> None:
    """Attempts are those of all runs."""

    assert after_days(Reason.TIMEOUT, Reason.GONE, days=(1, 2)).attempts == 2

"""The words behind the bar of a run."""

from __future__ import annotations

from imagenet_utils.job.books import Tally
from imagenet_utils.job.pace import pace
from imagenet_utils.model import Reason
from imagenet_utils.results.row import Row


def test_what_goes_well() -> None:
    """Pictures, both rates, and what is under way."""
    tally = Tally(stored_bytes=19_000_000, new=1_200)
    tally.reasons[Reason.DOWNLOADED] = 1_200

    assert pace(tally, received=20_000_000, under_way=57, seconds=10.0) == (
        "1,200 new, 0 bad, 2.0 MB/s, 1.9 to disk, 57 under way")


def test_what_goes_wrong() -> None:
    """How much, and what it was last."""
    tally = Tally(new=1)
    tally.reasons.update({Reason.DOWNLOADED: 1, Reason.GONE: 2, Reason.TIMEOUT: 1})
    tally.failed.append(Row("n1", "n1_1", "http://a.example/1", 0, Reason.TIMEOUT, "too slow"))

    assert pace(tally, received=0, under_way=0, seconds=0.0) == (
        "1 new, 3 bad, 0.0 MB/s, 0.0 to disk, 0 under way, last bad: timeout")

"""Who has to be asked for a picture, or why nobody can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.archives.supply import Find, Room, Supply
from imagenet_utils.archives.tar_headers import Kind, Member
from imagenet_utils.job.category_run import CategoryRun, Step, Work
from imagenet_utils.job.decide import Action, Decision
from imagenet_utils.job.whom_to_ask import host_of
from imagenet_utils.model import (
    ImageId,
    ImageRecord,
    Listed,
    MemberLocation,
    Outcome,
    PassingLocation,
    RangeLocation,
    Reason,
    TreeLocation,
    UrlLocation,
)
from tests.sourcing import TENCH, category

MOST = 1000


def work(location: Listed, body: bytes | None = None) -> Work:
    record = ImageRecord(TENCH, ImageId(f"{TENCH}_1"), (location,))
    supply = Supply(Room(), start=lambda supply, wanted: None)
    supply.deliver(Find(record, Member("m", Kind.FILE, 1, 0), body))
    supply.arrived()
    run = CategoryRun(category(TENCH), Path("t"), {}, {}, supply=supply)
    return Work(run, Step(0, record, Decision(Action.FETCH, 0, None)), 0)


@pytest.mark.parametrize(("location", "host"), [
    (UrlLocation("http://www.a.example.com/1.jpg", "http://www.a.example.com/1.jpg"),
     "example.com"),
    (RangeLocation("u", "https://archives.a.org/t.tar", 512, 1, "m"), "a.org"),
    (MemberLocation("u", "t.tar", 512, 1, "m"), ""),
    (TreeLocation("1.jpg", "1.jpg"), ""),
])
def test_who_is_asked(location: Listed, host: str) -> None:
    """The web has manners to be kept; this disk has none."""

    assert host_of(work(location), MOST) == host


@pytest.mark.parametrize("location", [
    RangeLocation("u", "https://archives.a.org/t.tar", 512, 1, "m"), PassingLocation("u", 1),
])
def test_what_came_by_needs_nobody(location: Listed) -> None:
    """Its bytes are here."""

    assert host_of(work(location, b"picture"), MOST) == ""


@pytest.mark.parametrize(("location", "reason"), [
    (PassingLocation("u", MOST), Reason.NOT_TRIED),
    (PassingLocation("u", MOST + 1), Reason.TOO_LARGE),
    (UrlLocation("ftp://a.example/1.jpg", "ftp://a.example/1.jpg"), Reason.REFUSED),
])
def test_who_cannot_be_asked(location: Listed, reason: Reason) -> None:
    """A verdict without a try: what passed by is gone, and what is no web address stays that."""
    found = host_of(work(location), MOST)

    assert isinstance(found, Outcome)
    assert (found.reason, found.is_connected) == (reason, False)

"""Values travel between processes, and arrive as they left."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from imagenet_utils.model import (
    Boxes, CarriedLocation, Expected, FileLocation, ImageId, ImageTask, MemberLocation, Outcome,
    PassingLocation, Picture, RangeLocation, Reason, Stored, TreeLocation, UrlLocation, Verdict,
)

PICTURE = Picture("JPEG", "jpg", 500, 375, "0" * 64, 99_000)
LOCATIONS = (
    UrlLocation("http://a.example/ü", "http://a.example/%C3%BC"),
    MemberLocation("a.tar#b", "/a.tar", 512, 9, "b"),
    RangeLocation("a.tar#b", "http://a.example/a.tar", 512, 9, "b"),
    PassingLocation("a.tar#b", 9),
    TreeLocation("/a/b", "/a/b"),
    CarriedLocation("a.tar#b", b"bytes"),
    FileLocation("/a/b.jpg"),
)
TASKS = tuple(
    ImageTask(7, location, ImageId("n02119789_1"), "/kit_fox", "1/n02119789_1",
              b"<annotation/>", {"n02119789": "kit_fox"}, drops_misfits=True, may_replace=False,
              known_xml="f" * 64, places=16, expected=Expected(99_000, md5="d" * 32))
    for location in LOCATIONS
)
OUTCOMES = (
    Outcome(7, Reason.GONE, "HTTP 404", http_status=404, is_connected=True),
    Outcome(8, Reason.DOWNLOADED, "Success", seconds=0.5, received=99_000,
            stored=Stored("a.jpg", 123, PICTURE, Boxes(Verdict.RESCALED, 2, 1, 0, "e" * 64))),
)


@pytest.mark.parametrize("value", [*TASKS, *OUTCOMES, *Reason, *Verdict])
def test_a_value_arrives_as_it_left(value: Any) -> None:
    """Each kind of place, of outcome and of reason; what is one of a kind stays so."""
    arrived = pickle.loads(pickle.dumps(value))

    assert arrived == value
    assert arrived is value or not isinstance(value, (Reason, Verdict))

"""A dry run fetches no boxes, and says that a run would."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.annotations.at_hand import boxes_for
from tests.sourcing import Told, options_of


@pytest.mark.parametrize(("typed", "told"), [
    (("--dry_run", "--with_annotation"), "a run fetches them first, 53 MB"),
    (("--dry_run",), "images come without boxes"),
])
def test_boxes_that_are_not_there(tmp_path: Path, typed: tuple[str, ...], told: str) -> None:
    """Whether a run can do without them is the user's word."""
    teller = Told()
    boxes_for(options_of(tmp_path, *typed, "--annotations_dir", str(tmp_path / "none")), teller)

    assert [told in line for line in teller.warned] == [True]

"""Planning: folders, and what an older report remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.model import Category
from imagenet_utils.results.layout import LEDGER
from tests.small_web import FOX, Lists, SmallRun, SmallWeb, record


@pytest.fixture
def job(tmp_path: Path) -> SmallRun:
    return SmallRun(tmp_path, SmallWeb(), Lists({FOX: [record(1), record(12)]}))


def test_folder_is_kept(job: SmallRun) -> None:
    """A category stays in the folder it was given first, and that is told once."""
    job.run(Category(FOX, "fox", None))
    job.run(Category(FOX, "renard", None))

    assert not (job.save_dir / "renard").exists()
    assert [line for line in job.warnings if "stays in the folder fox" in line]


def test_report_without_ledger(job: SmallRun) -> None:
    """A lost ledger is made again from the report, with what lies beyond today's how_many."""
    job.run(Category(FOX, "fox", None))
    for path in job.save_dir.glob(f"{LEDGER}*"):
        path.unlink()
    job.run(Category(FOX, "fox", 1))

    assert job.web.asked == []
    assert [line["image_code"] for line in job.report("fox")] == [f"{FOX}_1.jpg", f"{FOX}_12.jpg"]


def test_no_url(job: SmallRun) -> None:
    """A category without a URL is told, and leaves no folder."""
    job.run(Category(FOX, "fox", None), Category("n00000001", "nothing", None))  # type: ignore

    assert any("nothing (n00000001): no URL" in line for line in job.warnings)
    assert not (job.save_dir / "nothing").exists()

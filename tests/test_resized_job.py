"""The real script asked for other sizes: through its processes, killed, and run again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from imagenet_utils.demo.origin import Address, Origin, Site
from tests.main_job import Job, pictures, site_files

SIZES = ("--resize", "fill_crop:64", "shrink_to_fit:80x40:png", "--save_original_images", "False")
COUNT = 12

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")


@pytest.fixture(scope="module")
def origin() -> Iterator[Address]:
    with Origin(Site(site_files(COUNT))) as address:
        yield address


@pytest.fixture
def job(tmp_path: Path, origin: Address) -> Job:
    job = Job(tmp_path, origin)
    job.list_urls(*pictures(COUNT))
    job.mark("n02119789,kit fox,True,-1")
    return job


def made(job: Job) -> list[str]:
    folder = job.save_dir / "kit_fox"
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("Images*/*"))


def test_a_killed_run_goes_on(job: Job) -> None:
    """Whatever the moment, no half picture stays, and the next run brings the rest."""
    running = job.start(*SIZES)
    while not made(job):
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    ended = job.run(*SIZES)
    files = made(job)
    sizes = {name.partition("/")[0]: Image.open(job.save_dir / "kit_fox" / name).size
             for name in files}

    assert (ended.code, len(files)) == (0, 2 * COUNT)
    assert sizes == {"Images_fill_crop_64": (64, 64), "Images_shrink_to_fit_80x40": (53, 40)}


def test_a_mistake_is_told_before_any_work(job: Job) -> None:
    """In one line, and nothing is made."""
    ended = job.run("--resize", "fill_crop:64:gif")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "error: --resize: 'fill_crop:64:gif': the FORMAT is one of jpg, png, webp, not 'gif'."
        " Write MODE:SIZE[:FORMAT[:QUALITY]], as fill_crop:256:jpg:90\n")
    assert not job.save_dir.exists()

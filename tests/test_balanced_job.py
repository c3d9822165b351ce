"""--balance, --sample and --seed from the shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.demo.origin import Origin, Site
from tests.main_job import FOX, SCRIPT, SETTER, Ended, Job, pictures, site_files
from tests.small_archives import test_tar as make_test_tar
from tests.small_archives import train_tar

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
GONE = "/faults/gone/{}.jpg"


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Thirty good foxes behind three dead links, five setters, and a table with other wishes."""
    with Origin(Site(site_files(30) | site_files(5, SETTER))) as origin:
        job = Job(tmp_path, origin)
        job.mark(f"{FOX},kit fox,True,2", f"{SETTER},English setter,True,-1")
        job.list_urls(*map(GONE.format, range(3)), *pictures(30))
        job.list_urls(*pictures(5, SETTER), code=SETTER)
        yield job


def counts(job: Job) -> tuple[int, int]:
    return len(job.images()), len(job.images("English_setter"))


def last_line(ended: Ended) -> str:
    return ended.out.splitlines()[-1]


def test_a_balance_is_met(job: Job) -> None:
    """Dead links are made up for, the table's number is overruled, and both are told."""
    ended = job.run("--balance", "5")

    assert (ended.code, counts(job)) == (0, (5, 5))
    assert last_line(ended) == "Balanced: 5 of every category."
    assert "--balance 5 holds for every category, in place of kit_fox=2" in ended.err.splitlines()
    assert {name: job.summary()["options"][name]
            for name in ("balance", "how_many_counts", "sample", "seed")} == {
        "balance": 5, "how_many_counts": "images", "sample": "first", "seed": 0}


def test_a_balance_that_falls_short(job: Job) -> None:
    """One category is exhausted: who, how many, and at what number all could be balanced."""
    ended = job.run("--balance", "12")

    assert (ended.code, counts(job)) == (8, (12, 5))
    assert last_line(ended) == (
        "Short of --balance 12: English_setter 5. Balanced at 5? Use --balance 5 with another"
        " --save_dir: in this one nothing is deleted.")


def test_more_than_a_balance(job: Job) -> None:
    """What an earlier run fetched stays, and a run says so."""
    job.run("--balance", "5")
    ended = job.run("--balance", "4", "--sample", "random")

    assert (ended.code, counts(job)) == (0, (5, 5))
    assert last_line(ended) == ("More than --balance 4 were here before, and nothing is deleted:"
                                " kit_fox 5, English_setter 5.")


def test_a_dry_run_of_a_balance(job: Job) -> None:
    """So many are wanted of each, at most; which ones is told, and nothing is fetched."""
    out = job.run("--balance", "5", "--sample", "random", "--seed", "9", "--dry_run").out

    assert f"kit_fox ({FOX}): 5 wanted" in out and f"English_setter ({SETTER}): 5 wanted" in out
    assert "5 proven images are wanted of every category, as --balance says." in out
    assert "Which ones are taken is drawn by --seed 9: the same ones each time." in out
    assert not job.save_dir.exists()


@pytest.mark.parametrize(("typed", "told"), [
    (("--balance", "5", "--how_many_counts", "urls"), "--balance counts proven images"),
    (("--balance", "0"), "--balance"),
    (("--seed", "5"), "--seed: --sample first takes the same ones with any seed"),
    (("--sample", "randomly"), "--sample"),
])
def test_what_is_refused(job: Job, typed: tuple[str, ...], told: str) -> None:
    """One line, exit code 2, and nothing begins."""
    ended = job.run(*typed)

    assert ended.code == 2 and told in ended.err
    assert "Traceback" not in ended.err and not job.save_dir.exists()


@pytest.mark.parametrize("splits", [("test",), ("train", "test")])
def test_the_test_split_has_no_categories(job: Job, splits: tuple[str, ...]) -> None:
    """Nobody knows which of its pictures are of what: they can't be balanced."""
    archives = job.folder / "archives"
    archives.mkdir()
    make_test_tar(archives / "ILSVRC2012_img_test_v10102019.tar", 2)
    train_tar(archives / "ILSVRC2012_img_train.tar", {"n01440764": 2})
    ended = job.run("--balance", "2", "--source", "ilsvrc2012", "--archives_dir", str(archives),
                    "--split", *splits, "--categories", "tench")

    assert ended.code == 2 and "--balance 2: nobody knows the categories of test" in ended.err
    assert not list(job.save_dir.rglob("*.jpg"))


@POSIX
def test_killed_and_run_to_the_end(job: Job) -> None:
    """As if nobody had killed it: the same pictures, and none too many."""
    options = ("--balance", "5", "--sample", "random", "--seed", "2")
    job.run(*options)
    undisturbed = job.images(), job.images("English_setter")
    job.save_dir.rename(job.folder / "undisturbed")
    process = job.start(*options, "--batch_size", "1")
    job.wait_for_images(2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    ended = job.run(*options)

    assert ended.code == 0
    assert (job.images(), job.images("English_setter")) == undisturbed


def test_a_demo_of_a_part(tmp_path: Path) -> None:
    """Verdicts are held against the plan of those pictures alone that were asked for."""
    command = [sys.executable, str(SCRIPT), "--demo", "--balance", "3", "-s", str(tmp_path / "d")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stderr
    assert "Balanced: 3 of every category." in done.stdout
    assert "planned verdicts came true, and" in done.stdout

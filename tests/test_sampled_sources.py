"""A shuffle is the same from every source, or is refused where an archive gives no names first."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagenet_utils.demo.origin import Origin, Site
from imagenet_utils.job.sample import Sampled, Sampling, order_of
from imagenet_utils.model import ImageId
from imagenet_utils.results.layout import ARCHIVE_INDEX
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.main_job import Job, pictures, site_files
from tests.small_archives import devkit_tar, image_ids, synset_tar, train_tar, val_tar
from tests.test_archive_job import (
    POSIX, SOME, TAR, TENCH, TRAIN, ArchiveJob, end_at_once, wait_until_sent,
)

COUNT = 20
WANTED = ("--categories", f"{TENCH}=5", "--sample", "random", "--seed", "4")
SHARK = "n01484850"

Laid = Callable[[ArchiveJob], "Iterator[tuple[str, ...]]"]


def expected(ids: Sequence[str], count: int = 5) -> list[str]:
    """The pictures that seed 4 takes."""
    listed = [ImageId(image_id) for image_id in ids]
    order = order_of(listed, Sampled(Sampling("random", 4), TENCH))
    return sorted(f"{listed[place]}.jpg" for place in order[:count])


@pytest.fixture
def job(tmp_path: Path) -> ArchiveJob:
    return ArchiveJob(tmp_path)


@contextmanager
def tar_here(job: ArchiveJob) -> Iterator[tuple[str, ...]]:
    synset_tar(job.folder / f"{TENCH}.tar", TENCH, COUNT)
    yield "--archive", str(job.folder)


@contextmanager
def tar_on_the_web(job: ArchiveJob) -> Iterator[tuple[str, ...]]:
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        yield "--archive", server.url("/<wnid>.tar")


@contextmanager
def train_here(job: ArchiveJob) -> Iterator[tuple[str, ...]]:
    train_tar(job.folder / TRAIN, {SHARK: 2, TENCH: COUNT})
    yield "--archive", str(job.folder / TRAIN)


@contextmanager
def train_on_the_web(job: ArchiveJob) -> Iterator[tuple[str, ...]]:
    train_tar(job.folder / TRAIN, {SHARK: 2, TENCH: COUNT})
    with serving_archives({f"/{TRAIN}": Served(job.folder / TRAIN)}) as server:
        yield "--archive", server.url(f"/{TRAIN}"), "--accept_terms"


@contextmanager
def train_unpacked(job: ArchiveJob) -> Iterator[tuple[str, ...]]:
    with train_here(job):
        with tarfile.open(job.folder / TRAIN) as outer:
            inner = outer.extractfile(f"{TENCH}.tar")
            with tarfile.open(fileobj=inner) as classes:
                classes.extractall(job.archives / "train" / TENCH, filter="data")
    yield "--archive", str(job.archives / "train"), "--source", "ilsvrc2012"


@pytest.mark.parametrize("laid_out", [
    tar_here, tar_on_the_web, train_here, train_on_the_web, train_unpacked])
def test_the_same_from_each_archive(job: ArchiveJob, laid_out: Laid) -> None:
    """Seed, category and ids alone say which pictures are taken; a report has them all."""
    with laid_out(job) as options:  # type: ignore[attr-defined]
        ended = job.run(*options, *WANTED)
    folder = next(path.parent for path in job.save_dir.rglob("Images"))

    assert ended.code == 0
    assert sorted(os.listdir(folder / "Images")) == expected(image_ids(TENCH, COUNT))
    assert len(job.report(str(folder.relative_to(job.save_dir)))) == 5


@pytest.mark.parametrize("is_remote", [False, True])
def test_validation_pictures(job: ArchiveJob, is_remote: bool) -> None:
    """All names are looked for first, even where a pass would take nearly all of the archive."""
    codes = [TENCH, SHARK]
    truth = [1 + number % 2 for number in range(12)]
    devkit_tar(job.archives / "ILSVRC2012_devkit_t12.tar.gz", codes, truth=truth)
    tar = job.folder / "ILSVRC2012_img_val.tar"
    val_tar(tar, 12)
    with serving_archives({f"/{tar.name}": Served(tar)}) as server:
        where = server.url(f"/{tar.name}") if is_remote else str(tar)
        ended = job.run("--archive", where, "--split", "val", "--accept_terms",
                        "--categories", f"{TENCH}=3", *WANTED[2:])

    own = [f"ILSVRC2012_val_{number:08d}" for number in range(1, 13, 2)]
    assert ended.code == 0, ended.err
    assert sorted(os.listdir(job.save_dir / "val/tench/Images")) == expected(own, 3)


def test_a_list_of_urls(tmp_path: Path) -> None:
    """Raising how_many keeps what an earlier run took."""
    with Origin(Site(site_files(COUNT, TENCH))) as origin:
        job = Job(tmp_path, origin)
        job.list_urls(*pictures(COUNT, TENCH), code=TENCH)
        job.mark()
        job.run(*WANTED)
        few = job.images("tench")
        job.run("--categories", f"{TENCH}=9", *WANTED[2:])

    ids = [f"{TENCH}_{number}" for number in range(COUNT)]
    assert few == expected(ids)
    assert job.images("tench") == expected(ids, 9)


def test_names_cost_little(job: ArchiveJob) -> None:
    """A look at each header, and the pictures that are taken; a second run asks for nothing."""
    size = sum(map(len, synset_tar(job.folder / "a.tar", TENCH, COUNT).values()))
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        job.run(*options)
        sent = server.bytes_sent
        server.asked.clear()
        ended = job.run(*options)

    assert sent < size / 2
    assert (ended.code, server.asked) == (0, [])


def test_all_of_an_archive_come_in_one_go(job: ArchiveJob) -> None:
    """Where no picture is left out, no sample has to be drawn."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        job.run("--archive", server.url("/<wnid>.tar"), "--categories", TENCH, *WANTED[2:])

    assert len(job.tree()) == COUNT
    assert len(server.asked) <= 2


def packed_here(job: ArchiveJob, server: ArchiveServer) -> tuple[str, ...]:
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    packed = gzip.compress((job.folder / "a.tar").read_bytes())
    (job.folder / f"{TENCH}.tar.gz").write_bytes(packed)
    return "--archive", str(job.folder / "<wnid>.tar")


def train_packed_here(job: ArchiveJob, server: ArchiveServer) -> tuple[str, ...]:
    train_tar(job.folder / TRAIN, {TENCH: 3})
    (job.folder / TRAIN).write_bytes(gzip.compress((job.folder / TRAIN).read_bytes()))
    return "--archive", str(job.folder / TRAIN)


def without_ranges(job: ArchiveJob, server: ArchiveServer) -> tuple[str, ...]:
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    server.served[TAR] = Served(job.folder / "a.tar", Fault.NO_RANGES)
    return "--archive", server.url("/<wnid>.tar")


def train_without_ranges(job: ArchiveJob, server: ArchiveServer) -> tuple[str, ...]:
    train_tar(job.folder / TRAIN, {TENCH: 3})
    server.served[f"/{TRAIN}"] = Served(job.folder / TRAIN, Fault.NO_RANGES)
    return "--archive", server.url(f"/{TRAIN}"), "--accept_terms"


def packed_on_the_web(job: ArchiveJob, server: ArchiveServer) -> tuple[str, ...]:
    packed_here(job, server)
    server.served[TAR] = Served(job.folder / f"{TENCH}.tar.gz")
    return "--archive", server.url("/<wnid>.tar")


KEEPING_HELPS = [without_ranges, train_without_ranges]


@pytest.mark.parametrize("lay_out", [
    packed_here, packed_on_the_web, train_packed_here, without_ranges, train_without_ranges])
def test_a_stream_is_refused(
    job: ArchiveJob, lay_out: Callable[[ArchiveJob, ArchiveServer], tuple[str, ...]]
) -> None:
    """What can only be read from end to end is gone when its names are known: nothing is taken."""
    with serving_archives({}) as server:
        ended = job.run(*lay_out(job, server), *WANTED)

    assert (ended.code, job.tree()) == (2, {})
    assert "--sample random: " in ended.err and "can only be read from end to end" in ended.err
    assert "--sample first" in ended.err
    assert ("--keep_archives" in ended.err) == (lay_out in KEEPING_HELPS)


@pytest.mark.parametrize("lay_out", KEEPING_HELPS)
def test_what_is_kept_first_serves(
    job: ArchiveJob, lay_out: Callable[[ArchiveJob, ArchiveServer], tuple[str, ...]]
) -> None:
    """As the refusal advises."""
    with serving_archives({}) as server:
        ended = job.run(*lay_out(job, server), *WANTED, "--keep_archives", "True")

    assert (ended.code, len(job.tree()) > 0) == (0, True)


@POSIX
def test_killed_among_the_names(job: ArchiveJob) -> None:
    """Nothing was taken yet; the next run takes the very same ones as an undisturbed one."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar", Fault.STALL, after=9)}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        process = job.start(*options)
        wait_until_sent(process, server, 9 * 512)
        end_at_once(process)
        taken = job.tree()
        server.served[TAR] = Served(job.folder / "a.tar")
        ended = job.run(*options)

    assert (taken, ended.code) == ({}, 0)
    assert job.images("tench") == expected(image_ids(TENCH, COUNT))


def test_a_server_that_fails_among_the_names(job: ArchiveJob) -> None:
    """No picture of half the names: the next run draws from all of them."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    broken = Served(job.folder / "a.tar", Fault.STATUS, after=9, status=403)
    with serving_archives({TAR: broken}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        first = job.run(*options)
        taken = job.tree()
        server.served[TAR] = Served(job.folder / "a.tar")
        second = job.run(*options)

    assert first.code != 0 and (taken, second.code) == ({}, 0)
    assert job.images("tench") == expected(image_ids(TENCH, COUNT))


def have_of(job: ArchiveJob) -> int:
    return job.summary()["categories"][0]["have"]


def test_what_is_here_counts_without_names(job: ArchiveJob) -> None:
    """A server that fails, or a run that ends, before all names are known takes nothing away."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        job.run(*options[:2], "--categories", f"{TENCH}=3")
        for path in job.save_dir.glob(f"{ARCHIVE_INDEX}*"):
            path.unlink()
        budget = job.run(*options, "--max_total_bytes", str(SOME // 20)).code
        after_budget = have_of(job)
        server.served[TAR] = Served(fault=Fault.STATUS, status=403)
        refused = job.run(*options).code

    assert (budget, after_budget) == (6, 3)
    assert (refused, have_of(job)) == (7, 3)


def test_more_while_nobody_answers(job: ArchiveJob) -> None:
    """Names that are known hold: what is here is counted, and what is not is told."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        job.run(*options)
        server.served[TAR] = Served(fault=Fault.STATUS, status=403)
        ended = job.run(*options[:2], "--categories", f"{TENCH}=9", *WANTED[2:])

    assert (ended.code, have_of(job)) == (7, 5)
    assert len(job.report("tench")) == 9


@pytest.mark.parametrize("is_remote", [False, True])
def test_a_damaged_archive(job: ArchiveJob, is_remote: bool) -> None:
    """No other run would see more of its names: what stands before the damage is drawn from."""
    path = job.folder / f"{TENCH}.tar"
    synset_tar(path, TENCH, COUNT)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])
    with serving_archives({TAR: Served(path)}) as server:
        where = server.url("/<wnid>.tar") if is_remote else str(job.folder)
        ended = job.run("--archive", where, *WANTED)

    assert (ended.code, len(job.images("tench"))) == (7, 5)


def test_a_budget_among_the_names(job: ArchiveJob) -> None:
    """--max_total_bytes holds for looks at headers, too."""
    synset_tar(job.folder / "a.tar", TENCH, COUNT)
    with serving_archives({TAR: Served(job.folder / "a.tar")}) as server:
        options = ("--archive", server.url("/<wnid>.tar"), *WANTED)
        first = job.run(*options, "--max_total_bytes", str(SOME // 20))
        second = job.run(*options)

    assert (first.code, second.code) == (6, 0)
    assert job.images("tench") == expected(image_ids(TENCH, COUNT))

"""The main job on archives, from the shell: local ones, remote ones, and their ills."""

from __future__ import annotations

import csv
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from tests.archive_server import PAGE, ArchiveServer, Fault, Served, serving_archives
from tests.main_job import SCRIPT, Ended, Job
from tests.small_archives import (
    GNU,
    bbox_train_tgz,
    bbox_val_tgz,
    class_files,
    devkit_tar,
    image_ids,
    synset_tar,
    tarred,
    test_tar,
    train_tar,
    val_tar,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
TENCH, GOLDFISH, SHARK = "n01440764", "n01443537", "n01484850"
TRAIN = "ILSVRC2012_img_train.tar"
TAR = f"/{TENCH}.tar"
SOME = 100_000  # bytes, within a tar of twenty pictures


class ArchiveJob(Job):
    """Works without a table and a list, and knows no archives but those of its options."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.save_dir = folder / "result"
        self.archives = folder / "archives"
        self.archives.mkdir()

    def command(self, *options: str) -> list[str]:
        return [
            sys.executable, str(SCRIPT), "-a", str(self.folder / "annotation"),
            "--archives_dir", str(self.archives), "-s", str(self.save_dir),
            "--timeout", "5", "--processes", "2", *options,
        ]

    def of_tars(self, server: ArchiveServer, *options: str) -> Ended:
        return self.run(*self.tars_at(server), *options)

    @staticmethod
    def tars_at(server: ArchiveServer) -> tuple[str, ...]:
        """Options for its first category."""
        return "--archive", server.url("/<wnid>.tar"), "--categories", TENCH

    def of_train(self, server: ArchiveServer, *options: str) -> Ended:
        return self.run("--archive", server.url(f"/{TRAIN}"), "--accept_terms", *options)

    def rows(self, folder: str = "tench") -> list[dict[str, str]]:
        """Without what differs from run to run."""
        return [{name: cell.replace("Already present", "Success") for name, cell in row.items()
                 if name not in ("time-required", "finished_at", "reason")}
                for row in self.report(folder)]

    def report(self, folder: str = "tench") -> list[dict[str, str]]:
        path = self.save_dir / folder
        with open(path / f"{path.name}_download_report.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def tree(self) -> dict[str, str]:
        """Digests of all pictures and boxes."""
        return {str(path.relative_to(self.save_dir)): sha256(path.read_bytes()).hexdigest()
                for path in sorted(self.save_dir.rglob("*"))
                if path.parent.name in ("Images", "Annotation")}


@pytest.fixture
def job(tmp_path: Path) -> ArchiveJob:
    return ArchiveJob(tmp_path)


@pytest.fixture
def tench(tmp_path: Path) -> Path:
    """Twenty of them."""
    path = tmp_path / f"{TENCH}.tar"
    synset_tar(path, TENCH, 20)
    return path


def digests_in(tar: Path) -> set[str]:
    with tarfile.open(tar) as archive:
        files = [archive.extractfile(member) for member in archive]
        return {sha256(file.read()).hexdigest() for file in files if file}


def of(reasons: list[str]) -> Mapping[str, int]:
    return {reason: reasons.count(reason) for reason in reasons}


def test_a_report_names_archive_and_member(job: ArchiveJob, tench: Path) -> None:
    """The url of a picture in a tar on this disk, and the file it became."""
    job.run("--archive", str(tench.parent), "--categories", f"{TENCH}=1")
    row, = job.report("tench")

    assert row["url"] == f"{tench}#{TENCH}_10.JPEG"
    assert (row["reason"], row["file"]) == ("downloaded", f"Images/{TENCH}_10.jpg")


def test_a_second_run_fetches_nothing(job: ArchiveJob, tench: Path) -> None:
    """All pictures of a tar on the web come in one go, and are not asked for again."""
    with serving_archives({TAR: Served(tench)}) as server:
        first = job.of_tars(server)
        sent = server.bytes_sent
        server.asked.clear()
        second = job.of_tars(server)

    assert (first.code, second.code, server.asked) == (0, 0, [])
    assert of(job.reasons("tench")) == {"already_present": 20}
    assert sent <= tench.stat().st_size + 512


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_a_pass_gave_is_not_read_again(job: ArchiveJob, is_packed: bool) -> None:
    """Where no part can be had alone, a look at the archive's beginning tells that all is here."""
    train_tar(job.folder / TRAIN, {TENCH: 5, GOLDFISH: 4, SHARK: 30})
    content = (job.folder / TRAIN).read_bytes()
    content = gzip.compress(content) if is_packed else content
    fault = Fault.NONE if is_packed else Fault.NO_RANGES
    wanted = ("--categories", TENCH, f"{SHARK}=4")
    with serving_archives({f"/{TRAIN}": Served(content, fault)}) as server:
        job.of_train(server, *wanted)
        before = job.tree()
        server.asked.clear()
        ended = job.of_train(server, *wanted)

    assert (ended.code, job.tree(), len(before)) == (0, before, 9)
    assert [asked.range for asked in server.asked] == ["bytes=0-511"]
    assert of(job.reasons("train/tench")) == {"already_present": 5}


def test_few_pictures_cost_few_bytes(job: ArchiveJob, tench: Path) -> None:
    """How_many and offset: not all of a tar is asked for at once where few are wanted."""
    synset_tar(tench, TENCH, 250)
    with serving_archives({TAR: Served(tench)}) as server:
        ended = job.run("--archive", server.url("/<wnid>.tar"), "--categories", f"{TENCH}=3",
                        "--offset", "2")

    assert ended.code == 0
    assert [row["image_code"][:-4] for row in job.report("tench")] == (
        sorted(image_ids(TENCH, 250))[2:5])
    assert server.asked[1].range == "bytes=0-1048575"


def test_counted_pictures_go_on_behind_bad_ones(job: ArchiveJob, tench: Path) -> None:
    """A page and half a picture among the members don't count, and cost just themselves."""
    files = class_files(TENCH, 8)
    first, second = list(files)[:2]
    tench.write_bytes(tarred({**files, first: PAGE, second: files[second][:3000]}, GNU))
    ended = job.run("--archive", str(tench.parent), "--categories", f"{TENCH}=4",
                    "--how_many_counts", "images")

    assert (ended.code, len(job.images("tench"))) == (0, 4)
    assert job.reasons("tench")[:2] == ["not_an_image", "damaged"]


def test_all_splits(job: ArchiveJob) -> None:
    """A tree for each split, labels by the devkit, boxes beside the pictures that have them."""
    codes = {TENCH: 6, GOLDFISH: 5, SHARK: 4}
    truth = [1 + number % 3 for number in range(9)]
    train_tar(job.archives / TRAIN, codes)
    val_tar(job.archives / "ILSVRC2012_img_val.tar", 9)
    test_tar(job.archives / "ILSVRC2012_img_test_v10102019.tar", 2)
    devkit_tar(job.archives / "ILSVRC2012_devkit_t12.tar.gz", sorted(codes), truth=truth)
    bbox_train_tgz(job.archives / "ILSVRC2012_bbox_train_v2.tar.gz", {TENCH: 3})
    bbox_val_tgz(job.archives / "ILSVRC2012_bbox_val_v3.tgz",
                 [sorted(codes)[number - 1] for number in truth])
    ended = job.run("--categories", TENCH, GOLDFISH, "--split", "train", "val", "test")
    found = [path.rpartition("/")[0] for path in job.tree()]

    assert ended.code == 0
    assert of(found) == {
        "train/tench/Images": 6, "train/tench/Annotation": 3, "train/goldfish/Images": 5,
        "val/tench/Images": 3, "val/tench/Annotation": 3, "val/goldfish/Images": 3,
        "val/goldfish/Annotation": 3, "test/Images": 2,
    }


def test_only_annotated_pictures(job: ArchiveJob) -> None:
    """--with_annotation: those of the class that the box archive speaks of."""
    train_tar(job.archives / TRAIN, {TENCH: 6})
    bbox_train_tgz(job.archives / "ILSVRC2012_bbox_train_v2.tar.gz", {TENCH: 3})
    job.run("--categories", TENCH, "--with_annotation", "True")

    assert job.images("train/tench") == [f"{image_id}.jpg" for image_id in image_ids(TENCH, 3)]


def test_a_login_page_is_no_archive(job: ArchiveJob, tench: Path) -> None:
    """Nothing of it is stored, the message says what it was, and the run ends with 7."""
    with serving_archives({TAR: Served(tench, Fault.PAGE)}) as server:
        ended = job.of_tars(server)

    assert (ended.code, job.tree()) == (7, {})
    assert "web page" in ended.err
    assert "run the same command" not in ended.out and "No image is to be had" not in ended.out
    assert [each["asked"] for each in job.summary()["categories"]] == [0]


def test_a_trouble_of_many_categories_is_told_once(job: ArchiveJob, tench: Path) -> None:
    """A line for the first, and one for the others."""
    page = Served(tench, Fault.PAGE)
    with serving_archives({f"/{code}.tar": page for code in (TENCH, GOLDFISH, SHARK)}) as server:
        ended = job.run("--archive", server.url("/<wnid>.tar"), "--categories", f"{TENCH}=9",
                        GOLDFISH, SHARK)

    assert ended.err.count("web page") == 1
    assert "the same of 2 other categories" in ended.err
    assert ended.out.count("Success/Present") == 1
    assert [each["asked"] for each in job.summary()["categories"]] == [9, 0, 0]


def test_a_category_that_is_not_there(job: ArchiveJob, tench: Path) -> None:
    """404 is a verdict: nothing to be had, and nothing worth another run."""
    with serving_archives({TAR: Served(tench)}) as server:
        ended = job.of_tars(server, GOLDFISH)

    assert ended.code == 8
    assert f"{GOLDFISH}.tar: HTTP 404" in ended.err


@pytest.mark.parametrize("more", [(), ("--keep_archives", "True")])
def test_an_address_with_a_slip_in_it(job: ArchiveJob, more: tuple[str, ...]) -> None:
    """Where no category is there, it is to blame, and no withdrawal: exit code 7."""
    with serving_archives({}) as server:
        ended = job.of_tars(server, GOLDFISH, *more)

    assert (ended.code, ended.err.count("is the address right?")) == (7, 1)
    assert "19,167" not in ended.err


@pytest.mark.parametrize("served", [
    {"fault": Fault.CUT, "at": SOME, "after": 1, "times": 2},
    {"fault": Fault.RESET, "at": SOME, "after": 1, "times": 2},
    {"fault": Fault.STATUS, "status": 429, "headers": {"Retry-After": "0"}, "times": 2},
    {"fault": Fault.NO_RANGES},
    {"says_length": False, "fault": Fault.NO_RANGES},
], ids=["cut", "reset", "429", "no ranges", "chunks"])
def test_ills_of_the_web(job: ArchiveJob, tench: Path, served: dict) -> None:
    """The pictures are the tar's, however it came."""
    with serving_archives({TAR: Served(tench, **served)}) as server:
        ended = job.of_tars(server)

    assert (ended.code, of(job.reasons("tench"))) == (0, {"downloaded": 20})
    assert set(job.tree().values()) == digests_in(tench)


@pytest.mark.parametrize("is_remote", [False, True])
def test_packed_archives(job: ArchiveJob, is_remote: bool) -> None:
    """Read from end to end in passing, whether here or there."""
    train_tar(job.archives / TRAIN, {TENCH: 5, GOLDFISH: 4, SHARK: 3})
    packed = gzip.compress((job.archives / TRAIN).read_bytes())
    (job.archives / TRAIN).unlink()
    if is_remote:
        with serving_archives({f"/{TRAIN}": Served(packed)}) as server:
            ended = job.of_train(server, "--categories", TENCH, SHARK)
    else:
        (job.archives / f"{TRAIN}.gz").write_bytes(packed)
        ended = job.run("--categories", TENCH, SHARK)

    assert (ended.code, len(job.tree())) == (0, 8)


def test_an_archive_that_changed_between_runs(job: ArchiveJob, tench: Path) -> None:
    """What was known of the former one is void; what is here is kept."""
    with serving_archives({TAR: Served(tench)}) as server:
        job.run("--archive", server.url("/<wnid>.tar"), "--categories", f"{TENCH}=2")
        backwards = dict(reversed(class_files(TENCH, 20).items()))
        server.served[TAR] = Served(tarred(backwards, GNU), etag='"second"')
        ended = job.of_tars(server)

    assert (ended.code, of(job.reasons("tench"))) == (0, {"already_present": 2, "downloaded": 18})


def test_terms_come_first(job: ArchiveJob) -> None:
    """The first run tells the terms and fetches nothing; accepted once, they are not told again."""
    train_tar(job.folder / TRAIN, {TENCH: 2})
    archive = ("--source", "ilsvrc2012", "--categories", TENCH)
    with serving_archives({f"/{TRAIN}": Served(job.folder / TRAIN)}) as server:
        where = ("--archive", server.url(f"/{TRAIN}"))
        codes = [job.run(*archive, *where).code]
        asked = len(server.asked)
        codes += [job.run(*archive, *where, *more).code for more in (["--accept_terms"], [])]

    assert (codes, asked) == ([2, 0, 0], 0)


@POSIX
def test_a_kept_archive_goes_on(job: ArchiveJob, tench: Path) -> None:
    """--keep_archives: what a killed run has fetched of it is not fetched again."""
    with serving_archives({TAR: Served(tench, Fault.STALL, at=SOME, times=1)}) as server:
        process = job.start(*job.tars_at(server), "--keep_archives", "True")
        wait_until_sent(process, server, SOME)
        part = job.archives / f".{tench.name}.part"
        while not (part.exists() and part.stat().st_size >= SOME):
            assert process.poll() is None
        end_at_once(process)
        server.asked.clear()
        ended = job.of_tars(server, "--keep_archives", "True")

    assert ended.code == 0
    assert server.asked[0].range and server.bytes_sent <= tench.stat().st_size - SOME
    assert (job.archives / tench.name).read_bytes() == tench.read_bytes()


def test_a_budget_of_bytes(job: ArchiveJob, tench: Path) -> None:
    """--max_total_bytes holds for archives too: the run ends with 6, the next goes on."""
    with serving_archives({TAR: Served(tench)}) as server:
        first = job.of_tars(server, "--max_total_bytes", str(SOME))
        sent = sum(asked.sent for asked in server.asked if asked.status == 206)
        second = job.of_tars(server)

    assert (first.code, second.code, len(job.images("tench"))) == (6, 0, 20)
    assert sent <= tench.stat().st_size


@POSIX
def test_sigterm(job: ArchiveJob, tench: Path) -> None:
    """While an archive comes in: 143, and a report of what is here."""
    with serving_archives({TAR: Served(tench, Fault.STALL, at=SOME, after=1)}) as server:
        process = job.start(*job.tars_at(server))
        job.wait_for_images(3, "tench")
        process.terminate()
        process.communicate(timeout=30)

    assert process.returncode == 143
    assert len(job.report("tench")) >= 3


@POSIX
def test_kill_and_run_to_the_end(job: ArchiveJob, tmp_path: Path) -> None:
    """As if nobody had killed it: the same files byte for byte, the same rows but for times."""
    train_tar(tmp_path / TRAIN, {TENCH: 12, GOLDFISH: 12})
    bbox_train_tgz(job.archives / "ILSVRC2012_bbox_train_v2.tar.gz", {TENCH: 12, GOLDFISH: 4})
    wanted = ("--categories", TENCH, GOLDFISH)
    with serving_archives({f"/{TRAIN}": Served(tmp_path / TRAIN)}) as server:
        job.of_train(server, *wanted)
        undisturbed = job.tree(), job.rows("train/tench"), job.rows("train/goldfish")
        shutil.rmtree(job.save_dir)
        server.served[f"/{TRAIN}"] = Served(tmp_path / TRAIN, Fault.STALL, at=70_000, times=10**6)
        process = job.start("--archive", server.url(f"/{TRAIN}"), "--accept_terms", *wanted)
        job.wait_for_images(2, "train/tench")
        end_at_once(process)
        server.served[f"/{TRAIN}"] = Served(tmp_path / TRAIN)
        ended = job.of_train(server, *wanted)

    assert ended.code == 0
    assert (job.tree(), job.rows("train/tench"), job.rows("train/goldfish")) == undisturbed


def test_moved_archives_are_known_again(job: ArchiveJob, tench: Path) -> None:
    """No picture is stored or listed twice, and what the user deleted stays away."""
    job.run("--archive", str(tench.parent), "--categories", TENCH)
    (job.save_dir / f"tench/Images/{TENCH}_10.jpg").unlink()
    tench.rename(job.archives / tench.name)
    ended = job.run("--archive", str(job.archives), "--categories", TENCH)

    assert (ended.code, of(job.reasons("tench"))) == (0, {"removed": 1, "already_present": 19})
    assert {row["url"].partition("#")[0] for row in job.report("tench")} == {
        str(job.archives / tench.name)}


@pytest.mark.parametrize("fault", [None, Fault.NONE, Fault.NO_RANGES])
def test_a_damaged_class_costs_itself(job: ArchiveJob, fault: Fault | None) -> None:
    """Those before and behind it are had, on this disk, by Range and in passing; exit code 7."""
    train_tar(job.archives / TRAIN, {TENCH: 4, GOLDFISH: 4, SHARK: 4})
    path = job.archives / TRAIN
    goldfish = path.read_bytes().index(f"{GOLDFISH}.tar".encode())
    content = bytearray(path.read_bytes())
    content[goldfish + 512 : goldfish + 1024] = b"U" * 512
    wanted = ("--categories", TENCH, GOLDFISH, SHARK)
    if fault is None:
        path.write_bytes(content)
        ended = job.run(*wanted)
    else:
        path.unlink()
        with serving_archives({f"/{TRAIN}": Served(bytes(content), fault)}) as server:
            ended = job.of_train(server, *wanted)

    assert (ended.code, len(job.tree())) == (7, 8)
    assert "train/goldfish: " in ended.err


def test_a_cut_training_archive_gives_what_it_has(job: ArchiveJob) -> None:
    """The classes before the cut come; the message tells where it is."""
    train_tar(job.archives / TRAIN, {TENCH: 4, GOLDFISH: 4})
    content = (job.archives / TRAIN).read_bytes()
    cut = content.index(f"{GOLDFISH}.tar".encode())
    (job.archives / TRAIN).write_bytes(content[:cut + 2000])
    ended = job.run("--categories", TENCH, GOLDFISH)

    assert (ended.code, len(job.tree())) == (7, 4)
    assert f"cut at byte {cut:,}, of {cut + 2000:,}" in ended.err
    assert "run the same command" not in ended.out


def wait_until_sent(process: subprocess.Popen[str], server: ArchiveServer, count: int) -> None:
    while server.bytes_sent < count:
        assert process.poll() is None, "the run ended before"


def end_at_once(process: subprocess.Popen[str]) -> None:
    """As when the machine loses power: its workers too, as far as they are of its session."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_secrets_stand_in_no_file_beside_the_results(job: ArchiveJob) -> None:
    """Of the address that was named, name and key and signature serve the request alone."""
    synset_tar(job.folder / "t.tar", TENCH, 3)
    job.save_dir.mkdir()
    with serving_archives({TAR: Served(job.folder / "t.tar")}) as server:
        address = server.url("/<wnid>.tar").replace("://", "://me:hidden@") + "?token=hidden"
        ended = job.run("--archive", address, "--categories", TENCH, "--log_file",
                        str(job.save_dir / "log.txt"))

    files = [path for path in job.save_dir.rglob("*") if path.is_file()]
    assert ended.code == 0
    assert address.replace("me:hidden", "***").replace("hidden", "***") in str(job.summary())
    assert len(files) > 5
    assert "hidden" not in ended.out + ended.err
    assert [path.name for path in files if b"hidden" in path.read_bytes()] == []


def test_an_export_that_fails_is_in_the_summary(job: ArchiveJob) -> None:
    """Script and summary tell one exit code; what was fetched is kept."""
    synset_tar(job.archives / f"{TENCH}.tar", TENCH, 3)
    table = job.save_dir / "exports" / "bounding_boxes.csv"
    table.parent.mkdir(parents=True)
    table.write_text("the user's own")
    ended = job.run("--categories", TENCH, "--export", "boxes_csv")

    assert (ended.code, job.summary()["exit_code"]) == (2, 2)
    assert job.summary()["totals"]["done"] == 3
    assert table.read_text() == "the user's own"

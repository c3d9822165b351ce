"""The main job from the shell: what a user, a cron job or another program may rely on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from imagenet_utils.demo.origin import Origin, Site, closed_port
from main_job import FOX, SCRIPT, SETTER, Job, pictures, site_files

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """A marked kit fox, and an origin with 30 good pictures of it and 5 of a setter."""
    with Origin(Site(site_files(30) | site_files(5, SETTER))) as origin:
        job = Job(tmp_path, origin)
        job.mark(f'{FOX},"kit fox, Vulpes macrotis",True,-1', f"{SETTER},English setter,False,-1")
        yield job


def test_marked_categories_become_folders(job: Job) -> None:
    """Every image of the marked category is here, with a report and a summary."""
    job.list_urls(*pictures(12))

    ended = job.run()

    assert (ended.code, len(job.images())) == (0, 12)
    assert "Total downloaded images: 12/12" in ended.out
    assert job.summary()["totals"] == {"urls": 12, "done": 12, "errors": 0, "save_errors": 0}


def test_the_first_line_names_the_source(job: Job) -> None:
    """The very first thing a user reads is where the images come from, and why from there."""
    job.list_urls(*pictures(1))

    first = job.run().out.splitlines()[0]

    assert first.startswith("Source: url_list") and "--url_data names it" in first


def test_a_second_run_fetches_nothing(job: Job) -> None:
    """What is here and proven is not asked for again."""
    job.list_urls(*pictures(12))
    job.run()
    before = sum(job.origin.counts().requests.values())

    ended = job.run()

    assert (ended.code, set(job.reasons())) == (0, {"already_present"})
    assert sum(job.origin.counts().requests.values()) == before


def test_a_code_that_is_a_path_leads_nowhere(job: Job) -> None:
    """A list and a table of a stranger name it; its folder is one of the results all the same."""
    code = "some/where"
    job.mark(f"{code},evil,True,-1")
    (job.folder / "urls.txt").write_text(
        f"img_code,img_url,code\na_1,{job.origin.url('/pictures/n02119789_0.jpg')},{code}\n")

    job.run("--folder_names", "code")

    assert [path.parent.parent.parent for path in job.save_dir.rglob("a_1.jpg")] == [job.save_dir]


def test_dead_links_are_no_reason_for_another_run(job: Job) -> None:
    """404 is a verdict: exit code 0, and the next run leaves it alone."""
    job.list_urls("/pictures/n02119789_0.jpg", "/faults/gone/n02119789_1.jpg")

    ended = job.run()

    assert (ended.code, job.reasons()) == (0, ["downloaded", "gone"])


def test_passing_failures_are_worth_another_run(job: Job) -> None:
    """A 500 may go away: exit code 3, and it is tried again."""
    job.list_urls("/pictures/n02119789_0.jpg", "/faults/broken/n02119789_1.jpg")
    job.run()
    before = job.origin.counts().requests["/faults/broken/n02119789_1.jpg"]

    ended = job.run()

    assert ended.code == 3
    assert job.origin.counts().requests["/faults/broken/n02119789_1.jpg"] == before + 1


@POSIX
def test_dead_hosts_are_no_outage_while_a_known_one_lives(job: Job) -> None:
    """When dead hosts alone are left, one that answered before tells them from a dead net."""
    job.list_urls(*pictures(1))
    with open(job.folder / "urls.txt", "a") as file, closed_port() as port:
        for number in range(2, 8):
            file.write(f"{FOX}_{number}\thttp://127.0.0.{number}:{port}/a.jpg\n")
        file.flush()
        job.run()

        ended = job.run()

    assert (ended.code, job.reasons()) == (3, ["already_present"] + ["unreachable"] * 6)


def test_an_empty_category_has_its_own_exit_code(job: Job) -> None:
    """Nothing is worth retrying, and yet there is no image: 8."""
    job.list_urls("/faults/gone/n02119789_0.jpg")

    assert job.run().code == 8


def test_a_counted_category_is_topped_up(job: Job) -> None:
    """With --how_many_counts images dead links are made up for, and never overshot."""
    job.mark(f"{FOX},kit fox,True,5")
    job.list_urls(*["/faults/gone/n02119789_0.jpg"] * 3, *pictures(20))

    ended = job.run("--how_many_counts", "images")

    assert (ended.code, len(job.images())) == (0, 5)


def test_categories_named_on_the_command_line_need_no_table(job: Job) -> None:
    """`setter=2` takes two, whatever the table marks."""
    job.list_urls(*pictures(5, SETTER), code=SETTER)

    ended = job.run("--categories", "English setter=2")

    assert (ended.code, len(job.images("English_setter"))) == (0, 2)


def test_one_at_a_time_is_the_same_job(job: Job) -> None:
    """--parallel False opens one connection at a time and ends alike."""
    job.list_urls(*pictures(6), "/faults/html/n02119789_6.jpg")

    ended = job.run("--parallel", "False")

    assert (ended.code, len(job.images())) == (0, 6)
    assert job.origin.counts().most_open <= 2  # one is ours, asking for the counts


def test_a_dry_run_touches_nothing(job: Job) -> None:
    """It tells what would be done, asks nobody and makes no folder."""
    job.list_urls(*pictures(6))

    ended = job.run("--dry_run")

    assert ended.code == 0 and "6 to fetch" in ended.out
    assert not job.save_dir.exists()
    assert not job.origin.counts().requests


def test_quiet_prints_nothing_when_all_is_well(job: Job) -> None:
    """Cron mails what is printed; there is nothing to mail."""
    job.list_urls(*pictures(2), "/faults/broken/n02119789_2.jpg")

    ended = job.run("--quiet")

    assert (ended.code, ended.out, ended.err) == (3, "", "")


def test_quiet_tells_all_when_something_is_wrong(job: Job) -> None:
    """An empty category is told even with --quiet."""
    job.list_urls("/faults/gone/n02119789_0.jpg")

    ended = job.run("--quiet")

    assert ended.code == 8 and "No image is to be had" in ended.out


@POSIX
def test_a_terminal_gets_a_bar(job: Job) -> None:
    """Progress is drawn over itself, and what is said stays readable."""
    job.list_urls(*pictures(12))

    ended = job.run_on_terminal()

    assert (ended.code, len(job.images())) == (0, 12), ended.out
    assert "Total downloaded images: 12/12" in ended.out and "Traceback" not in ended.out


@POSIX
def test_it_runs_in_the_bare_environment_of_cron(job: Job) -> None:
    """No PATH, no HOME, no terminal."""
    job.list_urls(*pictures(3))

    ended = job.run(env={})

    assert (ended.code, len(job.images())) == (0, 3)


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_with_everything_written_down(
    job: Job, number: signal.Signals, code: int
) -> None:
    """Report and summary are written, nothing counts that is not here, the next run goes on."""
    job.list_urls(*pictures(10), "/faults/silent/n02119789_10.jpg")
    run = job.start("--timeout", "50")
    job.wait_for_requests(11)

    run.send_signal(number)
    run.communicate(timeout=10)

    assert run.returncode == code
    assert job.summary()["exit_code"] == code and job.summary()["running"] is False
    assert len(job.report()) == 11 and set(job.reasons()) <= {"downloaded", "not_tried"}
    assert job.reasons().count("downloaded") <= len(job.images())
    assert job.run().code == 3 and len(job.images()) == 10


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_to_all_processes_is_for_the_main_one(
    job: Job, number: signal.Signals, code: int
) -> None:
    """As a terminal sends Ctrl-C and systemd sends TERM, while workers are still on their way."""
    job.list_urls(*pictures(10))
    run = job.start()
    assert run.stdout
    run.stdout.readline()

    os.killpg(run.pid, number)
    _, told = run.communicate(timeout=20)

    assert (run.returncode, "Traceback" in told) == (code, False), told


@POSIX
def test_a_killed_run_is_taken_up_where_it_was(job: Job) -> None:
    """kill -9 leaves no half image; the next run fetches none of the good ones again."""
    job.list_urls(*pictures(20), "/faults/silent/n02119789_20.jpg")
    run = job.start("--timeout", "50")
    job.wait_for_images(20)
    run.kill()
    run.communicate(timeout=20)

    ended = job.run()

    assert (ended.code, len(job.images())) == (3, 20)
    assert all(job.origin.counts().requests[path] == 1 for path in pictures(20))


def test_a_second_run_on_the_same_folder_leaves_at_once(job: Job) -> None:
    """The first is not disturbed; the second says why and exits 4."""
    job.list_urls("/faults/silent/n02119789_0.jpg")
    first = job.start("--timeout", "50")
    job.wait_for_requests(1)

    second = job.run()
    goes_on = first.poll() is None
    first.kill()
    first.communicate(timeout=30)

    assert second.code == 4 and "another run" in second.err
    assert goes_on


def test_a_mistake_is_told_before_the_lock(job: Job) -> None:
    """A usage error has its own code even while another run is at work."""
    job.list_urls("/faults/slow/2/n02119789_0.jpg")
    first = job.start("--timeout", "30")
    job.wait_for_requests(1)
    job.mark(f"{FOX},kit fox,perhaps,-1")

    second = job.run()
    first.communicate(timeout=30)

    assert second.code == 2 and "perhaps" in second.err


def test_budgets_end_a_run(job: Job) -> None:
    """Bytes, minutes and free disk: exit code 6, and the next run goes on."""
    job.list_urls(*pictures(30))

    ended = job.run("--max_total_bytes", "1", "--batch_size", "1")

    assert ended.code == 6 and "--max_total_bytes" in ended.err
    assert job.run().code == 0


def test_too_little_free_disk_ends_a_run(job: Job) -> None:
    """The run stops before the disk is full."""
    job.list_urls(*pictures(3))

    ended = job.run("--min_free_disk", str(2**59))

    assert ended.code == 6 and "--min_free_disk" in ended.err


@POSIX
def test_a_full_disk_ends_a_run_with_nothing_half(job: Job, tmp_path: Path) -> None:
    """Exit code 5 and a cure; what is there is whole."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk],
                             capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no permission to mount a small disk; the store's tests inject the fault")
    try:
        job.list_urls(*pictures(30))
        job.save_dir = disk / "result"

        ended = job.run("--min_free_disk", "0")

        assert ended.code == 5 and "Traceback" not in ended.err
    finally:
        subprocess.run(["umount", disk], check=True)


@POSIX
def test_a_folder_that_may_not_be_written_is_told(job: Job) -> None:
    """A file in the way of save_dir: one line and exit code 2, before anything is fetched."""
    job.list_urls(*pictures(1))
    job.save_dir.write_text("in the way")

    ended = job.run()

    assert ended.code == 2 and ended.err.startswith("error: --save_dir")
    assert job.save_dir.read_text() == "in the way"


def test_other_categories_go_on_where_one_has_no_url(job: Job) -> None:
    """It is told, and has its exit code."""
    job.mark(f"{FOX},kit fox,True,-1", f"{SETTER},English setter,True,-1")
    job.list_urls(*pictures(2))

    ended = job.run()

    assert (ended.code, len(job.images())) == (8, 2)
    assert "English_setter (n02100735): no URL in the list" in ended.err


def test_only_annotated_images_need_annotations(job: Job) -> None:
    """True without annotations at hand, and none to be had: exit code 7 and what to do."""
    job.list_urls(*pictures(2))
    offline = {**os.environ, "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": ""}

    ended = job.run("--with_annotation", "True", env=offline)

    assert ended.code == 7 and "bboxes_annotations.tar.gz" in ended.err


@pytest.mark.parametrize(("options", "named"), [
    (("--batch_size", "many"), "--batch_size"),
    (("--timeout", "nan"), "--timeout"),
    (("--verbose", "perhaps"), "--verbose"),
    (("--with_anotation", "True"), "--with_annotation"),
    (("--categories", "no such beast"), "no such beast"),
    (("--source", "torrent"), "--source"),
    (("-nc", "/no/such/table.csv"), "/no/such/table.csv"),
])
def test_a_mistake_costs_one_line_and_exit_code_2(
    job: Job, options: tuple[str, ...], named: str
) -> None:
    """What was typed wrong is named, and nothing is fetched."""
    job.list_urls(*pictures(1))

    ended = job.run(*options)

    assert ended.code == 2 and named in ended.err
    assert "Traceback" not in ended.err and not job.origin.counts().requests


def test_the_demo_shows_every_planned_verdict(tmp_path: Path) -> None:
    """The first command of the README, into a folder of its own."""
    command = [sys.executable, str(SCRIPT), "--demo", "True", "-s", str(tmp_path / "demo")]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=100)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "planned verdicts came true" in ended.stdout


def test_a_demo_leaves_nothing_in_the_project_folder() -> None:
    """The next run would take its table and its list for the user's own."""
    project = SCRIPT.parent
    before = sorted(os.listdir(project))
    command = [sys.executable, str(SCRIPT), "--demo", "True", "-s", str(project)]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=100)

    assert ended.returncode == 2 and "Name a folder of its own" in ended.stderr
    assert sorted(os.listdir(project)) == before


def test_a_run_leaves_its_mark_from_the_start(job: Job) -> None:
    """Killed in its first seconds, it still tells that it was there."""
    job.list_urls("/faults/silent/n02119789_0.jpg")
    run = job.start("--timeout", "50")
    job.wait_for_requests(1)
    run.kill()
    run.communicate(timeout=20)

    assert job.summary()["running"] is True


def test_the_ledger_can_be_lost(job: Job) -> None:
    """An unreadable one is set aside, and tree and reports tell what is here."""
    job.list_urls(*pictures(5))
    job.run()
    for path in job.save_dir.glob(".ledger.sqlite3*"):
        path.unlink()
    (job.save_dir / ".ledger.sqlite3").write_bytes(b"this is no database" * 100)
    before = sum(job.origin.counts().requests.values())

    ended = job.run()

    assert (ended.code, set(job.reasons())) == (0, {"already_present"})
    assert sum(job.origin.counts().requests.values()) == before
    assert list(job.save_dir.glob(".ledger.sqlite3.unreadable-*"))


def test_what_the_user_deleted_stays_away(job: Job) -> None:
    """Until it is asked for with --restore_removed."""
    job.list_urls(*pictures(3))
    job.run()
    (job.save_dir / "kit_fox" / "Images" / f"{FOX}_1.jpg").unlink()

    ended = job.run()
    restored = job.run("--restore_removed", "True")

    assert (ended.code, restored.code, len(job.images())) == (0, 0, 3)


def test_a_deleted_folder_is_fetched_again(job: Job) -> None:
    """Without the folder nothing says that its images are not wanted."""
    job.list_urls(*pictures(3))
    job.run()
    shutil.rmtree(job.save_dir / "kit_fox")

    ended = job.run()

    assert (ended.code, len(job.images())) == (0, 3)

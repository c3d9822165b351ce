"""What a save_dir holds, looked up without touching it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import Reason
from imagenet_utils.results import sqlite_file
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from imagenet_utils.results.sqlite_file import reading
from imagenet_utils.results.stored import Held, stored_in

FOX, SETTER = "n02119789", "n02100735"
PROJECT = Path(__file__).resolve().parent.parent

# A run that is killed: its rows are committed, its files are as they were at that moment.
KILLED_RUN = f"""
import os, sys
from pathlib import Path
from imagenet_utils.model import Reason
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
ledger = Ledger(Path(sys.argv[1]))
ledger.record(Row("{FOX}", "{FOX}_1", "http://a.example/1", 0, Reason.DOWNLOADED, "", bytes=7,
                  file_name="1.jpg"))
ledger.commit()
ledger.record(Row("{FOX}", "{FOX}_2", "http://a.example/2", 1, Reason.DOWNLOADED, "", bytes=9,
                  file_name="2.jpg"))
os._exit(0)
"""


def row(number: int, *, code: str = FOX, reason: Reason = Reason.DOWNLOADED, size: int = 10) -> Row:
    image_id = f"{code}_{number}"
    return Row(code, image_id, f"http://a.example/{image_id}", number, reason, "", bytes=size,
               file_name=f"{image_id}.jpg")


def recorded(save_dir: Path, *rows: Row) -> Ledger:
    ledger = Ledger(save_dir / LEDGER)
    for each in rows:
        ledger.record(each)
        ledger.give_folder(each.code, f"folder of {each.code}")
    ledger.commit()
    return ledger


def killed_run(save_dir: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_RUN, str(save_dir / LEDGER)], cwd=PROJECT,
                   check=True, timeout=60)


def traces(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file with the digest of its bytes, and when it was written."""
    return {path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in folder.iterdir()}


def test_pictures_that_count(tmp_path: Path) -> None:
    """Those downloaded or already present; a category with failures alone is none."""
    recorded(
        tmp_path, row(1, size=10), row(2, reason=Reason.ALREADY_PRESENT, size=5),
        row(3, reason=Reason.GONE), row(1, code=SETTER, reason=Reason.REMOVED),
    ).close()

    assert stored_in(tmp_path) == {FOX: Held(2, 15, f"folder of {FOX}")}


def test_splits_are_one_category(tmp_path: Path) -> None:
    """Whatever split of ILSVRC2012 a picture came from."""
    recorded(tmp_path, row(1, code=f"train/{FOX}"), row(2, code=f"val/{FOX}")).close()

    assert stored_in(tmp_path)[FOX][:2] == (2, 20)


def test_codes_that_hold_a_slash(tmp_path: Path) -> None:
    """Only a split stands before a code."""
    recorded(tmp_path, row(1, code="/m/0abc"), row(1, code="trainer/x"),
             row(1, code="train//m/0abc")).close()

    assert {code: held.images for code, held in stored_in(tmp_path).items()} == {
        "/m/0abc": 2, "trainer/x": 1}


def test_a_picture_of_two_rows_is_one(tmp_path: Path) -> None:
    """Its list had a second URL for it, and later it was found in an archive."""
    first = row(1, size=10)
    recorded(tmp_path, first, first._replace(url="http://b.example/1"),
             first._replace(url="fox.tar#1.JPEG", reason=Reason.ALREADY_PRESENT)).close()

    assert stored_in(tmp_path)[FOX][:2] == (1, 10)


def test_after_a_run(tmp_path: Path) -> None:
    """Nothing appears or changes in the folder."""
    recorded(tmp_path, row(1)).close()
    before = traces(tmp_path)
    stored_in(tmp_path)

    assert traces(tmp_path) == before


def test_while_a_run_is_under_way(tmp_path: Path) -> None:
    """What it has committed counts, and nothing of its files changes by looking."""
    run = recorded(tmp_path, row(1))
    run.record(row(2))
    run.rows_of(FOX)  # which writes it, uncommitted
    before = traces(tmp_path)
    found = stored_in(tmp_path)
    after = traces(tmp_path)
    run.close()

    assert (found[FOX].images, after) == (1, before)


@pytest.mark.parametrize("lost", ["", "-shm"])
def test_after_a_run_was_killed(tmp_path: Path, lost: str) -> None:
    """The rows that SQLite has not moved to their place yet count, with all its files or without.
    """
    killed_run(tmp_path)
    if lost:
        (tmp_path / f"{LEDGER}{lost}").unlink()
    before = traces(tmp_path)

    assert f"{LEDGER}-wal" in before
    assert stored_in(tmp_path)[FOX][:2] == (1, 7)
    assert traces(tmp_path) == before


def test_a_change_that_was_cut_off(tmp_path: Path) -> None:
    """On a disk without shared memory, what a killed run left half written is taken back."""
    recorded(tmp_path, row(1)).close()
    half_written = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "db.execute('PRAGMA journal_mode = DELETE')\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('DELETE FROM images')\n"
        "db.executemany('INSERT INTO notes VALUES (?, ?)', [(n, 'x' * 5000) for n in range(99)])\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", half_written, str(tmp_path / LEDGER)], check=True,
                   timeout=60)
    before = traces(tmp_path)

    assert f"{LEDGER}-journal" in before
    assert stored_in(tmp_path)[FOX].images == 1
    assert traces(tmp_path) == before


def held_in_delete_mode(save_dir: Path) -> sqlite3.Connection:
    """The ledger of a run that is at work where there is no shared memory."""
    recorded(save_dir, row(1)).close()
    run = sqlite3.connect(save_dir / LEDGER)
    run.execute("PRAGMA journal_mode = DELETE")
    return run


def test_a_run_without_shared_memory_goes_on(tmp_path: Path) -> None:
    """What it commits meanwhile is seen: nothing was taken for the last word."""
    with closing(held_in_delete_mode(tmp_path)) as run, reading(tmp_path / LEDGER, 1) as db:
        before = db.execute("SELECT count(*) FROM images").fetchone()
        run.execute("DELETE FROM images")
        run.commit()
        after = db.execute("SELECT count(*) FROM images").fetchone()

    assert (before, after) == ((1,), (0,))


@pytest.mark.parametrize("look", [
    stored_in, lambda folder: Ledger(folder / LEDGER, is_draft=True)], ids=["listing", "dry run"])
def test_a_run_that_writes_just_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Callable[[Path], object]
) -> None:
    """Where it has its ledger to itself for long, nothing is copied that it is writing."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.0)
    with closing(held_in_delete_mode(tmp_path)) as run:
        run.execute("BEGIN EXCLUSIVE")

        with pytest.raises(LocalFault, match="database is locked"):
            look(tmp_path)


def test_a_copy_is_of_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes while it is copied is copied again."""
    killed_run(tmp_path)
    (tmp_path / f"{LEDGER}-shm").unlink()
    growing = iter(["one more", "and one more"])
    copied = shutil.copyfile

    def while_it_grows(source: str, target: str) -> None:
        copied(source, target)
        if source.endswith("-wal") and (words := next(growing, "")):
            with open(source, "a") as file:
                file.write(words)

    monkeypatch.setattr(sqlite_file.shutil, "copyfile", while_it_grows)
    found = stored_in(tmp_path)

    assert (found[FOX].images, next(growing, "all read")) == (1, "all read")


def test_what_never_holds_still_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line that says to try again."""
    killed_run(tmp_path)
    (tmp_path / f"{LEDGER}-shm").unlink()
    monkeypatch.setattr(sqlite_file, "_has_copied", lambda path, copy: False)

    with pytest.raises(LocalFault, match="it changes while it is read.*try again"):
        stored_in(tmp_path)


def test_a_dry_run_sees_what_a_killed_run_left(tmp_path: Path) -> None:
    """It reads the same way."""
    killed_run(tmp_path)
    (tmp_path / f"{LEDGER}-shm").unlink()
    draft = Ledger(tmp_path / LEDGER, is_draft=True)
    rows = draft.rows_of(FOX)
    draft.close()

    assert len(rows) == 1


def test_no_folder(tmp_path: Path) -> None:
    """It is not made."""
    with pytest.raises(UsageError, match="There is no folder .*nowhere"):
        stored_in(tmp_path / "nowhere")

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["n" * 300, "/".join(["n" * 200] * 25)], ids=["name", "path"])
def test_a_name_that_is_too_long(tmp_path: Path, name: str) -> None:
    """As any other folder that is none."""
    with pytest.raises(UsageError, match="can't be looked into: File name too long"):
        stored_in(tmp_path / name)


def test_a_folder_that_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say what is in it."""

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)

    with pytest.raises(UsageError, match="can't be looked into: Permission denied"):
        stored_in(tmp_path)


def test_a_folder_without_results(tmp_path: Path) -> None:
    """It may hold anything, but no run has been there."""
    (tmp_path / "Images").mkdir()

    with pytest.raises(UsageError, match="holds no results"):
        stored_in(tmp_path)


def test_what_is_no_ledger(tmp_path: Path) -> None:
    """It stays as it is: the next run sets it aside."""
    (tmp_path / LEDGER).write_bytes(b"something else entirely, " * 99)

    with pytest.raises(LocalFault, match="can't be read: file is not a database"):
        stored_in(tmp_path)


def test_a_ledger_of_another_version(tmp_path: Path) -> None:
    """The message says which, and what to do."""
    with sqlite3.connect(tmp_path / LEDGER) as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(LocalFault, match="schema 99.*Update the tool"):
        stored_in(tmp_path)

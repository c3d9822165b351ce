"""What a save_dir holds, looked up without touching it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import Reason
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from imagenet_utils.results.stored import Stored, stored_in

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
ledger.record(Row("{FOX}", "{FOX}_1", "http://a.example/1", 0, Reason.DOWNLOADED, "", bytes=7))
ledger.commit()
ledger.record(Row("{FOX}", "{FOX}_2", "http://a.example/2", 1, Reason.DOWNLOADED, "", bytes=9))
os._exit(0)
"""


def row(number: int, *, code: str = FOX, reason: Reason = Reason.DOWNLOADED, size: int = 10) -> Row:
    image_id = f"{code}_{number}"
    return Row(code, image_id, f"http://a.example/{image_id}", number, reason, "", bytes=size)


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

    assert stored_in(tmp_path) == {FOX: Stored(2, 15, f"folder of {FOX}")}


def test_splits_are_one_category(tmp_path: Path) -> None:
    """Whatever split of ILSVRC2012 a picture came from."""
    recorded(tmp_path, row(1, code=f"train/{FOX}"), row(2, code=f"val/{FOX}")).close()

    assert stored_in(tmp_path)[FOX][:2] == (2, 20)


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

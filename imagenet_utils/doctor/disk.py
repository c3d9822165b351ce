"""The disk where results go: room, and what a run asks of a file system.

Each trial has a hidden folder of its own there, which is gone when the trial ends.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imagenet_utils.categories.labels import MAX_LABEL_BYTES
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import LocalFault
from imagenet_utils.job.lock import is_run_on, only_run_on
from imagenet_utils.results import sqlite_file
from imagenet_utils.whole_files import new_file, successor

FEW_FILES = 10_000  # that may still be made: not enough for a few categories
LONGEST_ID = 100  # letters of a picture's name, without its extension
ANOTHER_FOLDER = "Give permission, or name another folder"


class Unwritable(OSError):
    """Nothing can be made there: `writing` says so, once for all."""


def space(patient: Patient) -> Iterator[Finding]:
    folder = _standing(patient.folder)
    free = shutil.disk_usage(folder).free
    least = patient.run.min_free_disk if patient.run else 0
    told = f"{folder}: {free:,} bytes are free"
    if free <= least:
        yield problem(f"{told}, a run leaves {least:,} (--min_free_disk)",
                      "Free some space, or name a folder on another disk")
    elif (files := _files_left(folder)) is not None and files < FEW_FILES:
        yield warning(f"{told}, but only {files:,} more files can be made there",
                      "Delete files that you do not need: the disk has no inodes left")
    else:
        yield ok(told)


def writing(patient: Patient) -> Iterator[Finding]:
    """As results are written: beside their place, then renamed, over a predecessor too."""
    try:
        with _trial(patient.folder) as folder:
            target = folder / "trial"
            with new_file(target) as file:
                file.write(b"first")
                file.flush()
                os.fsync(file.fileno())
            with successor(target) as file:
                file.write(b"second")
            if target.read_bytes() != b"second":
                yield problem(f"{patient.folder}: a renamed file does not take its place",
                              "Name a folder on another disk")
                return
    except OSError as error:
        yield problem(f"{patient.folder}: {error.strerror or error}", ANOTHER_FOLDER)
        return
    is_there = "" if patient.folder.is_dir() else ", which will be made"
    yield ok(f"{patient.folder}{is_there}: files are written and renamed")


def file_names(patient: Patient) -> Iterator[Finding]:
    """The longest that a run makes, and whether the case of letters counts."""
    with suppress(Unwritable), _trial(patient.folder) as folder:
        below = folder / ("l" * MAX_LABEL_BYTES) / "Annotation"
        try:
            os.makedirs(below)
            with new_file(below / f"{'i' * LONGEST_ID}.xml"):
                pass
        except OSError as error:
            yield problem(f"{patient.folder}: long names do not go there"
                          f" ({error.strerror or error})",
                          "Name a folder with a shorter path, or on another disk")
            return
        (folder / "case").touch()
        if (folder / "CASE").exists():
            yield ok("long ones go; upper and lower case are one, which does no harm")
        else:
            yield ok("long ones go, upper and lower case are told apart")


def hard_links(patient: Patient) -> Iterator[Finding]:
    if patient.run is None:
        return
    with suppress(Unwritable), _trial(patient.folder) as folder:
        (folder / "picture").touch()
        try:
            os.link(folder / "picture", folder / "again")
        except OSError as error:
            yield warning(f"{patient.folder} has none ({error.strerror or error})",
                          "A picture of several categories is copied: leave more room")
        else:
            yield ok("a picture of several categories takes its room once")


def database(patient: Patient) -> Iterator[Finding]:
    """The ledger's kind of file, with the log of its own that not every network drive bears."""
    if patient.run is None:
        return
    with suppress(Unwritable), _trial(patient.folder) as folder:
        yield _journal(folder / "trial.sqlite3", patient.folder)


def locks(patient: Patient) -> Iterator[Finding]:
    """Whether one keeps a second run out."""
    if patient.run is None:
        return
    with suppress(Unwritable), _trial(patient.folder) as folder:
        try:
            with only_run_on(folder):
                is_kept_out = is_run_on(folder)
        except LocalFault as fault:
            yield problem(f"{patient.folder}: {fault.problem.rpartition(': ')[2]}",
                          "Name a folder on a disk of this machine")
            return
        if is_kept_out:
            yield ok("a second run is kept out")
        else:
            yield warning(f"{patient.folder}: a lock there keeps nobody out",
                          "See that no two runs work there at once, or name another folder")


def _journal(path: Path, folder: Path) -> Finding:
    try:
        mode = _journal_mode(path)
    except (sqlite3.Error, OSError) as error:
        return problem(f"{folder}: SQLite cannot work there ({error})",
                       "Name a folder on a disk of this machine")
    told = f"SQLite {sqlite3.sqlite_version}, journal {mode}"
    if mode == "wal":
        return ok(told)
    return warning(f"{told}: {folder} bears no write-ahead log",
                   "It works, but slower; a disk of this machine is better than the network's")


def _journal_mode(path: Path) -> str:
    db = sqlite_file.opened(path, "CREATE TABLE IF NOT EXISTS trial (word);", 1)
    try:
        with db:
            db.execute("INSERT INTO trial VALUES ('a row')")
        return str(db.execute("PRAGMA journal_mode").fetchone()[0])
    finally:
        db.close()


def _standing(folder: Path) -> Path:
    """The nearest thing that exists on the way there; what is locked away is as good as none."""
    folder = folder.absolute()
    return next((place for place in (folder, *folder.parents) if os.path.exists(place)), folder)


def _files_left(folder: Path) -> int | None:
    """None where the file system makes them as it needs them, or does not tell."""
    if not hasattr(os, "statvfs"):
        return None
    facts = os.statvfs(folder)
    return facts.f_favail if facts.f_files else None


@contextmanager
def _trial(folder: Path) -> Iterator[Path]:
    """A folder beside results to come, gone in the end; its name is known before it is made.

    Raises Unwritable.
    """
    trial = _standing(folder) / f".doctor.{os.urandom(6).hex()}"
    try:
        try:
            trial.mkdir()
        except OSError as error:
            raise Unwritable(*error.args) from error
        yield trial
    finally:
        shutil.rmtree(trial, ignore_errors=True)

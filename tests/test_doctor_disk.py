"""What the doctor says of the disk, and of what lies there; it leaves no trace."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from imagenet_utils.doctor import disk, inputs, results
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import problem
from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job.lock import only_run_on
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.url_lists.index import open_url_index
from tests.examined import OK, PROBLEM, WARNING, only, patient

OF_DISK = (disk.space, disk.writing, disk.file_names, disk.hard_links, disk.database, disk.locks)
HEAD = "code,name,to_download,how_many\n"


def with_files(examined: Patient, **changes: object) -> Patient:
    return replace(examined, files=replace(examined.files, **changes))  # type: ignore[arg-type]


def refused(number: int) -> object:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("examine", OF_DISK, ids=lambda examine: examine.__name__)
@pytest.mark.parametrize("name", [".", "to/come"])
def test_a_good_disk(tmp_path: Path, examine: object, name: str) -> None:
    """Nothing is left there, nor is a folder made that is to come."""
    assert only(examine, patient(tmp_path / name)).level is OK
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """The other trials have nothing to add."""
    (tmp_path / "file").touch()
    examined = patient(tmp_path / "file" / "below")
    found = only(disk.writing, examined)

    assert (found.level, "Not a directory" in found.found) == (PROBLEM, True)
    assert [list(examine(examined)) for examine in OF_DISK[2:]] == [[], [], [], []]


def test_too_little_room(tmp_path: Path) -> None:
    """Less than a run leaves."""
    found = only(disk.space, patient(tmp_path, min_free_disk=2**62))

    assert (found.level, "--min_free_disk" in found.found) == (PROBLEM, True)


def test_too_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk may have room, and no inodes."""
    facts = SimpleNamespace(f_files=1000, f_favail=12, f_blocks=9, f_bfree=9, f_bavail=9,
                            f_frsize=4096)
    monkeypatch.setattr(disk.os, "statvfs", lambda _folder: facts, raising=False)
    found = only(disk.space, patient(tmp_path))

    assert (found.level, "only 12 more files" in found.found) == (WARNING, True)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says is told, and the trial is gone."""
    monkeypatch.setattr(disk.os, "fsync", refused(errno.ENOSPC))
    found = only(disk.writing, patient(tmp_path))

    assert (found.level, "No space left" in found.found) == (PROBLEM, True)
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_does_not_replace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that replace their predecessor would be lost."""
    @contextmanager
    def successor(_target: Path) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(write=len)

    monkeypatch.setattr(disk, "successor", successor)

    assert only(disk.writing, patient(tmp_path)).level is PROBLEM


def test_long_names_that_do_not_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypted folders and old Windows take less."""
    monkeypatch.setattr(disk.os, "makedirs", refused(errno.ENAMETOOLONG))
    found = only(disk.file_names, patient(tmp_path))

    assert (found.level, "File name too long" in found.found) == (PROBLEM, True)


def test_a_disk_that_folds_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and does no harm."""
    touch = Path.touch

    def touch_both(path: Path) -> None:
        touch(path)
        touch(path.with_name(path.name.upper()))

    monkeypatch.setattr(disk.Path, "touch", touch_both)
    found = only(disk.file_names, patient(tmp_path))

    assert (found.level, "are one" in found.found) == (OK, True)


def test_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and some network drives: pictures are copied."""
    monkeypatch.setattr(disk.os, "link", refused(errno.EPERM))
    found = only(disk.hard_links, patient(tmp_path))

    assert (found.level, "is copied" in found.cure) == (WARNING, True)


def test_no_write_ahead_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes, but slower."""
    monkeypatch.setattr(disk, "_journal_mode", lambda _path: "delete")

    assert only(disk.database, patient(tmp_path)).level is WARNING


def test_no_database_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a ledger there is no run."""
    def fail(*_arguments: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(disk.sqlite_file, "opened", fail)
    found = only(disk.database, patient(tmp_path))

    assert (found.level, "disk I/O error" in found.found) == (PROBLEM, True)


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network drives have none; the trial's own name is not told."""
    @contextmanager
    def refuse(folder: Path) -> Iterator[None]:
        raise LocalFault(f"{folder / '.lock'}: cannot be locked: No locks available", "Give")
        yield

    monkeypatch.setattr(disk, "only_run_on", refuse)
    found = only(disk.locks, patient(tmp_path))

    assert (found.level, found.found) == (PROBLEM, f"{tmp_path}: No locks available")


def test_locks_that_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are there for the look of it."""
    monkeypatch.setattr(disk, "is_run_on", lambda _folder: False)

    assert only(disk.locks, patient(tmp_path)).level is WARNING


def test_a_run_at_work(tmp_path: Path) -> None:
    """It would keep another one out; afterwards nothing does."""
    with only_run_on(tmp_path):
        during = only(results.other_runs, patient(tmp_path))

    assert (during.level, only(results.other_runs, patient(tmp_path)).level) == (PROBLEM, OK)


def test_the_ledger(tmp_path: Path) -> None:
    """What it knows is counted; it is not written to."""
    Ledger(tmp_path / LEDGER).close()
    before = (tmp_path / LEDGER).read_bytes()
    found = only(results.ledger, patient(tmp_path))

    assert (found.level, found.found) == (OK, f"{tmp_path / LEDGER}: 0 URLs are known")
    assert (tmp_path / LEDGER).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [LEDGER]


def test_a_ledger_that_cannot_be_read(tmp_path: Path) -> None:
    """A run sets it aside by itself."""
    (tmp_path / LEDGER).write_bytes(b"no database" * 100)
    found = only(results.ledger, patient(tmp_path))

    assert (found.level, "sets it aside" in found.cure) == (WARNING, True)


def test_a_ledger_that_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is wrong with it."""
    monkeypatch.setattr(disk.sqlite_file, "BUSY_SECONDS", 0.0)
    Ledger(tmp_path / LEDGER).close()
    with closing(sqlite3.connect(tmp_path / LEDGER)) as run:
        run.execute("PRAGMA journal_mode = DELETE")
        run.execute("BEGIN EXCLUSIVE")
        found = only(results.ledger, patient(tmp_path))

    assert (found.level, "let it end" in found.cure) == (WARNING, True)


def test_a_ledger_of_another_version(tmp_path: Path) -> None:
    """A run would not touch it."""
    with sqlite3.connect(tmp_path / LEDGER) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    found = only(results.ledger, patient(tmp_path))

    assert (found.level, "schema 99" in found.found) == (PROBLEM, True)


@pytest.mark.parametrize(("rows", "told"), [
    ("n02119789,kit fox,True,100\nn02012849,crane,yes,7\n",
     "2 categories, 2 marked, for 107 pictures"),
    ("n02119789,kit fox,True,-1\nn02012849,crane,no,7\n",
     "2 categories, 1 marked, 1 of them for all their pictures"),
])
def test_the_marked_table(tmp_path: Path, rows: str, told: str) -> None:
    """How much is marked, and for how many pictures."""
    (tmp_path / "ncodes.csv").write_text(HEAD + rows)
    found = only(inputs.table, patient(tmp_path, needs_table=True))

    assert (found.level, found.found) == (OK, f"{tmp_path / 'ncodes.csv'}: {told}")


@pytest.mark.parametrize(("content", "told"), [
    (None, "There is no table"),
    (HEAD, "no row is marked"),
    (f"{HEAD}n02119789,x,perhaps,1\nn02119789,x,True,0\n", "(the first of 2)"),
    ("what is this", "ncodes.csv"),
])
def test_a_table_that_a_run_refuses(tmp_path: Path, content: str | None, told: str) -> None:
    """It stands in the way of a run that needs its marks, and of no other."""
    if content is not None:
        (tmp_path / "ncodes.csv").write_text(content)
    needed = only(inputs.table, patient(tmp_path, needs_table=True))
    not_needed = only(inputs.table, patient(tmp_path))

    assert (needed.level, told in needed.found, bool(needed.cure)) == (PROBLEM, True, True)
    assert (not_needed.level, "not needed" in not_needed.found) == (OK, True)


def test_the_url_list_and_its_index(tmp_path: Path) -> None:
    """No index is made by looking."""
    path = tmp_path / "list.txt"
    levels = [only(inputs.url_list, patient(tmp_path))]
    path.write_text("n02119789_1\thttp://a.example/1.jpg\nno url\n")
    levels.append(only(inputs.url_list, patient(tmp_path)))
    files = [file.name for file in tmp_path.iterdir()]
    open_url_index(path, fallback_dir=tmp_path).close()
    levels.append(only(inputs.url_list, patient(tmp_path)))
    path.write_text("n02119789_1\thttp://a.example/2.jpg\n" * 2)
    levels.append(only(inputs.url_list, patient(tmp_path)))

    assert files == ["list.txt"]
    assert [(found.level, found.found.partition(": ")[2]) for found in levels] == [
        (OK, "none"),
        (OK, "there; the next run makes its index first"),
        (OK, "1 rows, 1 bad lines; its index holds"),
        (OK, "there; the next run makes its index first"),
    ]


def test_a_url_list_that_is_none(tmp_path: Path) -> None:
    """A folder of that name is no list."""
    (tmp_path / "list.txt").mkdir()

    assert only(inputs.url_list, patient(tmp_path)).level is PROBLEM


def test_boxes(tmp_path: Path) -> None:
    """Under the older name of the folder, too, unless another one is named."""
    examined = patient(tmp_path)
    without = only(inputs.boxes, examined)
    (tmp_path / "Annotation").mkdir()
    (tmp_path / "Annotation" / "n02119789.tar.gz").touch()
    found = only(inputs.boxes, examined)
    given = only(inputs.boxes, with_files(examined, is_annotations_given=True))

    assert [each.level for each in (without, found, given)] == [OK, OK, OK]
    assert found.found.endswith("boxes are there")
    assert without.found == given.found == f"{tmp_path / 'annotation'}: none;" \
        " pictures come without boxes"


def test_boxes_that_are_needed(tmp_path: Path) -> None:
    """A run fetches them first."""
    found = only(inputs.boxes, with_files(patient(tmp_path), needs_annotations=True))

    assert (found.level, "a run fetches them first" in found.found) == (WARNING, True)


def test_a_table_of_libreoffice_without_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that installs it is the cure."""
    monkeypatch.setitem(sys.modules, "odf", None)
    table = tmp_path / "ncodes.ods"
    with zipfile.ZipFile(table, "w") as workbook:
        workbook.writestr("content.xml", "<office/>")
    examined = with_files(patient(tmp_path, needs_table=True), table=table)
    found = only(inputs.table, examined)

    assert found == problem("Reading this workbook needs the package odfpy",
                            f"Run: {sys.executable} -m pip install odfpy", ExitCode.USAGE)


def test_archives(tmp_path: Path) -> None:
    """What was named and cannot be made out stands in the way."""
    none = only(inputs.archives, patient(tmp_path))
    wrong = only(inputs.archives, patient(tmp_path, archives=(str(tmp_path / "x.tar"),)))
    named = only(inputs.archives, patient(tmp_path, archives=("https://a.example/<wnid>.tar",)))

    assert (none.level, wrong.level, named.level) == (OK, PROBLEM, OK)
    assert named.found == "tars by category in https://a.example/<wnid>.tar"


def test_a_folder_alone(tmp_path: Path) -> None:
    """The table's script fetches no pictures: what only a run needs is no matter."""
    examined = Patient(tmp_path, patient(tmp_path).files)
    of_a_run = (disk.hard_links, disk.database, disk.locks, results.other_runs, results.ledger,
                inputs.archives)

    assert [list(examine(examined)) for examine in of_a_run] == [[]] * len(of_a_run)

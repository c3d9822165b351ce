"""SQLite files of ours: opened, copied for a draft, set aside where they cannot be read."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


_OWN_FILES = ("-wal", "-journal")  # what SQLite writes beside a file that is in use


class OtherVersion(sqlite3.DatabaseError):
    """Written by another version of this tool."""


def opened(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """With these tables, whole.  Raises OtherVersion and whatever SQLite does."""
    db = sqlite3.connect(path, timeout=5.0)
    try:
        _check_version(db, version)
        _set_journal(db)
        db.executescript(tables)
        db.execute(f"PRAGMA user_version = {version}")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the file is malformed")
    except BaseException:
        db.close()
        raise
    return db


def drafted(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """A copy in memory; an empty one of what the real run will set aside."""
    draft = sqlite3.connect(":memory:")
    if path.exists():
        try:
            with reading(path, version) as original:
                original.backup(draft)
        except (sqlite3.Error, OSError):
            draft = sqlite3.connect(":memory:")
    draft.executescript(tables)
    return draft


@contextmanager
def reading(path: Path, version: int) -> Iterator[sqlite3.Connection]:
    """Nothing beside it is made or changed, be a run at work there, killed or over.

    Raises OtherVersion and whatever SQLite or the disk does.
    """
    with ExitStack() as stack:
        try:
            db = stack.enter_context(closing(_read_only(path)))
            _check_version(db, version)
        except sqlite3.OperationalError:  # a run that was killed left it to be put right
            db = stack.enter_context(closing(sqlite3.connect(stack.enter_context(_copied(path)))))
            _check_version(db, version)
        yield db


def moved_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def _read_only(path: Path) -> sqlite3.Connection:
    """SQLite would make and change its files, unless it is told that nobody else is there."""
    is_in_use = any(Path(f"{path}{suffix}").exists() for suffix in _OWN_FILES)
    how = "mode=ro&readonly_shm=1" if is_in_use else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        for suffix in ("", *_OWN_FILES):
            part = Path(f"{path}{suffix}")
            if part.exists():
                shutil.copyfile(part, Path(folder) / part.name)
        yield Path(folder) / path.name


def _check_version(db: sqlite3.Connection, version: int) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, version):
        raise OtherVersion(f"written by another version of this tool (schema {found})")


def _set_journal(db: sqlite3.Connection) -> None:
    """WAL where the file system can: some of the network's have no shared memory."""
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = NORMAL")

"""SQLite files of ours: opened, copied for a draft, set aside where they cannot be read."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path


class OtherVersion(sqlite3.DatabaseError):
    """Written by another version of this tool."""


def opened(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """With these tables, whole.  Raises OtherVersion and whatever SQLite does."""
    db = sqlite3.connect(path, timeout=5.0)
    try:
        check_version(db, version)
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
            with closing(read_only(path)) as original:
                check_version(original, version)
                original.backup(draft)
        except sqlite3.Error:
            draft = sqlite3.connect(":memory:")
    draft.executescript(tables)
    return draft


def read_only(path: Path) -> sqlite3.Connection:
    """Unless a run has it open or was killed, SQLite is kept from making its files beside it."""
    is_in_use = any(Path(f"{path}{suffix}").exists() for suffix in ("-wal", "-journal"))
    how = "mode=ro" if is_in_use else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def check_version(db: sqlite3.Connection, version: int) -> None:
    """Raises OtherVersion."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, version):
        raise OtherVersion(f"written by another version of this tool (schema {found})")


def moved_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def _set_journal(db: sqlite3.Connection) -> None:
    """WAL where the file system can: some of the network's have no shared memory."""
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = NORMAL")

"""The ledger's SQLite file: opened, copied for a draft, set aside where it cannot be read."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.results.row import Row

SCHEMA_VERSION = 1
COLUMNS = tuple(field.name for field in fields(Row))

_TABLES = f"""
CREATE TABLE IF NOT EXISTS images (
    {', '.join(COLUMNS)}, PRIMARY KEY (code, image_id, url)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_digest ON images (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_image ON images (image_id);
CREATE INDEX IF NOT EXISTS by_url ON images (url);
CREATE TABLE IF NOT EXISTS folders (code PRIMARY KEY, folder);
CREATE TABLE IF NOT EXISTS placeholders (sha256 PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (name PRIMARY KEY, value);
"""


def opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5.0)
    try:
        _set_journal(db)
        db.executescript(_TABLES)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise LocalFault(
                f"{path}: written by another version of this tool (schema {version})",
                "Update the tool, or move the file away: it is rebuilt from tree and reports.",
            )
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the file is malformed")
    except BaseException:
        db.close()
        raise
    return db


def _set_journal(db: sqlite3.Connection) -> None:
    """WAL where the file system can: some of the network's have no shared memory."""
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = NORMAL")


def drafted(path: Path) -> sqlite3.Connection:
    draft = sqlite3.connect(":memory:")
    if path.exists():
        try:
            with closing(read_only(path)) as original:
                original.backup(draft)
        except sqlite3.Error:
            draft = sqlite3.connect(":memory:")  # unreadable: the real run will set it aside
    draft.executescript(_TABLES)
    return draft


def read_only(path: Path) -> sqlite3.Connection:
    """Unless a run has it open or was killed, SQLite is kept from making its files beside it."""
    is_in_use = any(Path(f"{path}{suffix}").exists() for suffix in ("-wal", "-journal"))
    how = "mode=ro" if is_in_use else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def moved_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside

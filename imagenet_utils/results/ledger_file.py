"""The ledger's tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.results import sqlite_file
from imagenet_utils.results.row import Row
from imagenet_utils.results.sqlite_file import OtherVersion
from imagenet_utils.transform.asked import Resized

SCHEMA_VERSION = 1
COLUMNS = Row._fields
RESIZED_COLUMNS = ("code", "image_id", *Resized._fields)

_TABLES = f"""
CREATE TABLE IF NOT EXISTS images (
    {', '.join(COLUMNS)}, PRIMARY KEY (code, image_id, url)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_digest ON images (sha256, url) WHERE sha256 IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_image ON images (image_id);
CREATE INDEX IF NOT EXISTS by_url ON images (url);
CREATE TABLE IF NOT EXISTS resized (
    {', '.join(RESIZED_COLUMNS)}, PRIMARY KEY (code, image_id, resize)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folders (code PRIMARY KEY, folder);
CREATE TABLE IF NOT EXISTS placeholders (sha256 PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (name PRIMARY KEY, value);
"""


def opened(path: Path) -> sqlite3.Connection:
    """Raises LocalFault where another version of this tool wrote it."""
    with _other_version_told(path):
        return sqlite_file.opened(path, _TABLES, SCHEMA_VERSION)


def drafted(path: Path) -> sqlite3.Connection:
    return sqlite_file.drafted(path, _TABLES, SCHEMA_VERSION)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Without a trace.  Raises LocalFault where another version of this tool wrote it."""
    with _other_version_told(path), sqlite_file.reading(path, SCHEMA_VERSION) as db:
        yield db


@contextmanager
def _other_version_told(path: Path) -> Iterator[None]:
    try:
        yield
    except OtherVersion as other:
        raise LocalFault(
            f"{path}: {other}",
            "Update the tool, or move the file away: it is rebuilt from tree and reports.",
        ) from None


def row_count(path: Path) -> int:
    """Raises what `reading` does, and whatever SQLite does."""
    with reading(path) as db:
        return int(db.execute("SELECT count(*) FROM images").fetchone()[0])

"""The memory of all runs: one row per URL of each category, in a SQLite file beside the results.

Only the main process writes it.  What is committed survives a kill; what was stored since the
last checkpoint is proven again after a power cut.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import REASON_BY_WORD, Reason, Verdict

SCHEMA_VERSION = 1
CHECKPOINT_SECONDS = 10.0
SECONDS_OF_ONE_BOOT = 120


@dataclass(frozen=True, slots=True)
class Row:
    """The last known state of one URL in one category."""

    code: str
    image_id: str
    url: str
    position: int  # in list order within the category
    reason: Reason
    description: str
    http_status: int = 0  # 0: none
    attempts: int = 0  # over all runs
    seconds: float | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    verdict: Verdict = Verdict.NONE
    boxes: int = 0
    boxes_clamped: int = 0
    boxes_dropped: int = 0
    xml_sha256: str | None = None  # of the XML we wrote
    file_name: str | None = None  # of the stored image
    mtime_ns: int = 0
    finished: float = 0.0  # seconds since 1970, UTC
    hung_on: str = ""  # the options the reason depends on, as they were
    bad_days: str = ""  # days on which it failed the same way, "2026-11-20 2026-11-21"


_COLUMNS = tuple(field.name for field in fields(Row))
_CELLS = attrgetter(*_COLUMNS)
_REASON, _VERDICT = _COLUMNS.index("reason"), _COLUMNS.index("verdict")
_VERDICT_BY_WORD = {verdict.value: verdict for verdict in Verdict}
_TABLES = f"""
CREATE TABLE IF NOT EXISTS images (
    {', '.join(_COLUMNS)}, PRIMARY KEY (code, image_id, url)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_digest ON images (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_image ON images (image_id);
CREATE INDEX IF NOT EXISTS by_url ON images (url);
CREATE TABLE IF NOT EXISTS folders (code PRIMARY KEY, folder);
CREATE TABLE IF NOT EXISTS placeholders (sha256 PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (name PRIMARY KEY, value);
"""
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM images"
_INSERT = f"INSERT OR REPLACE INTO images VALUES ({', '.join('?' * len(_COLUMNS))})"


class Ledger:
    """Raises LocalFault where the disk refuses."""

    def __init__(self, path: Path, *, is_draft: bool = False) -> None:
        """A draft begins with what the file holds, and never writes to it."""
        self.path = path
        self.set_aside: Path | None = None  # where an unreadable predecessor went
        self._checkpoint_at = time.monotonic() + CHECKPOINT_SECONDS
        self._synced = 0.0  # a moment; set by the thread that waits for the disk
        self._sync_thread: threading.Thread | None = None
        self._has_unsynced = False
        self.is_after_power_cut = False
        if is_draft:
            self._db = _drafted(path)
            return
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
                raise _fault(path, error) from error
            self.set_aside = _moved_away(path)
            self._db = _opened(path)
        self.is_after_power_cut = self._was_cut_off()
        if self.is_after_power_cut:
            self._doubt_what_was_not_synced()

    def rows_of(self, code: str) -> list[Row]:
        query = f"{_SELECT} WHERE code = ? ORDER BY position, image_id, url"
        return [_row(values) for values in self._read(query, code)]

    def reasons_of(self, code: str) -> dict[Reason, int]:
        """How many URLs of a category have which reason."""
        query = "SELECT reason, count(*) FROM images WHERE code = ? GROUP BY reason"
        return {REASON_BY_WORD[word]: count for word, count in self._read(query, code)}

    def same_picture(self, image_id: str, url: str, *, code: str) -> list[Row]:
        """What is known of the same id or the same URL, this very image of `code` aside."""
        query = f"{_SELECT} WHERE (image_id = ?1 OR url = ?2) AND NOT (code = ?3 AND image_id = ?1)"
        return [_row(values) for values in self._read(query, image_id, url, code)]

    def with_digest(self, sha256: str) -> list[Row]:
        return [_row(values) for values in self._read(f"{_SELECT} WHERE sha256 = ?", sha256)]

    def urls_with_digest(self, sha256: str) -> int:
        query = "SELECT count(DISTINCT url) FROM images WHERE sha256 = ?"
        return int(self._read(query, sha256)[0][0])

    def record(self, row: Row) -> None:
        self._has_unsynced = True
        self._write(_INSERT, _values(row))

    def confirm(self, rows: Iterable[Row]) -> None:
        """Rows of which only reason, description, seconds and position are new, all at once."""
        try:
            self._db.executemany(
                "UPDATE images SET reason = ?, description = ?, seconds = ?, position = ?"
                " WHERE code = ? AND image_id = ? AND url = ?",
                [(row.reason.word, row.description, row.seconds, row.position, row.code,
                  _plain(row.image_id), _plain(row.url)) for row in rows])
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error

    def last_good_url(self) -> str | None:
        """Of the image that was stored last."""
        query = "SELECT url FROM images WHERE reason IN (?, ?) ORDER BY finished DESC LIMIT 1"
        good = (Reason.DOWNLOADED.word, Reason.ALREADY_PRESENT.word)
        found = self._db.execute(query, good).fetchone()
        return found[0] if found else None

    def is_placeholder(self, sha256: str) -> bool:
        return bool(self._read("SELECT 1 FROM placeholders WHERE sha256 = ?", sha256))

    def remember_placeholder(self, sha256: str) -> None:
        self._write("INSERT OR REPLACE INTO placeholders VALUES (?)", [sha256])

    def folder_of(self, code: str) -> str | None:
        found = self._read("SELECT folder FROM folders WHERE code = ?", code)
        return found[0][0] if found else None

    def folders(self) -> dict[str, str]:
        return dict(self._read("SELECT code, folder FROM folders"))

    def give_folder(self, code: str, folder: str) -> None:
        self._write("INSERT OR REPLACE INTO folders VALUES (?, ?)", [code, folder])

    def note(self, name: str) -> str | None:
        found = self._read("SELECT value FROM notes WHERE name = ?", name)
        return found[0][0] if found else None

    def write_note(self, name: str, value: str) -> None:
        self._write("INSERT OR REPLACE INTO notes VALUES (?, ?)", [name, value])

    def synced_until(self) -> float:
        """Images finished before this moment are on the disk for certain."""
        return float(self.note("synced_until") or 0.0)

    def commit(self) -> None:
        try:
            self._db.commit()
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error
        if time.monotonic() >= self._checkpoint_at:
            self._checkpoint_at = time.monotonic() + CHECKPOINT_SECONDS
            self._checkpoint()

    def close(self) -> None:
        """Raises LocalFault where the last rows can't be written."""
        try:
            self._db.commit()
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error
        finally:
            self._db.close()

    def _checkpoint(self) -> None:
        """Let the system write everything out, beside the run, and note up to when it has."""
        if self._synced:
            self.write_note("synced_until", str(self._synced))
            self._synced = 0.0
        is_at_work = self._sync_thread is not None and self._sync_thread.is_alive()
        # Windows has no sync: there all is proven again after a restart.
        if hasattr(os, "sync") and self._has_unsynced and not is_at_work:
            self._has_unsynced = False
            self._sync_thread = threading.Thread(
                target=self._sync, args=(time.time(),), daemon=True)
            self._sync_thread.start()

    def _sync(self, moment: float) -> None:
        os.sync()
        self._synced = moment

    def _doubt_what_was_not_synced(self) -> None:
        """Forget when these files were written, so that each is proven before it counts again."""
        self._write("UPDATE images SET mtime_ns = 0 WHERE sha256 IS NOT NULL AND finished > ?",
                    [self.synced_until()])
        self.commit()

    def _was_cut_off(self) -> bool:
        """Whether the machine was started anew since the last run."""
        boot = _boot_id()
        last = self.note("boot")
        self.write_note("boot", boot)
        self.commit()
        return last is not None and not _is_same_boot(last, boot)

    def _read(self, query: str, *values: str) -> list[tuple]:
        try:
            return self._db.execute(query, tuple(map(_plain, values))).fetchall()
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error

    def _write(self, statement: str, values: Iterable[object]) -> None:
        try:
            self._db.execute(statement, tuple(map(_plain, values)))
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error


def _opened(path: Path) -> sqlite3.Connection:
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


def _drafted(path: Path) -> sqlite3.Connection:
    draft = sqlite3.connect(":memory:")
    if path.exists():
        try:
            original = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            original.backup(draft)
            original.close()
        except sqlite3.Error:
            draft = sqlite3.connect(":memory:")  # unreadable: the real run will set it aside
    draft.executescript(_TABLES)
    return draft


def _moved_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def _plain(value: object) -> object:
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()  # SQLite takes no lone surrogates
    return value


def _values(row: Row) -> list[object]:
    values = list(_CELLS(row))
    values[_REASON], values[_VERDICT] = row.reason.word, row.verdict.value
    return values


def _row(values: tuple) -> Row:
    cells = list(values)
    cells[_REASON] = REASON_BY_WORD[cells[_REASON]]
    cells[_VERDICT] = _VERDICT_BY_WORD[cells[_VERDICT]]
    return Row(*cells)


def _fault(path: Path, error: sqlite3.Error) -> LocalFault:
    return LocalFault(f"{path}: {error}",
                      "Free some space or give write permission, and run again.")


def _boot_id() -> str:
    """Another one after every start of the machine: Linux's own, else the moment of the start."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{time.time() - time.monotonic():.0f}"


def _is_same_boot(last: str, boot: str) -> bool:
    """
    >>> _is_same_boot("1700000000", "1700000003"), _is_same_boot("1700000000", "1700009999")
    (True, False)
    """
    if last.isdecimal() and boot.isdecimal():  # clocks are set now and then
        return abs(int(last) - int(boot)) <= SECONDS_OF_ONE_BOOT
    return last == boot

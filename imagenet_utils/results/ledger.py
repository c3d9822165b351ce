"""The memory of all runs: one row per URL of each category, in a SQLite file beside the results.

Only the main process writes it.  What is committed survives a kill; what was stored since the
last checkpoint is proven again after a power cut.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import REASON_BY_WORD, ImageId, Reason, Verdict
from imagenet_utils.results.hearsay import Hearsay
from imagenet_utils.results.ledger_file import COLUMNS, RESIZED_COLUMNS, drafted, opened
from imagenet_utils.results.power_cut import Sync, boot_id, is_same_boot
from imagenet_utils.results.row import Row
from imagenet_utils.results.sqlite_file import opened_or_new
from imagenet_utils.transform.asked import Resized

CHECKPOINT_SECONDS = 10.0
ROWS_THAT_WAIT = 1_000
ROWS_HEARD_OF_AT_ONCE = 100_000  # a fifth of a second; of more, each is asked for

_IMAGE_ID, _URL = COLUMNS.index("image_id"), COLUMNS.index("url")
_REASON, _VERDICT = COLUMNS.index("reason"), COLUMNS.index("verdict")
# Texts that strangers had a say in.
_TEXTS = tuple(map(COLUMNS.index, ("code", "image_id", "url", "description", "file_name")))
_VERDICT_BY_WORD = {verdict.value: verdict for verdict in Verdict}
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM images"
_INSERT = f"INSERT OR REPLACE INTO images VALUES ({', '.join('?' * len(COLUMNS))})"
_SELECT_RESIZED = f"SELECT {', '.join(RESIZED_COLUMNS)} FROM resized"
_INSERT_RESIZED = f"INSERT OR REPLACE INTO resized VALUES ({', '.join('?' * len(RESIZED_COLUMNS))})"


class Ledger:
    """Raises LocalFault where the disk refuses."""

    def __init__(self, path: Path, *, is_draft: bool = False) -> None:
        """A draft begins with what the file holds, and never writes to it."""
        self.path = path
        self.set_aside: Path | None = None  # where an unreadable predecessor went
        self._checkpoint_at = time.monotonic() + CHECKPOINT_SECONDS
        self._sync = Sync()
        self._has_unsynced = False
        self._unwritten: list[tuple] = []  # rows, until somebody reads or commits
        self._met_again: set[str] = set()  # digests that may have come more than once
        try:
            if is_draft:
                self._db = drafted(path)
                return
            self._db, self.set_aside = opened_or_new(partial(opened, path), path)
        except sqlite3.Error as error:
            raise _fault(path, error) from error
        if self._was_cut_off():
            self._doubt_what_was_not_synced()

    def rows_of(self, code: str) -> list[Row]:
        query = f"{_SELECT} WHERE code = ? ORDER BY position, image_id, url"
        return [_row(values) for values in self._read(query, code)]

    def reasons_of(self, code: str) -> dict[Reason, int]:
        """How many URLs of a category have which reason."""
        query = "SELECT reason, count(*) FROM images WHERE code = ? GROUP BY reason"
        return {REASON_BY_WORD[word]: count for word, count in self._read(query, code)}

    def verdicts_below(self, prefix: str) -> Iterator[tuple[ImageId, Reason, str]]:
        """(id, reason, description) in all categories whose keys begin so, by id, then by time."""
        query = ("SELECT image_id, reason, description FROM images WHERE substr(code, 1, ?) = ?"
                 " ORDER BY image_id, finished, url")
        for image_id, word, description in self._read(query, len(prefix), prefix):
            yield ImageId(image_id), REASON_BY_WORD[word], description

    def same_picture(self, image_id: str, url: str, *, code: str) -> list[Row]:
        """What is known of the same id or the same URL, this very image of `code` aside."""
        if not (self._heard.has(_plain(image_id)) or self._heard.has(_plain(url))):
            return []
        query = f"{_SELECT} WHERE (image_id = ?1 OR url = ?2) AND NOT (code = ?3 AND image_id = ?1)"
        return [_row(values) for values in self._read(query, image_id, url, code)]

    def with_digest(self, sha256: str) -> list[Row]:
        return [_row(values) for values in self._read(f"{_SELECT} WHERE sha256 = ?", sha256)]

    def urls_with_digest(self, sha256: str) -> int:
        """Of a digest that is recorded: how many URLs gave it."""
        if not self._heard.believes_all and sha256 not in self._met_again:
            return 1
        query = "SELECT count(DISTINCT url) FROM images WHERE sha256 = ?"
        return int(self._read(query, sha256)[0][0])

    def record(self, row: Row) -> None:
        """It may wait a moment, and be written with others: a statement for each takes longer."""
        self._has_unsynced = True
        values: list[Any] = [*row]
        values[_REASON], values[_VERDICT] = row.reason.word, row.verdict.value
        for place in _TEXTS:
            text = values[place]
            if text and not text.isascii():
                values[place] = _plain(text)
        self._hear_of(values[_IMAGE_ID], values[_URL], row.sha256)
        self._unwritten.append(tuple(values))
        if len(self._unwritten) >= ROWS_THAT_WAIT:
            self._write_rows()

    def forget(self, row: Row) -> None:
        self._write("DELETE FROM images WHERE code = ? AND image_id = ? AND url = ?",
                    [row.code, row.image_id, row.url])

    def resized_of(self, code: str) -> dict[tuple[str, str], Resized]:
        """By image id and name of the resize."""
        found = self._read(f"{_SELECT_RESIZED} WHERE code = ? ORDER BY image_id, resize", code)
        return {(image_id, values[0]): Resized(*values) for _, image_id, *values in found}

    def resized_of_image(self, code: str, image_id: str) -> dict[str, Resized]:
        """By the name of the resize."""
        query = f"{_SELECT_RESIZED} WHERE code = ? AND image_id = ?"
        found = [Resized(*values) for _, _, *values in self._read(query, code, image_id)]
        return {resized.resize: resized for resized in found}

    def record_resized(self, code: str, image_id: str, resized: Resized) -> None:
        self._has_unsynced = True
        self._write(_INSERT_RESIZED, [code, image_id, *resized])

    def forget_resized(self, code: str, image_id: str) -> None:
        self._write("DELETE FROM resized WHERE code = ? AND image_id = ?", [code, image_id])

    def confirm(self, rows: Iterable[Row]) -> None:
        """Rows of which only reason, description, seconds and position are new, all at once."""
        self._write_rows()
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
        found = self._read(query, Reason.DOWNLOADED.word, Reason.ALREADY_PRESENT.word)
        return found[0][0] if found else None

    def is_placeholder(self, sha256: str) -> bool:
        return sha256 in self._placeholders

    def remember_placeholder(self, sha256: str) -> None:
        self._placeholders.add(sha256)
        self._write("INSERT OR REPLACE INTO placeholders VALUES (?)", [sha256])

    @cached_property
    def _placeholders(self) -> set[str]:
        """They are few, and every picture is held against them."""
        return {sha256 for (sha256,) in self._read("SELECT sha256 FROM placeholders")}

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
        self._write_rows()
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
            self._write_rows()
            self._db.commit()
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error
        finally:
            self._db.close()

    def _checkpoint(self) -> None:
        """Note up to when all is on the disk, and let the system go on writing out."""
        moment = self._sync.take_moment()
        if moment is not None:
            self.write_note("synced_until", str(moment))
        if self._has_unsynced and self._sync.begin():
            self._has_unsynced = False

    def _doubt_what_was_not_synced(self) -> None:
        """Forget when these files were written, so that each is proven before it counts again."""
        self._write("UPDATE images SET mtime_ns = 0 WHERE sha256 IS NOT NULL AND finished > ?",
                    [self.synced_until()])
        self._write("UPDATE resized SET mtime_ns = 0 WHERE finished > ?", [self.synced_until()])
        self.commit()

    def _was_cut_off(self) -> bool:
        """Whether the machine was started anew since the last run."""
        boot = boot_id()
        last = self.note("boot")
        self.write_note("boot", boot)
        self.commit()
        return last is not None and not is_same_boot(last, boot)

    @cached_property
    def _heard(self) -> Hearsay:
        """Ids, URLs and digests; made when the first is asked for."""
        heard = Hearsay(believes_all=self._is_long())
        self.__dict__["_heard"] = heard
        if not heard.believes_all:
            for words in self._read("SELECT image_id, url, sha256 FROM images"):
                self._hear_of(*words)
        return heard

    def _is_long(self) -> bool:
        query = f"SELECT count(*) FROM (SELECT 1 FROM images LIMIT {ROWS_HEARD_OF_AT_ONCE + 1})"
        return self._read(query)[0][0] > ROWS_HEARD_OF_AT_ONCE

    def _hear_of(self, image_id: str, url: str, sha256: str | None) -> None:
        heard = self._heard
        if heard.believes_all:
            return
        heard.hear(image_id)
        heard.hear(url)
        if sha256 and heard.hear(sha256):
            self._met_again.add(sha256)

    def _write_rows(self) -> None:
        rows, self._unwritten = self._unwritten, []
        if not rows:
            return
        try:
            self._db.executemany(_INSERT, rows)
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error

    def _read(self, query: str, *values: str | int) -> list[tuple]:
        self._write_rows()
        try:
            return self._db.execute(query, tuple(map(_plain, values))).fetchall()
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error

    def _write(self, statement: str, values: Iterable[object]) -> None:
        self._write_rows()
        try:
            self._db.execute(statement, list(map(_plain, values)))
        except sqlite3.Error as error:
            raise _fault(self.path, error) from error


def _plain(value: Any) -> Any:
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()  # SQLite takes no lone surrogates
    return value


def _row(values: tuple) -> Row:
    cells = list(values)
    cells[_REASON] = REASON_BY_WORD[cells[_REASON]]
    cells[_VERDICT] = _VERDICT_BY_WORD[cells[_VERDICT]]
    return Row._make(cells)


def _fault(path: Path, error: sqlite3.Error) -> LocalFault:
    return LocalFault(f"{path}: {error}",
                      "Free some space or give write permission, and run again.")

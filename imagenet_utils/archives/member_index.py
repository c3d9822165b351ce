"""What is known of archives: the stretches of their classes, and where each member lies.

Kept in a SQLite file of its own, so that a later run finds all members without a look at the
archive.  It holds nothing that could not be found again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from imagenet_utils.archives.tar_headers import Kind, Member
from imagenet_utils.errors import LocalFault
from imagenet_utils.passwords import without_passwords
from imagenet_utils.results.sqlite_file import drafted, opened, opened_or_new

SCHEMA_VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS archives (
    number INTEGER PRIMARY KEY, address UNIQUE, identity, front INTEGER, is_whole
);
CREATE TABLE IF NOT EXISTS stretches (
    number INTEGER PRIMARY KEY, archive INTEGER, code, start INTEGER, end INTEGER,
    front INTEGER, is_whole, UNIQUE (archive, code)
);
CREATE TABLE IF NOT EXISTS members (
    stretch INTEGER, header INTEGER, size INTEGER, name, PRIMARY KEY (stretch, header)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A tar within the archive, or all of it."""

    code: str  # of the class; any word that tells it from the archive's others
    start: int  # offset of its first byte
    end: int  # offset behind its last


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a walk came."""

    front: int  # offset where it goes on
    is_whole: bool  # it came to the end


class MemberIndex:
    """Raises LocalFault where the disk refuses."""

    def __init__(self, path: Path, *, is_draft: bool = False) -> None:
        """A draft begins with what the file holds, and never writes to it."""
        self.path = path
        self.set_aside: Path | None = None  # where an unreadable predecessor went
        with _faults_told(path):
            if is_draft:
                self._db = drafted(path, _TABLES, SCHEMA_VERSION)
                return
            self._db, self.set_aside = opened_or_new(
                partial(opened, path, _TABLES, SCHEMA_VERSION), path)

    def archive(self, address: str, identity: str) -> ArchiveIndex:
        """What is known of the archive there, as long as it is this very one.

        `identity` is any text that changes with the archive, such as length and ETag; what was
        known under another one is forgotten.
        """
        values = [_key_of(address), _plain(identity)]
        with _faults_told(self.path):
            found = self._db.execute(
                "SELECT number, identity FROM archives WHERE address = ?", values[:1]).fetchone()
            if found and found[1] == values[1]:
                return ArchiveIndex(self._db, self.path, found[0])
            if found:
                self._forget(found[0])
            added = self._db.execute("INSERT INTO archives VALUES (NULL, ?, ?, 0, 0)", values)
            return ArchiveIndex(self._db, self.path, added.lastrowid or 0)

    def identity_of(self, address: str) -> str | None:
        """Of the archive that was last seen there."""
        with _faults_told(self.path):
            found = self._db.execute("SELECT identity FROM archives WHERE address = ?",
                                     [_key_of(address)]).fetchone()
        return found[0] if found else None

    def stretches_of(self, address: str) -> dict[str, Stretch]:
        """Of the archive that was last seen there."""
        identity = self.identity_of(address)
        return {} if identity is None else self.archive(address, identity).stretches()

    def commit(self) -> None:
        with _faults_told(self.path):
            self._db.commit()

    def close(self) -> None:
        """Raises LocalFault where the last of it can't be written."""
        try:
            self.commit()
        finally:
            self._db.close()

    def _forget(self, number: int) -> None:
        self._db.execute("DELETE FROM members WHERE stretch IN"
                         " (SELECT number FROM stretches WHERE archive = ?)", [number])
        self._db.execute("DELETE FROM stretches WHERE archive = ?", [number])
        self._db.execute("DELETE FROM archives WHERE number = ?", [number])


class ArchiveIndex:
    """What is known of one archive.  What is added counts with the index's next commit."""

    def __init__(self, db: sqlite3.Connection, path: Path, number: int) -> None:
        self._db = db
        self._path = path
        self._number = number

    def walked(self) -> Walked:
        """How far the walk along the stretches came."""
        query = "SELECT front, is_whole FROM archives WHERE number = ?"
        (front, is_whole), = self._read(query, self._number)
        return Walked(front, bool(is_whole))

    def stretches(self) -> dict[str, Stretch]:
        """By code, in the archive's order."""
        query = "SELECT code, start, end FROM stretches WHERE archive = ? ORDER BY start, number"
        return {values[0]: Stretch(*values) for values in self._read(query, self._number)}

    def add_stretches(self, stretches: Iterable[Stretch], *, walked: Walked) -> None:
        """Of a code that was there already, the first stays."""
        rows = [(self._number, _plain(each.code), each.start, each.end, each.start)
                for each in stretches]
        with _faults_told(self._path):
            self._db.executemany("INSERT OR IGNORE INTO stretches VALUES"
                                 " (NULL, ?, ?, ?, ?, ?, 0)", rows)
            self._db.execute("UPDATE archives SET front = ?, is_whole = ? WHERE number = ?",
                             [walked.front, walked.is_whole, self._number])

    def walked_in(self, code: str) -> Walked:
        """How far the walk along a stretch's members came.  Raises KeyError where none has it."""
        _, front, is_whole = self._stretch(code)
        return Walked(front, is_whole)

    def members_of(self, code: str) -> list[Member]:
        """A stretch's files in its order, as far as they are known."""
        query = ("SELECT name, header, size FROM members WHERE stretch ="
                 " (SELECT number FROM stretches WHERE archive = ? AND code = ?) ORDER BY header")
        found = self._read(query, self._number, _plain(code))
        return [Member(name, Kind.FILE, size, header) for name, header, size in found]

    def add_members(
        self, code: str, members: Sequence[Member], *, is_whole: bool = False
    ) -> None:
        """The next ones of a stretch as a walk gives them; only files are kept.

        Raises KeyError where no stretch has the code.
        """
        number, front, _ = self._stretch(code)
        front = max([front, *(member.end for member in members[-1:])])
        rows = [(number, member.header, member.size, member.name)
                for member in members if member.kind is Kind.FILE]
        with _faults_told(self._path):
            self._db.executemany("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", rows)
            self._db.execute("UPDATE stretches SET front = ?, is_whole = max(is_whole, ?)"
                             " WHERE number = ?", [front, is_whole, number])

    def _stretch(self, code: str) -> tuple[int, int, bool]:
        query = "SELECT number, front, is_whole FROM stretches WHERE archive = ? AND code = ?"
        found = self._read(query, self._number, _plain(code))
        if not found:
            raise KeyError(code)
        number, front, is_whole = found[0]
        return number, front, bool(is_whole)

    def _read(self, query: str, *values: object) -> list[tuple]:
        with _faults_told(self._path):
            return self._db.execute(query, values).fetchall()


def _key_of(address: str) -> str:
    """A file that lies beside the results is no place for secrets."""
    return _plain(without_passwords(address))


def _plain(text: str) -> str:
    """SQLite takes no lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@contextmanager
def _faults_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LocalFault(f"{path}: {error}",
                         "Free some space or give write permission, and run again") from error

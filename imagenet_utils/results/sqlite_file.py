"""SQLite files of ours: opened, copied for a draft, set aside where they cannot be read."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_OWN_FILES = ("-wal", "-journal")  # what SQLite writes beside a file that is in use
_WAL = b"\2\2"  # bytes 18 and 19 of a file whose journal is one
BUSY_SECONDS = 5.0  # that another process is waited for
COPIES = 5  # before one that changes all the while is given up
# SQLite's words where a file is to be put right first, and may not be.
_NEEDS_REPAIR = ("attempt to write a readonly database", "unable to open database file")


class OtherVersion(sqlite3.DatabaseError):
    """Written by another version of this tool."""


def opened(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """With these tables, whole.  Raises OtherVersion and whatever SQLite does."""
    db = sqlite3.connect(path, timeout=BUSY_SECONDS)
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


def opened_or_new(
    open_file: Callable[[], sqlite3.Connection], path: Path
) -> tuple[sqlite3.Connection, Path | None]:
    """The file that `open_file` opens; where it can't be read, a new one, and where the old went.

    Raises whatever else SQLite does.
    """
    try:
        return open_file(), None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
            raise
        aside = moved_away(path)
        return open_file(), aside


def drafted(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """A copy in memory; an empty one of what the real run will set aside.

    Raises OperationalError for a file that another process has to itself.
    """
    draft = sqlite3.connect(":memory:")
    if path.exists():
        try:
            with reading(path, version) as original:
                original.backup(draft)
        except (sqlite3.Error, OSError) as error:
            if is_busy(error):
                raise
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
        except sqlite3.OperationalError as error:
            if str(error) not in _NEEDS_REPAIR:
                raise
            # A run that was killed left it so.
            db = stack.enter_context(closing(sqlite3.connect(stack.enter_context(_copied(path)))))
            _check_version(db, version)
        yield db


def is_busy(error: Exception) -> bool:
    """Nothing is wrong with the file: another process has it to itself."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def moved_away(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def _read_only(path: Path) -> sqlite3.Connection:
    """Of a WAL file SQLite would make others, unless it is told that nobody else is there."""
    if not _is_wal(path):
        how = "mode=ro"
    elif Path(f"{path}-wal").exists():
        how = "mode=ro&readonly_shm=1"
    else:
        how = "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS)


def _is_wal(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(20)[18:] == _WAL


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """Raises OperationalError where it changes whenever it is copied."""
    with TemporaryDirectory() as folder:
        for number in range(COPIES):
            copy = Path(folder) / str(number) / path.name
            copy.parent.mkdir()
            before = _state_of(path)
            if _has_copied(path, copy) and _state_of(path) == before:
                break
        else:
            raise sqlite3.OperationalError("it changes while it is read")
        yield copy


def _state_of(path: Path) -> list[tuple[int, int] | None]:
    """Size and time of each of its files; None: it isn't there."""
    states: list[tuple[int, int] | None] = []
    for suffix in ("", *_OWN_FILES):
        try:
            found = Path(f"{path}{suffix}").stat()
            states.append((found.st_size, found.st_mtime_ns))
        except FileNotFoundError:
            states.append(None)
    return states


def _has_copied(path: Path, copy: Path) -> bool:
    """False where a file goes away meanwhile."""
    try:
        for suffix in ("", *_OWN_FILES):
            if Path(f"{path}{suffix}").exists():
                shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
    except FileNotFoundError:
        return False
    return True


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

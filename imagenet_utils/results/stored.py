"""What a save_dir holds of each category, looked up without touching anything there."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import SPLITS, Follow, Reason
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger_file import reading

KEPT = tuple(reason.word for reason in Reason if reason.follow is Follow.KEPT)
_KEPT_ROWS = f"""
    FROM images WHERE reason IN ({', '.join('?' * len(KEPT))})
"""
# Of some there are only resized ones.
_PICTURE = "coalesce(file_name, image_id)"
_BYTES = "CASE WHEN file_name IS NULL THEN 0 ELSE bytes END"
# A picture may have several rows: of a list, then of an archive; of one URL, then of another.
_COUNTS = f"""
    SELECT code, count(DISTINCT {_PICTURE}), count(*), total({_BYTES}) {_KEPT_ROWS} GROUP BY code
"""
_BYTES_OF_ONE = f"""
    SELECT total(bytes) FROM (
        SELECT max({_BYTES}) AS bytes {_KEPT_ROWS} AND code = ? GROUP BY {_PICTURE})
"""


class Held(NamedTuple):
    """Proven pictures of one category, those of all splits together."""

    images: int
    byte_count: int
    folder: str  # below save_dir; of one of the splits, where there are several


def stored_in(save_dir: Path) -> dict[str, Held]:
    """By code, those with at least one picture; a run may be at work there.

    Raises UsageError where no run has been, LocalFault where its ledger can't be read.
    """
    ledger = save_dir / LEDGER
    refuse_no_results(save_dir)
    try:
        with reading(ledger) as db:
            return _read(db)
    except (sqlite3.Error, OSError) as error:
        raise LocalFault(
            f"The ledger {ledger} can't be read: {error}",
            "If a run is at work there, try again; if not, the next run makes it anew from the "
            "files and reports that are there",
        ) from error


def refuse_no_results(save_dir: Path) -> None:
    """Raises UsageError where no run has been."""
    cure = "Name the folder that holds results with --save_dir"
    try:
        if stat.S_ISDIR(save_dir.stat().st_mode):
            (save_dir / LEDGER).stat()
            return
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise UsageError(f"{save_dir} can't be looked into: {error.strerror}", cure) from error
    if not save_dir.is_dir():
        raise UsageError(f"There is no folder {save_dir}", cure)
    raise UsageError(
        f"{save_dir} holds no results: no run has left its ledger {LEDGER} there", cure)


def refuse_no_originals(save_dir: Path) -> None:
    """Raises UsageError where there are pictures, but in other sizes alone."""
    try:
        with reading(save_dir / LEDGER) as db:
            kept, originals = db.execute(
                f"SELECT count(*), count(file_name) {_KEPT_ROWS}", KEPT).fetchone()
    except (sqlite3.Error, OSError):
        return  # whoever exports says so
    if kept and not originals:
        raise UsageError(
            f"{save_dir} holds pictures in other sizes alone, and exports take the originals",
            "Fetch them, --save_original_images True, and export then")


def _read(db: sqlite3.Connection) -> dict[str, Held]:
    db.text_factory = lambda content: content.decode(errors="replace")
    folders = dict(db.execute("SELECT code, folder FROM folders"))
    held: dict[str, Held] = {}
    for key, images, rows, byte_count in db.execute(_COUNTS, KEPT).fetchall():
        if rows > images:  # few have that, and to group all of them takes four times as long
            ((byte_count,),) = db.execute(_BYTES_OF_ONE, (*KEPT, key))
        code = _without_split(str(key))
        before = held.get(code, Held(0, 0, str(folders.get(key, ""))))
        held[code] = before._replace(
            images=before.images + images, byte_count=before.byte_count + int(byte_count))
    return held


def _without_split(key: str) -> str:
    """
    >>> _without_split("train/n02119789"), _without_split("/m/01g317")
    ('n02119789', '/m/01g317')
    """
    split, _, code = key.partition("/")
    return code if split in SPLITS else key

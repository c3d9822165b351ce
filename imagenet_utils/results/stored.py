"""What a save_dir holds of each category, looked up without touching anything there."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import Follow, Reason
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger_file import reading

KEPT = tuple(reason.word for reason in Reason if reason.follow is Follow.KEPT)
_COUNTS = (
    "SELECT code, count(*), total(bytes) FROM images"
    f" WHERE reason IN ({', '.join('?' * len(KEPT))}) GROUP BY code"
)


class Stored(NamedTuple):
    """Proven pictures of one category, those of all splits together."""

    images: int
    byte_count: int
    folder: str  # below save_dir; of one of the splits, where there are several


def stored_in(save_dir: Path) -> dict[str, Stored]:
    """By code, those with at least one picture; a run may be at work there.

    Raises UsageError where no run has been, LocalFault where its ledger can't be read.
    """
    ledger = save_dir / LEDGER
    if not ledger.exists():
        raise _no_results(save_dir)
    try:
        with reading(ledger) as db:
            return _read(db)
    except (sqlite3.Error, OSError) as error:
        raise LocalFault(
            f"The ledger {ledger} can't be read: {error}",
            "If a run is at work there, try again; if not, the next run makes it anew from the "
            "files and reports that are there",
        ) from error


def _no_results(save_dir: Path) -> UsageError:
    if not save_dir.is_dir():
        return UsageError(f"There is no folder {save_dir}",
                          "Name the one that holds results with --save_dir")
    return UsageError(f"{save_dir} holds no results: no run has left its ledger {LEDGER} there",
                      "Name the folder that holds them with --save_dir")


def _read(db: sqlite3.Connection) -> dict[str, Stored]:
    db.text_factory = lambda content: content.decode(errors="replace")
    folders = dict(db.execute("SELECT code, folder FROM folders"))
    stored: dict[str, Stored] = {}
    for key, images, byte_count in db.execute(_COUNTS, KEPT):
        code = str(key).rpartition("/")[2]  # a split stands before it
        before = stored.get(code, Stored(0, 0, str(folders.get(key, ""))))
        stored[code] = before._replace(
            images=before.images + images, byte_count=before.byte_count + int(byte_count))
    return stored

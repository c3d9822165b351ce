"""The licences of stored pictures, from the lists that runs on Open Images leave beside them."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from imagenet_utils.errors import UsageError
from imagenet_utils.model import SPLITS
from imagenet_utils.results.layout import success_list
from imagenet_utils.results.report import restored

ID, LICENCE = "ImageID", "License"  # columns of images.csv
_OF_ITS_OWN = ""  # to SQLite: a file of its own choice, gone with the connection


class Licences:
    """Looked up on the disk: there may be millions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, split: str, image_id: str) -> str:
        """Its address; empty where no list tells."""
        query = "SELECT licence FROM licences WHERE split = ? AND id = ?"
        found = self._db.execute(query, (split, image_id)).fetchone()
        return found[0] if found else ""


@contextmanager
def licences_in(save_dir: Path) -> Iterator[Licences]:
    """Raises UsageError for a list that cannot be read."""
    with closing(sqlite3.connect(_OF_ITS_OWN)) as db:
        db.execute("CREATE TABLE licences (split, id, licence, PRIMARY KEY (split, id))"
                   " WITHOUT ROWID")
        for split in SPLITS:
            db.executemany("INSERT OR REPLACE INTO licences VALUES (?, ?, ?)",
                           _told_by(success_list(save_dir, split), split))
        yield Licences(db)


def _told_by(path: Path, split: str) -> Iterator[tuple[str, str, str]]:
    if not path.is_file():
        return
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        lines = csv.DictReader(file)
        try:
            for line in lines:
                yield split, restored(line.get(ID) or ""), restored(line.get(LICENCE) or "")
        except csv.Error as error:
            raise UsageError(f"{path}: line {lines.line_num + 1}: {error}",
                             "Move it away: the next run on Open Images writes it anew") from error

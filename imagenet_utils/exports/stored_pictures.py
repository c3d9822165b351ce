"""Every stored picture that the ledger knows, in the order of file names, one at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import Follow, Reason
from imagenet_utils.results.layout import annotation_dir, images_dir
from imagenet_utils.results.ledger import Ledger

KEPT = tuple(reason.word for reason in Reason if reason.follow is Follow.KEPT)

_STORED = f"""
    FROM (SELECT DISTINCT file_name, folder FROM images JOIN folders USING (code)
          WHERE reason IN ({', '.join('?' * len(KEPT))}) AND file_name IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture in one category's folder; other folders may hold it too, under the same name."""

    folder: str  # path of the category's
    file_name: str

    @property
    def path(self) -> str:
        return os.path.join(images_dir(self.folder), self.file_name)

    @property
    def annotation_path(self) -> str:
        stem, _ = os.path.splitext(self.file_name)
        return os.path.join(annotation_dir(self.folder), f"{stem}.xml")


def count_of_stored(ledger: Ledger) -> int:
    """Raises LocalFault."""
    ((count,),) = _rows(ledger, f"SELECT count(*) {_STORED}")
    return int(count)


def stored_pictures(ledger: Ledger, save_dir: Path) -> Iterator[StoredPicture]:
    """By file name, then by folder; SQLite sorts on the disk.  Raises LocalFault."""
    query = f"SELECT folder, file_name {_STORED} ORDER BY file_name, folder"
    for folder, file_name in _rows(ledger, query):
        yield StoredPicture(os.path.join(save_dir, *folder.split("/")), file_name)


def _rows(ledger: Ledger, query: str) -> Iterator[tuple]:
    """Through a connection of its own: the ledger may go on writing meanwhile."""
    ledger.commit()
    try:
        uri = f"{ledger.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            yield from db.execute(query, KEPT)
    except sqlite3.Error as error:
        raise LocalFault(f"{ledger.path}: {error}",
                         "Free some space or give permission to read it, and run again") from error

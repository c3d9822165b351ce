"""Every stored picture that the ledger knows, in each folder that holds it, one at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from imagenet_utils.errors import LocalFault
from imagenet_utils.exports.splits import rank_of
from imagenet_utils.model import SPLITS
from imagenet_utils.passwords import without_login
from imagenet_utils.results.layout import annotation_dir, images_dir
from imagenet_utils.results.ledger_file import reading
from imagenet_utils.results.stored import KEPT

_KEPT_ROWS = f"""
    FROM images JOIN folders USING (code)
    WHERE reason IN ({', '.join('?' * len(KEPT))}) AND file_name IS NOT NULL
"""
_COLUMNS = "code, folder, image_id, url, file_name, width, height, sha256, bytes, finished"


class Order(Enum):
    """How pictures come; those of one id are always together."""

    BY_ID = "image_id COLLATE NOCASE"  # ids that differ in case alone stand beside each other
    SHUFFLED = "rank_of(image_id)"  # for trainers that read in order; the same every time


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A proven picture in one category's folder; other folders may hold it too."""

    code: str  # of the category; empty: nobody knows its class
    split: str  # that its source gives it; empty where it gives none
    folder: str  # path of the category's
    image_id: str
    url: str  # or `<archive>#<member>`; without the login that a list may have
    file_name: str  # below the category's Images
    width: int
    height: int
    sha256: str
    bytes: int
    finished: float  # seconds since 1970, UTC

    @property
    def name(self) -> str:
        """Of the file alone, whichever shard it lies in."""
        return os.path.basename(self.file_name)

    @property
    def path(self) -> str:
        return os.path.join(images_dir(self.folder), self.file_name)

    @property
    def annotation_path(self) -> str:
        stem, _ = os.path.splitext(self.file_name)
        return os.path.join(annotation_dir(self.folder), f"{stem}.xml")

    @property
    def is_there(self) -> bool:
        """As it was proven, as far as its size tells; the user may have deleted it meanwhile."""
        try:
            return os.stat(self.path).st_size == self.bytes
        except OSError:
            return False


def stored_pictures(
    ledger: Path, save_dir: Path, order: Order = Order.BY_ID
) -> Iterator[StoredPicture]:
    """One for each category's folder, of its rows the last; SQLite sorts on the disk.

    Raises LocalFault.
    """
    last = None
    with _rows(ledger, f"SELECT {_COLUMNS} {_KEPT_ROWS} ORDER BY {order.value}, image_id, code,"
                       " finished DESC, url") as rows:
        for key, folder, image_id, url, *cells in rows:
            if (key, image_id) == last:
                continue
            last = key, image_id
            split, code = split_and_code(key)
            yield StoredPicture(code, split, os.path.join(save_dir, *folder.split("/")), image_id,
                                without_login(url), *cells)


def count_of_ids(ledger: Path) -> int:
    """Raises LocalFault."""
    with _rows(ledger, f"SELECT count(DISTINCT image_id) {_KEPT_ROWS}") as rows:
        return int(next(rows)[0])


def folders_with_pictures(ledger: Path) -> dict[str, str]:
    """The folder of each code with at least one; of several splits, any.  Raises LocalFault."""
    with _rows(ledger, f"SELECT DISTINCT code, folder {_KEPT_ROWS} ORDER BY code") as rows:
        found = {split_and_code(key)[1]: folder for key, folder in rows}
    found.pop("", None)
    return found


def split_and_code(key: str) -> tuple[str, str]:
    """
    >>> split_and_code("train/n02119789"), split_and_code("test"), split_and_code("/m/01g317")
    (('train', 'n02119789'), ('test', ''), ('', '/m/01g317'))
    """
    split, _, code = key.partition("/")
    return (split, code) if split in SPLITS else ("", key)


@contextmanager
def _rows(ledger: Path, query: str) -> Iterator[Iterator[tuple]]:
    """Through a connection of its own: a run may go on writing meanwhile."""
    try:
        with reading(ledger) as db:
            db.create_function("rank_of", 1, _signed_rank, deterministic=True)
            yield iter(db.execute(query, KEPT))
    except (sqlite3.Error, OSError) as error:
        raise LocalFault(f"{ledger}: {error}",
                         "Free some space or give permission to read it, and run again") from error


def _signed_rank(image_id: str) -> int:
    """SQLite's integers end at 2**63."""
    return rank_of(image_id) - 2**63

"""What a result holds, a category folder at a time, as the ledger knows it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.contact_sheet.thumbnails import Wanted
from imagenet_utils.model import Follow
from imagenet_utils.results.layout import images_dir
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row


@dataclass(frozen=True, slots=True)
class Drawer:
    """A category folder; where rows of a table share a label, several categories have one."""

    folder: str  # below save_dir, with `/`
    keys: tuple[str, ...]  # of its categories
    rows: tuple[Row, ...]  # in list order

    @property
    def kept(self) -> list[Row]:
        return [row for row in self.rows if is_kept(row)]

    @property
    def codes(self) -> list[str]:
        """Without the split."""
        return [key.rpartition("/")[2] for key in self.keys]


def is_kept(row: Row) -> bool:
    return row.reason.follow is Follow.KEPT and row.file_name is not None


def drawers(ledger: Ledger) -> Iterator[Drawer]:
    """By folder; of categories that no run has come to there are none.  Raises LocalFault."""
    keys_in = defaultdict(list)
    for key, folder in ledger.folders().items():
        keys_in[folder].append(key)
    for folder, keys in sorted(keys_in.items()):
        rows = tuple(row for key in sorted(keys) for row in ledger.rows_of(key))
        if rows:
            yield Drawer(folder, tuple(sorted(keys)), rows)


def path_of(save_dir: Path, folder: str, row: Row) -> str:
    return os.path.join(images_dir(str(save_dir / folder)), row.file_name or "")


def wanted(save_dir: Path, drawer: Drawer) -> Iterable[Wanted]:
    """Its pictures, to be seen small."""
    for row in drawer.kept:
        if row.sha256:
            yield Wanted(path_of(save_dir, drawer.folder, row), row.sha256,
                         (row.width or 0) * (row.height or 0))

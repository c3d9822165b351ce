"""The table to mark: made where there is none, else changed in nothing but what is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.categories.catalogue import Entry
from imagenet_utils.categories.catalogues import entries_of
from imagenet_utils.categories.ncodes_file import add_missing, change_table, write_table
from imagenet_utils.errors import LocalFault
from imagenet_utils.whole_files import make_folder


@dataclass(frozen=True, slots=True)
class TableWishes:
    """What is asked of ncodes.csv; None: whatever is there, else as usual."""

    source: str = "imagenet"
    add_missing: bool = False
    separator: str | None = None
    with_counts: bool | None = None
    entries: tuple[Entry, ...] | None = None  # None: those of the source that are built in

    @property
    def change_what_is_there(self) -> bool:
        return self.add_missing or self.separator is not None or self.with_counts is not None


def provide_table(path: Path, wishes: TableWishes) -> str:
    """Raises LocalFault, and UsageError where the table that is there cannot be changed."""
    entries = entries_of(wishes.source) if wishes.entries is None else wishes.entries
    make_folder(path.parent)
    if not os.path.lexists(path):
        return _new_table(path, entries, wishes)
    if not path.exists():
        raise LocalFault(f"{path} is a link to a file that is not there",
                         "Bring that file back, or take the link away")
    done = []
    if wishes.add_missing:
        done.append(f"{add_missing(path, entries):,} categories added")
    if wishes.separator is not None or wishes.with_counts is not None:
        has_changed = change_table(
            path, separator=wishes.separator, with_counts=wishes.with_counts
        )
        done.append("changed as asked" if has_changed else "nothing to change")
    return f"{path}: {', '.join(done) or 'is there, and stays as it is'}"


def _new_table(path: Path, entries: Sequence[Entry], wishes: TableWishes) -> str:
    try:
        write_table(path, entries, separator=wishes.separator or ",",
                    with_counts=wishes.with_counts is not False)
    except FileExistsError:
        raise LocalFault(f"{path} was made meanwhile by another program",
                         "Nothing is lost: run this again") from None
    told = "Write True in its column to_download for those that you want"
    return f"{path}: {len(entries):,} categories. {told}"

"""Marks put into the user's table, and the line that tells of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from imagenet_utils.categories.catalogues import entry_of
from imagenet_utils.categories.labels import first_name
from imagenet_utils.categories.marking import TableChange, decided_marks, mark_table
from imagenet_utils.categories.ncodes import Mark
from imagenet_utils.categories.ncodes_file import original_at
from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import BOXES_FOLDER, URL_LIST_FILE
from imagenet_utils.command_line.mark_wishes import MarkWishes
from imagenet_utils.listing.sheet import visible

SHOWN, LONGEST_NAME = 3, 40  # names of categories in a line, and their characters
RUN = "python extract_images_as_per_tags.py"


def put_marks(table: Path, wishes: MarkWishes, console: Console) -> str:
    """Answers with one line; what the user may not have thought of goes to stderr before it."""
    for remark in (*wishes.remarks, *_lock_remarks(table)):
        console.warn(remark)
    return _told(mark_table(table, wishes.picks, unmarks=wishes.unmarks), table)


def check_marks(table: Path, wishes: MarkWishes) -> None:
    """Raises what `put_marks` would raise of the table as it is, which stays so."""
    decided_marks(original_at(table).table, wishes.picks, unmarks=wishes.unmarks)


def _lock_remarks(table: Path) -> list[str]:
    if not table.with_name(f".~lock.{table.name}#").exists():
        return []
    return [f"{table} seems to be open in LibreOffice: reload it there, or what it saves next "
            "undoes this"]


def _told(change: TableChange, table: Path) -> str:
    parts = [*_told_of_unmarked(change), *_told_of_marked(change)]
    if change.total != len(change.marked):
        parts.append(f"{change.total:,} are marked in all")
    if change.total:
        parts.append(f"next: {RUN}{_named(table)}")
    return f"{table}: {'; '.join(parts)}"


def _told_of_unmarked(change: TableChange) -> list[str]:
    codes = change.unmarked
    if codes:
        return [f"{_counted(codes)} unmarked ({_some(map(_name_of, codes))})"]
    return [] if change.marked else ["nothing to unmark: no such category is marked"]


def _told_of_marked(change: TableChange) -> list[str]:
    marks = change.marked
    if not marks:
        return []
    names = _some(first_name(mark.name) or mark.code for mark in marks)
    which = f"({names}), {_numbers_in(marks)} of each"
    if not change.is_any:
        return [f"marked so already: {_counted(marks)} {which}; nothing changes"]
    parts = [f"{_counted(marks)} marked {which}"]
    if before := len(marks) - change.changed:
        parts.append(f"{before:,} of them as before")
    if change.added:
        parts.append(f"{len(change.added):,} of them new in the table, at its end")
    return parts


def _counted(categories: Sequence[object]) -> str:
    return "1 category" if len(categories) == 1 else f"{len(categories):,} categories"


def _some(names: Iterable[str]) -> str:
    """
    >>> _some(["dog, domestic dog", "pooch", "cur", "lapdog", "toy dog"])
    'dog, pooch, cur and 2 more'
    """
    named = list(names)
    shown = ", ".join(_cut(visible(first_name(name))) for name in named[:SHOWN])
    return shown + (f" and {len(named) - SHOWN:,} more" if len(named) > SHOWN else "")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3] + "..."


def _numbers_in(marks: Iterable[Mark]) -> str:
    """
    >>> _numbers_in([Mark("a", 20, ""), Mark("b", None, ""), Mark("c", 300, "")])
    '20, 300 or all'
    """
    given = {mark.how_many for mark in marks}
    numbers = sorted(number for number in given if number is not None)
    told = [f"{number:,}" for number in numbers]
    if len(told) > SHOWN:
        told = [f"{told[0]} to {told[-1]}"]
    told += ["all"] if None in given else []
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _name_of(code: str) -> str:
    entry = entry_of(code)
    return entry.names if entry else code


def _named(table: Path) -> str:
    """How a run is told of the table, and of what lies beside it, where it is not the usual one."""
    if table == PROJECT_FOLDER / table.name:
        return ""
    beside = {"ncode_data": table, "url_data": table.with_name(URL_LIST_FILE),
              "annotations_dir": table.with_name(BOXES_FOLDER)}
    return "".join(f" --{option} {_quoted(path)}" for option, path in beside.items()
                   if path == table or path.exists())


def _quoted(path: Path) -> str:
    return f'"{path}"' if os.name == "nt" else shlex.quote(str(path))

"""An export appears whole or not at all, and takes the place of an earlier one of ours alone.

It is written into a hidden folder beside its place.  When that is whole, it gets a marker with
the number of its files; the earlier export is set aside, the new one takes its name, the earlier
one goes.  What a killed run left on the way is known by name and marker, and goes with the next.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from imagenet_utils import __version__
from imagenet_utils.errors import Interrupted, UsageError
from imagenet_utils.whole_files import is_temporary, temporary_beside

MARKER = ".part-of-imagenet-export.json"
TOOL = "part-of-imagenet"
SECONDS_FOR_TIDYING = 1.0  # when a run is interrupted: the next one does the rest

Facts = Mapping[str, object]  # what the marker tells of an export, beside its files


@contextmanager
def new_folder(place: Path, facts: Facts, *, litter: str = "") -> Iterator[Path]:
    """A folder to be filled, which takes the place when the block ends well.

    `litter` is how the names of files end that readers leave there, and nobody misses.

    Raises UsageError where something stands there that is no export of ours, as we left it.
    """
    refuse_what_is_not_ours(place, litter)
    _tidy_up(place)
    draft = Path(temporary_beside(place))
    draft.mkdir()
    try:
        _mark(draft, facts, None)
        yield draft
        _mark(draft, facts, sum(1 for _path in _files_in(draft)) - 1)
        refuse_what_is_not_ours(place, litter)  # writing may have taken an hour
        _take_place(draft, place)
    except Interrupted:
        with suppress(OSError, _TimeIsUp):
            _remove(draft, until=time.monotonic() + SECONDS_FOR_TIDYING)
        raise
    except BaseException:
        with suppress(OSError):
            _remove(draft)
        raise


def refuse_what_is_not_ours(place: Path, litter: str = "") -> None:
    """Raises UsageError where the user would lose something."""
    if not os.path.lexists(place):
        return
    cure = "Move it away, or name another folder with --export_dir"
    count = _files_by_marker(place)
    if count is None:
        raise UsageError(f"{place}: is there, but no export of this tool", cure)
    written = os.stat(place / MARKER).st_mtime_ns
    found = -1  # the marker is no file of the export
    for entry in _files_in(place):
        if litter and entry.name.endswith(litter):
            continue
        found += 1
        status = entry.stat(follow_symlinks=False)
        if status.st_mtime_ns > written and status.st_nlink < 2:  # a link loses nothing
            raise UsageError(f"{place}: {os.path.relpath(entry.path, place)} was changed or added"
                             " since the export was written", cure)
    if found > count:
        raise UsageError(f"{place}: holds {found - count:,} files that are no part of the export",
                         cure)


@contextmanager
def new_file(place: Path, opening: bytes) -> Iterator[Path]:
    """A path to write to; the file takes the place when the block ends well.

    Raises UsageError where something stands there that does not begin with `opening`.
    """
    refuse_other_beginnings(place, opening)
    _tidy_up(place)
    draft = Path(temporary_beside(place))
    try:
        yield draft
        refuse_other_beginnings(place, opening)
        os.replace(draft, place)
    finally:
        with suppress(OSError):
            draft.unlink()


def refuse_other_beginnings(place: Path, opening: bytes) -> None:
    try:
        with open(place, "rb") as file:
            is_ours = file.read(len(opening)) == opening
    except FileNotFoundError:
        return
    if not is_ours:
        first_line = opening.decode().strip()
        raise UsageError(f"{place}: is there, but no export of this tool: it does not begin with"
                         f" {first_line}", "Move it away, or name another folder")


def _tidy_up(place: Path) -> None:
    """What killed runs left: an earlier export goes back to its place if nothing else is there."""
    for path in sorted(place.parent.iterdir()):
        if not _is_draft_of(place, path.name) or path.is_symlink():
            continue
        if not path.is_dir():
            path.unlink()
        elif _files_by_marker(path) is not None and not os.path.lexists(place):
            path.rename(place)
        elif (path / MARKER).is_file():
            _remove(path)
        else:
            with suppress(OSError):  # not empty, and so not ours
                path.rmdir()


def _is_draft_of(place: Path, name: str) -> bool:
    return is_temporary(name) and name.rsplit(".", 2)[0] == f".{place.name}"


def _files_by_marker(folder: Path) -> int | None:
    """How many there were, beside the marker; None: no export of ours, or none that is whole."""
    try:
        told = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError):
        return None
    is_ours = isinstance(told, dict) and told.get("tool") == TOOL
    count = told.get("files") if is_ours else None
    return count if isinstance(count, int) else None


def _mark(draft: Path, facts: Facts, files: int | None) -> None:
    told = {"tool": TOOL, "version": __version__, **facts, "files": files}
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    (draft / MARKER).write_text(text, encoding="utf-8", newline="\n")


def _take_place(draft: Path, place: Path) -> None:
    if not os.path.lexists(place):
        draft.rename(place)
        return
    aside = Path(temporary_beside(place))
    place.rename(aside)
    try:
        draft.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    with suppress(OSError):  # another program has it open: the next run tries again
        _remove(aside)


def _files_in(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """Whatever is no folder, at any depth, one at a time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_in(entry.path)
            else:
                yield entry


class _TimeIsUp(Exception):
    """What is left is removed by the next run."""


def _remove(folder: Path, *, until: float = float("inf")) -> None:
    """A tree, without a list of all that is in it; its marker, which calls it a draft, last."""
    _mark(folder, {}, None)
    _empty(folder, until, kept=MARKER)
    (folder / MARKER).unlink()
    folder.rmdir()


def _empty(folder: str | Path, until: float, *, kept: str = "") -> None:
    """Until nothing else is found: some systems pass over files while others are removed."""
    is_clear = False
    while not is_clear:
        is_clear = True
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name != kept:
                    is_clear = False
                    _remove_one(entry, until)


def _remove_one(entry: os.DirEntry[str], until: float) -> None:
    if time.monotonic() > until:
        raise _TimeIsUp
    if entry.is_dir(follow_symlinks=False):
        _empty(entry.path, until)
        os.rmdir(entry.path)
    else:
        os.unlink(entry.path)

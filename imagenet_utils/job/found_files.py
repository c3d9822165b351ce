"""What lies in the folders of a category, by the stem of its name.

A name is told as it is below the folder: `<shard>/<stem>.<extension>`, where it lies in a shard.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from imagenet_utils.job.decide import FoundFile
from imagenet_utils.results.layout import is_shard
from imagenet_utils.whole_files import is_temporary

# Captions and notes that a user keeps beside the pictures are nobody's business.
PICTURE_EXTENSIONS = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff",
}


def pictures_in(folder: str, stored: Collection[str]) -> tuple[dict[str, FoundFile], bool]:
    """By stem, and whether the folder stands.  Of two with one stem, the one that we stored."""
    found: dict[str, FoundFile] = {}
    for name, file in _files_in(folder, stored):
        stem, extension = os.path.splitext(name.rpartition("/")[2])
        is_picture = extension.lower() in PICTURE_EXTENSIONS
        if is_picture and (stem not in found or name in stored):
            found[stem] = file
    return found, os.path.isdir(folder)


def annotations_in(folder: str, stored: Collection[str]) -> dict[str, FoundFile]:
    """By place: with the shard before the stem.  `stored` are the pictures that they may be of."""
    return {name[:-4]: file for name, file in _files_in(folder, stored) if name.endswith(".xml")}


def clear_leftovers(folder: str, *, before: float) -> None:
    """Delete what killed runs left half-written; `before` spares what this run writes."""
    for path in _temporary_files(folder):
        try:
            if os.stat(path).st_mtime < before:
                os.unlink(path)
        except FileNotFoundError:
            continue  # it found its name meanwhile


def _temporary_files(folder: str) -> Iterator[str]:
    for entry in _entries_of(folder):
        if is_temporary(entry.name):
            yield entry.path
        elif entry.is_dir():  # a shard, it may be
            with suppress(PermissionError):
                yield from (each.path for each in _entries_of(entry.path)
                            if is_temporary(each.name))


def _files_in(folder: str, stored: Collection[str]) -> Iterator[tuple[str, FoundFile]]:
    """Those in shards, too; what else lies in folders below is nobody's business."""
    for entry in _entries_of(folder):
        if entry.is_dir():  # or a link to one, on a larger disk
            yield from _files_in_shard(entry, stored)
        else:
            yield from _file_at(entry, entry.name)


def _files_in_shard(
    folder: os.DirEntry[str], stored: Collection[str]
) -> Iterator[tuple[str, FoundFile]]:
    """A folder that may not be read is the user's own, unless something was stored there."""
    try:
        for entry in _entries_of(folder.path):
            if is_shard(folder.name, os.path.splitext(entry.name)[0]):
                yield from _file_at(entry, f"{folder.name}/{entry.name}")
    except PermissionError:
        if any(name.startswith(f"{folder.name}/") for name in stored):
            raise


def _entries_of(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return


def _file_at(entry: os.DirEntry[str], name: str) -> Iterator[tuple[str, FoundFile]]:
    try:
        if entry.is_file():
            status = entry.stat()
            yield name, FoundFile(name, status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        return  # a temporary file that found its name meanwhile

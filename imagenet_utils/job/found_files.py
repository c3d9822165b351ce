"""What lies in the folders of a category, by the stem of its name.

A name is told as it is below the folder: `<shard>/<stem>.<extension>`, where it lies in a shard.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

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
    for name, file in _files_in(folder):
        stem, extension = os.path.splitext(name.rpartition("/")[2])
        is_picture = extension.lower() in PICTURE_EXTENSIONS
        if is_picture and (stem not in found or name in stored):
            found[stem] = file
    return found, os.path.isdir(folder)


def annotations_in(folder: str) -> dict[str, FoundFile]:
    """By place: with the shard before the stem."""
    return {name[:-4]: file for name, file in _files_in(folder) if name.endswith(".xml")}


def clear_leftovers(folder: str, *, before: float) -> None:
    """Delete what killed runs left half-written; `before` spares what this run writes."""
    for path in _temporary_files(folder):
        try:
            if os.stat(path).st_mtime < before:
                os.unlink(path)
        except FileNotFoundError:
            continue  # it found its name meanwhile


def _temporary_files(folder: str) -> Iterator[str]:
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for name in names:
        path = os.path.join(folder, name)
        if is_temporary(name):
            yield path
        elif "." not in name and os.path.isdir(path):  # a shard, it may be
            yield from (os.path.join(path, each) for each in os.listdir(path) if is_temporary(each))


def _files_in(folder: str) -> Iterator[tuple[str, FoundFile]]:
    """Those in shards, too; what else lies in folders below is nobody's business."""
    for entry in _entries_of(folder):
        if entry.is_dir(follow_symlinks=False):
            for below in _entries_of(entry.path):
                if is_shard(entry.name, os.path.splitext(below.name)[0]):
                    yield from _file_at(below, f"{entry.name}/{below.name}")
        else:
            yield from _file_at(entry, entry.name)


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

"""What lies in the folders of a category, by the stem of its name."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from imagenet_utils.job.decide import FoundFile
from imagenet_utils.whole_files import is_temporary

# Captions and notes that a user keeps beside the pictures are nobody's business.
PICTURE_EXTENSIONS = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff",
}


def pictures_in(folder: str, stored: Collection[str]) -> tuple[dict[str, FoundFile], bool]:
    """By stem, and whether the folder stands.  Of two with one stem, the one that we stored."""
    found: dict[str, FoundFile] = {}
    for name, file in _files_in(folder):
        stem, extension = os.path.splitext(name)
        is_picture = extension.lower() in PICTURE_EXTENSIONS
        if is_picture and (stem not in found or name in stored):
            found[stem] = file
    return found, os.path.isdir(folder)


def annotations_in(folder: str) -> dict[str, FoundFile]:
    """By stem."""
    return {name[:-4]: file for name, file in _files_in(folder) if name.endswith(".xml")}


def clear_leftovers(folder: str, *, before: float) -> None:
    """Delete what killed runs left half-written; `before` spares what this run writes."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for path in (os.path.join(folder, name) for name in names if is_temporary(name)):
        try:
            if os.stat(path).st_mtime < before:
                os.unlink(path)
        except FileNotFoundError:
            continue  # it found its name meanwhile


def _files_in(folder: str) -> Iterator[tuple[str, FoundFile]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_file():
                        status = entry.stat()
                        yield entry.name, FoundFile(entry.name, status.st_size, status.st_mtime_ns)
                except FileNotFoundError:
                    continue  # a temporary file that found its name meanwhile
    except (FileNotFoundError, NotADirectoryError):
        return

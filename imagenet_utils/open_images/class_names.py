"""The names of all 20,000 classes, which the metadata has beside the 601 that are built in."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from imagenet_utils.categories.catalogue import Entry
from imagenet_utils.categories.open_images import boxable, is_mid
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Wnid
from imagenet_utils.open_images.files import FileShelf
from imagenet_utils.open_images.versions import Kind, Version


def all_classes(version: Version, shelf: FileShelf) -> tuple[Entry, ...]:
    """In the order of codes.  Raises UsageError for a version that names none, and as `csv`."""
    file = version.file(Kind.CLASSES)
    if file is None:
        raise UsageError(f"Open Images {version.name} has no list of its classes",
                         "Take a later version")
    return entries_of_all(read_class_names(shelf.csv(file)))


def classes_there(version: Version, shelf: FileShelf) -> tuple[Entry, ...]:
    """Likewise, or the boxable ones where nothing tells of others."""
    file = version.file(Kind.CLASSES)
    return all_classes(version, shelf) if file and shelf.has(file) else tuple(boxable())


def entries_of_all(names: Mapping[str, str]) -> tuple[Entry, ...]:
    """The names of this version are those that count."""
    known = {str(entry.code): entry.names for entry in boxable()}
    return tuple(Entry(Wnid(mid), name, 0, 0, 0, False, "")
                 for mid, name in sorted({**known, **names}.items()))


def read_class_names(path: Path) -> dict[str, str]:
    """By mid; a line that has none, such as a header, is passed over.

    Raises UsageError where no line has one.
    """
    with open(path, encoding="utf-8", errors="replace", newline="") as lines:
        try:
            names = {row[0]: row[1].strip() for row in csv.reader(lines)
                     if len(row) > 1 and is_mid(row[0])}
        except csv.Error as error:
            raise UsageError(f"{path} cannot be read: {error}", "Fetch it again") from None
    if not names:
        raise UsageError(f"{path} names no class", "Expected lines such as /m/0bt9lr,Dog")
    return names

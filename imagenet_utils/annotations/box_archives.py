"""The annotations that a user has, in whichever of the usual shapes they lie on the disk.

    <wnid>.tar.gz                    as image-net.org gave them, one for each category
    <wnid>/*.xml                     the same, unpacked
    Annotation/...                   either, below a folder of that name
    bboxes_annotations.tar.gz        a tar of all the <wnid>.tar.gz

They are only read: nothing is unpacked to the disk, changed or deleted.
"""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.archives.tar_stream import BrokenTar, Kind, Member, TarStream
from imagenet_utils.errors import LocalFault
from imagenet_utils.model import ImageId, Wnid

CATEGORY_FOLDER = re.compile(r"n\d{8}", re.ASCII)
CATEGORY_ARCHIVE = re.compile(r"(n\d{8})\.(?:tar\.gz|tgz|tar)", re.ASCII)
COLLECTION = re.compile(r"bboxes_annotations\.(?:tar\.gz|tgz|tar)", re.ASCII)
FOLDERS_BELOW = ("annotation", "annotations", "bbox", "bboxes_annotations")  # in any case
LEVELS_BELOW = 3

IMAGE_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
UNSAFE_NAME = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)", re.DOTALL)

# Bytes, unzipped.  The largest that image-net.org has: 7 kB, 5 MB and 60 MB.
LARGEST_XML = 2**20
LARGEST_ARCHIVE = 2**26
LARGEST_COLLECTION = 2**28

CURE = "fetch it again"

Read = Callable[[int], bytes]  # so many bytes of the member from its beginning


@dataclass(frozen=True, slots=True)
class CategoryBoxes:
    """The annotations of one category, those of other categories' pictures included."""

    xmls: Mapping[ImageId, bytes]  # unread; by category of the id, then by number
    problem: str | None = None  # one line: what could not be read, where, what to do
    are_to_come: bool = False  # a dry run: a run fetches them first
    origin: str = ""  # another one where any of them, or a label in it, is another; empty: unknown


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where annotations were found; of one image's, those of the first place count."""

    folders: dict[Wnid, list[Path]] = field(default_factory=dict)
    archives: dict[Wnid, list[Path]] = field(default_factory=dict)
    collections: list[Path] = field(default_factory=list)


class BoxArchives:
    """`directory` as the user names it: it may be missing, an archive, or a level off."""

    def __init__(self, directory: Path) -> None:
        try:
            self._shelf = _shelf_of(directory)
        except OSError as error:
            raise LocalFault(
                f"{error.filename or directory}: cannot be read: {error.strerror}",
                "Let it be read, or name another folder with --annotations_dir",
            ) from error
        self._inner: dict[Wnid, list[tuple[str, bytes]]] = {}  # out of collections, still packed
        self._problems: dict[Wnid, list[str]] = {}

    @property
    def is_empty(self) -> bool:
        """No annotations here at all, rather than none for some category."""
        return self._shelf == _Shelf()

    def prepare(self, codes: Iterable[Wnid]) -> None:
        """Pick many categories out of a collection in one pass; `of` would make one for each."""
        wanted = {code for code in codes if code not in self._shelf.archives} - self._inner.keys()
        if not wanted or not self._shelf.collections:
            return
        for code in wanted:
            self._inner[code] = []
            self._problems[code] = []
        for collection in self._shelf.collections:
            found, problem = _picked(collection, wanted)
            for code, packed in found.items():
                self._inner[code].append((f"{collection}: {code}.tar.gz", packed))
            for code in wanted - found.keys():
                self._problems[code] += [problem] if problem else []

    def of(self, code: Wnid) -> CategoryBoxes:
        """No archive is no problem: five synsets in six have none."""
        self.prepare([code])
        parts = [_boxes_in_folder(folder) for folder in self._shelf.folders.get(code, [])]
        parts += [_boxes_in_archive(path) for path in self._shelf.archives.get(code, [])]
        parts += [_boxes_in_bytes(*inner) for inner in self._inner.get(code, [])]
        xmls: dict[ImageId, bytes] = {}
        for part in reversed(parts):
            xmls |= part.xmls
        problems = [part.problem for part in parts if part.problem] + self._problems.get(code, [])
        return CategoryBoxes(
            {image_id: xmls[image_id] for image_id in sorted(xmls, key=by_owner_and_serial)},
            "; ".join(problems) or None,
        )


def _shelf_of(directory: Path) -> _Shelf:
    shelf = _Shelf()
    if directory.is_file() and not CATEGORY_ARCHIVE.fullmatch(directory.name):
        shelf.collections.append(directory)
    elif directory.is_file() or CATEGORY_FOLDER.fullmatch(directory.name):
        _place(shelf, directory)
    if directory.is_dir():
        for path in _paths_in(directory, LEVELS_BELOW):
            _place(shelf, path)
    return shelf


def _place(shelf: _Shelf, path: Path) -> None:
    if CATEGORY_FOLDER.fullmatch(path.name) and path.is_dir():
        shelf.folders.setdefault(Wnid(path.name), []).append(path)
    elif (match := CATEGORY_ARCHIVE.fullmatch(path.name)) and path.is_file():
        shelf.archives.setdefault(Wnid(match[1]), []).append(path)
    elif COLLECTION.fullmatch(path.name) and path.is_file():
        shelf.collections.append(path)


def _paths_in(directory: Path, levels: int) -> Iterator[Path]:
    """What lies in the folder, then what lies in those of its folders that may hold annotations."""
    paths = sorted(directory.iterdir())
    yield from paths
    for path in paths if levels else ():
        if path.name.lower() in FOLDERS_BELOW and path.is_dir():
            yield from _paths_in(path, levels - 1)


def _picked(collection: Path, wanted: set[Wnid]) -> tuple[dict[Wnid, bytes], str | None]:
    """The archives of the wanted categories as they are, and what kept others from being found."""
    found: dict[Wnid, bytes] = {}
    try:
        with collection.open("rb") as file:
            tar = TarStream(file, limit=LARGEST_COLLECTION)
            for member in tar.members():
                match = CATEGORY_ARCHIVE.fullmatch(re.split(r"[/\\]", member.name)[-1])
                if match and match[1] in wanted and member.kind is Kind.FILE:
                    if member.size > LARGEST_ARCHIVE:
                        raise BrokenTar(f"{match[0]} in it is too large")
                    found[Wnid(match[1])] = tar.read(member.size)
                if len(found) == len(wanted):
                    break
    except (BrokenTar, OSError) as error:
        return found, f"{collection}: {words_of(error)} before all categories were found; {CURE}"
    return found, None


def _boxes_in_archive(path: Path) -> CategoryBoxes:
    try:
        with path.open("rb") as file:
            return _boxes_in_tar(str(path), file)
    except OSError as error:
        return CategoryBoxes({}, f"{path}: {words_of(error)}")


def _boxes_in_bytes(where: str, packed: bytes) -> CategoryBoxes:
    return _boxes_in_tar(where, io.BytesIO(packed))


def _boxes_in_tar(where: str, file: BinaryIO) -> CategoryBoxes:
    tar = TarStream(file, limit=LARGEST_ARCHIVE)
    gathering = Gathering()
    try:
        for member in tar.members():
            gathering.take(member, tar.read)
    except (BrokenTar, OSError) as error:
        count = len(gathering.xmls)
        place = f" after {count:,} annotations" if count else ""
        return gathering.result(where, f"{words_of(error)}{place}; {CURE}")
    return gathering.result(where)


def _boxes_in_folder(folder: Path) -> CategoryBoxes:
    gathering = Gathering()
    try:
        for member, read in xmls_in_folder(folder):
            gathering.take(member, read)
    except OSError as error:
        return gathering.result(str(folder), words_of(error))
    return gathering.result(str(folder))


def xmls_in_folder(folder: Path) -> Iterator[tuple[Member, Read]]:
    """Its XML files as if they were members of an archive.  Raises OSError."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower().endswith(".xml") and not entry.is_dir():
                kind = Kind.FILE if entry.is_file() else Kind.SPECIAL
                size = entry.stat().st_size if entry.is_file() else 0
                yield Member(entry.name, kind, size), partial(_first_bytes, entry.path)


def _first_bytes(path: str, count: int) -> bytes:
    with open(path, "rb") as file:
        return file.read(count)


class Gathering:
    """The annotations of one place as they come in, and what was passed over."""

    def __init__(self) -> None:
        self.xmls: dict[ImageId, bytes] = {}
        self._skipped: Counter[str] = Counter()

    def take(self, member: Member, read: Read) -> None:
        base = re.split(r"[/\\]", member.name)[-1]
        if member.kind is Kind.FOLDER or base.startswith("._"):  # those are notes of macOS
            return
        objection = _objection(member, base)
        try:
            if not objection:
                self.xmls[ImageId(base[: -len(".xml")])] = read(member.size)
        except OSError as error:
            objection = words_of(error)
        if objection:
            self._skipped[objection] += 1

    def result(self, where: str, broken: str = "") -> CategoryBoxes:
        skipped = [f"{count:,} ({why})" for why, count in sorted(self._skipped.items())]
        problems = [f"{', '.join(skipped)} skipped"] if skipped else []
        problems += [broken] if broken else []
        return CategoryBoxes(self.xmls, f"{where}: {'; '.join(problems)}" if problems else None)


def _objection(member: Member, base: str) -> str | None:
    if member.kind is Kind.SPECIAL:
        return member.kind.value
    if UNSAFE_NAME.match(member.name):
        return "unsafe name"
    if not base.lower().endswith(".xml"):
        return "no XML"
    if not IMAGE_ID.fullmatch(base[: -len(".xml")]):
        return "odd name"
    return "too large" if member.size > LARGEST_XML else None


def by_owner_and_serial(image_id: ImageId) -> tuple[str, int, str]:
    owner, _, serial = image_id.rpartition("_")
    return owner, int(serial) if serial.isdigit() else -1, image_id


def words_of(error: BrokenTar | OSError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)

"""From the archive of all bounding boxes to one `<wnid>.tar.gz` for each category."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imagenet_utils.archives.tar_stream import BrokenTar, Kind, Member, TarStream
from imagenet_utils.errors import Unobtainable
from imagenet_utils.telling import OnProgress
from imagenet_utils.whole_files import local_faults, make_folder, new_file

ARCHIVE_NAME = re.compile(r"n\d{8}\.tar\.gz", re.ASCII)

# The largest ones known: 36 kB, 1.6 GB.  XMLs in a tar shrink to a thirtieth.
LARGEST_ARCHIVE = 2**24
LARGEST_COLLECTION = 2**33
MOST_TIMES_UNPACKED = 200


@dataclass(slots=True)
class BoxTally:
    """What became of the members."""

    stored: int = 0
    kept: int = 0  # a file of that name was there
    passed_by: int = 0  # no `<wnid>.tar.gz`, or one with a name that leads elsewhere
    damaged: int = 0


def store_boxes(
    source: Path, folder: Path, *, on_progress: OnProgress = lambda done, total: None
) -> BoxTally:
    """Whatever of `source` (an archive of archives, or a folder of them) `folder` lacks.

    Raises Unobtainable where `source` has no such archive or ends too early; what came before
    the damage is stored.
    """
    make_folder(folder)
    tally = BoxTally()
    for name, content in _archives_in(source, tally):
        if (folder / name).exists():
            tally.kept += 1
        elif not _holds_files(content):
            tally.damaged += 1
        elif _store(folder / name, content):
            tally.stored += 1
            on_progress(tally.stored, None)
        else:
            tally.kept += 1
    if not tally.stored + tally.kept:
        raise Unobtainable(f"{source}: no <wnid>.tar.gz in it that can be opened")
    return tally


def _archives_in(source: Path, tally: BoxTally) -> Iterator[tuple[str, bytes]]:
    try:
        if source.is_dir():
            yield from _of_folder(source)
            return
        with open(source, "rb") as file:
            yield from _of_collection(TarStream(file, limit=LARGEST_COLLECTION), tally)
    except BrokenTar as damage:
        told = f"{source}: {damage}"
        raise Unobtainable(told) from None
    except OSError as error:
        raise Unobtainable(f"{source}: cannot be read ({error.strerror or error})") from None


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()):
        if ARCHIVE_NAME.fullmatch(path.name) and path.is_file():
            with open(path, "rb") as file:
                yield path.name, file.read(LARGEST_ARCHIVE + 1)


def _of_collection(tar: TarStream, tally: BoxTally) -> Iterator[tuple[str, bytes]]:
    for member in tar.members():
        name = _safe_name(member)
        if name and member.size <= LARGEST_ARCHIVE:
            yield name, tar.read(member.size)
        elif member.kind is not Kind.FOLDER:
            tally.passed_by += 1


def _safe_name(member: Member) -> str | None:
    """
    >>> _safe_name(Member("Annotation/n02119789.tar.gz", Kind.FILE, 9))
    'n02119789.tar.gz'
    >>> _safe_name(Member("../n02119789.tar.gz", Kind.FILE, 9))
    """
    path = PurePosixPath(member.name.replace("\\", "/"))
    leads_elsewhere = path.is_absolute() or ".." in path.parts or ":" in member.name
    if member.kind is not Kind.FILE or leads_elsewhere or not ARCHIVE_NAME.fullmatch(path.name):
        return None
    return path.name


def _holds_files(content: bytes) -> bool:
    """Whether it opens as a tar from its first to its last byte."""
    if len(content) > LARGEST_ARCHIVE:
        return False
    limit = len(content) * MOST_TIMES_UNPACKED + 2**20
    try:
        kinds = [member.kind for member in TarStream(io.BytesIO(content), limit=limit).members()]
    except BrokenTar:
        return False
    return Kind.FILE in kinds


def _store(target: Path, content: bytes) -> bool:
    """False where another run stored it meanwhile."""
    try:
        with local_faults(target), new_file(target) as file:
            file.write(content)
    except FileExistsError:
        return False
    return True

"""Whether an archive on the disk is the official one, by its MD5, for which it is read once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from imagenet_utils.archives.known import Known
from imagenet_utils.errors import LocalFault
from imagenet_utils.telling import OnProgress

CHUNK = 1 << 20  # bytes read at once; hashing lets go of Python's lock meanwhile


class Fit(Enum):
    """What a file is to the official one of its name."""

    OK = "the official file"
    WRONG = "damaged"
    OTHER = "another edition, or cut"


@dataclass(frozen=True, slots=True)
class Match:
    """What was found, in words for people."""

    fit: Fit
    text: str  # one line: which file, expected and found
    cure: str = ""  # empty where all is well


@dataclass(frozen=True, slots=True)
class Notes:
    """A memory that outlives the run: a value by its name, None where there is none."""

    get: Callable[[str], str | None]
    put: Callable[[str, str], None]


FORGETFUL = Notes(lambda name: None, lambda name, value: None)


def verdict(
    path: Path, known: Known, *, notes: Notes = FORGETFUL,
    on_progress: OnProgress = lambda done, total: None,
) -> Match:
    """Nothing is read where the size alone tells.  Raises LocalFault where it can't be read."""
    try:
        size = path.stat().st_size
        if not known.may_have(size):
            return _other_size(path, size, known)
        if not known.md5:
            return Match(Fit.OTHER, f"{path}: no MD5 was ever published of {known.name}")
        found = md5_of(path, notes=notes, on_progress=on_progress)
    except OSError as error:
        raise LocalFault(f"{path}: cannot be read: {error.strerror or error}",
                         "Let it be read, or name another with --archive") from error
    if found == known.md5:
        return Match(Fit.OK, f"{path}: the MD5 is that of the official file")
    return Match(Fit.WRONG, f"{path}: damaged: its MD5 is {found}, not {known.md5}",
                 f"Fetch {known.name} again")


def md5_of(
    path: Path, *, notes: Notes = FORGETFUL,
    on_progress: OnProgress = lambda done, total: None,
) -> str:
    """Hex; remembered for as long as size and time of the file stay.  Raises OSError."""
    name = f"md5 of {os.path.abspath(path)}"
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        state = f"{before.st_size} {before.st_mtime_ns}"
        remembered, _, digest = (notes.get(name) or "").rpartition(" ")
        if digest and remembered == state:
            return digest
        md5, done = hashlib.md5(usedforsecurity=False), 0
        while done <= before.st_size and (chunk := file.read(CHUNK)):
            md5.update(chunk)
            done += len(chunk)
            on_progress(done, before.st_size)
        after = os.fstat(file.fileno())
    digest = md5.hexdigest()
    if f"{after.st_size} {after.st_mtime_ns}" == state and done == before.st_size:
        notes.put(name, f"{state} {digest}")
    return digest


def _other_size(path: Path, size: int, known: Known) -> Match:
    official = known.byte_count or known.about
    told = f"{'' if known.byte_count else 'about '}{official:,}"
    found = f"{path}: {size:,} bytes, the official {known.name} has {told}"
    if size < official:
        return Match(Fit.OTHER, f"{found}: cut after {size / official:.1%}, or another edition",
                     "If it was cut, fetch the rest; if it is yours, all is well")
    return Match(Fit.OTHER, f"{found}: another edition",
                 "If it is yours, all is well; else fetch the official one")

"""What the first members of an archive tell of it."""

from __future__ import annotations

import re
from pathlib import Path

from imagenet_utils.archives.known import Role
from imagenet_utils.archives.tar_stream import BrokenTar, TarStream
from imagenet_utils.errors import LocalFault

MOST_FIRST_BYTES = 2**24  # unzipped; nothing telling stands further on

_FIRST_MEMBERS = (
    (re.compile(r"(?:.*/)?n\d{8}\.tar", re.ASCII), Role.TRAIN),
    (re.compile(r"(?:.*/)?ILSVRC\d{4}_val_\d{8}\.xml", re.ASCII | re.IGNORECASE), Role.BBOX_VAL),
    (re.compile(r"(?:.*/)?n\d{8}_\d+\.xml", re.ASCII | re.IGNORECASE), Role.BBOX_TRAIN),
    (re.compile(r"(?:.*/)?ILSVRC\d{4}_val_\d{8}\.\w+", re.ASCII | re.IGNORECASE), Role.VAL),
    (re.compile(r"(?:.*/)?ILSVRC\d{4}_test_\d{8}\.\w+", re.ASCII | re.IGNORECASE), Role.TEST),
    (re.compile(r"[\w.-]*devkit.*", re.IGNORECASE), Role.DEVKIT),
)


def role_by_members(path: Path) -> Role | None:
    """By the first member of a tar, zipped or not, whose name tells; None where none does.

    Raises LocalFault where the file can't be read.
    """
    try:
        with path.open("rb") as file:
            for member in TarStream(file, limit=MOST_FIRST_BYTES).members():
                for pattern, role in _FIRST_MEMBERS:
                    if pattern.fullmatch(member.name.removeprefix("./")):
                        return role
    except BrokenTar:
        return None
    except OSError as error:
        raise LocalFault(f"{path}: cannot be read: {error.strerror or error}",
                         "Let it be read, or name another with --archive") from error
    return None

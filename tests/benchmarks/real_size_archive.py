"""The training archive in its real size, nearly all of it a hole: a few classes have pictures."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.photographs import photographs
from tests.small_archives import BLOCK, RECORD, TRAIN_BYTES, sparse_train_tar

SMALLEST_PICTURE = 80_000  # bytes


@dataclass(frozen=True, slots=True)
class FilledClass:
    code: str
    header: int  # offset of its tar's header in the outer tar
    tar_bytes: int  # of its tar, up to the end of its last picture
    pictures: int
    picture_bytes: int


def real_size_archive(path: Path, filled: int) -> list[FilledClass]:
    """1,000 class tars of 148 MB; of `filled` of them, the pictures are there.

    The others hold zeros, which take no place on the disk.
    """
    headers = sparse_train_tar(path)
    codes = sorted(headers)
    step = len(codes) // filled
    chosen = codes[step // 2::step][:filled]
    room = TRAIN_BYTES // len(codes) - RECORD - BLOCK
    bodies = photographs(filled * room // SMALLEST_PICTURE)
    with path.open("r+b") as file:
        found = [_filled(file.fileno(), code, headers[code], bodies, room=room)
                 for code in chosen]
    assert path.stat().st_size == TRAIN_BYTES
    return found


def _filled(
    file: int, code: str, header: int, bodies: Iterator[bytes], *, room: int
) -> FilledClass:
    """With as many pictures as its tar has room for; the zeros at its end are there already."""
    first = at = header + BLOCK
    sizes: list[int] = []
    for number, body in enumerate(bodies):
        entry = tarfile.TarInfo(f"{code}_{number}.JPEG")
        entry.size = len(body)
        member = entry.tobuf(tarfile.GNU_FORMAT) + body + bytes(-len(body) % BLOCK)
        if at + len(member) > first + room:
            break
        at += os.pwrite(file, member, at)
        sizes.append(len(body))
    return FilledClass(code, header, at - first, len(sizes), sum(sizes))

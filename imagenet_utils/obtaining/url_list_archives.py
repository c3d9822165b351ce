"""The texts in whatever a URL list comes in: a folder, a zip, a tar, a gzip, or a plain file.

Nothing is unpacked to the disk, so that no member's name can lead anywhere.
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from imagenet_utils.archives.tar_stream import BLOCK, GZIP_MAGIC, BrokenTar, Kind, TarStream
from imagenet_utils.errors import Unobtainable

READ_BYTES = 1 << 20
TEXT_SUFFIXES = (".csv", ".txt", ".tsv", "")

# Real lists shrink to a quarter, rows of one host to a thirtieth; a bomb to a thousandth.
MOST_TIMES_UNPACKED = 60
ALWAYS_UNPACKED = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a list; its chunks are read before the next text is asked for."""

    name: str  # as it stands in the archive: it may tell a category, and lead anywhere
    chunks: Iterator[bytes]  # raises Unobtainable where the archive is damaged


def texts_in(source: Path) -> Iterator[Text]:
    """Raises Unobtainable, in one line, where `source` cannot be read or unpacks to too much."""
    with _damage_told(source):
        if source.is_dir():
            yield from _of_folder(source)
            return
        with open(source, "rb") as file:
            yield from _of_file(source, file)


def _of_folder(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.iterdir()):
        if _is_text_name(path.name) and path.is_file():
            with open(path, "rb") as file:
                yield Text(path.name, _chunks(file.read, path, _Budget.none()))


def _of_file(source: Path, file: BinaryIO) -> Iterator[Text]:
    head = _head(file)
    budget = _Budget.for_packed(source.stat().st_size)
    if head.startswith(b"PK\x03\x04"):
        yield from _of_zip(source, budget)
    elif _is_tar(head) or (head.startswith(GZIP_MAGIC) and _is_tar(_head_of_gzip(file))):
        yield from _of_tar(source, file, budget)
    elif head.startswith(GZIP_MAGIC):
        with gzip.open(file) as unpacked:
            yield Text(_without_gz(source.name), _chunks(unpacked.read, source, budget))
    else:
        yield Text(source.name, _chunks(file.read, source, _Budget.none()))


def _of_zip(source: Path, budget: _Budget) -> Iterator[Text]:
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            is_link = stat.S_ISLNK(info.external_attr >> 16)
            if info.is_dir() or is_link or not _is_text_name(info.filename):
                continue
            with archive.open(info) as file:
                yield Text(info.filename, _chunks(file.read, source, budget))


def _of_tar(source: Path, file: BinaryIO, budget: _Budget) -> Iterator[Text]:
    tar = TarStream(file, limit=budget.left)
    for member in tar.members():
        if member.kind is Kind.FILE and _is_text_name(member.name):
            yield Text(member.name, _chunks_of_member(tar, member.size, source))


def _chunks(read: Callable[[int], bytes], source: Path, budget: _Budget) -> Iterator[bytes]:
    with _damage_told(source):
        while chunk := read(READ_BYTES):
            budget.spend(len(chunk))
            yield chunk


def _chunks_of_member(tar: TarStream, size: int, source: Path) -> Iterator[bytes]:
    with _damage_told(source):
        while size > 0:
            count = min(size, READ_BYTES // 4)
            yield tar.read(count)
            size -= count


class _Budget:
    """How many bytes may still come out of an archive."""

    def __init__(self, left: int) -> None:
        self.left = left

    @classmethod
    def none(cls) -> _Budget:
        return cls(2**62)

    @classmethod
    def for_packed(cls, packed_bytes: int) -> _Budget:
        return cls(packed_bytes * MOST_TIMES_UNPACKED + ALWAYS_UNPACKED)

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise BrokenTar("unpacks to far more than any list")


@contextmanager
def _damage_told(source: Path) -> Iterator[None]:
    try:
        yield
    except (BrokenTar, EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise Unobtainable(f"{source}: damaged ({error})") from None
    except (NotImplementedError, RuntimeError) as error:  # zipfile: odd methods, passwords
        raise Unobtainable(f"{source}: cannot be unpacked ({error})") from None
    except OSError as error:
        raise Unobtainable(f"{source}: cannot be read ({error.strerror or error})") from None


def _head(file: BinaryIO) -> bytes:
    head = file.read(BLOCK)
    file.seek(0)
    return head


def _head_of_gzip(file: BinaryIO) -> bytes:
    with gzip.open(file) as unpacked:
        head = unpacked.read(BLOCK)
    file.seek(0)
    return head


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_text_name(name: str) -> bool:
    """
    >>> [_is_text_name(name) for name in ("a/fall11_urls.txt", "__MACOSX/._a.txt", "readme.md")]
    [True, False, False]
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    return not last.startswith(".") and Path(last).suffix.lower() in TEXT_SUFFIXES


def _without_gz(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name

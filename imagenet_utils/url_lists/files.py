"""Which files make up a URL list, and how they are brought to lines that can be sought.

A list is one file, an archive, or a folder of files. Archives, compressed files and UTF-16 are
written out once, as lines, beside the index; everything else is read where it lies.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from imagenet_utils.errors import UsageError
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.rows import Form, recognise

HEAD_BYTES = 1 << 18  # in these a list has to show a URL
SUFFIXES = (".txt", ".csv", ".tsv", ".lst", ".urls")  # of lists in folders and archives
FORMS = "csv, txt, tsv, zip, tgz, tar or gz, or a folder of per-synset lists"

_SAMPLES = 16  # of 4 kB each, evenly over the list: what a change that keeps size and date meets
_SAMPLE_BYTES = 4096
_COPY_BYTES = 1 << 20
_MOST_INFLATION = 200  # times; URL lists shrink to a quarter
_ALWAYS_ALLOWED = 64 << 20  # bytes unpacked, however small the archive
_MAGIC = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_DAMAGES = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a zip's rarer ways of packing
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of lines in one form."""

    name: str  # for messages
    file_number: int  # in the list's files; UNPACKED: in the file of unpacked lines
    start: int
    size: int
    form: Form


UNPACKED = -1


def files_of(path: Path) -> tuple[Path, ...]:
    """The file itself, or the lists of a folder by name; raises UsageError where there is none."""
    try:
        if path.is_dir():
            files = tuple(sorted(file for file in path.iterdir() if _may_be_list(file)))
        else:
            files = (path,) if stat.S_ISREG(path.stat().st_mode) else ()
    except FileNotFoundError:
        problem = f"There is no URL list {path}"
        raise UsageError(problem, f"Name one with --url_data: {FORMS}") from None
    except OSError as error:
        raise _unreadable(path, error) from error
    if not files:
        raise UsageError(f"{path} holds no URL list", f"Expected {FORMS}")
    return files


def fingerprint(files: tuple[Path, ...]) -> bytes:
    """32 bytes that change when a list does: names, sizes, dates and samples of the content."""
    digest = hashlib.blake2b(digest_size=32)
    step = max(1, len(files) // _SAMPLES)
    for number, file in enumerate(files):
        try:
            facts = file.stat()
            digest.update(repr((file.name, facts.st_size, facts.st_mtime_ns)).encode())
            if number % step == 0:
                _add_samples(digest, file, facts.st_size)
        except OSError as error:
            raise _unreadable(file, error) from error
    return digest.digest()


def parts_of(files: tuple[Path, ...], unpacked: BinaryIO, progress: OnProgress) -> Iterator[Part]:
    """The parts in order; what cannot be sought is written to `unpacked`, as lines."""
    for number, file in enumerate(files):
        try:
            yield from _parts_of_file(file, number, unpacked, progress)
        except _DAMAGES as error:
            problem = f"{file} cannot be unpacked: {error or 'it ends too early'}"
            raise UsageError(problem, "Fetch it again, or unpack it by hand") from error
        except OSError as error:
            raise error if error.errno else _unreadable(file, error) from error


def _may_be_list(file: Path) -> bool:
    return not file.name.startswith(".") and file.suffix.lower() in SUFFIXES and file.is_file()


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be read: {error.strerror or error}", "Check the path")


def _add_samples(digest: hashlib.blake2b, file: Path, size: int) -> None:
    with open(file, "rb", buffering=0) as stream:
        for number in range(_SAMPLES):
            stream.seek(max(0, size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            digest.update(stream.read(_SAMPLE_BYTES))
            if size <= _SAMPLE_BYTES:
                return


def _parts_of_file(
    file: Path, number: int, unpacked: BinaryIO, progress: OnProgress
) -> Iterator[Part]:
    with open(file, "rb") as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if not _is_packed(file, head):
            start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
            form = recognise(head[start:], file.name)
            if form:
                yield Part(file.name, number, start, file.stat().st_size - start, form)
            return
        watched = _Watched(stream, file.stat().st_size, progress)
        for name, member in _members(watched, file, head):
            part = _unpack(name, member, unpacked, watched)
            if part:
                yield part


def _is_packed(file: Path, head: bytes) -> bool:
    if head.startswith((*_MAGIC, *_UTF16)) or _is_tar(head):
        return True
    return head.startswith(b"PK") and zipfile.is_zipfile(file)


def _is_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


class _Watched(io.RawIOBase):
    """The packed file as it is read: tells progress and knows what may come out of it."""

    def __init__(self, stream: BinaryIO, size: int, progress: OnProgress) -> None:
        self.stream = stream
        self.size = size
        self.progress = progress
        self.allowed = _ALWAYS_ALLOWED + size * _MOST_INFLATION

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        got = self.stream.readinto(buffer)  # type: ignore[attr-defined]
        self.progress(min(self.stream.tell(), self.size), self.size)
        return int(got)


def _members(watched: _Watched, file: Path, head: bytes) -> Iterator[tuple[str, IO[bytes]]]:
    """Names and streams of the members that may be lists; nothing is made under their names."""
    stream = cast(BinaryIO, io.BufferedReader(watched, _COPY_BYTES))
    if head.startswith(b"PK"):
        yield from _zip_members(stream)
        return
    opener = next((opener for magic, opener in _MAGIC.items() if head.startswith(magic)), None)
    # The openers have no signature in common that mypy knows.
    content = io.BufferedReader(opener(stream)) if opener else stream  # type: ignore
    start = content.peek(512)[:512]  # type: ignore[attr-defined]
    if not _is_tar(start):
        yield file.stem, content
        return
    with tarfile.open(fileobj=content, mode="r|") as tar:
        for member in tar:
            opened = tar.extractfile(member) if member.isreg() else None
            if opened and _is_list_name(member.name):
                yield member.name, opened
            tar.members = []  # type: ignore[attr-defined]


def _zip_members(stream: BinaryIO) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            encrypted = info.flag_bits & 1
            if not info.is_dir() and not encrypted and _is_list_name(info.filename):
                with archive.open(info) as member:
                    yield info.filename, member


def _is_list_name(name: str) -> bool:
    base = name.replace("\\", "/").rpartition("/")[2]
    suffix = os.path.splitext(base)[1].lower()
    return not base.startswith(".") and suffix in (*SUFFIXES, "")


def _unpack(name: str, member: IO[bytes], unpacked: BinaryIO, watched: _Watched) -> Part | None:
    """Writes the lines of one member as a part; None where there is no list in it."""
    head = member.read(HEAD_BYTES)
    decoder = None
    if head.startswith(_UTF16):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        head = decoder.decode(head).encode("utf-8", "replace")
    head = head.removeprefix(codecs.BOM_UTF8)
    form = recognise(head, name)
    if form is None:
        return None
    start = unpacked.tell()
    while head:
        unpacked.write(head)
        if unpacked.tell() > watched.allowed:
            raise UsageError(
                f"{name} unpacks to more than {_MOST_INFLATION} times its archive",
                "Unpack it by hand if you trust it",
            )
        head = member.read(_COPY_BYTES)
        head = decoder.decode(head).encode("utf-8", "replace") if decoder else head
    size = unpacked.tell() - start
    unpacked.write(form.end_of_line)
    return Part(name, UNPACKED, start, size, form)

"""A tar on this disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imagenet_utils.archives.local_tar import LocalTar, Packing
from imagenet_utils.errors import LocalFault, Unobtainable

from tests.small_archives import TRAIN_BYTES, sparse_train_tar, tarred, train_tar

PLAIN = tarred({"a.JPEG": b"first" * 99, "b.JPEG": b"second" * 300}, tarfile.GNU_FORMAT)
COUNTS = {"n02119789": 3, "n02391617": 2}


def made(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.tar", content)
    return file.getvalue()


def test_pictures_are_read_by_offset(tmp_path: Path) -> None:
    """Out of a tar of tars, without unpacking."""
    files = train_tar(tmp_path / "train.tar", COUNTS)
    with LocalTar(tmp_path / "train.tar") as tar:
        found = {outer.name[:9]: {inner.name: tar.read(inner.body, inner.size)
                                  for inner in tar.members(outer.body, outer.body_end)}
                 for outer in tar.members()}

    assert found == files


def test_systems_without_reads_at_an_offset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows seeks."""
    monkeypatch.delattr(os, "pread", raising=False)
    with LocalTar(made(tmp_path / "a.tar", PLAIN)) as tar:
        pieces = [tar.read(512, 5), tar.read(1536, 6), tar.read(0, 6)]

    assert pieces == [b"first", b"second", b"a.JPEG"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a hole may take up space")
def test_headers_are_all_that_is_read_of_138_gigabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive of the real size: a block for each of 1,000 classes, and what its end takes."""
    headers = sparse_train_tar(tmp_path / "train.tar", {"n02119789": 2})
    counts = []
    with LocalTar(tmp_path / "train.tar") as tar:
        read_once = tar._read_once
        monkeypatch.setattr(tar, "_read_once", lambda offset, count: counts.append(count)
                            or read_once(offset, count))
        classes = {member.name[:9]: member for member in tar.members()}
        bytes_read = sum(counts)
        fox = classes["n02119789"]
        pictures = [inner.name for inner in tar.members(fox.body, fox.body_end)]

    assert {code: member.header for code, member in classes.items()} == headers
    assert (tar.size, bytes_read) == (TRAIN_BYTES, 1001 * 512)
    assert pictures == ["n02119789_10.JPEG", "n02119789_23.JPEG"]


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        (PLAIN, Packing.PLAIN),
        (bytes(10_240), Packing.PLAIN),
        (gzip.compress(PLAIN), Packing.GZIP),
        (bz2.compress(PLAIN), Packing.BZIP2),
        (lzma.compress(PLAIN), Packing.XZ),
        (b"\x28\xb5\x2f\xfd" + bytes(99), Packing.ZSTD),
        (zipped(PLAIN), Packing.ZIP),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in</title>", Packing.PAGE),
        (b"<HTML>", Packing.PAGE),
        (b"", Packing.EMPTY),
        (bytes(100), Packing.UNKNOWN),
        (b"\xff\xd8\xff\xe0 a picture", Packing.UNKNOWN),
    ],
)
def test_archives_are_told_apart_by_their_bytes(
    tmp_path: Path, content: bytes, packing: Packing
) -> None:
    """The name may say anything."""
    with LocalTar(made(tmp_path / "train.tar", content)) as tar:
        told = (tar.packing, tar.is_plain)

    assert told == (packing, packing is Packing.PLAIN)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<!DOCTYPE html>", "train.tar: a web page"),
        (gzip.compress(PLAIN), "train.tar: packed by gzip"),
        (b"", "train.tar: an empty file"),
        (PLAIN[:2000], "train.tar: cut at byte 1,024, of 2,000"),
        (PLAIN[:1024] + b"x" * 512, "train.tar: no header of a tar at byte 1,024, of 1,536"),
    ],
)
def test_what_is_wrong_with_an_archive(tmp_path: Path, content: bytes, problem: str) -> None:
    """Where, and what to do."""
    with LocalTar(made(tmp_path / "train.tar", content)) as tar:
        with pytest.raises(Unobtainable, match=f"{problem}. Fetch the archive again"):
            list(tar.members())


def test_a_missing_archive(tmp_path: Path) -> None:
    """Its place is named."""
    with pytest.raises(Unobtainable, match="train.tar: no such archive"):
        LocalTar(tmp_path / "train.tar")


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    """Though trees are welcome elsewhere."""
    with pytest.raises(Unobtainable, match="a folder, not an archive"):
        LocalTar(tmp_path)


def refused(*_: object) -> None:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("name", ["builtins.open", "os.pread"])
def test_a_disk_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A fault of this machine, whenever it comes."""
    path = made(tmp_path / "train.tar", PLAIN)
    monkeypatch.setattr(name, lambda *args, **options: refused(), raising=False)

    with pytest.raises(LocalFault, match="train.tar: cannot be read: Input/output error"):
        LocalTar(path)


def test_reads_that_give_less_than_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems do; the rest is asked for again."""
    with LocalTar(made(tmp_path / "a.tar", PLAIN)) as tar:
        read_once = tar._read_once
        monkeypatch.setattr(tar, "_read_once",
                            lambda offset, count: read_once(offset, min(count, 100)))
        taken = tar.read(512, 495), tar.read(len(PLAIN) - 150, 1000)

    assert taken == (b"first" * 99, bytes(150))


def test_links_are_followed(tmp_path: Path) -> None:
    """An archive may lie on another disk."""
    made(tmp_path / "real.tar", PLAIN)
    try:
        (tmp_path / "train.tar").symlink_to(tmp_path / "real.tar")
    except OSError:
        pytest.skip("no links here")
    with LocalTar(tmp_path / "train.tar") as tar:
        size = tar.size

    assert size == len(PLAIN)


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda path: path.write_bytes(PLAIN + bytes(512)),
    "written later": lambda path: os.utime(path, ns=(0, 7)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_file_is_told_from_the_one_before(tmp_path: Path, change: str) -> None:
    """By its size and when it was written."""
    path = made(tmp_path / "train.tar", PLAIN)
    os.utime(path, ns=(0, 5))
    before = identity_of(path), identity_of(path)
    CHANGES[change](path)

    assert before[0] == before[1] != identity_of(path)


def identity_of(path: Path) -> str:
    with LocalTar(path) as tar:
        return tar.identity

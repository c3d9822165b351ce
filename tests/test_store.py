"""Files appear whole or not at all, and never over another's."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from imagenet_utils import whole_files
from imagenet_utils.errors import LocalFault
from imagenet_utils.results.store import (
    Occupied, digest_of, ends_a_run, link_or_copy, make_folder, write_new, write_over,
)


@pytest.fixture(params=["links", "no links"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a disk with hard links, and on one without, as memory cards are."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    return tmp_path


def failing(number: int) -> Callable[..., None]:
    def fail(*_paths: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def names_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_new_file(disk: Path) -> None:
    """It is there under its name alone, and its time is told."""
    path = disk / "a.jpg"
    mtime_ns = write_new(str(path), b"picture")

    assert (path.read_bytes(), path.stat().st_mtime_ns) == (b"picture", mtime_ns)
    assert names_in(disk) == ["a.jpg"]


def test_a_new_file_never_overwrites(disk: Path) -> None:
    """What lies there stays, and no leftovers beside it."""
    path = disk / "a.jpg"
    path.write_bytes(b"mine")
    with pytest.raises(Occupied):
        write_new(str(path), b"picture")

    assert path.read_bytes() == b"mine"
    assert names_in(disk) == ["a.jpg"]


def test_a_dead_link_occupies(disk: Path) -> None:
    """A symbolic link of the user's that leads nowhere is not written over either."""
    path = disk / "a.jpg"
    try:
        path.symlink_to(disk / "nowhere")
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(Occupied):
        write_new(str(path), b"picture")

    assert names_in(disk) == ["a.jpg"]


def test_a_file_of_ours_is_replaced(tmp_path: Path) -> None:
    """Text becomes UTF-8."""
    path = tmp_path / "a.xml"
    write_over(str(path), b"old")
    write_over(str(path), "nouveauté")

    assert path.read_bytes() == "nouveauté".encode()
    assert names_in(tmp_path) == ["a.xml"]


@pytest.mark.parametrize(("write", "step"), [
    (write_new, "write"), (write_new, "link"), (write_over, "write"), (write_over, "replace"),
])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[str, bytes], int], step: str
) -> None:
    """Wherever the fault strikes, no part of a file stays."""
    if step == "write":
        monkeypatch.setattr(whole_files, "open", FullDisk, raising=False)
        monkeypatch.setattr(os, "write", a_few_bytes_at_a_time(os.write, room=3))
    else:
        monkeypatch.setattr(os, step, failing(errno.ENOSPC))
    with pytest.raises(OSError) as fault:
        write(str(tmp_path / "a.jpg"), b"picture")

    assert fault.value.errno == errno.ENOSPC
    assert names_in(tmp_path) == []


def test_a_disk_that_takes_a_file_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write may end early and be no error; the file is whole all the same."""
    monkeypatch.setattr(os, "write", a_few_bytes_at_a_time(os.write, room=100))
    write_new(str(tmp_path / "a.jpg"), b"a picture")
    monkeypatch.undo()

    assert (tmp_path / "a.jpg").read_bytes() == b"a picture"


class FullDisk:
    """A file that takes a few bytes and no more."""

    def __init__(self, path: str, mode: str) -> None:
        self._file = open(path, mode)

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.write(data[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def a_few_bytes_at_a_time(write: Callable[[int, bytes], int], *, room: int) -> Callable[..., int]:
    """Three, until there is no room for more."""
    def write_some(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = write(descriptor, bytes(data)[: min(3, room)])
        room -= taken
        return taken
    return write_some


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no error of the disk cleans up just the same."""
    def interrupt(*_paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_new(str(tmp_path / "a.jpg"), b"picture")

    assert names_in(tmp_path) == []


def test_the_same_picture_twice(disk: Path) -> None:
    """A second place for a picture has its bytes."""
    (disk / "a.jpg").write_bytes(b"picture")
    mtime_ns = link_or_copy(str(disk / "a.jpg"), str(disk / "b.jpg"))

    assert (disk / "b.jpg").read_bytes() == b"picture"
    assert (disk / "b.jpg").stat().st_mtime_ns == mtime_ns
    assert names_in(disk) == ["a.jpg", "b.jpg"]


def test_the_same_picture_twice_overwrites_nothing(disk: Path) -> None:
    """The second place must be free."""
    (disk / "a.jpg").write_bytes(b"picture")
    (disk / "b.jpg").write_bytes(b"mine")
    with pytest.raises(Occupied):
        link_or_copy(str(disk / "a.jpg"), str(disk / "b.jpg"))

    assert (disk / "b.jpg").read_bytes() == b"mine"
    assert names_in(disk) == ["a.jpg", "b.jpg"]


def test_where_links_can_be_made_they_are(tmp_path: Path) -> None:
    """The same picture twice costs its space once."""
    (tmp_path / "a.jpg").write_bytes(b"picture")
    try:
        os.link(tmp_path / "a.jpg", tmp_path / "trial.jpg")
    except OSError:
        pytest.skip("no hard links here")
    link_or_copy(str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg"))

    assert os.path.samefile(tmp_path / "a.jpg", tmp_path / "b.jpg")


def test_digest(tmp_path: Path) -> None:
    """sha256 in hex; of what is no file there is none."""
    (tmp_path / "a.jpg").write_bytes(b"picture")

    assert digest_of(str(tmp_path / "a.jpg")) == hashlib.sha256(b"picture").hexdigest()
    assert digest_of(str(tmp_path / "b.jpg")) is None
    assert digest_of(str(tmp_path)) is None


def test_a_permission_wanting_for_one_file(tmp_path: Path) -> None:
    """If others can be written beside it, the run goes on; if not, it ends."""
    error = PermissionError(errno.EACCES, "in use")

    assert not ends_a_run(error, str(tmp_path))
    assert ends_a_run(error, str(tmp_path / "not there"))
    assert names_in(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The message says which one, and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LocalFault, match="file.*cannot be made.*--save_dir"):
        make_folder(tmp_path / "file" / "folder")

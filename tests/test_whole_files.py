"""Files appear whole or not at all, and never in the place of another."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from imagenet_utils.errors import LocalFault
from imagenet_utils.whole_files import (
    STALE_SECONDS,
    is_temporary,
    local_faults,
    new_file,
    remove_stale,
    successor,
    temporary_beside,
)


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither the target nor its temporary file."""
    with pytest.raises(RuntimeError), new_file(tmp_path / "a") as file:
        file.write(b"half")
        raise RuntimeError

    assert list(tmp_path.iterdir()) == []


def test_the_target_appears_at_the_end(tmp_path: Path) -> None:
    """Nobody sees a half-written file under its name."""
    with new_file(tmp_path / "a") as file:
        file.write(b"whole")
        stood_before = (tmp_path / "a").exists()

    assert (stood_before, (tmp_path / "a").read_bytes()) == (False, b"whole")


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_a_file_that_appeared_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_hard_links: bool
) -> None:
    """Also on a file system without hard links."""
    if not has_hard_links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(FileExistsError), new_file(tmp_path / "a"):
        (tmp_path / "a").write_bytes(b"theirs")

    assert (tmp_path / "a").read_bytes() == b"theirs"


def test_without_hard_links_a_file_takes_its_name_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename does where a link cannot be made."""
    monkeypatch.setattr(os, "link", refuse)
    with new_file(tmp_path / "a") as file:
        file.write(b"whole")

    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_successor_takes_the_place(tmp_path: Path) -> None:
    """What stood there stays until the block has ended well."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with successor(path) as file:
        file.write(b"new")
        before = path.read_bytes()

    assert (before, path.read_bytes(), list(tmp_path.iterdir())) == (b"old", b"new", [path])


def test_an_empty_successor_may_be_dropped(tmp_path: Path) -> None:
    """Where nothing was written, what stood there goes on."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with successor(path, unless_empty=True):
        pass

    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_temporary_names() -> None:
    """Only our own temporary files are known as such."""
    ours = os.path.basename(temporary_beside("folder/kit fox.csv"))

    assert is_temporary(ours)
    assert not is_temporary("n02119789_1.jpg") and not is_temporary(".notes.part")


def refuse(*paths: object) -> None:
    raise OSError(errno.EPERM, "no hard links here")


def test_what_a_killed_run_left_is_removed_after_a_day(tmp_path: Path) -> None:
    """A younger one may belong to a run that is still at it."""
    for name in (".a.0123456789ab.part", ".a.cdef01234567.part", "a", ".b.0123456789ab.part"):
        (tmp_path / name).write_bytes(b"")
        if name != ".a.cdef01234567.part":
            os.utime(tmp_path / name, (STALE_SECONDS, STALE_SECONDS))
    remove_stale(tmp_path / "a")

    assert {path.name for path in tmp_path.iterdir()} == {
        ".a.cdef01234567.part", "a", ".b.0123456789ab.part"}


def test_a_full_disk_is_told_with_its_cure(tmp_path: Path) -> None:
    """The message names the path, what the system said, and what to do."""
    with pytest.raises(LocalFault, match="a: No space left on device. Free some space"):
        with local_faults(tmp_path / "a"):
            raise OSError(errno.ENOSPC, "No space left on device")

"""An archive on the disk, held against the official one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from imagenet_utils.archives import digests
from imagenet_utils.archives.digests import Fit, Notes, md5_of, verdict
from imagenet_utils.archives.known import Known
from imagenet_utils.errors import LocalFault

BODY = b"an archive " * 1000
MD5 = hashlib.md5(BODY).hexdigest()
OFFICIAL = Known("a.tar", None, MD5, len(BODY))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.tar"
    path.write_bytes(BODY)
    return path


class Memory(dict):
    """Notes that a test can look into."""

    def notes(self) -> Notes:
        return Notes(self.get, self.__setitem__)


def reads_of(path: Path, notes: Notes) -> int:
    """Bytes that were read to tell the digest, which must be the right one."""
    progress = [0]
    digest = md5_of(path, notes=notes, on_progress=lambda done, total: progress.append(done))
    assert digest == hashlib.md5(path.read_bytes()).hexdigest()
    return progress[-1]


def test_the_official_file(path: Path) -> None:
    """Size and digest are right."""
    match = verdict(path, OFFICIAL)

    assert (match.fit, match.cure) == (Fit.OK, "")


def test_a_damaged_file(path: Path) -> None:
    """The size is right, the digest isn't: both are told, and what to do."""
    path.write_bytes(b"X" + BODY[1:])
    match = verdict(path, OFFICIAL)

    assert match.fit is Fit.WRONG
    assert MD5 in match.text and str(path) in match.text
    assert match.cure == "Fetch a.tar again"


def test_a_cut_file(path: Path) -> None:
    """A shorter one says how much of it is there."""
    path.write_bytes(BODY[:5500])
    match = verdict(path, OFFICIAL)

    assert match.fit is Fit.OTHER
    assert match.text == (f"{path}: 5,500 bytes, the official a.tar has 11,000: "
                          "cut after 50.0%, or another edition")


def test_a_larger_file_is_another_edition(path: Path) -> None:
    """Nothing was cut from it."""
    path.write_bytes(BODY * 2)
    match = verdict(path, OFFICIAL)

    assert match.fit is Fit.OTHER
    assert match.text.endswith("has 11,000: another edition")


@pytest.mark.parametrize("known", [OFFICIAL, Known("a.tar", None, MD5, about=len(BODY))])
def test_a_size_that_tells_spares_the_reading(path: Path, known: Known) -> None:
    """138 GB are not read to learn what the length has said."""
    path.write_bytes(b"short")
    read: list[int] = []
    match = verdict(path, known, on_progress=lambda done, total: read.append(done))

    assert (match.fit, read) == (Fit.OTHER, [])


def test_without_a_published_digest_nothing_is_told(path: Path) -> None:
    """Neither good nor bad, and not read."""
    read: list[int] = []
    match = verdict(path, Known("a.tar", None), on_progress=lambda done, total: read.append(done))

    assert (match.fit, read) == (Fit.OTHER, [])
    assert "no MD5" in match.text


def test_a_file_is_read_once(path: Path) -> None:
    """The second time its digest is remembered."""
    notes = Memory().notes()

    assert [reads_of(path, notes), reads_of(path, notes)] == [len(BODY), 0]


@pytest.mark.parametrize("change", ["size", "time"])
def test_a_changed_file_is_read_again(path: Path, change: str) -> None:
    """Another size or another time is another file."""
    notes = Memory().notes()
    reads_of(path, notes)
    before = path.stat()
    path.write_bytes(BODY + b"!" if change == "size" else BODY[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + (change == "time")))

    assert reads_of(path, notes) == path.stat().st_size


def test_each_file_is_remembered_apart(path: Path, tmp_path: Path) -> None:
    """Of two files that are alike in size and time each has its own digest."""
    other = tmp_path / "b.tar"
    other.write_bytes(BODY[::-1])
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    notes = Memory().notes()

    assert [reads_of(path, notes), reads_of(other, notes)] == [len(BODY)] * 2


def test_a_file_that_changes_meanwhile_is_not_remembered(
        path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is neither the old one nor the new one."""
    monkeypatch.setattr(digests, "CHUNK", 4096)
    memory = Memory()

    def grow(done: int, total: int | None) -> None:
        with path.open("ab") as file:
            file.write(b"more" if done < 2 * 4096 else b"")

    md5_of(path, notes=memory.notes(), on_progress=grow)

    assert memory == {}


@pytest.mark.parametrize("note", ["", "nonsense", " ", f"{len(BODY)} {MD5}"])
def test_a_note_that_makes_no_sense_is_passed_over(path: Path, note: str) -> None:
    """The file is read, and the note is put right."""
    memory = Memory({f"md5 of {os.path.abspath(path)}": note})

    assert reads_of(path, memory.notes()) == len(BODY)
    assert reads_of(path, memory.notes()) == 0


def test_a_lost_file_is_a_fault(tmp_path: Path) -> None:
    """Which names it."""
    with pytest.raises(LocalFault, match="gone.tar"):
        verdict(tmp_path / "gone.tar", OFFICIAL)

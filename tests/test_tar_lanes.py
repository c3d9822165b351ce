"""A flat tar's members found by several threads."""

from __future__ import annotations

import tarfile
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives import tar_lanes
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.archives.tar_lanes import walk_in_lanes
from imagenet_utils.archives.tar_walk import Read, members

from tests.small_archives import tarred

GNU, POSIX = tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
FLAT = tarred({f"val_{number:03}.JPEG": b"p" * (700 * number % 5000) for number in range(150)}, GNU)


@pytest.fixture(autouse=True)
def small_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_lanes, "SMALLEST_SECTION", 4096)
    monkeypatch.setattr(tar_lanes, "SEARCH_BYTES", 2048)


class Readers:
    """Makes reads of an archive in memory, and notes which thread has made and used which."""

    def __init__(self, archive: bytes) -> None:
        self._archive = archive
        self.pairs: set[tuple[str, str]] = set()  # (made by, used by)

    def __call__(self) -> Read:
        maker = threading.current_thread().name

        def read(offset: int, count: int) -> bytes:
            self.pairs.add((maker, threading.current_thread().name))
            return self._archive[offset : offset + count]

        return read


def alone(archive: bytes) -> list[Member]:
    return list(members(Readers(archive)(), 0, len(archive)))


def in_lanes(archive: bytes, lanes: int = 3) -> list[Member]:
    return list(walk_in_lanes(Readers(archive), 0, len(archive), lanes=lanes))


@pytest.mark.parametrize("lanes", [1, 2, 5, 40])
def test_lanes_find_what_one_finds(lanes: int) -> None:
    """All members in the archive's order."""
    assert in_lanes(FLAT, lanes) == alone(FLAT)


def test_lanes_do_the_work() -> None:
    """Each thread reads by what it made itself; all that is left to this one is the end."""
    readers = Readers(FLAT)
    own_reads = 0
    for _ in walk_in_lanes(readers, 0, len(FLAT), lanes=3):
        own_reads += (threading.current_thread().name,) * 2 in readers.pairs

    assert all(made == used for made, used in readers.pairs)
    assert len(readers.pairs) > 1
    assert own_reads == 0


NAMES = st.text("abc/é", min_size=1, max_size=180)
SIZES = st.one_of(st.integers(0, 3000), st.integers(0, 30_000))


@given(st.dictionaries(NAMES, SIZES, max_size=25), st.sampled_from([GNU, POSIX]),
       st.integers(2, 6))
def test_any_flat_tar(sizes: dict[str, int], format: int, lanes: int) -> None:
    """Long names, whose notes a section may part from their header; bodies of many sections."""
    archive = tarred({name.strip("/") or "name": b"x" * size for name, size in sizes.items()},
                     format)

    assert in_lanes(archive, lanes) == alone(archive)


@given(st.lists(st.integers(0, 12), max_size=5), st.integers(2, 5))
def test_headers_within_bodies_are_no_members(counts: list[int], lanes: int) -> None:
    """A tar of tars: what lanes find in a body, be it a whole chain, does not count."""
    inner = [tarred({f"{number}.JPEG": b"j" * 900 for number in range(count)}, GNU)
             for count in counts]
    archive = tarred({f"n{number}.tar": body for number, body in enumerate(inner)}, GNU)

    assert in_lanes(archive, lanes) == alone(archive)


def test_a_stretch_of_something_larger() -> None:
    """Offsets are those of the whole."""
    around = tarred({"before": b"b" * 9000}, GNU)
    archive = around + FLAT + around
    start, end = len(around), len(around) + len(FLAT)
    found = list(walk_in_lanes(Readers(archive), start, end, lanes=3))

    assert [member.header - start for member in found] == [
        member.header for member in alone(FLAT)]


def test_more_members_than_a_lane_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; the others are found without lanes."""
    monkeypatch.setattr(tar_lanes, "MOST_IN_SECTION", 2)

    assert in_lanes(FLAT) == alone(FLAT)


@given(st.data(), st.binary(min_size=1, max_size=600))
def test_a_broken_archive_gives_what_stands_before(data: st.DataObject, noise: bytes) -> None:
    """And says where it breaks, as one lane alone."""
    at = data.draw(st.integers(0, len(FLAT)))
    archive = FLAT[:at] + noise + FLAT[at + len(noise) :]

    assert until_broken(walk_in_lanes(Readers(archive), 0, len(archive), lanes=3)) == until_broken(
        members(Readers(archive)(), 0, len(archive)))


def until_broken(walk: Iterator[Member]) -> tuple[list[Member], str]:
    found: list[Member] = []
    try:
        found.extend(walk)
    except BrokenTar as error:
        return found, str(error)
    return found, ""


def failing_from(offset: int) -> Callable[[], Read]:
    def read(at: int, count: int) -> bytes:
        if at >= offset:
            raise OSError("the network is gone")
        return FLAT[at : at + count]

    return lambda: read


def test_a_failure_comes_behind_what_was_found() -> None:
    """What one lane has met ends all; members before it may be kept."""
    found: list[Member] = []
    with pytest.raises(OSError, match="the network is gone"):
        found.extend(walk_in_lanes(failing_from(len(FLAT) - 4096), 0, len(FLAT), lanes=3))

    assert found == alone(FLAT)[: len(found)]


def test_a_connection_that_cannot_be_made_is_a_failure() -> None:
    """Nobody waits for a lane that never began."""
    def refuse() -> Read:
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        list(walk_in_lanes(refuse, 0, len(FLAT), lanes=3))


def test_lanes_end_when_nobody_asks_for_more() -> None:
    """Each with the section that it is at, though others wait."""
    before = set(threading.enumerate())
    gate, offsets = threading.Event(), []

    def read(offset: int, count: int) -> bytes:
        if offset > len(FLAT) // 20:
            gate.wait(30)
        offsets.append(offset)
        return FLAT[offset : offset + count]

    walk = walk_in_lanes(lambda: read, 0, len(FLAT), lanes=3)
    next(walk)
    lanes = set(threading.enumerate()) - before
    walk.close()
    gate.set()
    for lane in lanes:
        lane.join(10)

    assert len(lanes) == 3
    assert max(offsets) < len(FLAT) // 2


def test_progress_is_told_while_lanes_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes covered and of the whole, never fewer than before."""
    monkeypatch.setattr(tar_lanes, "TELL_SECONDS", 0.0)
    told: list[tuple[int, int]] = []
    walk = walk_in_lanes(Readers(FLAT), 0, len(FLAT), lanes=3,
                         tell=lambda covered, whole: told.append((covered, whole)))
    count = len(list(walk))

    assert len(told) >= count
    assert told == sorted(told)
    assert {whole for _, whole in told} == {len(FLAT)} and told[-1][0] <= len(FLAT)


def test_who_is_told_may_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it waits for a lane that gets no answer."""
    monkeypatch.setattr(tar_lanes, "TELL_SECONDS", 0.01)
    answer = threading.Event()

    def read(offset: int, count: int) -> bytes:
        answer.wait(30)
        return FLAT[offset : offset + count]

    def enough(covered: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(walk_in_lanes(lambda: read, 0, len(FLAT), lanes=3, tell=enough))
    answer.set()

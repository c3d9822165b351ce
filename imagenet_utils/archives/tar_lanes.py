"""A flat tar's members found by several threads at once, where each look takes a while.

50,000 headers one after another cost 50,000 round trips.  So the archive is parted into sections;
a lane looks for the first header in one and walks on to the next.  What lanes found counts from
the place on where the one chain of members that begins at the start arrives in it, so that the
members are those that one lane alone would find.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from queue import Empty, SimpleQueue

from imagenet_utils.archives.tar_headers import (
    BLOCK,
    BrokenTar,
    Member,
    has_magic,
    padded,
)
from imagenet_utils.archives.tar_walk import Read, members

Tell = Callable[[int, int], None]  # (bytes that all lanes covered, bytes of the whole)

SECTIONS_PER_LANE = 8  # so that what counts follows close behind what was found
SMALLEST_SECTION = 2**20  # bytes; for less, a search does not pay
SEARCH_BYTES = 64 * 1024  # read at once in search of a header; a picture has 110 kB
LONGEST_SEARCH = 2**22  # bytes; few pictures are larger, and the chain gets past them without help
MOST_IN_SECTION = 5_000  # members, to bound memory; the chain finds the others itself
TELL_SECONDS = 0.2


@dataclass(slots=True)
class _Section:
    """A part of the archive, and the members that a lane found from its first header on."""

    place: int
    end: int  # where the next one begins
    front: int  # so far the lane came
    found: dict[int, Member] = field(default_factory=dict)  # by where the one before it ends
    is_done: bool = False


def walk_in_lanes(
    make_read: Callable[[], Read], start: int, end: int, *, lanes: int, tell: Tell | None = None
) -> Generator[Member, None, None]:
    """The members of the tar in [start, end) in order, as `members` gives them.

    `make_read` is called in each thread that reads: connections are not shared.  What it, a read
    or `tell` raises is raised here, behind the members that were found before it.  To end early,
    stop iterating, or raise in `tell`, which is called several times a second while this waits:
    the lanes end with the read that they are at.
    """
    walk = _Walk(make_read, start, end, lanes)
    try:
        walk.begin(lanes)
        yield from walk.chain(tell)
    finally:
        walk.stop()


class _Walk:
    """Lanes that run ahead, and the chain that says which of their findings are members."""

    def __init__(
        self, make_read: Callable[[], Read], start: int, end: int, lanes: int
    ) -> None:
        self._make_read = make_read
        self._start, self._end = start, end
        self._sections = _sections(start, end, lanes * SECTIONS_PER_LANE)
        self._waiting: SimpleQueue[_Section] = SimpleQueue()
        self._changed = threading.Condition()  # guards the sections
        self._is_stopped = False
        self._failure: BaseException | None = None
        self._told = time.monotonic()

    def begin(self, lanes: int) -> None:
        """Where there is but one section or lane, the chain needs no help."""
        count = min(lanes, len(self._sections))
        for section in self._sections:
            section.is_done = count < 2
            self._waiting.put(section)
        for number in range(count if count > 1 else 0):
            threading.Thread(target=self._run_lane, name=f"lane {number}", daemon=True).start()

    def stop(self) -> None:
        self._is_stopped = True

    def chain(self, tell: Tell | None) -> Iterator[Member]:
        """Each member behind the one before it: found by a lane, else by a look there."""
        position = self._start
        read: Read | None = None
        while position < self._end:
            self._tell_now_and_then(tell, position)
            member = self._found_at(position, tell)
            if member is None:
                read = read or self._make_read()
                member = next(members(read, position, self._end), None)
            if member is None:
                return
            yield member
            position = member.end

    def _found_at(self, position: int, tell: Tell | None) -> Member | None:
        """None where no lane comes by here: it passed over, or gave up."""
        number = bisect_right(self._sections, position, key=attrgetter("place"))
        section = self._sections[number - 1]
        while True:
            with self._changed:
                if position in section.found:
                    return section.found.pop(position)
                if self._failure:
                    raise self._failure
                if section.is_done or section.front > position:
                    return None
                self._changed.wait(TELL_SECONDS)
            self._tell_now_and_then(tell, position)

    def _tell_now_and_then(self, tell: Tell | None, position: int) -> None:
        if tell is None or time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        fronts = [(max(section.front, position), section) for section in self._sections]
        covered = sum(max(0, min(front, each.end) - each.place) for front, each in fronts)
        tell(covered, self._end - self._start)

    def _run_lane(self) -> None:
        try:
            read = self._make_read()
            while not self._is_stopped:
                self._walk_section(read, self._waiting.get_nowait())
        except Empty:
            pass
        except BaseException as error:  # raised where the members are waited for
            with self._changed:
                self._failure = self._failure or error
                self._is_stopped = True
                self._changed.notify_all()

    def _walk_section(self, read: Read, section: _Section) -> None:
        first: int | None = section.place
        if first != self._start:
            first = _first_header(read, section, self._end)
        if first is not None:
            self._walk_from(first, read, section)
        with self._changed:
            section.is_done = True
            self._changed.notify_all()

    def _walk_from(self, first: int, read: Read, section: _Section) -> None:
        section.front = first
        try:
            for member in islice(members(read, first, self._end), MOST_IN_SECTION):
                with self._changed:
                    section.found[section.front] = member
                    section.front = member.end
                    self._changed.notify_all()
                if section.front >= section.end or self._is_stopped:
                    return
        except BrokenTar:
            pass  # the chain comes upon it, unless these were none of its members


def _sections(start: int, end: int, count: int) -> list[_Section]:
    size = padded(max((end - start) // count + 1, SMALLEST_SECTION))
    return [_Section(place, min(place + size, end), place) for place in range(start, end, size)]


def _first_header(read: Read, section: _Section, end: int) -> int | None:
    """Offset of the section's first block that is a header with another one behind its member."""
    furthest = min(section.end, section.place + LONGEST_SEARCH)
    for at in range(section.place, furthest, SEARCH_BYTES):
        piece = read(at, min(SEARCH_BYTES, furthest - at))
        for offset in range(0, len(piece), BLOCK):
            if has_magic(piece[offset : offset + BLOCK]) and _goes_on(read, at + offset, end):
                return at + offset
    return None


def _goes_on(read: Read, at: int, end: int) -> bool:
    try:
        found = list(islice(members(read, at, end), 2))
    except BrokenTar:
        return False
    return bool(found) and all(member.name.isprintable() for member in found)

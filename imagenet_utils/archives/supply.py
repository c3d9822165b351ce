"""Records that are found while an archive comes in: a thread finds them, the run takes them.

    thread:  deliver, deliver, ... end        run:  begin, arrived, body_of, release, ... enough

A thread that comes upon a fault of the program's own tells it by `fail`: the run ends of it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from imagenet_utils.archives.tar_headers import Member
from imagenet_utils.errors import ExitCode
from imagenet_utils.model import ImageRecord

MOST_WAITING_BYTES = 32 * 2**20  # of pictures that came and are not yet stored, over all categories
MOST_FINDS = 2_000  # of one category that wait to be taken; a hostile tar has no end of empty ones
LOOK_SECONDS = 0.5  # between two looks whether what is waited for is still wanted


class ProblemKind(Enum):
    """What is the same to people, whichever address it befell."""

    CUT_SHORT = "the server gave up"
    NEEDS_ACCESS = "the server wants to know who asks"
    NO_SUCH_FILE = "the server has no such file"
    NOT_FETCHED = "a file that is kept could not be fetched"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the records of a category ended early."""

    text: str  # one line
    code: ExitCode | None  # None: the category is as good as it gets
    kind: ProblemKind | None = None  # None: the same as those of the same text
    code_if_all: ExitCode | None = None  # where no category of the run was spared
    is_all: bool = False  # and yet all that can ever be listed has come


@dataclass(frozen=True, slots=True)
class Find:
    """A record, the member that it is, and its bytes if they came by."""

    record: ImageRecord
    member: Member
    body: bytes | None = None


class Room:
    """How many bytes of pictures may wait in memory; threads wait here for more."""

    def __init__(self, most: int = MOST_WAITING_BYTES) -> None:
        self._most = most
        self._taken = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def take(self, count: int, is_wanted: Callable[[], bool]) -> bool:
        """False: nobody wants it any more.  A body that is too large gets all the room there is."""
        count = min(count, self._most)
        with self._changed:
            while self._is_open_to(is_wanted) and self._taken + count > self._most:
                self._changed.wait(LOOK_SECONDS)
            if not self._is_open_to(is_wanted):
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        with self._changed:
            self._taken -= min(count, self._most)
            self._changed.notify_all()

    @property
    def is_open(self) -> bool:
        return not self._is_closed

    def close(self) -> None:
        """The run is over: nobody waits any longer."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _is_open_to(self, is_wanted: Callable[[], bool]) -> bool:
        return not self._is_closed and is_wanted()


class Supply:
    """What one category gets from an archive that is being read.

    `start` is called once, with the number of records wanted at least (None: all there are);
    `note` is told in the run's own thread what was found, and whether that was the last of all.
    """

    def __init__(
        self, room: Room, *, start: Callable[[Supply, int | None], None],
        note: Callable[[Sequence[Find], bool], None] = lambda finds, is_whole: None,
    ) -> None:
        self.problem: Problem | None = None
        self.is_complete = False  # all that there is was wanted, and came
        self._room = room
        self._start = start
        self._note = note
        self._finds: deque[Find] = deque()
        self._slots = threading.Semaphore(MOST_FINDS)
        self._bodies: dict[str, bytes] = {}  # by URL
        self._lock = threading.Lock()  # between a find that comes and the word that it's enough
        self._failure: Exception | None = None
        self._is_enough = False
        self._has_ended = False
        self._is_end_known = False
        self._is_whole = False  # it ended because there is no more

    @property
    def is_over(self) -> bool:
        """Nothing more will arrive."""
        return self._is_enough or (self._has_ended and not self._finds)

    @property
    def is_wanted(self) -> bool:
        return not self._is_enough

    @property
    def has_news(self) -> bool:
        """Something has arrived, or nothing more will, since it was last asked."""
        return bool(self._finds) or self._has_ended is not self._is_end_known

    def begin(self, wanted: int | None) -> None:
        self._start(self, wanted)

    def arrived(self) -> list[ImageRecord]:
        """Since it was last asked; never waits.  Raises what the thread failed of."""
        if self._failure is not None:
            raise self._failure
        self._is_end_known = self._has_ended
        is_whole = self._is_whole  # before the finds: those that it speaks of are there
        finds = [self._finds.popleft() for _ in range(len(self._finds))]
        for _ in finds:
            self._slots.release()
        if is_whole:
            self._is_whole = False  # told once; an end that comes while this is told stays
        if finds or is_whole:
            self._note(finds, is_whole)
        for find in finds:
            if find.body is None:
                continue
            if _url(find) in self._bodies:
                self._room.give_back(len(find.body))  # it came twice
            else:
                self._bodies[_url(find)] = find.body
        return [find.record for find in finds]

    def body_of(self, url: str) -> bytes | None:
        return self._bodies.get(url)

    def release(self, url: str) -> None:
        """The run is done with it."""
        body = self._bodies.pop(url, None)
        if body is not None:
            self._room.give_back(len(body))

    def enough(self) -> None:
        """The category needs no further record; what came and is not under way may go."""
        with self._lock:
            was_enough, self._is_enough = self._is_enough, True
        if not was_enough:
            self.arrived()

    def close(self) -> None:
        self.enough()
        for url in tuple(self._bodies):
            self.release(url)

    def deliver(self, find: Find) -> bool:
        """False: no more is wanted.  Waits while too many finds or bytes wait already."""
        while not self._slots.acquire(timeout=LOOK_SECONDS):
            if not (self.is_wanted and self._room.is_open):
                return False
        if find.body is not None and not self._room.take(len(find.body), lambda: self.is_wanted):
            return False
        with self._lock:
            if self.is_wanted:
                self._finds.append(find)
                return True
        if find.body is not None:
            self._room.give_back(len(find.body))
        return False

    def end(self, problem: Problem | None = None) -> None:
        """There is no more; with a problem, there may be."""
        self.problem = problem if self.is_wanted else None
        self.is_complete = self._is_whole = problem is None and self.is_wanted
        self._has_ended = True

    def fail(self, error: Exception) -> None:
        """A fault of the program's own: without it the run would wait for ever."""
        self._failure = error
        self._has_ended = True


def _url(find: Find) -> str:
    return find.record.locations[0].url

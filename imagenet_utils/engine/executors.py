"""Where work is done: items in, answers out.  Nothing here knows what an item is.

Every submitted item is answered exactly once: by the worker's result for it, or as `Lost` when
it killed a second worker that had nothing else in hand.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from imagenet_utils.engine.nursery import NOBODY_KNOWS, kill, process_context
from imagenet_utils.engine.serving import Worker, serve
from imagenet_utils.errors import LocalFault

STARTS_THAT_MAY_FAIL = 3  # workers in a row that die before they are ready
DEATHS_WITHOUT_RESULT = 15  # of workers with nothing or one suspect in hand: not the items
CLOSING_SECONDS = 0.5
DYING_SECONDS = 1.0  # from the end of its channel to the end of the process
WATCHES_PER_PATIENCE = 10
PIPE_BYTES = 2**20  # Linux grants as much to anybody; by itself a pipe holds half a picture


class Numbered(Protocol):
    """Items and results; a result bears the number of its item."""

    @property
    def number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Lost:
    """The item killed its worker, or held it beyond patience: twice, and alone the second time."""

    item: Numbered

    @property
    def number(self) -> int:
        return self.item.number


@dataclass(frozen=True, slots=True)
class HalfDone:
    """What a worker may tell of items before their results: they no longer hold what is scarce."""

    numbers: tuple[int, ...]


class Executor(Protocol):
    """`make_worker(slot)` is called once in each place of work; slots count from 0."""

    def submit(self, item: Numbered) -> None: ...

    def answers(self, wait_seconds: float) -> list[Any]: ...

    def close(self) -> None: ...


class Series:
    """One worker in this very process."""

    def __init__(
        self, make_worker: Callable[[int], Worker], workers: int = 1, *, patience_seconds: float = 0
    ) -> None:
        self._worker = make_worker(0)

    def submit(self, item: Numbered) -> None:
        self._worker.accept(item)

    def answers(self, wait_seconds: float) -> list[Any]:
        return self._worker.turn(wait_seconds)

    def close(self) -> None:
        """Nothing outlives this process."""


@dataclass(slots=True)
class _Member:
    slot: int
    process: Any
    tasks: Connection
    results: Connection
    # number -> item, since
    in_hand: dict[int, tuple[Numbered, float]] = field(default_factory=dict)
    outbox: list[Numbered] = field(default_factory=list)
    is_ready: bool = False
    in_quarantine: bool = False  # examines, one at a time, what a dead worker had in hand


class Pool:
    """Long-lived processes, fed continuously.

    What was in hand in a worker that died is tried again one item at a time; the item that is
    lost again is the one to blame.  A worker that has held an item longer than
    `patience_seconds` is killed, so that a run can always end: by a thread, for a worker that
    neither reads nor finishes its message may hold up this one.
    """

    def __init__(
        self, make_worker: Callable[[int], Worker], workers: int, *, patience_seconds: float
    ) -> None:
        self._make_worker = make_worker
        self._patience_seconds = patience_seconds
        self._context = process_context()
        self._waiting: deque[Numbered] = deque()
        self._suspects: deque[Numbered] = deque()
        self._lost: list[Lost] = []
        self._failed_starts = 0
        self._deaths = 0  # since the last result
        self._members: list[_Member] = []
        self._closing = threading.Event()
        try:
            self._members += map(self._start, range(workers))
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._end_the_stuck, daemon=True).start()

    def submit(self, item: Numbered) -> None:
        self._waiting.append(item)

    def answers(self, wait_seconds: float) -> list[Any]:
        self._deal()
        by_channel = {member.results: member for member in self._members}
        results: list[Any] = []
        for channel in wait(list(by_channel), wait_seconds):
            results += self._received(by_channel[channel])  # type: ignore[index]
        lost, self._lost = self._lost, []
        return results + lost

    def close(self) -> None:
        self._closing.set()
        for member in self._members:
            member.tasks.close()
        deadline = time.monotonic() + CLOSING_SECONDS
        for member in self._members:
            member.process.join(max(0.0, deadline - time.monotonic()))
            if member.process.exitcode in (None, NOBODY_KNOWS):
                kill(member.process)
                member.process.join()
            member.results.close()

    def process_ids(self) -> list[int]:
        return [member.process.pid for member in self._members]

    def _start(self, slot: int) -> _Member:
        tasks_out, tasks_in = self._context.Pipe(duplex=False)
        results_out, results_in = self._context.Pipe(duplex=False)
        _widen(tasks_in)
        process = self._context.Process(
            target=serve, args=(self._make_worker, slot, tasks_out, results_in, dict(os.environ)),
            daemon=True,
        )
        try:
            process.start()
        except (OSError, EOFError) as error:  # EOF: the process that it was to be forked from died
            told = getattr(error, "strerror", None) or "the system refuses"
            raise LocalFault(f"No worker process can be started: {told}",
                             "Allow more processes or memory, or run with --parallel False"
                             ) from error
        tasks_out.close()
        results_in.close()
        return _Member(slot, process, tasks_in, results_out)

    def _deal(self) -> None:
        """Hand out what waits: to the least busy, suspects alone."""
        for member in self._members:
            if member.in_quarantine and not member.in_hand:
                if self._suspects:
                    _hand(member, self._suspects.popleft())
                else:
                    member.in_quarantine = False
        open_members = [member for member in self._members if not member.in_quarantine]
        while self._waiting and open_members:
            _hand(min(open_members, key=lambda member: len(member.in_hand)),
                  self._waiting.popleft())
        for member in self._members:
            _send(member)

    def _received(self, member: _Member) -> list[Any]:
        try:
            results = member.results.recv()
        except (EOFError, OSError):
            self._replace(member)
            return []
        member.is_ready = True
        self._failed_starts = 0
        self._deaths = 0 if results else self._deaths
        for result in results:
            if not isinstance(result, HalfDone):
                del member.in_hand[result.number]
        return list(results)

    def _replace(self, member: _Member) -> None:
        """A worker died: its sole suspect is to blame, or all it had in hand are suspects."""
        member.tasks.close()
        member.results.close()
        member.process.join(DYING_SECONDS)
        kill(member.process)
        member.process.join()
        self._take_back(member)
        if self._failed_starts >= STARTS_THAT_MAY_FAIL or self._deaths >= DEATHS_WITHOUT_RESULT:
            raise LocalFault(
                "Worker processes die one after another without a result"
                f" (the last with exit code {member.process.exitcode})",
                "Free memory, or run with --parallel False to see the reason",
            )
        replacement = self._start(member.slot)
        replacement.in_quarantine = bool(self._suspects)
        self._members[self._members.index(member)] = replacement

    def _take_back(self, member: _Member) -> None:
        in_hand = [item for item, _since in member.in_hand.values()]
        if not member.is_ready:
            self._failed_starts += 1
            queue = self._suspects if member.in_quarantine else self._waiting
            queue.extendleft(reversed(in_hand))
            return
        if member.in_quarantine or not in_hand:
            self._deaths += 1
            self._lost += map(Lost, in_hand)
        else:
            self._suspects.extend(in_hand)

    def _end_the_stuck(self) -> None:
        while not self._closing.wait(self._patience_seconds / WATCHES_PER_PATIENCE):
            now = time.monotonic()
            for member in tuple(self._members):
                held = list(member.in_hand.values())  # at one go: the other thread changes it
                if held and now - held[0][1] > self._patience_seconds:
                    kill(member.process)


EXECUTORS: dict[str, type] = {"series": Series, "pool": Pool}


def _widen(channel: Connection) -> None:
    """Items that carry bytes are sent in one go, where the system lets pipes grow."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # the user's share is used up: it is only slower
            fcntl.fcntl(channel.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _hand(member: _Member, item: Numbered) -> None:
    member.in_hand[item.number] = (item, time.monotonic())
    member.outbox.append(item)


def _send(member: _Member) -> None:
    if not member.outbox:
        return
    items, member.outbox = member.outbox, []
    try:
        member.tasks.send(items)
    except OSError:
        pass  # it died: its result channel ends too, and there its items are taken back

"""The life of a worker process: items come through one pipe, answers go through another."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any, Protocol


class Worker(Protocol):
    """What does the work, made where it works."""

    def accept(self, item: Any) -> None:
        """Take an item in hand; return at once."""

    def turn(self, wait_seconds: float) -> list[Any]:
        """Work for a moment: results since the last turn, waiting for the first if need be.

        `HalfDone` may stand among them and is passed on.
        """

    def wake(self) -> None:
        """End the wait of the turn under way, else of the next; called from another thread."""


def serve(
    make_worker: Callable[[int], Worker], slot: int, tasks: Connection, results: Connection,
    environment: Mapping[str, str],
) -> None:
    """The life of a worker process.  It leaves as soon as its parent is gone."""
    os.environ.clear()  # what it comes from may be older than the parent's last change
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    inbox: deque[Any] = deque()
    alarm: list[Callable[[], None]] = []  # once the worker is made
    threading.Thread(target=_receive, args=(tasks, inbox, alarm), daemon=True).start()
    worker = make_worker(slot)
    alarm.append(worker.wake)
    results.send([])  # ready
    while True:
        while inbox:
            worker.accept(inbox.popleft())
        done = worker.turn(1.0)
        if done:
            try:
                results.send(done)
            except OSError:
                os._exit(0)


def _receive(tasks: Connection, inbox: deque[Any], alarm: list[Callable[[], None]]) -> None:
    """Empty the task pipe in a thread, so that neither side ever waits for the other to read."""
    try:
        while True:
            inbox.extend(tasks.recv())
            for wake in alarm:
                wake()
    finally:
        os._exit(0)  # the parent closed the pipe or is dead, or sent what can't be read

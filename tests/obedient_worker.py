"""Workers that do what their items say; apart, for each process imports this anew."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.engine.executors import HalfDone


@dataclass(frozen=True)
class Item:
    number: int
    order: str = "answer"
    load: bytes = b""


@dataclass(frozen=True)
class Result:
    number: int
    load: object
    process: int


class Obedient:
    """A worker that does what its items say, a few at a time."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._bell = threading.Event()
        self.wake = self._bell.set

    def accept(self, item: Item) -> None:
        self._items.append(item)

    def turn(self, wait_seconds: float) -> list[Result | HalfDone]:
        if not self._items:
            self._bell.wait(wait_seconds)
            self._bell.clear()
        now, self._items = self._items[:5], self._items[5:]
        results: list[Result | HalfDone] = [Result(item.number, _obey(item), os.getpid())
                                            for item in now]
        half = tuple(item.number for item in self._items if item.order == "tell twice")
        return [*results, HalfDone(half)] if half else results


def _obey(item: Item) -> object:
    if item.order == "die":
        os._exit(9)
    if item.order == "raise":
        raise RuntimeError("as the item says")
    if item.order == "hang":
        threading.Event().wait()
    if item.order == "stop" and hasattr(signal, "SIGSTOP"):
        os.kill(os.getpid(), signal.SIGSTOP)
    if item.order == "tell variable":
        return os.environ.get(item.load.decode())
    if item.order == "unpicklable":
        return lambda: None
    return item.load


def obedient(_slot: int) -> Obedient:
    return Obedient()


def stillborn(_slot: int) -> Obedient:
    os._exit(7)


def short_lived(_slot: int) -> Obedient:
    threading.Timer(0.05, os._exit, [8]).start()
    return Obedient()


def stillborn_at_first(flag: Path, _slot: int) -> Obedient:
    """The first process of all dies before it is ready."""
    try:
        flag.touch(exist_ok=False)
    except FileExistsError:
        return Obedient()
    os._exit(7)

"""The bound: libcurl, our proof, sha256 and rename in two processes, and nothing else.

    python tests/benchmarks/bound.py LIST FOLDER CONNECTIONS decode|header

Each line of LIST is an id, a tab and a URL. Nothing is planned, remembered, repeated or told; what
is no whole picture is left out.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import selectors
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pycurl  # noqa: E402
import simplejpeg  # noqa: E402, F401  # before the fork, so that it is loaded once

from imagenet_utils.model import Picture  # noqa: E402
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect  # noqa: E402

PROCESSES = 2
DEALT = 8  # URLs that a process takes at a time
OPTIONS = ProofOptions()
Line = tuple[str, str]  # id, URL
Take = Callable[[str, bytearray], None]


def fetch_all(lines: list[Line], folder: str, connections: int, *, decodes: bool) -> None:
    """By processes that take what is next, so that both are done at the same time."""
    gc.freeze()
    gc.disable()
    context = multiprocessing.get_context("fork")
    dealt = context.Value("l", 0)

    def work() -> None:
        take = keeper(folder, decodes=decodes)
        Transfers(_share(lines, dealt), take, connections // PROCESSES).run()

    processes = [context.Process(target=work) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def keeper(folder: str, *, decodes: bool) -> Take:
    """Proves a body, and puts it into the folder if it is a picture."""
    def prove_and_keep(name: str, body: bytearray) -> None:
        picture = inspect(body, OPTIONS)  # makes the sha256, too
        if isinstance(picture, Picture) and not (decodes and decode_failure(body, picture)):
            path = f"{folder}/{name}"
            file = os.open(f"{path}.part", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            os.write(file, body)
            os.close(file)
            os.rename(f"{path}.part", f"{path}.jpg")
    return prove_and_keep


def _share(lines: list[Line], dealt: Any) -> Iterator[Line]:
    while True:
        with dealt:
            start = dealt.value
            dealt.value = start + DEALT
        if start >= len(lines):
            return
        yield from lines[start:start + DEALT]


class Transfers:
    """The shortest loop around a libcurl multi handle."""

    def __init__(self, lines: Iterator[Line], take: Take, connections: int) -> None:
        self._lines = lines
        self._take = take
        self._connections = connections
        self._under_way: dict[Any, tuple[str, bytearray]] = {}
        self._selector = selectors.DefaultSelector()
        self._multi = pycurl.CurlMulti()
        self._wait_seconds: float | None = 0.0  # None: until something comes
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)

    def run(self) -> None:
        for _ in range(self._connections):
            self._begin(_new_handle())
        while self._under_way:
            ready = self._selector.select(self._wait_seconds)
            for key, events in ready:
                self._multi.socket_action(key.fd, events)  # 1 and 2 mean the same in both
            if not ready or self._wait_seconds == 0:
                self._wait_seconds = None
                self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            self._settle()

    def _begin(self, handle: Any) -> None:
        line = next(self._lines, None)
        if line is None:
            return
        body = bytearray()
        self._under_way[handle] = line[0], body
        handle.setopt(pycurl.URL, line[1])
        handle.setopt(pycurl.WRITEFUNCTION, body.extend)
        self._multi.add_handle(handle)

    def _settle(self) -> None:
        """What is next is asked for before a body is proven, so that the line is never idle."""
        while ended := self._ended():
            for handle, *_ in ended:
                self._begin(handle)
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            for _, name, body in ended:
                if body is not None:
                    self._take(name, body)

    def _ended(self) -> list[tuple[Any, str, bytearray | None]]:
        """Handle, id, and the body, or None where there is no whole one."""
        _, done, failed = self._multi.info_read()
        ended = []
        for handle in [*done, *(handle for handle, *_ in failed)]:
            name, body = self._under_way.pop(handle)
            is_whole = handle in done and handle.getinfo(pycurl.RESPONSE_CODE) == 200
            self._multi.remove_handle(handle)
            ended.append((handle, name, body if is_whole else None))
        return ended

    def _set_timer(self, milliseconds: int) -> None:
        self._wait_seconds = None if milliseconds < 0 else milliseconds / 1000

    def _watch(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)
        if what != pycurl.POLL_REMOVE:
            self._selector.register(descriptor, what)  # 1, 2 and 3 mean the same in both


def _new_handle() -> Any:
    handle = pycurl.Curl()
    handle.setopt(pycurl.BUFFERSIZE, 128 * 1024)
    if bundle := os.environ.get("CURL_CA_BUNDLE"):
        handle.setopt(pycurl.CAINFO, bundle)
    return handle


def main() -> None:
    lines, folder, connections, proof = sys.argv[1:]
    text = Path(lines).read_text(encoding="ascii")
    fetch_all([(line.partition("\t")[0], line.partition("\t")[2]) for line in text.splitlines()],
              folder, int(connections), decodes=proof == "decode")


if __name__ == "__main__":
    main()

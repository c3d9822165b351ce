"""Others that fetch the same URLs, each a program of its own, to hold the main job against.

    python tests/benchmarks/peers.py requests LIST FOLDER    threads, requests, Pillow
    python tests/benchmarks/peers.py bound LIST FOLDER       libcurl and our proof, nothing else
    python tests/benchmarks/peers.py header LIST FOLDER      likewise, without decoding

Each line of LIST is an id, a tab and a URL. What is no whole picture is left out.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import selectors
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

THREADS = 32
PROCESSES = 2
CONNECTIONS = 128  # of a process, at the bound
Line = tuple[str, str]  # id, URL


def by_requests(lines: list[Line], folder: str) -> None:
    import threading

    import requests
    from PIL import Image

    of_thread = threading.local()

    def fetch(line: Line) -> None:
        if not hasattr(of_thread, "session"):
            of_thread.session = requests.Session()
        response = of_thread.session.get(line[1], timeout=20)
        if response.status_code == 200:
            Image.open(io.BytesIO(response.content)).load()
            hashlib.sha256(response.content).hexdigest()
            keep(response.content, folder, line[0])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fetch, lines))


def bound(lines: list[Line], folder: str, *, decode: bool = True) -> None:
    """Nothing is planned, remembered, repeated or told."""
    context = multiprocessing.get_context("spawn")
    shares = [lines[number::PROCESSES] for number in range(PROCESSES)]
    processes = [context.Process(target=_bound_share, args=(share, folder, decode))
                 for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def bound_without_decoding(lines: list[Line], folder: str) -> None:
    bound(lines, folder, decode=False)


def keep(body: bytes | bytearray, folder: str, name: str) -> None:
    path = os.path.join(folder, name)
    with open(f"{path}.part", "wb") as file:
        file.write(body)
    os.rename(f"{path}.part", f"{path}.jpg")


def _bound_share(lines: list[Line], folder: str, decode: bool) -> None:
    from imagenet_utils.model import Picture
    from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect

    def prove_and_keep(name: str, body: bytearray) -> None:
        picture = inspect(body, ProofOptions())  # makes the sha256, too
        if isinstance(picture, Picture) and not (decode and decode_failure(body, picture)):
            keep(body, folder, name)

    _Transfers(lines, prove_and_keep).run()


class _Transfers:
    """The shortest loop around a libcurl multi handle."""

    def __init__(self, lines: list[Line], take: Callable[[str, bytearray], None]) -> None:
        import pycurl

        self._curl = pycurl
        self._take = take
        self._waiting = list(reversed(lines))
        self._under_way: dict[Any, tuple[str, bytearray]] = {}
        self._selector = selectors.DefaultSelector()
        self._multi = pycurl.CurlMulti()
        self._wait_seconds: float | None = 0.0  # None: until something comes
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS)

    def run(self) -> None:
        for _ in range(min(CONNECTIONS, len(self._waiting))):
            handle = self._curl.Curl()
            handle.setopt(self._curl.BUFFERSIZE, 128 * 1024)
            self._begin(handle)
        while self._under_way:
            ready = self._selector.select(self._wait_seconds)
            for key, events in ready:
                self._multi.socket_action(key.fd, events)  # 1 and 2 mean the same in both
            if not ready or self._wait_seconds == 0:
                self._wait_seconds = None
                self._multi.socket_action(self._curl.SOCKET_TIMEOUT, 0)
            self._settle()

    def _begin(self, handle: Any) -> None:
        name, url = self._waiting.pop()
        body = bytearray()
        self._under_way[handle] = name, body
        handle.setopt(self._curl.URL, url)
        handle.setopt(self._curl.WRITEFUNCTION, body.extend)
        self._multi.add_handle(handle)

    def _settle(self) -> None:
        _, done, failed = self._multi.info_read()
        for handle in [*done, *(handle for handle, *_ in failed)]:
            name, body = self._under_way.pop(handle)
            self._multi.remove_handle(handle)
            if handle in done and handle.getinfo(self._curl.RESPONSE_CODE) == 200:
                self._take(name, body)
            if self._waiting:
                self._begin(handle)

    def _set_timer(self, milliseconds: int) -> None:
        self._wait_seconds = None if milliseconds < 0 else milliseconds / 1000

    def _watch(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)
        if what != self._curl.POLL_REMOVE:
            self._selector.register(descriptor, what)  # 1, 2 and 3 mean the same in both


PEERS = {"requests": by_requests, "bound": bound, "header": bound_without_decoding}


def main() -> None:
    name, lines, folder = sys.argv[1:]
    text = Path(lines).read_text(encoding="ascii")
    PEERS[name]([(line.partition("\t")[0], line.partition("\t")[2])
                 for line in text.splitlines()], folder)


if __name__ == "__main__":
    main()

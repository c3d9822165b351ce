"""An HTTP/1.1 origin on the loopback: whole pictures, and every fault under a path of its own.

    with Origin(site) as origin:
        origin.url("/pictures/n02971356_7.jpg")
        origin.url("/faults/cut/n02971356_7.jpg")

`Origin` runs in a thread, `origin_in_process` in a spawned process that shares no interpreter lock
with the client.  What it counts is had by HTTP in both cases, so that both answer alike.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType

from imagenet_utils.demo.exchange import Exchange, File, Request, ServerState
from imagenet_utils.demo.faults import FAULTS, PLACEHOLDER_PATH, Fault
from imagenet_utils.demo.stand_ins import photo_unavailable

COUNTS_PATH = "/__counts"
LONGEST_HEAD = 64 * 1024
BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Site:
    """What an origin serves, by file name: at /pictures/<name>, and ill at /faults/…/<name>."""

    files: Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Counts:
    """What an origin has seen so far."""

    requests: Mapping[str, int]  # by path
    connections: int
    most_open: int  # connections at once


@dataclass(frozen=True, slots=True)
class Address:
    """Where an origin listens."""

    port: int
    host: str = "127.0.0.1"

    def url(self, path: str = "") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def counts(self) -> Counts:
        """Asked by HTTP; the question itself is not counted among the requests."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request("GET", COUNTS_PATH)
            return Counts(**json.loads(connection.getresponse().read()))
        finally:
            connection.close()


class Origin:
    """An origin in a background thread, from `with` to the end of its block."""

    def __init__(self, site: Site, *, wanted_port: int = 0) -> None:
        """0 or a port that is taken: any free one."""
        self._site = site
        self._wanted_port = wanted_port
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="origin", daemon=True)
        self._address: Address | None = None

    def __enter__(self) -> Address:
        # The same kind of loop everywhere: Windows' own one tells of aborted clients on stderr.
        self._loop = asyncio.SelectorEventLoop()
        self._stop = asyncio.Event()
        self._thread.start()
        self._is_ready.wait()
        if self._address is None:
            self._thread.join()
            raise OSError("the origin could not listen on a port of 127.0.0.1")
        return self._address

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except OSError:
            pass  # told by __enter__, which finds no address
        finally:
            self._is_ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        reception = _Reception(self._site)
        try:
            server = await _server(reception, self._wanted_port)
        except OSError:
            server = await _server(reception, 0)
        self._address = Address(server.sockets[0].getsockname()[1])
        self._is_ready.set()
        await self._stop.wait()
        server.close()
        await reception.dismiss_all()
        await asyncio.sleep(0)  # the transports' last words, which a closed loop can't take


@contextmanager
def origin_in_process(site: Site, *, wanted_port: int = 0) -> Iterator[Address]:
    """An origin in a spawned process; it ends with the block, and also when this process dies."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_until_hung_up, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        # Not with the arguments: for a child that dies too soon, that would wait for ever.
        ours.send((site, wanted_port))
        yield ours.recv()
    finally:
        ours.close()
        process.join()


def _serve_until_hung_up(line: Connection) -> None:
    # Ctrl-C reaches the whole group of processes; the parent alone decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        site, wanted_port = line.recv()
        with Origin(site, wanted_port=wanted_port) as address:
            line.send(address)
            line.recv()  # nothing ever comes but the end


async def _server(reception: _Reception, port: int) -> asyncio.Server:
    return await asyncio.start_server(
        reception.receive, "127.0.0.1", port, limit=LONGEST_HEAD, backlog=BACKLOG)


class _Reception:
    """Takes in connections, and knows all that are open."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._connections = 0
        self._most_open = 0
        self._state = ServerState()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        self._connections += 1
        self._most_open = max(self._most_open, len(self._open))
        try:
            # A client that goes away is the daily bread of a server.
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                          asyncio.CancelledError):
                while await self._answer_next(reader, writer):
                    pass
        finally:
            del self._open[task]
            writer.close()

    async def dismiss_all(self) -> None:
        for writer in self._open.values():
            writer.transport.abort()
        # Those accepted a moment ago have not begun, and are not among the open ones.
        while guests := asyncio.all_tasks() - {asyncio.current_task()}:
            for guest in guests:
                guest.cancel()
            await asyncio.gather(*guests, return_exceptions=True)

    async def _answer_next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection may bring another request."""
        request = await _read_request(reader)
        if request is None:
            return False
        if request.path == COUNTS_PATH:
            counts = File(self._counts_as_json(), "application/json")
            return await Exchange(request, counts, self._state, reader, writer).send_file({})
        self._state.requests[request.path] += 1
        route = _route(request.path, self._site.files)
        exchange = Exchange(request, route.file, self._state, reader, writer)
        return await route.fault.answer(exchange, route.number)

    def _counts_as_json(self) -> bytes:
        return json.dumps({
            "requests": self._state.requests,
            "connections": self._connections,
            "most_open": self._most_open,
        }).encode()


@dataclass(frozen=True, slots=True)
class _Route:
    file: File
    fault: Fault
    number: float = 0.0


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    """None where the client hung up or does not speak HTTP (TLS begins with the byte 0x16)."""
    first = await reader.read(1)
    if not first.isalpha():
        return None
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.split("\r\n")
    words = line.split(" ")
    if len(words) != 3 or words[0] not in ("GET", "HEAD"):
        return None
    headers = {name.strip().lower(): value.strip()
               for name, _, value in (one.partition(":") for one in fields)}
    is_closing = headers.get("connection", "").lower() == "close" or words[2] == "HTTP/1.0"
    path = words[1].partition("?")[0]
    return Request(words[0], path, headers.get("range"), not is_closing)


def _route(path: str, files: Mapping[str, File]) -> _Route:
    """What a path leads to; where it leads nowhere, to the fault `gone`."""
    match path.split("/")[1:]:
        case ["pictures", name] if name in files:
            return _Route(files[name], FAULTS["whole"])
        case ["faults", fault, name] if fault in FAULTS and name in files:
            return _Route(files[name], FAULTS[fault], FAULTS[fault].number)
        case ["faults", fault, number, name] if fault in FAULTS and name in files:
            return _Route(files[name], FAULTS[fault], FAULTS[fault].number_from(number))
    if path == PLACEHOLDER_PATH:
        return _Route(File(photo_unavailable(), "image/png"), FAULTS["whole"])
    return _Route(File(b""), FAULTS["gone"])


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses every connection: it is bound, and nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full and whose owner never accepts: to connect takes for ever.

    Where the system refuses what it cannot queue (Windows), it is refused instead.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]

"""A local origin of archives: HTTP/1.1, kept alive, ranges, and the ills of the web by name.

    with serving_archives({"/a.tar": Served(content, Fault.CUT, at=1000, times=1)}) as server:
        fetch(server.url("/a.tar"))
    server.asked[0].range

A file is served from its path, so that one of any size costs no memory.
"""

from __future__ import annotations

import io
import os
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

PAGE = b"<!DOCTYPE html>\n<html><body><form>Please log in</form></body></html>"
ALWAYS = 1 << 62
BLOCK = 1 << 16


class Fault(Enum):
    """What goes wrong with the first `times` answers for a path; after them all is well."""

    NONE = "as a good server answers"
    NO_RANGES = "200 with the whole, whatever was asked"
    CUT = "the connection ends after `at` bytes of a body"
    RESET = "the connection is reset after `at` bytes of a body"
    STALL = "nothing more comes after `at` bytes of a body"
    SILENCE = "no answer at all"
    STATUS = "`status` with `headers` and a small text"
    PAGE = "200 with a page to log in"
    REDIRECT = "302 to `to`"
    CHANGE = "another ETag; the content is what `other` says, if anything"
    WRONG_RANGE = "206 with bytes from one further on than asked"
    WRONG_LENGTH = "206 that tells another length of the whole"
    IGNORES_IF_RANGE = "another ETag, and 206 though If-Range does not hold"
    DENIES_IF_RANGE = "200 to every request with If-Range, even where it holds"


@dataclass(slots=True)
class Served:
    """One path; its fault holds from answer number `after` (0: the first) for `times` answers."""

    content: bytes | Path = b""
    fault: Fault = Fault.NONE
    times: int = ALWAYS
    after: int = 0
    at: int = 0  # bytes of the body
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)  # of an answer with STATUS
    to: str = ""
    other: bytes | None = None
    etag: str = '"first"'  # empty: none is sent
    last_modified: str = ""
    content_type: str = "application/x-tar"
    says_length: bool = True  # False: sent in chunks, without a length
    authorization: str = ""  # needed, else 401
    cookie: str = ""  # needed, else 403
    answers: int = 0

    def next_fault(self) -> Fault:
        number, self.answers = self.answers, self.answers + 1
        return self.fault if self.after <= number < self.after + self.times else Fault.NONE


@dataclass(slots=True)
class Asked:
    """One request as it came."""

    path: str
    range: str | None
    if_range: str | None
    authorization: str | None
    cookie: str | None
    user_agent: str | None
    client: int  # port: requests of one connection have the same
    status: int = 0
    sent: int = 0  # bytes of the body that were handed to the network, the last BLOCK perhaps not


class ArchiveServer(ThreadingHTTPServer):
    """`served` may be changed while it runs; `asked` is in the order of coming."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, served: Mapping[str, Served], context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.served = dict(served)
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    @property
    def bytes_sent(self) -> int:
        return sum(asked.sent for asked in self.asked)

    def asked_for(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving_archives(
    served: Mapping[str, Served], *, context: ssl.SSLContext | None = None
) -> Iterator[ArchiveServer]:
    with ArchiveServer(served, context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
            for connection in list(server.connections):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: ArchiveServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out as two packets

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        get = self.headers.get
        path = self.path.partition("?")[0]
        self.asked = Asked(path, get("Range"), get("If-Range"), get("Authorization"),
                           get("Cookie"), get("User-Agent"), self.client_address[1])
        self.server.asked.append(self.asked)
        served = self.server.served.get(path)
        with suppress(OSError):
            if served is None:
                self._answer(404, b"no such archive")
            elif served.authorization and self.asked.authorization != served.authorization:
                self._answer(401, b"who are you", {"WWW-Authenticate": 'Basic realm="archives"'})
            elif served.cookie and served.cookie not in (self.asked.cookie or ""):
                self._answer(403, b"not you")
            else:
                self._answer_as(served, served.next_fault())
            return
        self.close_connection = True

    def _answer_as(self, served: Served, fault: Fault) -> None:
        if fault is Fault.STATUS:
            self._answer(served.status, b"not now", served.headers)
        elif fault is Fault.PAGE:
            self._answer(200, PAGE, {"Content-Type": "text/html; charset=utf-8"})
        elif fault is Fault.REDIRECT:
            self._answer(302, b"", {"Location": served.to})
        elif fault is Fault.SILENCE:
            self._wait_for_hang_up()
        else:
            self._answer_from(served, fault)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] = {}) -> None:
        self._head(status, {"Content-Length": str(len(body)), **headers})
        self.asked.sent += len(body)
        self.wfile.write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.asked.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _answer_from(self, served: Served, fault: Fault) -> None:
        content = served.content
        etag = served.etag
        if fault in (Fault.CHANGE, Fault.IGNORES_IF_RANGE):
            content, etag = content if served.other is None else served.other, '"changed"'
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        headers = {"Content-Type": served.content_type, "ETag": etag,
                   "Last-Modified": served.last_modified}
        headers = {name: value for name, value in headers.items() if value}
        span = self._span(served, fault, etag, size)
        if span is None:
            self._head(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
            return
        start, end = span
        if span != (0, size) or self.asked.range and self._is_range_taken(served, fault, etag):
            told = size + (fault is Fault.WRONG_LENGTH)
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{told}"
            status = 206
        else:
            headers["Accept-Ranges"] = "none" if fault is Fault.NO_RANGES else "bytes"
            status = 200
        with _opened(content) as file:
            file.seek(start)
            self._send(file, end - start, served, fault, status=status, headers=headers)

    def _span(
        self, served: Served, fault: Fault, etag: str, size: int
    ) -> tuple[int, int] | None:
        """First byte and the one after the last; None: not in the file."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.asked.range or "")
        if not found or not self._is_range_taken(served, fault, etag):
            return 0, size
        start = int(found[1]) + (fault is Fault.WRONG_RANGE)
        end = min(int(found[2]) + 1 if found[2] else size, size)
        return (start, end) if start < end else None

    def _is_range_taken(self, served: Served, fault: Fault, etag: str) -> bool:
        condition = self.asked.if_range
        if fault is Fault.NO_RANGES or condition and fault is Fault.DENIES_IF_RANGE:
            return False
        holds = condition in (None, served.last_modified) or (
            condition == etag and not etag.startswith("W/"))
        return holds or fault is Fault.IGNORES_IF_RANGE

    def _send(
        self, file: BinaryIO, count: int, served: Served, fault: Fault, *,
        status: int, headers: Mapping[str, str],
    ) -> None:
        is_broken = fault in (Fault.CUT, Fault.RESET, Fault.STALL)
        most = min(count, served.at) if is_broken else count
        framing = ({"Content-Length": str(count)} if served.says_length
                   else {"Transfer-Encoding": "chunked"})
        self._head(status, {**headers, **framing})
        while most > 0 and (block := file.read(min(BLOCK, most))):
            most -= len(block)
            framed = block if served.says_length else b"%x\r\n%b\r\n" % (len(block), block)
            self.asked.sent += len(block)  # before it is: a client may be done at once
            self.wfile.write(framed)
        if is_broken and served.at < count:
            self._break_off(fault)
        elif not served.says_length:
            self.wfile.write(b"0\r\n\r\n")

    def _break_off(self, fault: Fault) -> None:
        self.close_connection = True
        if fault is Fault.STALL:
            self._wait_for_hang_up()
        elif fault is Fault.RESET:  # closing with this option set sends RST in place of FIN
            on_then_zero_seconds = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on_then_zero_seconds)
            self.connection.close()

    def _wait_for_hang_up(self) -> None:
        self.close_connection = True
        while not self.server.closing.is_set() and self.connection.recv(65536):
            pass


def _opened(content: bytes | Path) -> BinaryIO:
    return open(content, "rb") if isinstance(content, Path) else io.BytesIO(content)

"""A local server whose paths name what goes wrong with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ETAG = '"first"'
PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"


class FaultServer(ThreadingHTTPServer):
    """Serves `content` under /whole, and worse under the other names of FAULTS."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.etag = ETAG
        self.asked: list[tuple[str, str | None]] = []  # (path, Range) of each request

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@contextmanager
def serving(content: bytes) -> Iterator[FaultServer]:
    with FaultServer(content) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: FaultServer

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        name = self.path.strip("/").split("/")[0]
        FAULTS.get(name, gone)(self)

    def log_message(self, format: str, *args: object) -> None:
        pass

    @property
    def times_asked(self) -> int:
        return sum(path == self.path for path, _ in self.server.asked)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | given).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def whole(handler: _Handler, *, most: int | None = None) -> None:
    """As a good server answers; with `most`, the body ends after so many bytes."""
    content, etag = handler.server.content, handler.server.etag
    asked = handler.headers.get("Range")
    if asked and handler.headers.get("If-Range") == etag:
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            return handler.answer(416, b"", Content_Range=f"bytes */{len(content)}")
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        length = str(len(content) - start)
        body = content[start:][:most]
        return handler.answer(206, body, ETag=etag, Content_Range=span, Content_Length=length)
    handler.answer(200, content[:most], ETag=etag, Content_Length=str(len(content)))


def cut(handler: _Handler) -> None:
    """Each answer ends after 1,000 bytes."""
    whole(handler, most=1000)


def cut_and_changed(handler: _Handler) -> None:
    """Ends after 1,000 bytes, and then there is another file."""
    whole(handler, most=1000 if handler.times_asked == 1 else None)
    handler.server.etag = '"second"'


def no_range(handler: _Handler) -> None:
    """Knows no ranges; its first answer is cut."""
    content = handler.server.content
    body = content[:1000] if handler.times_asked == 1 else content
    handler.answer(200, body, ETag=ETAG, Content_Length=str(len(content)))


def wrong_range(handler: _Handler) -> None:
    """Cuts the first answer and gives the wrong bytes when asked for the rest."""
    content = handler.server.content
    if handler.headers.get("Range"):
        return handler.answer(206, content, Content_Range=f"bytes 0-9/{len(content)}")
    no_range(handler)


def busy_once(handler: _Handler) -> None:
    if handler.times_asked == 1:
        return handler.answer(503, b"", Retry_After="7")
    whole(handler)


def slow_start(handler: _Handler) -> None:
    """Says nothing until the client has gone away."""
    handler.rfile.read(1)


def trickle(handler: _Handler) -> None:
    """Sends a byte at a time for as long as anyone listens."""
    handler.answer(200, b"", Content_Length="1000000")
    try:
        while True:
            handler.wfile.write(b"x")
    except OSError:
        pass


def gone(handler: _Handler) -> None:
    handler.answer(404, PAGE)


def html(handler: _Handler) -> None:
    handler.answer(200, PAGE, Content_Type="application/gzip")


def empty(handler: _Handler) -> None:
    handler.answer(200, b"")


def broken(handler: _Handler) -> None:
    handler.answer(500, b"")


def to_file(handler: _Handler) -> None:
    handler.answer(302, b"", Location="file:///etc/passwd")


def around(handler: _Handler) -> None:
    handler.answer(302, b"", Location=handler.path)


FAULTS: dict[str, Callable[[_Handler], None]] = {
    "whole": whole, "cut": cut, "cut-and-changed": cut_and_changed, "no-range": no_range,
    "wrong-range": wrong_range, "busy-once": busy_once, "slow-start": slow_start,
    "trickle": trickle, "gone": gone, "html": html, "empty": empty, "broken": broken,
    "to-file": to_file, "around": around,
}  # fmt: skip

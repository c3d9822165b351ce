"""One request and the connection to answer it on, and the right answer to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

BLOCK_SIZE = 64 * 1024
PAGE = b"<!DOCTYPE html>\n<title>Not here</title>\n<h1>This page has moved on</h1>\n"


@dataclass(frozen=True, slots=True)
class File:
    """A body and its media type."""

    body: bytes
    media_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request's head matters here."""

    method: str  # GET or HEAD
    path: str  # without the query
    byte_range: str | None
    is_kept_alive: bool


@dataclass(slots=True)
class ServerState:
    """What has to be remembered from one request to the next."""

    requests: Counter[str] = field(default_factory=Counter)  # so far, by path
    in_flight: Counter[str] = field(default_factory=Counter)  # now, by folder


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with the file it is about."""

    request: Request
    file: File
    state: ServerState
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def send_head(self, status: str, headers: Mapping[str, object]) -> None:
        """The file's media type goes along unless the headers have another."""
        described = {"Content-Type": self.file.media_type, **headers}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in described.items())]
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def send_whole(
        self, body: bytes, headers: Mapping[str, object], *, status: str = "200 OK"
    ) -> bool:
        """A correct message, with its length and, for GET, its body; whether more may follow."""
        closing = {} if self.request.is_kept_alive else {"Connection": "close"}
        await self.send_head(status, {"Content-Length": len(body), **closing, **headers})
        if self.request.method != "HEAD":
            await self.send(body)
        return self.request.is_kept_alive

    async def send_page(self, status: str, headers: Mapping[str, object]) -> bool:
        """A page of HTML in place of the file."""
        return await self.send_whole(PAGE, {"Content-Type": "text/html", **headers}, status=status)

    async def send_file(self, headers: Mapping[str, object]) -> bool:
        """The file, or the part of it that was asked for."""
        body = self.file.body
        span = _span_of(self.request.byte_range, len(body))
        if span is None:
            return await self.send_whole(body, {"Accept-Ranges": "bytes", **headers})
        first, last = span
        part = {"Content-Range": f"bytes {first}-{last}/{len(body)}", **headers}
        return await self.send_whole(body[first:last + 1], part, status="206 Partial Content")

    async def wait_for_the_end(self) -> None:
        """Until the client has lost patience."""
        while await self.reader.read(BLOCK_SIZE):
            pass


def _span_of(byte_range: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a plain `bytes=a-b`; None where the whole is the right answer.

    >>> _span_of("bytes=10-19", 100), _span_of("bytes=-10", 100), _span_of("bytes=90-", 100)
    ((10, 19), (90, 99), (90, 99))
    >>> _span_of("bytes=5-2", 100), _span_of("lines=1-2", 100), _span_of(None, 100)
    (None, None, None)
    """
    unit, _, span = (byte_range or "").partition("=")
    start, dash, end = span.partition("-")
    numbers = [part for part in (start, end) if part]
    # A number of twenty digits is nonsense, and int() refuses those of thousands.
    are_sane = all(part.isascii() and part.isdigit() and len(part) < 20 for part in numbers)
    if unit != "bytes" or not dash or not numbers or not are_sane:
        return None
    first = int(start) if start else max(0, size - int(end))
    last = min(int(end), size - 1) if start and end else size - 1
    return (first, last) if first <= last else None

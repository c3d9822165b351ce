"""The ills of the web, one row each: what a server does, and what a run is to make of it.

A fault is had at `/faults/<fault>/<name>`, or at `/faults/<fault>/<number>/<name>` with another
number than the row's own, and befalls the file of that name.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate

from imagenet_utils.model import Reason
from imagenet_utils.demo.exchange import BLOCK_SIZE, Exchange
from imagenet_utils.demo.stand_ins import HTML, gzip_bomb, parked_domain, pixel_bomb, without_middle

PLACEHOLDER_PATH = "/stand-ins/photo_unavailable.png"  # named as Flickr names its own

# Answers a request; True where the connection may bring another one.
Answer = Callable[[Exchange, float], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of `FAULTS`."""

    name: str
    does: str
    reasons: tuple[Reason, ...]  # what a run should report; a second one is as right as the first
    answer: Answer
    number: float = 0.0  # where the path gives none

    def number_from(self, text: str) -> float:
        """The number in a path, or the row's own where that is none.

        >>> FAULTS["slow"].number_from("0.25"), FAULTS["slow"].number_from("soon")
        (0.25, 0.5)
        """
        try:
            number = float(text)
        except ValueError:
            return self.number
        return min(max(number, 0.0), 1e6) if number == number else self.number


async def _whole(exchange: Exchange, number: float) -> bool:
    return await exchange.send_file({})


def _status(status: str) -> Answer:
    async def answer(exchange: Exchange, number: float) -> bool:
        return await exchange.send_page(status, {})

    return answer


async def _unavailable(exchange: Exchange, number: float) -> bool:
    return await exchange.send_page("503 Service Unavailable", {"Retry-After": f"{number:.0f}"})


async def _recovering(exchange: Exchange, number: float) -> bool:
    if exchange.state.requests[exchange.request.path] <= number:
        return await _unavailable(exchange, 1)
    return await exchange.send_file({})


async def _throttling(exchange: Exchange, number: float) -> bool:
    return await exchange.send_page("429 Too Many Requests", {"Retry-After": f"{number:.0f}"})


async def _throttling_once(exchange: Exchange, number: float) -> bool:
    if exchange.state.requests[exchange.request.path] == 1:
        return await _throttling(exchange, number)
    return await exchange.send_file({})


async def _throttling_once_by_date(exchange: Exchange, number: float) -> bool:
    if exchange.state.requests[exchange.request.path] == 1:
        date = formatdate(time.time() + number, usegmt=True)
        return await exchange.send_page("429 Too Many Requests", {"Retry-After": date})
    return await exchange.send_file({})


async def _crowded(exchange: Exchange, number: float) -> bool:
    busy = exchange.state.in_flight
    folder = exchange.request.path.rpartition("/")[0]
    busy[folder] += 1
    try:
        if busy[folder] > number:
            return await _throttling(exchange, 1)
        await asyncio.sleep(0.05)  # or no two requests would ever meet
        return await exchange.send_file({})
    finally:
        busy[folder] -= 1


def _cut(*, is_announced: bool) -> Answer:
    async def answer(exchange: Exchange, number: float) -> bool:
        body = exchange.file.body
        length = {"Content-Length": len(body)} if is_announced else {}
        await exchange.send_head("200 OK", {**length, "Connection": "close"})
        await exchange.send(body[:len(body) // 2])
        return False

    return answer


async def _reset(exchange: Exchange, number: float) -> bool:
    await exchange.send_head("200 OK", {"Content-Length": len(exchange.file.body)})
    await exchange.send(exchange.file.body[:1000])
    # To linger with no time left makes the kernel send RST in place of FIN.
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    peer = exchange.writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    exchange.writer.transport.abort()
    return False


async def _longer_than_announced(exchange: Exchange, number: float) -> bool:
    body = exchange.file.body
    await exchange.send_head("200 OK", {"Content-Length": len(body) // 2})
    await exchange.send(body)
    return False


async def _no_length(exchange: Exchange, number: float) -> bool:
    await exchange.send_head("200 OK", {"Connection": "close"})
    await exchange.send(exchange.file.body)
    return False


async def _chunked(exchange: Exchange, number: float) -> bool:
    await _send_chunks(exchange, exchange.file.body)
    await exchange.send(b"0\r\n\r\n")
    return True


async def _chunked_cut(exchange: Exchange, number: float) -> bool:
    await _send_chunks(exchange, exchange.file.body[:len(exchange.file.body) // 2])
    return False


async def _send_chunks(exchange: Exchange, body: bytes) -> None:
    await exchange.send_head("200 OK", {"Transfer-Encoding": "chunked"})
    for start in range(0, len(body), 4096):
        chunk = body[start:start + 4096]
        await exchange.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))


async def _endless(exchange: Exchange, number: float) -> bool:
    await exchange.send_head("200 OK", {"Connection": "close"})
    await exchange.send(exchange.file.body)
    while True:
        await exchange.send(bytes(BLOCK_SIZE))


async def _dripping(exchange: Exchange, number: float) -> bool:
    await exchange.send_head("200 OK", {"Content-Length": len(exchange.file.body)})
    for value in exchange.file.body:
        await exchange.send(bytes([value]))
        await asyncio.sleep(number)
    return True


async def _silent(exchange: Exchange, number: float) -> bool:
    await exchange.wait_for_the_end()
    return False


async def _endless_head(exchange: Exchange, number: float) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-And-Another: header\r\n")
        await asyncio.sleep(number)


async def _huge_head(exchange: Exchange, number: float) -> bool:
    return await exchange.send_file({"X-Huge": "x" * (1024 * int(number))})


async def _not_http(exchange: Exchange, number: float) -> bool:
    await exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n")
    return False


def _redirect(place: str) -> Answer:
    """`{path}` is the path that was asked for, `{name}` its last part."""

    async def answer(exchange: Exchange, number: float) -> bool:
        path = exchange.request.path
        location = place.format(path=path, name=path.rpartition("/")[2])
        return await exchange.send_page("302 Found", {"Location": location})

    return answer


def _other_body(make: Callable[[bytes], bytes], *, media_type: str) -> Answer:
    async def answer(exchange: Exchange, number: float) -> bool:
        return await exchange.send_whole(make(exchange.file.body), {"Content-Type": media_type})

    return answer


async def _gzipped(exchange: Exchange, number: float) -> bool:
    body = gzip.compress(exchange.file.body, 1)
    return await exchange.send_whole(body, {"Content-Encoding": "gzip"})


async def _gzip_bomb(exchange: Exchange, number: float) -> bool:
    return await exchange.send_whole(gzip_bomb(int(number)), {"Content-Encoding": "gzip"})


async def _opted_out(exchange: Exchange, number: float) -> bool:
    return await exchange.send_file({"X-Robots-Tag": "noai, noimageai"})


async def _slow(exchange: Exchange, number: float) -> bool:
    await asyncio.sleep(number)
    return await exchange.send_file({})


GOOD = (Reason.DOWNLOADED,)
GONE = (Reason.GONE,)
REFUSED = (Reason.REFUSED,)
UNREACHABLE = (Reason.UNREACHABLE,)
SERVER_ERROR = (Reason.SERVER_ERROR,)
TIMEOUT = (Reason.TIMEOUT,)
DAMAGED = (Reason.DAMAGED,)
TOO_LARGE = (Reason.TOO_LARGE,)
PLACEHOLDER = (Reason.PLACEHOLDER,)
NOT_AN_IMAGE = (Reason.NOT_AN_IMAGE,)
# A host that only ever says 503 or 429 is given up after five pauses, whichever word came last.
UNAVAILABLE = (Reason.SERVER_ERROR, Reason.THROTTLED)
THROTTLED = (Reason.THROTTLED, Reason.SERVER_ERROR)

FAULTS = {fault.name: fault for fault in (
    Fault("whole", "the file, as it should be", GOOD, _whole),
    Fault("slow", "the file, after so many seconds", GOOD, _slow, 0.5),
    Fault("no_length", "the file without its length, then the end", GOOD, _no_length),
    Fault("chunked", "the file in chunks", GOOD, _chunked),
    Fault("gzipped", "the file, gzip-encoded unasked", GOOD, _gzipped),
    Fault("as_text", "the file, called text/html", GOOD,
          _other_body(bytes, media_type="text/html")),
    Fault("redirect", "302 to the file", GOOD, _redirect("/pictures/{name}")),
    Fault("recovering", "503 so many times, then the file", GOOD, _recovering, 1),
    Fault("throttling_once", "429 with Retry-After in seconds, then the file", GOOD,
          _throttling_once, 1),
    Fault("throttling_once_by_date", "429 with Retry-After as a date, then the file", GOOD,
          _throttling_once_by_date, 2),
    Fault("crowded", "429 to all but so many requests at once", GOOD, _crowded, 2),

    Fault("gone", "404", GONE, _status("404 Not Found")),
    Fault("gone_for_good", "410", GONE, _status("410 Gone")),
    Fault("withheld", "451", GONE, _status("451 Unavailable For Legal Reasons")),
    Fault("forbidden", "403", REFUSED, _status("403 Forbidden")),
    Fault("redirect_loop", "302 to itself", REFUSED, _redirect("{path}")),
    Fault("redirect_to_file", "302 to file:", REFUSED, _redirect("file:///etc/hostname")),
    Fault("redirect_to_private", "302 to 10.0.0.1", REFUSED, _redirect("http://10.0.0.1/{name}")),
    Fault("redirect_to_metadata", "302 to the metadata service of a cloud", REFUSED,
          _redirect("http://169.254.169.254/latest/meta-data/{name}")),
    Fault("placeholder", "302 to a picture that says there is none", PLACEHOLDER,
          _redirect(PLACEHOLDER_PATH)),
    Fault("parked", "200 and the same picture for every name", PLACEHOLDER,
          _other_body(lambda _: parked_domain(), media_type="image/png")),
    Fault("opted_out", "the file with X-Robots-Tag: noai", (Reason.OPTED_OUT,), _opted_out),

    Fault("html", "a page called image/jpeg", NOT_AN_IMAGE,
          _other_body(lambda _: HTML, media_type="image/jpeg")),
    Fault("empty", "200 and no bytes", NOT_AN_IMAGE,
          _other_body(lambda _: b"", media_type="image/jpeg")),
    Fault("damaged", "a JPEG without the middle of its scan", DAMAGED,
          _other_body(without_middle, media_type="image/jpeg")),
    Fault("longer_than_announced", "half the length announced, all of it sent", DAMAGED,
          _longer_than_announced),
    Fault("cut_unannounced", "half the file, no length told", DAMAGED, _cut(is_announced=False)),
    Fault("pixel_bomb", "a small PNG of 30000x30000 pixels", TOO_LARGE,
          _other_body(lambda _: pixel_bomb(), media_type="image/png")),
    Fault("gzip_bomb", "a small body that swells to so many MiB", TOO_LARGE, _gzip_bomb, 96),
    Fault("endless", "bytes for ever", TOO_LARGE, _endless),

    Fault("broken", "500", SERVER_ERROR, _status("500 Internal Server Error")),
    Fault("unavailable", "503 for ever, with Retry-After in seconds", UNAVAILABLE,
          _unavailable, 1),
    Fault("throttling", "429 for ever, with Retry-After in seconds", THROTTLED, _throttling, 1),
    Fault("cut", "half of what was announced, then the end", UNREACHABLE, _cut(is_announced=True)),
    Fault("chunked_cut", "chunks without the last one", UNREACHABLE, _chunked_cut),
    Fault("reset", "a kilobyte, then RST", UNREACHABLE, _reset),
    Fault("not_http", "the banner of an SSH server", UNREACHABLE, _not_http),
    Fault("huge_head", "a header of so many KiB", UNREACHABLE, _huge_head, 2048),
    Fault("silent", "not a byte", TIMEOUT, _silent),
    Fault("dripping", "a byte, so many seconds, a byte", TIMEOUT, _dripping, 0.2),
    Fault("endless_head", "headers that never end, one every so many seconds", TIMEOUT,
          _endless_head, 0.2),
)}

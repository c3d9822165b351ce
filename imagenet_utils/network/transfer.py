"""One attempt at one URL: the libcurl handle, what it may do, and what its end means."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Mapping
from typing import Any

import pycurl

from imagenet_utils.model import Failure, Reason
from imagenet_utils.network.addresses import address_verdict, is_same_place, url_parts
from imagenet_utils.network.allowance import Allowance
from imagenet_utils.network.byte_budget import ByteBudget
from imagenet_utils.network.growing_body import GrowingBody
from imagenet_utils.network.headers import has_opted_out, seconds_until
from imagenet_utils.network.handles import WRAPPING_BYTES, Span, TransferOptions, new_handle
from imagenet_utils.network.meanings import failure_of_error, failure_of_status
from imagenet_utils.network.proxies import is_proxied
from imagenet_utils.proof.placeholders import is_placeholder_address

ERROR_PAGE_BYTES = 64 * 1024  # read and thrown away, so that the connection can be kept

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Transfer:
    """A handle and its state; used again for the next URL when it is done.

    No callback may raise: libcurl would end the transfer with an error of its own, and pycurl
    would print a traceback.  Each costs a call into Python, so the lines of headers are only
    collected as they come, and read when something hangs on them: the first byte of a body, the
    next hop, the end.
    """

    def __init__(
        self, options: TransferOptions, budget: ByteBudget, allowance: Allowance | None = None
    ) -> None:
        self._options = options
        self._budget = budget
        self._allowance = allowance
        self._own_name = options.user_agent.partition("/")[0]
        self.curl = new_handle(options)
        self._lines: list[bytes] = []  # of headers, not read yet
        self.curl.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._write)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self.curl.setopt(pycurl.PREREQFUNCTION, self._check_kept_connection)

    def begin(self, number: int, wire: str, span: Span | None = None) -> None:
        self.number = number
        self.wire = wire
        self.span = span
        self._most_bytes = self._options.max_image_bytes + (0 if span is None else WRAPPING_BYTES)
        self.received = 0  # bytes of bodies, those of redirects and error pages included
        self.http_status = 0
        self.etag = ""
        self.retry_after_seconds: float | None = None
        self.failure: Failure | None = None  # why we ended it ourselves
        self.was_given_up = False
        self._begun = time.monotonic()
        self._body = GrowingBody()
        self._lines.clear()
        self._hop = wire  # or another URL of the same scheme and host
        self._locations: list[str] = []
        self._robots: list[str] = []
        self.curl.setopt(pycurl.URL, wire)
        self._ask_for_span()

    @property
    def was_connected(self) -> bool:
        return self.http_status > 0 or self.curl.getinfo(pycurl.CONNECT_TIME) > 0

    @property
    def held(self) -> int:
        """Bytes of the body so far."""
        return self._body.byte_count

    def take_body(self) -> bytes | bytearray:
        body = self._body.whole()
        self.drop_body()
        return body

    def drop_body(self) -> None:
        self._body = GrowingBody()

    def outcome(self, error: int, text: str) -> Failure | None:
        """What libcurl's end of the transfer means; None: there is a body to prove."""
        self._read_headers()
        status = self.http_status
        if self.failure:
            return self.failure
        if status >= 400:
            return self._failure_of_error_page()
        if error == pycurl.E_FILESIZE_EXCEEDED:
            return _too_large(self._options.max_image_bytes)
        if error == pycurl.E_UNSUPPORTED_PROTOCOL and status:
            return Failure.of(Reason.REFUSED, f"redirected to {', '.join(self._locations)}")
        if error:
            return failure_of_error(error, text)
        if status // 100 != 2 or (status == 206) != (self.span is not None):
            return failure_of_status(status)
        return None

    def _ask_for_span(self) -> None:
        """Set what an earlier use of the handle may have left; secrets go to their own host."""
        headers: Mapping[str, str] = {}
        if self.span is None:
            self.curl.unsetopt(pycurl.RANGE)
        else:
            self.curl.setopt(pycurl.RANGE, f"{self.span[0]}-{self.span[1] - 1}")
            if self._options.access:
                headers = self._options.access.headers_for(self.wire)
        self.curl.unsetopt(pycurl.HTTPHEADER)  # to pycurl an empty list means: as before
        if headers:
            self.curl.setopt(pycurl.HTTPHEADER, [f"{name}: {headers[name]}" for name in headers])

    def _read_headers(self) -> None:
        """Those that came since the last look; each hop begins with its status line."""
        lines = [] if self.received else self._lines[:]  # behind a body come trailers: no say
        self._lines.clear()
        for line in lines:
            if line[:1] not in _FIRST_LETTERS:
                continue  # half of them, and it takes hardly any time
            if line.startswith(b"HTTP/"):
                self._begin_hop(line)
            elif line in _END_OF_HEADERS:
                self._end_headers()
            else:
                name, _, value = line.partition(b":")
                keep = _HEEDED_HEADERS.get(name.strip().lower())
                if keep:
                    keep(self, value.strip().decode("latin-1"))

    def _begin_hop(self, line: bytes) -> None:
        status = line.split(None, 2)[1:2]
        is_one = bool(status) and status[0].isdigit() and len(status[0]) == 3
        self.http_status = int(status[0]) if is_one else 0
        self.retry_after_seconds = None
        self._locations = []
        self._robots = []
        self._content_range = ""
        self.etag = ""

    def _keep_content_range(self, value: str) -> None:
        self._content_range = value

    def _keep_etag(self, value: str) -> None:
        self.etag = value

    def _keep_location(self, value: str) -> None:
        self._locations.append(value)

    def _keep_robots_tag(self, value: str) -> None:
        self._robots.append(value)

    def _keep_retry_after(self, value: str) -> None:
        self.retry_after_seconds = seconds_until(value, now=time.time())

    def _end_headers(self) -> None:
        if self.http_status // 100 == 3:
            self._hop = _next_hop(self._hop, self._locations)
            if any(is_placeholder_address(location) for location in self._locations):
                told = f"redirected to {', '.join(self._locations)}"
                self.failure = Failure.of(Reason.PLACEHOLDER, told)
        elif self.span and not self._is_part(self.span):
            self.failure = Failure.of(Reason.UNREACHABLE,
                                      f"HTTP {self.http_status} where a part was asked for")
        elif self._robots and self._options.honours_opt_out and self.http_status >= 200:
            if has_opted_out(self._robots, self._own_name):
                told = f"X-Robots-Tag: {', '.join(self._robots)}"
                self.failure = Failure.of(Reason.OPTED_OUT, told)

    def _is_part(self, span: Span) -> bool:
        """An answer with the whole file may be 138 GB; interim answers and errors come too."""
        if self.http_status // 100 != 2:
            return True
        begins = self._content_range.startswith(f"bytes {span[0]}-{span[1] - 1}/")
        return self.http_status == 206 and begins

    def _write(self, chunk: bytes) -> int | None:
        """Collect the body; -1 ends the transfer."""
        if self._lines:
            self._read_headers()
        if self.failure:
            return -1
        count = len(chunk)
        self.received += count
        if self._allowance:
            self._allowance.spend(count, time.monotonic())
        if self.http_status // 100 != 2:
            return self._skip_error_page()
        held = self._body.byte_count
        if held + count > self._most_bytes:
            self.failure = _too_large(self._options.max_image_bytes)
            return -1
        if not self._budget.take(self.number, self._begun, count, held=held):
            self.was_given_up = True
            return -1
        self._body.add(chunk)
        return None

    def _skip_error_page(self) -> int | None:
        if self.received <= ERROR_PAGE_BYTES:
            return None
        self.failure = self._failure_of_error_page()
        return -1

    def _failure_of_error_page(self) -> Failure:
        """What an archive says of itself, or of who asks, is no verdict on a picture within."""
        if self.span and self.http_status in _OF_ARCHIVES:
            told = f"HTTP {self.http_status} where a part was asked for"
            return Failure(Reason.UNREACHABLE, told)
        return failure_of_status(self.http_status)

    def _open_socket(self, _purpose: int, address: tuple) -> Any:
        """Before anything is sent: may this hop lead to this address?"""
        family, kind, protocol, (remote, *_) = address
        if self._refuses(_text(remote)):
            return pycurl.SOCKET_BAD
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            self.failure = Failure.of(Reason.UNREACHABLE, f"no socket: {error.strerror}")
            return pycurl.SOCKET_BAD

    def _check_kept_connection(self, remote: str, _local: str, _port: int, _own_port: int) -> int:
        """A connection that one URL of the list opened may be the place another redirects to."""
        return pycurl.PREREQFUNC_ABORT if self._refuses(remote) else pycurl.PREREQFUNC_OK

    def _refuses(self, remote: str) -> bool:
        """Asked for every request, so the usual answer comes first."""
        if self._lines:
            self._read_headers()  # of the hop before
            if self.failure:
                return True
        named_by_list = self._hop is self.wire or is_same_place(self._hop, self.wire)
        refusal = address_verdict(remote, named_by_list=named_by_list)
        if refusal is None:
            return False
        scheme, host, _port = url_parts(self._hop) or ("", "", 0)
        if is_proxied(scheme, host, proxy=self._options.proxy, environment=os.environ):
            return False  # the address is the proxy's, and the rule the proxy's business
        self.failure = Failure.of(Reason.REFUSED, refusal)
        return True


_END_OF_HEADERS = (b"\r\n", b"\n")
# Of status lines, of blank ones and of what is heeded below, which may have blanks before it.
_FIRST_LETTERS = {b"", *(bytes((letter,)) for letter in b"H \t\r\n\v\feElLxXrRcC")}
_HEEDED_HEADERS = {
    b"etag": Transfer._keep_etag,
    b"location": Transfer._keep_location,
    b"x-robots-tag": Transfer._keep_robots_tag,
    b"retry-after": Transfer._keep_retry_after,
    b"content-range": Transfer._keep_content_range,
}


def _text(remote: str | bytes) -> str:
    return remote.decode("ascii", "replace") if isinstance(remote, bytes) else remote


def _next_hop(hop: str, locations: list[str]) -> str:
    """A URL with the scheme and host of the next hop; "" where they could be read in two ways.

    Not by urljoin: to it `http:/10.0.0.1/` and `///10.0.0.1/` are paths, to libcurl they are hosts.

    >>> _next_hop("http://a.example/x", ["/y"]), _next_hop("http://a.example/x", ["//b.example/y"])
    ('http://a.example/x', 'http://b.example/y')
    """
    if len(locations) != 1 or not locations[0]:
        return ""
    location = locations[0]
    if _SCHEME.match(location):
        return location
    return f"{hop.partition(':')[0]}:{location}" if location.startswith("//") else hop


def _too_large(limit: int) -> Failure:
    return Failure(Reason.TOO_LARGE, f"more than {limit:,} bytes")


# Of the archive, not of the picture: a login that has run out, a file that has gone or was cut.
_OF_ARCHIVES = (401, 403, 404, 410, 416)

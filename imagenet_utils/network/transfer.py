"""One attempt at one URL: the libcurl handle, what it may do, and what its end means."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import pycurl

from imagenet_utils.network.addresses import address_verdict, is_same_place, url_parts
from imagenet_utils.network.byte_budget import ByteBudget
from imagenet_utils.model import Failure, Reason
from imagenet_utils.proof.placeholders import is_placeholder_address
from imagenet_utils.network.proxies import certificate_bundle, is_proxied

REDIRECTS_AT_MOST = 5
CONNECT_SECONDS_AT_MOST = 10.0
SLOWEST_BYTES_PER_SECOND = 128  # over three quarters of the time-out
ERROR_PAGE_BYTES = 64 * 1024  # read and thrown away, so that the connection can be kept
OPT_OUTS = {"noai", "noimageai"}


@dataclass(frozen=True, slots=True)
class TransferOptions:
    timeout_seconds: float  # for a whole response, from connect to the last byte
    max_image_bytes: int
    user_agent: str
    proxy: str | None  # None: as the environment says
    honours_opt_out: bool
    bytes_per_second: float | None  # cap of this process; None: none


class Transfer:
    """A handle and its state; used again for the next URL when it is done."""

    def __init__(self, options: TransferOptions, budget: ByteBudget) -> None:
        self._options = options
        self._budget = budget
        self.curl = _handle(options)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._read_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._write)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self.curl.setopt(pycurl.PREREQFUNCTION, self._check_kept_connection)

    def begin(self, number: int, wire: str) -> None:
        self.number = number
        self.wire = wire
        self.received = 0
        self.http_status = 0
        self.retry_after_seconds: float | None = None
        self.failure: Failure | None = None  # why we ended it ourselves
        self.was_given_up = False
        self._begun = time.monotonic()
        self._body = bytearray()
        self._hop = wire
        self._location = ""
        self._robots: list[str] = []
        self.curl.setopt(pycurl.URL, wire)

    @property
    def was_connected(self) -> bool:
        return self.http_status > 0 or self.curl.getinfo(pycurl.CONNECT_TIME) > 0

    def take_body(self) -> bytearray:
        body, self._body = self._body, bytearray()
        return body

    def outcome(self, error: int, text: str) -> Failure | None:
        """What libcurl's end of the transfer means; None: there is a body to prove."""
        status = self.http_status
        if self.failure:
            return self.failure
        if status >= 400:
            return Failure(_reason_of_status(status), f"HTTP {status}")
        if error == pycurl.E_FILESIZE_EXCEEDED:
            return _too_large(self._options.max_image_bytes)
        if error == pycurl.E_UNSUPPORTED_PROTOCOL and status:
            return Failure(Reason.REFUSED, f"redirected to {self._location[:150]}")
        if error:
            reason = _REASON_OF_ERROR.get(error, Reason.UNREACHABLE)
            return Failure(reason, f"{text or 'no answer'} (libcurl {error})"[:200])
        if status // 100 != 2 or status == 206:
            return Failure(_reason_of_status(status), f"HTTP {status}")
        return None

    def _read_header(self, line: bytes) -> int | None:
        """Each hop begins with its status line; -1 ends the transfer."""
        if line.startswith(b"HTTP/"):
            self._begin_hop(line)
        elif line in (b"\r\n", b"\n"):
            self._end_headers()
        else:
            name, _, value = line.partition(b":")
            self._keep_header(name.strip().lower(), value.strip().decode("latin-1"))
        return -1 if self.failure else None

    def _begin_hop(self, line: bytes) -> None:
        words = line.split(None, 2)
        self.http_status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self._location = ""
        self._robots = []
        self._body.clear()

    def _keep_header(self, name: bytes, value: str) -> None:
        if name == b"location":
            self._location = value
        elif name == b"x-robots-tag":
            self._robots.append(value)
        elif name == b"retry-after":
            self.retry_after_seconds = seconds_until(value, now=time.time())

    def _end_headers(self) -> None:
        if self.http_status // 100 == 3 and self._location:
            self._hop = urljoin(self._hop, self._location)
            if is_placeholder_address(self._hop):
                self.failure = Failure(Reason.PLACEHOLDER, f"redirected to {self._location[:150]}")
        elif self._options.honours_opt_out and has_opted_out(self._robots):
            self.failure = Failure(
                Reason.OPTED_OUT, f"X-Robots-Tag: {', '.join(self._robots)[:150]}"
            )

    def _write(self, chunk: bytes) -> int | None:
        """Collect the body; -1 ends the transfer."""
        count = len(chunk)
        self.received += count
        if self.http_status // 100 != 2:
            return None if self.received <= ERROR_PAGE_BYTES else -1
        if len(self._body) + count > self._options.max_image_bytes:
            self.failure = _too_large(self._options.max_image_bytes)
            return -1
        if not self._budget.take(self.number, self._begun, count):
            self.was_given_up = True
            return -1
        self._body += chunk
        return None

    def _open_socket(self, _purpose: int, address: tuple) -> Any:
        """Before anything is sent: may this hop lead to this address?"""
        family, kind, protocol, (remote, *_) = address
        if self._refuses(_text(remote)):
            return pycurl.SOCKET_BAD
        return socket.socket(family, kind, protocol)

    def _check_kept_connection(self, remote: str, _local: str, _port: int, _own_port: int) -> int:
        """A connection that one URL of the list opened may be the place another redirects to."""
        return pycurl.PREREQFUNC_ABORT if self._refuses(remote) else pycurl.PREREQFUNC_OK

    def _refuses(self, remote: str) -> bool:
        scheme, host, _port = url_parts(self._hop) or ("", "", 0)
        if is_proxied(scheme, host, proxy=self._options.proxy, environment=os.environ):
            return False
        named_by_list = self._hop is self.wire or is_same_place(self._hop, self.wire)
        refusal = address_verdict(remote, named_by_list=named_by_list)
        if refusal:
            self.failure = Failure(Reason.REFUSED, refusal)
        return refusal is not None


def seconds_until(retry_after: str, *, now: float) -> float | None:
    """Both forms of Retry-After; None when it is neither.

    >>> seconds_until("120", now=0)
    120.0
    >>> seconds_until("Thu, 01 Jan 1970 00:01:00 GMT", now=10)
    50.0
    >>> seconds_until("soon", now=0)
    """
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def has_opted_out(robots_tags: list[str]) -> bool:
    """Whether X-Robots-Tag forbids use for machine learning to everyone.

    >>> has_opted_out(["noindex, noai"]), has_opted_out(["otherbot: noai"])
    (True, False)
    """
    directives = {word.strip().lower() for tag in robots_tags for word in tag.split(",")}
    return bool(directives & OPT_OUTS)


def _handle(options: TransferOptions) -> pycurl.Curl:
    curl = pycurl.Curl()
    milliseconds = max(1, int(options.timeout_seconds * 1000))
    settings = {
        pycurl.NOSIGNAL: 1,
        pycurl.USERAGENT: options.user_agent,
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.REDIR_PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.FOLLOWLOCATION: 1,
        pycurl.MAXREDIRS: REDIRECTS_AT_MOST,
        # Measured faster for pictures than multiplexing them over few HTTP/2 connections.
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
        # Asks for none, yet lets libcurl undo a coding that a server applies unasked.
        pycurl.ACCEPT_ENCODING: "identity",
        pycurl.TIMEOUT_MS: milliseconds,
        pycurl.CONNECTTIMEOUT_MS: min(milliseconds, int(CONNECT_SECONDS_AT_MOST * 1000)),
        pycurl.LOW_SPEED_LIMIT: SLOWEST_BYTES_PER_SECOND,
        pycurl.LOW_SPEED_TIME: max(1, int(options.timeout_seconds * 0.75)),
        pycurl.MAXFILESIZE_LARGE: options.max_image_bytes,
        pycurl.BUFFERSIZE: 128 * 1024,
        pycurl.DNS_CACHE_TIMEOUT: 300,
    }
    bundle = certificate_bundle(os.environ)
    settings[pycurl.CAPATH if os.path.isdir(bundle) else pycurl.CAINFO] = bundle
    if options.proxy:
        settings[pycurl.PROXY] = options.proxy
    for option, value in settings.items():
        curl.setopt(option, value)
    return curl


def _text(remote: str | bytes) -> str:
    return remote.decode("ascii", "replace") if isinstance(remote, bytes) else remote


def _too_large(limit: int) -> Failure:
    return Failure(Reason.TOO_LARGE, f"more than {limit:,} bytes")


def _reason_of_status(status: int) -> Reason:
    if status in (404, 410, 451):
        return Reason.GONE
    if status == 429:
        return Reason.THROTTLED
    if status // 100 in (3, 4):
        return Reason.REFUSED
    return Reason.SERVER_ERROR


# Whatever stands not here is a fault of the connection: names, connects, TLS, resets, cuts before
# the announced end, answers that are not HTTP.
_REASON_OF_ERROR = {
    pycurl.E_URL_MALFORMAT: Reason.REFUSED,
    pycurl.E_TOO_MANY_REDIRECTS: Reason.REFUSED,
    pycurl.E_OPERATION_TIMEDOUT: Reason.TIMEOUT,
    pycurl.E_BAD_CONTENT_ENCODING: Reason.DAMAGED,
}

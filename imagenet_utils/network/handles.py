"""libcurl's handles: what a run's options make of them."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pycurl

from imagenet_utils.network.credentials import Credentials
from imagenet_utils.network.proxies import certificate_bundle

REDIRECTS_AT_MOST = 5
CONNECT_SECONDS_AT_MOST = 10.0
SLOWEST_BYTES_PER_SECOND = 128  # over three quarters of the time-out
WRAPPING_BYTES = 512  # the header of a member that is asked for with it
SUPPRESS_CONNECT_HEADERS = 265  # from curl.h; pycurl has no name for it
QUICK_EXIT = 322  # likewise, since libcurl 7.87

Span = tuple[int, int]  # offsets of the first byte and of the one behind the last


@dataclass(frozen=True, slots=True)
class TransferOptions:
    timeout_seconds: float  # for a whole response, from connect to the last byte
    max_image_bytes: int
    user_agent: str
    proxy: str | None  # None: as the environment says
    honours_opt_out: bool
    bytes_per_second: float | None  # cap of this process; None: none
    access: Credentials | None = None  # for hosts of archives


def new_handle(options: TransferOptions) -> Any:
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
        pycurl.LOW_SPEED_TIME: math.ceil(options.timeout_seconds * 0.75),
        pycurl.MAXFILESIZE_LARGE: options.max_image_bytes + WRAPPING_BYTES,
        pycurl.BUFFERSIZE: 128 * 1024,
        pycurl.DNS_CACHE_TIMEOUT: 300,
        SUPPRESS_CONNECT_HEADERS: 1,  # what a proxy says is not the server's word
    }
    bundle = certificate_bundle(os.environ)
    settings[pycurl.CAPATH if os.path.isdir(bundle) else pycurl.CAINFO] = bundle
    if options.proxy:
        settings[pycurl.PROXY] = options.proxy
    for option, value in settings.items():
        curl.setopt(option, value)
    return curl


def leave_quickly(curl: Any) -> None:
    """Its end, and the program's, is not to wait for a name server that does not answer."""
    with suppress(pycurl.error):  # an older libcurl does wait
        curl.setopt(QUICK_EXIT, 1)

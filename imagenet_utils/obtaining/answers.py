"""What a server answers when it is asked for a big file: the head, then the body bit by bit."""

from __future__ import annotations

import os
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from imagenet_utils.passwords import without_passwords
from imagenet_utils.network.addresses import url_parts
from imagenet_utils.network.credentials import Credentials
from imagenet_utils.network.headers import seconds_until
from imagenet_utils.network.proxies import certificate_bundle, is_proxied
from imagenet_utils.obtaining.connections import ForbiddenPlace, OpenSockets, session_to

if TYPE_CHECKING:
    import requests

READ_BYTES = 1 << 18
HEAD_BYTES = 512  # the first block of a tar, which has its mark
PROGRESS_BYTES = 1 << 20  # a go that brought this much gives all tries back
STALL_BYTES = 1 << 14  # less in `stall_seconds` is no download
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what."""

    answer_seconds: float = 30  # for a connection, the first byte, and each byte after another
    stall_seconds: float = 60  # the span in which STALL_BYTES must have come
    tries: int = 4
    longest_pause_seconds: float = 120
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Asking:
    """How one asks."""

    patience: Patience = Patience()
    credentials: Credentials | None = None  # None: what the address and ~/.netrc say
    user_agent: str = ""  # empty: the tool's name
    proxy: str | None = None  # None: what the environment says


class Refused(Exception):
    """An answer that asking again will not change."""


class Absent(Refused):
    """There is no such file, or no longer."""


class Denied(Refused):
    """The server wants to know who asks, or does not like who asks."""


class Untrusted(Refused):
    """Nobody whom we trust vouches for the other side."""


class Cut(Exception):
    """An answer that may be better the next time."""

    def __init__(self, problem: str, pause_seconds: float | None = None) -> None:
        super().__init__(problem, pause_seconds)
        self.pause_seconds = pause_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class Slow(Cut):
    """Somebody is there, and says nothing."""


def new_session(
    address: str, asking: Asking, sockets: OpenSockets | None = None
) -> requests.Session:
    """For questions to `address`; to be closed."""
    session = session_to(address, asking.user_agent, sockets)
    if asking.credentials is not None:
        session.auth = _unchanged  # requests would add what it finds itself
    return session


def ask(
    session: requests.Session, address: str, headers: Mapping[str, str], asking: Asking
) -> requests.Response:
    """The answer before its body, redirects followed.  Raises Refused or Cut."""
    hop = address
    for _ in range(MOST_REDIRECTS + 1):
        response = _ask_once(session, hop, headers, asking)
        location = session.get_redirect_target(response)
        if location is None:
            return response
        if response.headers.get("Content-Length") == "0":
            response.raw.drain_conn()  # keeps the connection
        response.close()
        hop = urljoin(hop, location)
    raise Refused(f"cannot be asked for (Exceeded {MOST_REDIRECTS} redirects.)")


def proxies_for(hop: str, asking: Asking) -> dict[str, str]:
    """The user's own, where NO_PROXY lets it; those of the environment are found by requests."""
    place = url_parts(hop)
    if not asking.proxy or not place:
        return {}
    is_used = is_proxied(place.scheme, place.host, proxy=asking.proxy, environment=os.environ)
    return {place.scheme: asking.proxy} if is_used else {}


def trouble_with(response: requests.Response) -> Refused | Cut:
    """What an answer that brings nothing means."""
    retry_after = response.headers.get("Retry-After", "").strip()
    told = f"HTTP {response.status_code} {response.reason}"
    return trouble_of(response.status_code, told, seconds_until(retry_after, now=time.time()))


def trouble_of(status: int, told: str, pause_seconds: float | None = None) -> Refused | Cut:
    if status in (408, 425, 429) or status >= 500:
        return Cut(told, pause_seconds)
    if status in (404, 410):
        return Absent(told)
    return Denied(told) if status in (401, 403) else Refused(told)


def pause_seconds(cut: Cut, failed: int, patience: Patience) -> float:
    """What the server asked for, else doubling with jitter."""
    wanted = cut.pause_seconds
    if wanted is None:
        wanted = 2 ** (failed - 1) * random.uniform(0.5, 1)
    return min(wanted, patience.longest_pause_seconds)


def looks_like_page(head: bytes) -> bool:
    """Sites answer 200 with a page (log in, not found) under an archive's name."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def looks_like_archive(head: bytes) -> bool:
    """Whether a file that begins so is gzip, zip, bzip2, xz or tar."""
    marks = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0")
    return head.startswith(marks) or head[257:262] == b"ustar"


class Body:
    """A response's bytes, read with a deadline that a trickle does not put off."""

    def __init__(self, response: requests.Response, patience: Patience) -> None:
        self._raw = response.raw
        self._span = patience.stall_seconds
        self._since = time.monotonic()
        self._came = 0

    def read(self, most: int = READ_BYTES) -> bytes:
        """What has come, at most so many bytes; empty at the end.  Raises Cut."""
        from urllib3.exceptions import HTTPError

        try:
            block: bytes = self._raw.read1(most, decode_content=False)
        except (HTTPError, OSError) as error:
            raise Cut(f"cut off ({_root_of(error)})") from None
        self._watch(len(block))
        return block

    def rest(self) -> None:
        """A pause of our own is none of the server's."""
        self._since, self._came = time.monotonic(), 0

    def _watch(self, came: int) -> None:
        self._came += came
        now = time.monotonic()
        if now - self._since < self._span:
            return
        if self._came < STALL_BYTES:
            raise Cut(f"stalled: {self._came:,} bytes in {self._span:g} s")
        self.rest()


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _ask_once(
    session: requests.Session, hop: str, headers: Mapping[str, str], asking: Asking
) -> requests.Response:
    import requests

    bundle = certificate_bundle(os.environ)
    seconds = asking.patience.answer_seconds
    if asking.credentials is not None:
        headers = {**headers, **asking.credentials.headers_for(hop)}
    try:
        return session.get(hop, headers=dict(headers), stream=True, timeout=seconds,
                           verify=bundle, allow_redirects=False, proxies=proxies_for(hop, asking))
    except requests.exceptions.SSLError as error:
        raise _trouble_of_tls(error) from None
    except requests.exceptions.ConnectTimeout:
        raise Cut(f"no connection within {seconds:g} s") from None
    except requests.exceptions.Timeout:
        raise Slow(f"no answer within {seconds:g} s") from None
    except requests.exceptions.ConnectionError as error:
        raise Cut(f"no connection ({_root_of(error)})") from None
    except ForbiddenPlace as error:
        raise Refused(str(error)) from None
    except (requests.exceptions.RequestException, UnicodeError) as error:
        raise Refused(f"cannot be asked for ({_root_of(error)})") from None


def _trouble_of_tls(error: Exception) -> Refused | Cut:
    """A handshake may be cut like anything else; what it says of the other side stands."""
    if isinstance(_innermost(error), (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Cut(f"no connection ({_root_of(error)})")
    return Untrusted(f"the connection is not to be trusted ({_root_of(error)})")


def _root_of(error: BaseException) -> str:
    """The innermost reason, in at most 120 characters: the outer ones only wrap it."""
    told = str(_innermost(error))
    # urllib3 puts its connection object ahead of what happened.
    told = re.sub(r"\A\w+Connection(Pool)?\(.*?\): ", "", told)
    return without_passwords(told)[:120]


def _innermost(error: BaseException) -> BaseException:
    inner = error
    while inner.args and isinstance(inner.args[-1], BaseException):
        inner = inner.args[-1]
    reason = getattr(inner, "reason", None)
    return _innermost(reason) if isinstance(reason, Exception) else inner

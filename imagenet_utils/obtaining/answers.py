"""What a server answers when it is asked for a big file: the head, then the body bit by bit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagenet_utils import __version__
from imagenet_utils.passwords import without_passwords
from imagenet_utils.network.proxies import certificate_bundle

if TYPE_CHECKING:
    import requests

READ_BYTES = 1 << 18
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


class Refused(Exception):
    """An answer that asking again will not change."""


class Cut(Exception):
    """An answer that may be better the next time."""

    def __init__(self, problem: str, pause_seconds: float | None = None) -> None:
        super().__init__(problem, pause_seconds)
        self.pause_seconds = pause_seconds

    def __str__(self) -> str:
        return str(self.args[0])


def new_session() -> requests.Session:
    import requests

    session = requests.Session()
    session.max_redirects = MOST_REDIRECTS
    session.headers["User-Agent"] = f"imagenet_utils/{__version__}"
    # A body that is packed for the way could not be continued at a byte.
    session.headers["Accept-Encoding"] = "identity"
    return session


def ask(
    session: requests.Session, address: str, headers: Mapping[str, str], patience: Patience
) -> requests.Response:
    """The answer before its body.  Raises Refused or Cut."""
    import requests

    bundle = certificate_bundle(os.environ)
    try:
        return session.get(address, headers=dict(headers), stream=True,
                           timeout=patience.answer_seconds, verify=bundle)
    except requests.exceptions.SSLError as error:
        raise Refused(f"the connection is not to be trusted ({_root_of(error)})") from None
    except requests.exceptions.Timeout:
        raise Cut(f"no answer within {patience.answer_seconds:g} s") from None
    except requests.exceptions.ConnectionError as error:
        raise Cut(f"no connection ({_root_of(error)})") from None
    except (requests.exceptions.RequestException, UnicodeError) as error:
        raise Refused(f"cannot be asked for ({_root_of(error)})") from None


class Body:
    """A response's bytes, read with a deadline that a trickle does not put off."""

    def __init__(self, response: requests.Response, patience: Patience) -> None:
        self._raw = response.raw
        self._span = patience.stall_seconds
        self._since = time.monotonic()
        self._came = 0

    def read(self) -> bytes:
        """What has come, at most READ_BYTES; empty at the end.  Raises Cut."""
        from urllib3.exceptions import HTTPError

        try:
            block: bytes = self._raw.read1(READ_BYTES, decode_content=False)
        except (HTTPError, OSError) as error:
            raise Cut(f"cut off ({_root_of(error)})") from None
        self._watch(len(block))
        return block

    def _watch(self, came: int) -> None:
        self._came += came
        now = time.monotonic()
        if now - self._since < self._span:
            return
        if self._came < STALL_BYTES:
            raise Cut(f"stalled: {self._came:,} bytes in {self._span:g} s")
        self._since, self._came = now, 0


def _root_of(error: BaseException) -> str:
    """The innermost reason, in at most 120 characters: the outer ones only wrap it."""
    inner = error
    while inner.args and isinstance(inner.args[-1], BaseException):
        inner = inner.args[-1]
    reason = getattr(inner, "reason", None)
    told = _root_of(reason) if isinstance(reason, Exception) else str(inner)
    if told.startswith("HTTP"):  # urllib3 puts its connection object ahead of what happened
        told = told.partition("): ")[2] or told
    return without_passwords(told)[:120]

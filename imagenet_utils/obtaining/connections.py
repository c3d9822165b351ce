"""Connections that are judged before a byte goes over them, and kept for the next question."""

from __future__ import annotations

import socket
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from imagenet_utils import __version__
from imagenet_utils.network.addresses import address_verdict, is_same_place

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter


class ForbiddenPlace(Exception):
    """An address that must not be connected to, or not by way of a redirect."""


class OpenSockets:
    """Those of one session, for another thread that wants them to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def add(self, connected: socket.socket) -> None:
        with self._lock:
            self._sockets.add(connected)

    def shut_down(self) -> None:
        """Whoever waits for bytes on one of them has waited long enough."""
        with self._lock:
            for each in self._sockets:
                with suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)  # no parting words of TLS


def session_to(
    named: str, user_agent: str, sockets: OpenSockets | None = None
) -> requests.Session:
    """For requests to `named`, the address the user gave, and to wherever it redirects.

    Private and loopback addresses are connected to only where `named` itself leads, link-local
    ones and those of cloud metadata never.  Behind a proxy, that is the proxy's business.
    """
    import requests

    session = requests.Session()
    session.headers["User-Agent"] = user_agent or f"imagenet_utils/{__version__}"
    # A body that is packed for the way could not be continued at a byte.
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _judging_adapter(named, sockets or OpenSockets()))
    return session


def _judging_adapter(named: str, sockets: OpenSockets) -> HTTPAdapter:
    from requests.adapters import HTTPAdapter

    class JudgingAdapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = _judging_pools(named, sockets)

    return JudgingAdapter()


def _judging_pools(named: str, sockets: OpenSockets) -> dict[str, type]:
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _judged(super()._new_conn(), _place("http", self.host, self.port), named)

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    class SafeConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _judged(super()._new_conn(), _place("https", self.host, self.port), named)

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)  # which is another one than that of _new_conn

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = SafeConnection

    return {"http": PlainPool, "https": SafePool}


def _place(scheme: str, host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/" if port else f"{scheme}://{shown}/"


def _judged(connected: socket.socket, place: str, named: str) -> socket.socket:
    """Raises ForbiddenPlace, and closes what must not be used."""
    try:
        ip = connected.getpeername()[0]
    except OSError:  # hung up already: the first request will tell
        return connected
    problem = address_verdict(ip, named_by_list=True)
    if not problem and not is_same_place(place, named) and address_verdict(ip, named_by_list=False):
        problem = f"redirected to {ip}, which is no public address"
    if problem:
        connected.close()
        raise ForbiddenPlace(problem)
    return connected

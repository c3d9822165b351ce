"""The proxies of the environment or of --proxy: which holds, and whether it lets a run through."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem
from imagenet_utils.network.addresses import UrlParts
from imagenet_utils.passwords import without_passwords

ANSWER_SECONDS = 5.0
LONGEST_HEAD = 16_384
USUAL_PORTS = {"http": 1080, "https": 443, "socks": 1080}  # as libcurl has them
LOGIN_CURE = ("Write name and password into the address, http://name:password@host:port; in a"
              " password write / as %2F, @ as %40 and : as %3A")


class Proxy(NamedTuple):
    address: str  # may have a password in it
    where: str  # what names it: an option or a variable

    @property
    def shown(self) -> str:
        address = self.address if "://" in self.address else f"http://{self.address}"
        return f"{without_passwords(address)} ({self.where})"


def proxies(patient: Patient) -> Iterator[Finding]:
    """One for each proxy that a target is asked by."""
    places: dict[Proxy, UrlParts] = {}
    for _target, place in patient.places():
        if patient.is_proxied(place):
            places.setdefault(proxy_for(place.scheme, patient), place)
    for proxy, place in places.items():
        yield _finding(proxy, place)
    if not places:
        is_set = any(os.environ.get(f"{scheme}_proxy") for scheme in ("http", "https", "all"))
        yield ok("NO_PROXY lets all that is asked pass by" if is_set else "none is set")


def proxy_for(scheme: str, patient: Patient) -> Proxy:
    """The one that holds, where one does."""
    if patient.line.proxy:
        return Proxy(patient.line.proxy, "--proxy")
    names = (f"{scheme}_proxy", "all_proxy")
    name = next(name for name in names if os.environ.get(name))
    shown = name if os.environ.get(name.upper()) != os.environ[name] else name.upper()
    return Proxy(os.environ[name], shown)


def _finding(proxy: Proxy, place: UrlParts) -> Finding:
    try:
        parts = urlsplit(proxy.address if "://" in proxy.address else f"http://{proxy.address}")
        kind = re.split(r"[45]", parts.scheme.lower())[0]
        port = parts.port or USUAL_PORTS.get(kind, 0)
    except ValueError:
        port, kind = 0, ""
    if not port or not parts.hostname:
        return problem(f"{proxy.shown}: no address of a proxy", LOGIN_CURE)
    try:
        with closing(socket.create_connection((parts.hostname, port), ANSWER_SECONDS)) as line:
            status = _status(line, place, _login(parts.username, parts.password), kind=kind)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        return problem(f"{proxy.shown}: cannot be reached ({told})",
                       f"Mend {proxy.where}; where no proxy is needed, unset it")
    return _verdict(proxy, place, status)


def _verdict(proxy: Proxy, place: UrlParts, status: int | None) -> Finding:
    if status is None:
        return ok(f"{proxy.shown}: can be reached")
    if status == 407:
        return problem(f"{proxy.shown}: HTTP 407, it wants a name and a password, or others",
                       LOGIN_CURE)
    if status == 0:
        return problem(f"{proxy.shown}: does not speak as a proxy does",
                       f"Is the port right? Mend {proxy.where}")
    refuses = place.scheme == "https" and status // 100 != 2  # a tunnel is there, or it is not
    if refuses or status in (401, 403, 405):
        return problem(f"{proxy.shown}: HTTP {status}, it does not let through to {place.host}",
                       f"Ask who keeps it, or add {place.host} to NO_PROXY")
    return ok(f"{proxy.shown}: lets through to {place.host} (HTTP {status})")


def _login(name: str | None, password: str | None) -> str:
    if name is None:
        return ""
    words = f"{unquote(name)}:{unquote(password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(words).decode('ascii')}\r\n"


def _status(line: socket.socket, place: UrlParts, login: str, *, kind: str) -> int | None:
    """What it says to a tunnel or a request; 0: nothing that is HTTP; None: it speaks otherwise."""
    if kind != "http":
        return None
    host = f"[{place.host}]" if ":" in place.host else place.host
    there = f"{host}:{place.port}"
    ask = f"CONNECT {there}" if place.scheme == "https" else f"HEAD http://{there}/"
    line.sendall(f"{ask} HTTP/1.1\r\nHost: {there}\r\n{login}Connection: close\r\n\r\n".encode())
    head = b""
    while b"\r\n" not in head and len(head) < LONGEST_HEAD:
        block = line.recv(4096)
        if not block:
            break
        head += block
    return status_in(head)


def status_in(head: bytes) -> int:
    """
    >>> status_in(b"HTTP/1.1 407 Proxy Authentication Required"), status_in(b"SSH-2.0")
    (407, 0)
    """
    found = re.match(rb"HTTP/[0-9.]{1,4} ([0-9]{3})\b", head)
    return int(found[1]) if found else 0

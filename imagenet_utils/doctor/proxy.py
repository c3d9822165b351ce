"""The proxies of the environment or of --proxy: which holds, and whether it lets a run through."""

from __future__ import annotations

import base64
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.network.addresses import DEFAULT_PORTS, UrlParts
from imagenet_utils.network.proxies import is_proxied

ANSWER_SECONDS = 5.0
LONGEST_HEAD = 16_384
NO_HTTP, SILENT = 0, -1  # in place of a status
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
USUAL_PORTS = {"http": 1080, "https": 443, "socks": 1080}  # as libcurl has them
LOGIN_CURE = ("Write name and password into the address, http://name:password@host:port; in a"
              " password write / as %2F, @ as %40 and : as %3A")


class Proxy(NamedTuple):
    address: str  # may have a password in it
    where: str  # what names it: an option or a variable

    @property
    def whole(self) -> str:
        return self.address if _SCHEME.match(self.address) else f"http://{self.address}"

    @property
    def shown(self) -> str:
        """All before the last @ may be a password, whatever it looks like."""
        scheme, _, rest = self.whole.partition("://")
        login, at, host = rest.rpartition("@")
        return f"{scheme}://{'***@' if at else ''}{host} ({self.where})"


class Question(NamedTuple):
    """Whom a proxy is asked for."""

    place: UrlParts
    is_target: bool  # a run asks for it, too
    is_needed: bool  # and ends without it


def proxies(patient: Patient) -> Iterator[Finding]:
    """One for each that is set and may be used."""
    questions = _of_targets(patient)
    if patient.run:
        for proxy, question in _of_pictures(patient):
            questions.setdefault(proxy, question)
    for proxy, question in questions.items():
        yield _finding(proxy, question)
    if not questions:
        is_set = any(_names_of(scheme) for scheme in DEFAULT_PORTS)
        yield ok("what is asked goes by none of those that are set" if is_set else "none is set")


def proxy_for(scheme: str, patient: Patient) -> Proxy:
    """The one that holds, where one does."""
    if patient.line.proxy:
        return Proxy(patient.line.proxy, "--proxy")
    name = _names_of(scheme)[0]
    shown = name if os.environ.get(name.upper()) != os.environ[name] else name.upper()
    return Proxy(os.environ[name], shown)


def _names_of(scheme: str) -> list[str]:
    return [name for name in (f"{scheme}_proxy", "all_proxy") if os.environ.get(name)]


def _of_targets(patient: Patient) -> dict[Proxy, Question]:
    """One that the run cannot do without is asked for before others."""
    found: dict[Proxy, Question] = {}
    for target, place in patient.places():
        if patient.is_proxied(place):
            proxy = proxy_for(place.scheme, patient)
            if proxy not in found or target.is_needed > found[proxy].is_needed:
                found[proxy] = Question(place, is_target=True, is_needed=target.is_needed)
    return found


def _of_pictures(patient: Patient) -> Iterator[tuple[Proxy, Question]]:
    """Their hosts are for the list to say; a proxy answers for one that cannot be, too."""
    host = f"{secrets.token_hex(8)}.invalid"  # RFC 6761: never given out
    for scheme, port in DEFAULT_PORTS.items():
        if is_proxied(scheme, host, proxy=patient.line.proxy, environment=os.environ):
            place = UrlParts(scheme, host, port)
            yield proxy_for(scheme, patient), Question(place, is_target=False, is_needed=False)


def _finding(proxy: Proxy, question: Question) -> Finding:
    trouble = problem if question.is_needed else warning
    try:
        parts = urlsplit(proxy.whole)
        kind = re.split(r"[45]", parts.scheme.lower())[0]
        port = parts.port or USUAL_PORTS.get(kind, 0)
    except ValueError:
        return trouble(f"{proxy.shown}: no address of a proxy", LOGIN_CURE)
    if not port or not parts.hostname or "@" in f"{parts.path}{parts.query}{parts.fragment}":
        return trouble(f"{proxy.shown}: no address of a proxy", LOGIN_CURE)
    try:
        with closing(socket.create_connection((parts.hostname, port), ANSWER_SECONDS)) as line:
            login = _login(parts.username, parts.password)
            status = _status(line, question.place, login, kind=kind)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        return trouble(f"{proxy.shown}: cannot be reached ({told})",
                       f"Mend {proxy.where}; where no proxy is needed, unset it")
    if status is None:
        return ok(f"{proxy.shown}: can be reached")
    return _verdict(proxy, question, status)


def _verdict(proxy: Proxy, question: Question, status: int) -> Finding:
    trouble = problem if question.is_needed else warning
    host = question.place.host
    if status == 407:
        return trouble(f"{proxy.shown}: HTTP 407, it wants a name and a password, or others",
                       LOGIN_CURE)
    if status == SILENT:
        return warning(f"{proxy.shown}: can be reached, but said nothing in {ANSWER_SECONDS:g} s",
                       "It, or whom it asks, is slow: a run waits longer, and tries again")
    if status == NO_HTTP:
        return trouble(f"{proxy.shown}: does not speak as a proxy does",
                       f"Is the port right? Mend {proxy.where}")
    if not question.is_target:
        return ok(f"{proxy.shown}: answers as a proxy does (HTTP {status})")
    refuses = question.place.scheme == "https" and status // 100 != 2  # there is a tunnel, or none
    if refuses or status in (401, 403, 405):
        return trouble(f"{proxy.shown}: HTTP {status}, it does not let through to {host}",
                       f"Ask who keeps it, or add {host} to NO_PROXY")
    return ok(f"{proxy.shown}: lets through to {host} (HTTP {status})")


def _login(name: str | None, password: str | None) -> str:
    if name is None:
        return ""
    words = f"{unquote(name)}:{unquote(password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(words).decode('ascii')}\r\n"


def _status(line: socket.socket, place: UrlParts, login: str, *, kind: str) -> int | None:
    """What it says to a tunnel or a request; None: it speaks another language."""
    if kind != "http":
        return None
    host = f"[{place.host}]" if ":" in place.host else place.host
    there = f"{host}:{place.port}"
    ask = f"CONNECT {there}" if place.scheme == "https" else f"HEAD http://{there}/"
    line.sendall(f"{ask} HTTP/1.1\r\nHost: {there}\r\n{login}Connection: close\r\n\r\n".encode())
    head = b""
    while b"\r\n" not in head and len(head) < LONGEST_HEAD:
        try:
            block = line.recv(4096)
        except TimeoutError:
            return SILENT
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
    return int(found[1]) if found else NO_HTTP

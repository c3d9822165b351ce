"""DNS: whether the names of hosts are found, how fast, and whether the answers are honest."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, TimeoutError
from functools import partial
from typing import NamedTuple

from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.network.addresses import is_ip

LOOKUP_SECONDS = 8.0  # long enough for the second server, which is asked after five
SLOW_SECONDS = 1.0
SLOW_CURE = "A resolver on this machine (systemd-resolved, dnsmasq, unbound) remembers answers"
NO_NAME_CURE = ("Check the network, and the name servers in /etc/resolv.conf or the settings of"
                " the system; behind a proxy, set HTTPS_PROXY")


class Lookup(NamedTuple):
    seconds: float
    found: tuple[str, ...]  # IP addresses
    problem: str  # empty: they were found


def names(patient: Patient) -> Iterator[Finding]:
    """One for each host that this machine itself looks up, and one for a name that cannot be."""
    hosts = _hosts(patient)
    if not hosts:
        yield ok("this machine has no name to look up")
        return
    impossible = f"{secrets.token_hex(8)}.invalid"  # RFC 6761: never given out
    lookups = {host: begun(partial(lookup, host)) for host in (*hosts, impossible)}
    deadline = time.monotonic() + LOOKUP_SECONDS
    answers = {host: _ended(future, deadline) for host, future in lookups.items()}
    for host, is_needed in hosts.items():
        yield _finding(host, answers[host], is_needed=is_needed)
    if any(answers[host].found for host in hosts):  # else the silence proves nothing
        yield _honesty(answers[impossible])


def lookup(host: str) -> Lookup:
    began = time.monotonic()
    try:
        answers = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        return Lookup(time.monotonic() - began, (), told)
    found = dict.fromkeys(str(answer[4][0]) for answer in answers)
    return Lookup(time.monotonic() - began, tuple(found), "")


def _hosts(patient: Patient) -> dict[str, bool]:
    """Host -> whether a run ends without it; a proxy looks names up by itself."""
    hosts: dict[str, bool] = {}
    for target, place in patient.places():
        if not patient.is_proxied(place) and not is_ip(place.host):
            hosts[place.host] = hosts.get(place.host, False) or target.is_needed
    return hosts


def _ended(future: Future[Lookup], deadline: float) -> Lookup:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return Lookup(LOOKUP_SECONDS, (), f"no answer within {LOOKUP_SECONDS:g} s")


def _finding(host: str, answer: Lookup, *, is_needed: bool) -> Finding:
    if answer.problem:
        trouble = problem if is_needed else warning
        return trouble(f"{host}: {answer.problem}", NO_NAME_CURE)
    told = f"{host}: {answer.found[0]}, {answer.seconds:.2f} s"
    return warning(told, SLOW_CURE) if answer.seconds > SLOW_SECONDS else ok(told)


def _honesty(answer: Lookup) -> Finding:
    """Some providers, hotels and captive portals answer for names that cannot exist."""
    if not answer.found:
        return ok("a name that cannot exist is not found")
    return warning(
        f"a name that cannot exist leads to {answer.found[0]}: dead links will look alive",
        "If there is a page to log in to this network, open it in a browser; else choose name"
        " servers that do not do this, such as 9.9.9.9")

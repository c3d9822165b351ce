"""Who the user is, told to the one place that may know, and to nobody else.

Name and key come from the address itself, from the environment, or from ~/.netrc; cookies from a
file as browsers export it; and where a server turns all that down, a person at a terminal is asked.
What is secret here is never shown: not by `repr`, and in no message.
"""

from __future__ import annotations

import base64
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from imagenet_utils.errors import UsageError
from imagenet_utils.network.addresses import address_verdict, is_same_place, url_parts

if TYPE_CHECKING:
    from http.cookiejar import Cookie

NAME_VARIABLE = "IMAGENET_USERNAME"
KEY_VARIABLE = "IMAGENET_ACCESS_KEY"
WAYS_TO_LOG_IN = (
    f"Set {NAME_VARIABLE} and {KEY_VARIABLE}, give --cookie_file with the cookies of a browser "
    "that is logged in, or add the host to ~/.netrc; the site may also want its terms accepted"
)
LARGEST_COOKIE_FILE = 2**24
IMAGENET = "image-net.org"
COOKIE_FIELDS = 7  # domain, for all below it, path, secure, expires, name, value

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_USER_INFO = re.compile(r"https?://([^/?#@\\\s]*)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Access:
    """What requests to the place of `named`, an archive's address, may carry; travels to workers.

    A name and a key go over https only, or to this machine; and cookies never from https to http.
    """

    named: str = field(repr=False)
    authorization: str = field(default="", repr=False)
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)

    def headers_for(self, address: str) -> dict[str, str]:
        """Authorization and Cookie; nothing where a redirect has led elsewhere."""
        there, here = url_parts(address), url_parts(self.named)
        if there is None or here is None or not is_same_place(address, self.named):
            return {}
        headers = {}
        if self.authorization and (there.scheme == "https" or _is_this_machine(there.host)):
            headers["Authorization"] = self.authorization
        is_downgraded = (here.scheme, there.scheme) == ("https", "http")
        if not is_downgraded and (cookie := self._cookie_for(address)):
            headers["Cookie"] = cookie
        return headers

    def _cookie_for(self, address: str) -> str:
        if not self.cookies:
            return ""
        from http.cookiejar import CookieJar
        from urllib.request import Request

        request = Request(address)
        jar = CookieJar()
        for cookie in self.cookies:
            if cookie.domain_specified or cookie.domain == request.host.partition(":")[0].lower():
                jar.set_cookie(cookie)
        jar.add_cookie_header(request)
        return (request.get_header("Cookie") or "").encode().decode("latin-1")  # the file's bytes


@dataclass(frozen=True, slots=True)
class Accesses:
    """For archives that lie at several places."""

    each: tuple[Access, ...]

    def headers_for(self, address: str) -> dict[str, str]:
        """Those of the first whose place it is; nothing elsewhere."""
        return next(filter(None, (access.headers_for(address) for access in self.each)), {})


def access_to(
    named: str, *, environment: Mapping[str, str], cookie_file: Path | None = None
) -> Access:
    """Whatever is known here for the place of the address that the user named.

    Raises UsageError where the cookie file, or the netrc that NETRC names, cannot be read.
    """
    cookies = cookies_of(cookie_file) if cookie_file else ()
    account = (_account_in(named) or _account_of_environment(named, environment)
               or _account_of_netrc(named, environment))
    return Access(named, _basic(*account) if account else "", cookies)


class Prompt:
    """A person at a terminal, asked once in a run, and only where a server wants to know."""

    def __init__(
        self, environment: Mapping[str, str], *, ask: Callable[[str], str] | None = None
    ) -> None:
        """`ask` reads a line without echo; None: from the terminal, if there is one."""
        self._name = environment.get(NAME_VARIABLE, "")
        self._ask = ask or (_line_without_echo if _is_terminal() else None)
        self._lock = threading.Lock()
        self._answer: Access | None = None

    def known(self, access: Access) -> Access:
        """With what was typed in for its place, if anything was."""
        if self._answer is None or not is_same_place(access.named, self._answer.named):
            return access
        return Access(access.named, self._answer.authorization, access.cookies)

    def access_to(self, access: Access) -> Access | None:
        """One with what was typed in; None where nobody answers, or answered for another place."""
        with self._lock:
            if self._ask is not None:
                ask, self._ask = self._ask, None
                self._answer = self._asked(access, ask)
            if self._answer is None or not is_same_place(access.named, self._answer.named):
                return None
            return Access(access.named, self._answer.authorization, access.cookies)

    def _asked(self, access: Access, ask: Callable[[str], str]) -> Access | None:
        place = url_parts(access.named)
        if place is None:
            return None
        try:
            name = self._name or ask(f"User name for {place.host} (not shown): ").strip()
            key = ask(f"Access key for {place.host} (not shown): ").strip() if name else ""
        except (EOFError, OSError):
            return None
        return Access(access.named, _basic(name, key)) if name and key else None


def cookies_of(path: Path) -> tuple[Cookie, ...]:
    """Those of a Netscape cookie file.  Raises UsageError with the line; values are not told."""
    try:
        with open(path, encoding="utf-8", newline=None) as file:
            text = file.read(LARGEST_COOKIE_FILE + 1)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "not a text file"
        raise UsageError(f"{path}: cannot be read ({told})", "Mend --cookie_file") from None
    if len(text) > LARGEST_COOKIE_FILE:
        raise UsageError(f"{path}: too large for a cookie file", "Mend --cookie_file")
    cookies = [_cookie(line, f"{path}, line {number}")
               for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1)]
    return tuple(cookie for cookie in cookies if cookie)


def _cookie(line: str, where: str) -> Cookie | None:
    """None for a comment; `#HttpOnly_` before the domain is none."""
    from http.cookiejar import Cookie

    line = line.removeprefix("#HttpOnly_")
    if not line.strip() or line.startswith(("#", "$")):
        return None
    cells = line.split("\t")
    cells += [""] * (len(cells) == COOKIE_FIELDS - 1)  # some write no tab before an empty value
    problem = _problem_of_cookie(line, cells)
    if problem:
        raise UsageError(f"{where}: {problem}", "Export it from the browser as cookies.txt")
    domain, for_all_below, path, secure, expires, name, value = cells
    when = int(float(expires)) if expires else 0
    return Cookie(
        0, name, value, None, False, domain.lower(), for_all_below.upper() == "TRUE",
        domain.startswith("."), path, True, secure.upper() == "TRUE", when or None, when == 0,
        None, None, {},
    )


def _problem_of_cookie(line: str, cells: list[str]) -> str:
    if len(cells) != COOKIE_FIELDS:
        return f"expected {COOKIE_FIELDS} fields between tabs, found {len(cells)}"
    if {cells[1].upper(), cells[3].upper()} - {"TRUE", "FALSE"}:
        return "expected TRUE or FALSE in the second and the fourth field"
    if not re.fullmatch(r"(-?[0-9]{1,15}(\.[0-9]{0,9})?)?", cells[4], re.ASCII):
        return "expected seconds since 1970 in the fifth field"
    if _CONTROL.search(line.replace("\t", "")):
        return "expected no control characters"
    return "" if cells[0] and cells[5] else "expected a domain and a name"


def _account_in(named: str) -> tuple[str, str] | None:
    """`https://name:key@host/`"""
    found = _USER_INFO.match(named)
    if not found:
        return None
    name, _, key = found[1].partition(":")
    return unquote(name), unquote(key)


def _account_of_environment(
    named: str, environment: Mapping[str, str]
) -> tuple[str, str] | None:
    """ImageNet's own, so not for a mirror; this machine may stand before it."""
    place = url_parts(named)
    host = place.host if place else ""
    if not (host == IMAGENET or host.endswith(f".{IMAGENET}") or _is_this_machine(host)):
        return None
    name, key = environment.get(NAME_VARIABLE), environment.get(KEY_VARIABLE)
    return (name, key) if name and key else None


def _account_of_netrc(named: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """A broken file that nobody named is passed over: it may serve other programs well."""
    import netrc

    place = url_parts(named)
    path = environment.get("NETRC")
    try:
        file = netrc.netrc(path or str(Path.home() / ".netrc"))
    except netrc.NetrcParseError as error:  # its message may quote a password
        if path:
            told = f"{path}, line {error.lineno}: cannot be understood"
            raise UsageError(told, "Mend the file, or NETRC") from None
        return None
    except (OSError, ValueError, RuntimeError) as error:
        if path:
            told = getattr(error, "strerror", None) or "not a text file"
            raise UsageError(f"{path}: cannot be read ({told})", "Mend NETRC") from None
        return None
    found = file.hosts.get(place.host) if place else None  # its `default` is for no host of ours
    return (found[0] or found[1] or "", found[2] or "") if found else None


def _basic(name: str, key: str) -> str:
    """RFC 7617."""
    return "Basic " + base64.b64encode(f"{name}:{key}".encode("utf-8", "replace")).decode("ascii")


def _is_this_machine(host: str) -> bool:
    verdict = address_verdict(host, named_by_list=False) or ""
    return host == "localhost" or "is loopback" in verdict


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _line_without_echo(question: str) -> str:
    import getpass

    return getpass.getpass(question)

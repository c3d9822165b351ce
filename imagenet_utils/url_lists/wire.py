"""From the bytes of a URL in a list to what people read and what goes over the wire."""

from __future__ import annotations

import re

from imagenet_utils.model import UrlLocation


_ALL_PLAIN = re.compile(  # a port above 59,999 takes the longer way
    rb"https?://[a-z0-9.-]{1,253}(?::[1-5]?[0-9]{1,4})?/[A-Za-z0-9._~:/?@!$&'()*+,;=-]*")
_PARTS = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\]*)([^#]*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?", re.DOTALL)
_ASCII_HOST = re.compile(r"[a-z0-9._~-]+|\[[0-9a-f:.]+\]")
# All but RFC 3986's unreserved and reserved characters, and a `%` that begins no escape.
_TO_QUOTE = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?@!$&'()*+,;=\[\]%-]")

_LONGEST_HOST = 253  # characters of a DNS name


def url_location(line_bytes: bytes) -> UrlLocation:
    """Both forms of one URL; an empty `wire` means that no URL could be made of the bytes.

    Any scheme with a host keeps its wire form: which schemes may be fetched is for the fetcher.

    >>> url_location(b"http://a.example/kit fox.jpg#top")
    UrlLocation(url='http://a.example/kit fox.jpg#top', wire='http://a.example/kit%20fox.jpg')
    """
    return UrlLocation(text_of(line_bytes), wire_form(line_bytes))


def text_of(line_bytes: bytes) -> str:
    """UTF-8 where the bytes are UTF-8, else latin-1, which any bytes are.

    >>> text_of(b"Z\\xc3\\xbcrich"), text_of(b"Z\\xfcrich")
    ('Zürich', 'Zürich')
    """
    try:
        return line_bytes.decode("utf-8")
    except UnicodeDecodeError:
        return line_bytes.decode("latin-1")


def wire_form(line_bytes: bytes) -> str:
    """ASCII: escapes that are there stay, other bytes are percent-encoded, the fragment goes.

    >>> wire_form(b"http://b\\xc3\\xbccher.example/a%20b?c=1&amp;d=\\xe9")
    'http://xn--bcher-kva.example/a%20b?c=1&amp;d=%E9'
    >>> wire_form(b"www.example.org/no-scheme.jpg")
    ''
    """
    line_bytes = line_bytes.strip()
    if _ALL_PLAIN.fullmatch(line_bytes):
        return line_bytes.decode("ascii")
    parts = _PARTS.match(line_bytes)
    authority = _wire_authority(text_of(parts[2])) if parts else ""
    if parts is None or not authority:
        return ""
    path = _TO_QUOTE.sub(_quoted, parts[3])
    slash = "" if path.startswith(b"/") else "/"
    return f"{parts[1].decode().lower()}://{authority}{slash}{path.decode('ascii')}"


def _wire_authority(text: str) -> str:
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        return ""
    user, host, port = parts.groups()
    host = _wire_host(host)
    if not host or (port and (len(port) > 5 or int(port) > 65535)):
        return ""
    # An `@` may stand in a password; only the last one ends it.
    prefix = "" if user is None else _quoted_user(user) + "@"
    return f"{prefix}{host}:{port}" if port else f"{prefix}{host}"


def _wire_host(host: str) -> str:
    if not host.isascii():
        if len(host) > _LONGEST_HOST:
            return ""
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    host = host.lower()
    return host if len(host) <= _LONGEST_HOST and _ASCII_HOST.fullmatch(host) else ""


def _quoted_user(user: str) -> str:
    quoted = _TO_QUOTE.sub(_quoted, user.encode("utf-8")).decode("ascii")
    return quoted.replace("@", "%40").replace("[", "%5B").replace("]", "%5D")


def _quoted(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]

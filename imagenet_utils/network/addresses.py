"""Who is one host, and which addresses may be connected to; pure, nothing is looked up.

A list of URLs comes from strangers, and so do redirects.  Neither may lead a run into the network
it runs in, unless the list itself names that place: then it is the user's own mirror.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
T = TypeVar("T")
Table = tuple[tuple[str, T], ...]  # a network as text, and what it stands for

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253  # RFC 1035, as text without the last dot

# One service under two domains, with one limit for both.
SAME_SERVICE = {"staticflickr.com": "flickr.com"}

_NEVER = (
    ("0.0.0.0/8", "unspecified"),
    ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
    ("100.100.100.200/32", "cloud-metadata"),  # Alibaba, Tencent
    ("168.63.129.16/32", "cloud-metadata"),  # Azure's WireServer
    ("192.0.0.0/24", "reserved"),  # holds Oracle's metadata, 192.0.0.192
    ("192.0.2.0/24", "documentation"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),  # with the broadcast address
    ("::/128", "unspecified"),
    ("fe80::/10", "link-local"),
    ("fd00:ec2::/32", "cloud-metadata"),  # AWS
    ("fd20:ce::254/128", "cloud-metadata"),  # Google
    ("100::/64", "discard-only"),
    ("2001:db8::/32", "documentation"),
    ("ff00::/8", "multicast"),
)

_ONLY_IF_LISTED = (
    ("127.0.0.0/8", "loopback"),
    ("10.0.0.0/8", "private"),
    ("172.16.0.0/12", "private"),
    ("192.168.0.0/16", "private"),
    ("100.64.0.0/10", "shared by a carrier"),
    ("198.18.0.0/15", "for benchmarks"),
    ("::1/128", "loopback"),
    ("fc00::/7", "private"),
    ("fec0::/10", "site-local"),
    ("64:ff9b:1::/48", "a local translation"),
)

# IPv6 that carries an IPv4 address: how far that lies from the right, in bits.
_CARRIERS = (
    ("::/96", 0),  # IPv4-compatible
    ("::ffff:0:0/96", 0),  # IPv4-mapped
    ("::ffff:0:0:0/96", 0),  # IPv4-translated
    ("64:ff9b::/96", 0),  # NAT64
    ("64:ff9b:1::/48", 0),
    ("2002::/16", 80),  # 6to4
)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # the rest of IPv6 is not given out
_TEREDO = ipaddress.IPv6Network("2001::/32")

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:[^/?#@\\\s]*@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^/?#@:\[\]\\\s]+)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?=[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)
_ENDS_A_HOST = re.compile(r"[\[\]/?#@\\\s]")  # percent-encoded, it may be taken for its end
_HOST_WITH_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]*)?")


class UrlParts(NamedTuple):
    """Where a URL leads; the port is the scheme's own where none is written."""

    scheme: str
    host: str
    port: int


def url_parts(wire: str) -> UrlParts | None:
    """None for what is no http or https URL, or could be read in two ways.

    >>> url_parts("HTTP://user@Example.ORG./a.jpg")
    UrlParts(scheme='http', host='example.org', port=80)
    """
    found = _URL.match(wire)
    if not found:
        return None
    scheme = found["scheme"].lower()
    port = int(found["port"] or DEFAULT_PORTS[scheme])
    host = _normal_host(found["host"])
    if not host.strip(".") or _ENDS_A_HOST.search(host) or not 0 < port < 65536:
        return None
    return UrlParts(scheme, host, port)


def is_same_place(hop: str, listed: str) -> bool:
    """Whether a redirect to `hop` stays where the list's own URL `listed` leads.

    Same host and same port; or the same host by https where the list has plain http, both on
    their default ports: that is the one redirect that nearly every server sends.
    """
    there, here = url_parts(hop), url_parts(listed)
    if there is None or here is None or there.host != here.host:
        return False
    return there.port == here.port or (here[::2], there[::2]) == (("http", 80), ("https", 443))


@lru_cache(maxsize=4096)
def address_verdict(ip: str, *, named_by_list: bool) -> str | None:
    """Why `ip`, the address really connected to, must not be; None if it may.

    `named_by_list` is True on the first hop and on redirects that stay there (`is_same_place`).
    IPv4 addresses within IPv6 ones are judged as well, and the stricter verdict holds.
    """
    try:
        address = ipaddress.ip_address(ip.partition("%")[0].strip("[]"))
    except ValueError:
        return f"{ip!a}"[:80] + " is no IP address"
    faces = (address, *_carried_by(address))
    if kind := _kind_of(faces, _NEVER) or _unassigned(faces):
        return f"{address} is never connected to: {kind}"
    if not named_by_list and (kind := _kind_of(faces, _ONLY_IF_LISTED)):
        return f"{address} is {kind}, and the list does not name it"
    return None


def is_ip(host: str) -> bool:
    """Rather than a name, which has to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str:
    """The domain that somebody registered and that counts as one host, `staticflickr.com` and
    `flickr.com` being one; an IP address, with or without port, is itself.

    >>> registrable_domain("Farm4.static.flickr.com"), registrable_domain("c1.staticflickr.com.")
    ('flickr.com', 'flickr.com')
    >>> registrable_domain("photos.example.co.uk:8080"), registrable_domain("[::1]:80")
    ('example.co.uk', '::1')
    """
    found = _HOST_WITH_PORT.fullmatch(host)
    name = _normal_host(found[1] if found else host)
    if is_ip(name):
        return name
    domain = _public_suffixes().privatesuffix(name) or name
    return SAME_SERVICE.get(domain, domain)


@lru_cache(maxsize=65_536)
def _normal_host(host: str) -> str:
    """Lower case, ASCII, without brackets and the last dot; IP addresses in their shortest form."""
    host = unquote(host.strip("[]")).lower()
    host = host[:-1] if host.endswith(".") else host
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host.isascii() or len(host) > LONGEST_HOST:  # the codec below is slow on long names
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _carried_by(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses that an IPv6 one stands for."""
    if not isinstance(address, ipaddress.IPv6Address) or int(address) <= 1:  # :: and ::1
        return ()
    bits = int(address)
    if address in _TEREDO:
        return (_ipv4(bits >> 64), _ipv4(~bits))  # its server, and its client behind the NAT
    carriers = _parsed(_CARRIERS)
    return tuple(_ipv4(bits >> shift) for network, shift in carriers if address in network)


def _ipv4(bits: int) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(bits & 0xFFFF_FFFF)


def _kind_of(faces: tuple[Address, ...], table: Table[str]) -> str | None:
    return next(
        (kind for network, kind in _parsed(table) if any(face in network for face in faces)), None
    )


def _unassigned(faces: tuple[Address, ...]) -> str | None:
    """"reserved" for IPv6 that nobody has been given and that carries nothing else."""
    known = faces[0].version == 4 or len(faces) > 1 or _kind_of(faces, _ONLY_IF_LISTED)
    return None if known or faces[0] in _GLOBAL_UNICAST else "reserved"


@lru_cache(maxsize=None)
def _parsed(table: Table[T]) -> tuple[tuple[Network, T], ...]:
    return tuple((ipaddress.ip_network(network), value) for network, value in table)

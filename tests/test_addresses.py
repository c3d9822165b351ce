"""Who is one host, and which addresses may be connected to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagenet_utils.network.addresses import (
    address_verdict,
    is_same_place,
    registrable_domain,
    url_parts,
)

NEVER = """
0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 100.100.100.200 168.63.129.16 192.0.0.192 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255 192.0.2.1 :: fe80::1 fe80::1%eth0 fd00:ec2::254
fd20:ce::254 ff02::1 2001:db8::1 100::1 4000::1 5f00::1
::ffff:169.254.169.254 ::169.254.169.254 64:ff9b::169.254.169.254 64:ff9b:1::169.254.169.254
2002:a9fe:a9fe::1 2001:0:a9fe:a9fe::1 2001:0:808:808::5601:5601
""".split()

ONLY_IF_LISTED = """
127.0.0.1 127.8.9.10 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1
::1 fc00::1 fd12:3456::1 fec0::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::192.168.0.1
64:ff9b:1::8.8.8.8 2002:7f00:1::1 2002:c0a8:101:: ::ffff:0:10.0.0.1
""".split()

ALLOWED = """
8.8.8.8 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 192.0.1.1 223.255.255.255
2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
""".split()


@pytest.mark.parametrize("ip", NEVER)
@pytest.mark.parametrize("named_by_list", [True, False])
def test_never(ip: str, named_by_list: bool) -> None:
    """Metadata, link-local, multicast and reserved addresses are refused even to the list."""

    assert "never" in str(address_verdict(ip, named_by_list=named_by_list))


@pytest.mark.parametrize("ip", ONLY_IF_LISTED)
def test_private_by_redirect(ip: str) -> None:
    """A redirect does not lead into the network the run is in."""

    assert "does not name it" in str(address_verdict(ip, named_by_list=False))


@pytest.mark.parametrize("ip", ONLY_IF_LISTED)
def test_private_by_the_list(ip: str) -> None:
    """A list may name a mirror at home."""

    assert address_verdict(ip, named_by_list=True) is None


@pytest.mark.parametrize("ip", ALLOWED)
def test_public(ip: str) -> None:
    """Public addresses may be reached by any redirect."""

    assert address_verdict(ip, named_by_list=False) is None


@pytest.mark.parametrize("ip", ["", "localhost", "1.2.3", "127.1", "1.2.3.4.5", "::1::", "\u0661"])
def test_no_address(ip: str) -> None:
    """What cannot be read cannot be judged, and is refused."""

    assert "no IP address" in str(address_verdict(ip, named_by_list=True))


@given(st.text())
def test_any_text_gets_a_verdict(ip: str) -> None:
    """No text raises, and each refusal fits into one line of a report."""
    verdict = address_verdict(ip, named_by_list=False)

    assert verdict is None or (len(verdict) <= 200 and "\n" not in verdict)


@given(st.ip_addresses(), st.booleans())
def test_the_list_is_never_trusted_less_than_a_redirect(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, named_by_list: bool
) -> None:
    """What a redirect may reach, the list may name."""
    by_redirect = address_verdict(str(address), named_by_list=False)
    by_list = address_verdict(str(address), named_by_list=True)

    assert by_list is None or by_redirect is not None


@given(st.ip_addresses(v=4))
def test_no_disguise_is_laxer(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address refused to a redirect stays so in every IPv6 form."""
    number = int(address)
    forms = (
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    )
    if address_verdict(str(address), named_by_list=False) is None:
        return

    assert all(address_verdict(str(form), named_by_list=False) for form in forms)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("farm4.static.flickr.com", "flickr.com"),
        ("static.flickr.com", "flickr.com"),
        ("c1.staticflickr.com", "flickr.com"),
        ("live.staticflickr.com.", "flickr.com"),
        ("FLICKR.COM:80", "flickr.com"),
        ("notflickr.com", "notflickr.com"),
        ("flickr.com.example.org", "example.org"),
        ("www.example.co.uk", "example.co.uk"),
        ("a.b.kobe.jp", "a.b.kobe.jp"),
        ("co.uk", "co.uk"),
        ("1.bp.blogspot.com", "bp.blogspot.com"),
        ("localhost", "localhost"),
        ("localhost:8080", "localhost"),
        ("mirror", "mirror"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]:8080", "::1"),
        ("[2606:4700:0:0::1111]", "2606:4700::1111"),
        ("www.bücher.example", "xn--bcher-kva.example"),
        ("www.b%C3%BCcher.example", "xn--bcher-kva.example"),
        ("www.XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("", ""),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    """Hosts of one owner are one host, Flickr's two domains among them."""

    assert registrable_domain(host) == domain


@given(st.text())
def test_any_text_is_some_host(host: str) -> None:
    """No host, however broken, raises or becomes longer than its name in ASCII can be."""

    assert len(registrable_domain(host)) <= max(253, len(host))


@pytest.mark.parametrize(
    ("wire", "parts"),
    [
        ("http://example.org", ("http", "example.org", 80)),
        ("https://Example.Org/a.jpg", ("https", "example.org", 443)),
        ("http://example.org:8080?x", ("http", "example.org", 8080)),
        ("http://example.org:/a.jpg", ("http", "example.org", 80)),
        ("http://me:secret@example.org/a@b", ("http", "example.org", 80)),
        ("http://[::1]:81/a.jpg", ("http", "::1", 81)),
        ("http://[0:0::1%25lo]/", None),
        ("http://a@b@example.org/", None),
        ("http://good.example\\@bad.example/", None),
        ("http://a b.example/", None),
        ("http://example.org:0/", None),
        ("http://example.org:65536/", None),
        ("http://example.org:8x/", None),
        ("http:///a.jpg", None),
        ("http://./a.jpg", None),
        ("http:example.org", None),
        ("ftp://example.org/a.jpg", None),
        ("file:///etc/passwd", None),
        ("//example.org/a.jpg", None),
        ("http://../a.jpg", None),
        ("", None),
    ],
)
def test_url_parts(wire: str, parts: tuple[str, str, int] | None) -> None:
    """A URL leads to one place, or is refused because it could lead to two."""

    assert url_parts(wire) == parts


@example("http://%5B")
@example("http://a.example%2F.evil.example/")
@given(st.text() | st.text().map("http://{}".format))
def test_any_text_is_a_url_or_not(wire: str) -> None:
    """No text raises, and a host that was found is a host for the limits too."""
    parts = url_parts(wire)

    assert parts is None or registrable_domain(parts.host)


@pytest.mark.parametrize(
    ("hop", "same"),
    [
        ("http://mirror.lan/b.jpg", True),
        ("http://MIRROR.lan.:80/", True),
        ("https://mirror.lan/a.jpg", True),
        ("http://mirror.lan:8080/a.jpg", False),
        ("https://mirror.lan:80/a.jpg", True),
        ("https://mirror.lan:8443/a.jpg", False),
        ("http://other.lan/a.jpg", False),
        ("http://mirror.lan@other.lan/a.jpg", False),
        ("ftp://mirror.lan/a.jpg", False),
    ],
)
def test_a_redirect_that_stays(hop: str, same: bool) -> None:
    """A redirect stays where it was by host and port, or by the step from http to https."""

    assert is_same_place(hop, "http://mirror.lan/a.jpg") is same


def test_a_redirect_from_https_to_http_does_not_stay() -> None:
    """The step down from https is no step that servers need."""

    assert not is_same_place("http://mirror.lan/", "https://mirror.lan/")

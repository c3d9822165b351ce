"""Proxies and bundles: what the environment says, and what libcurl makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from imagenet_utils.errors import UsageError
from imagenet_utils.model import Reason
from imagenet_utils.network.proxies import certificate_bundle, is_proxied, lower_case_proxies
from tests.canned_server import CannedServer, canned, response
from tests.fetching import bare_environment, fetch_one

BODY = b"from the proxy"


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def proxy() -> Iterator[CannedServer]:
    """Answers for every host; https it refuses to tunnel; /away is sent to a private address."""
    def answer(target: str) -> bytes:
        if ":" in target and not target.startswith("http"):
            return response("403 Forbidden")
        if target.endswith("/away"):
            return response("302 Found", Location="http://10.0.0.1/within")
        return response(body=BODY)

    with canned(answer) as server:
        yield server


def test_upper_case_variables_count() -> None:
    """libcurl ignores HTTP_PROXY; what is there in lower case has precedence."""
    environment = {"HTTP_PROXY": "a", "HTTPS_PROXY": "b", "https_proxy": "c", "NO_PROXY": "d"}
    lower_case_proxies(environment)

    assert environment["http_proxy"] == "a"
    assert environment["https_proxy"] == "c"
    assert environment["no_proxy"] == "d"


@pytest.mark.parametrize(("host", "no_proxy", "expected"), [
    ("a.example", "", True), ("a.example", "*", False), ("a.example", "a.example", False),
    ("a.example", "example", False), ("a.example", ".example", False),
    ("A.Example", "eXample", False),
    ("a.example", "b.example,  a.example", False), ("a.example", "b.example a.example", False),
    ("bexample", "example", True), ("a.example.", "a.example", False),
    ("10.0.0.1", "10.0.0.0/8", False), ("11.0.0.1", "10.0.0.0/8", True),
    ("10.0.0.1", "10.0.0.1", False), ("10.0.0.1", "10.0.0.7/8", False),
    ("::1", "::1", False), ("::1", "[::1]", False), ("fd00::5", "fd00::/8", False),
    ("10.0.0.1", "10.0.0.0/99", True), ("a.example", ",,", True),
])
def test_no_proxy(host: str, no_proxy: str, expected: bool) -> None:
    """A domain with all below it, a network, or everything; a doubtful entry bypasses nothing."""
    environment = {"http_proxy": "http://p:1", "no_proxy": no_proxy}

    assert is_proxied("http", host, proxy=None, environment=environment) is expected


@pytest.mark.parametrize(("scheme", "proxy", "environment", "expected"), [
    ("http", None, {}, False), ("http", "http://p:1", {}, True), ("https", "http://p:1", {}, True),
    ("http", None, {"https_proxy": "p"}, False), ("https", None, {"https_proxy": "p"}, True),
    ("http", None, {"all_proxy": "p"}, True), ("http", None, {"http_proxy": ""}, False),
    ("http", "http://p:1", {"no_proxy": "a.example"}, False),
])
def test_which_proxy(
    scheme: str, proxy: str | None, environment: dict[str, str], expected: bool
) -> None:
    """The option holds for both schemes, a variable for its own; NO_PROXY for all of them."""
    assert is_proxied(scheme, "a.example", proxy=proxy, environment=environment) is expected


def test_the_option_leads_through_the_proxy(proxy: CannedServer) -> None:
    """The host of the URL is not even looked up."""
    fetched = fetch_one("http://pictures.invalid/a.jpg", proxy=proxy.url())

    assert fetched.body == BODY
    assert proxy.targets == ["http://pictures.invalid/a.jpg"]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_environment_leads_through_the_proxy(
    proxy: CannedServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In either case."""
    environment = {name: proxy.url()}
    lower_case_proxies(environment)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)

    assert fetch_one("http://pictures.invalid/a.jpg").body == BODY


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_no_proxy_leads_past_it(
    proxy: CannedServer, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    """What is near is asked for directly."""
    monkeypatch.setenv("no_proxy", no_proxy)
    with canned(lambda _target: response(body=b"direct")) as server:
        fetched = fetch_one(server.url("/a.jpg"), proxy=proxy.url())

    assert (fetched.body, proxy.heads) == (b"direct", [])


def test_private_addresses_are_the_proxys_business(proxy: CannedServer) -> None:
    """The proxy decides whom it asks for us, after a redirect too."""
    fetched = fetch_one("http://pictures.invalid/away", proxy=proxy.url())

    assert fetched.body == BODY
    assert proxy.targets[-1] == "http://10.0.0.1/within"


def test_a_network_past_the_proxy_is_still_ours_to_guard(
    proxy: CannedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect to an address that NO_PROXY exempts would be followed by this machine itself."""
    monkeypatch.setenv("no_proxy", "10.0.0.0/8")
    fetched = fetch_one("http://pictures.invalid/away", proxy=proxy.url())

    assert fetched.failure and fetched.failure.reason is Reason.REFUSED
    assert proxy.targets == ["http://pictures.invalid/away"]


def test_a_refused_tunnel_is_not_the_servers_word(proxy: CannedServer) -> None:
    """The proxy's 403 says nothing about the picture: it is tried again another day."""
    fetched = fetch_one("https://pictures.invalid/a.jpg", proxy=proxy.url())

    assert fetched.failure and fetched.failure.reason is Reason.UNREACHABLE
    assert fetched.http_status == 0


def test_the_first_bundle_named_counts(tmp_path: Path) -> None:
    """curl's variable, then those of others, then the bundle that came along."""
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    own.touch()
    other.touch()
    named = {"SSL_CERT_FILE": str(other), "CURL_CA_BUNDLE": str(own), "REQUESTS_CA_BUNDLE": ""}

    assert certificate_bundle(named) == str(own)
    assert certificate_bundle({}) == certifi.where()


def test_a_bundle_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The message names the path and the variable to mend."""
    with pytest.raises(UsageError) as told:
        certificate_bundle({"SSL_CERT_FILE": str(tmp_path / "none.pem")})

    assert str(told.value) == (
        f"{tmp_path / 'none.pem'}: no such certificate bundle. Mend SSL_CERT_FILE")

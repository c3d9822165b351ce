"""What the doctor says of the web: names, proxies, certificates, the clock, and who answers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.command_line.examination import lines_of
from imagenet_utils.doctor import addresses, asking, clock, names, proxy
from imagenet_utils.doctor.asking import Answer, Kind
from imagenet_utils.doctor.certificates import bundle
from imagenet_utils.doctor.patient import Line
from imagenet_utils.doctor.verdict import Verdict
from imagenet_utils.errors import ExitCode
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.canned_server import canned, response
from tests.examined import OK, PROBLEM, WARNING, only, patient, target
from tests.fetching import bare_environment
from tests.test_transfer import SELF_SIGNED

CONTENT = b"\x1f\x8b" + bytes(range(256)) * 20
DAY = 86_400
ALL_HERE = ExitCode.ALL_HERE


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with socket.create_server(("127.0.0.1", 0)) as neighbour, serving_archives({}) as running:
        elsewhere = f"http://127.0.0.1:{neighbour.getsockname()[1]}/"
        running.served.update(served_here(elsewhere))
        yield running


def served_here(elsewhere: str) -> dict[str, Served]:
    return {
        "/good": Served(CONTENT),
        "/whole": Served(CONTENT, Fault.NO_RANGES),
        "/moved": Served(fault=Fault.REDIRECT, to="/good"),
        "/away": Served(fault=Fault.REDIRECT, to=elsewhere),
        "/busy": Served(fault=Fault.STATUS, status=503),
        "/page": Served(fault=Fault.PAGE),
        "/silent": Served(fault=Fault.SILENCE),
        "/login": Served(CONTENT, authorization="Basic bWU6a2V5"),
    }


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[ArchiveServer]:
    """Its certificate is signed by nobody but itself."""
    pem = tmp_path / "self_signed.pem"
    pem.write_text(SELF_SIGNED)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with serving_archives({"/good": Served(CONTENT)}, context=context) as running:
        yield running


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("path", ["/good", "/whole", "/moved"])
def test_a_good_address(server: ArchiveServer, tmp_path: Path, path: str) -> None:
    """Both libraries reach it, and nobody fetches more than its beginning."""
    found = only(addresses.addresses, patient(tmp_path, target(server.url(path))))

    assert found.level is OK
    assert found.found.startswith(f"boxes, {server.url(path)}: there (requests 0.")
    assert {asked.range for asked in server.asked} == {"bytes=0-511"}


@pytest.mark.parametrize(("path", "level", "told", "cure"), [
    ("/gone", PROBLEM, "HTTP 404", "Take another place"),
    ("/busy", WARNING, "HTTP 503", "Try again later"),
    ("/page", PROBLEM, "with a web page in place of the file", "Take another place"),
    ("/away", PROBLEM, "redirected to 127.0.0.1, which is no public", "Take another place"),
    ("/login", PROBLEM, "HTTP 401", "Take another place"),
])
def test_an_address_that_gives_nothing(
    server: ArchiveServer, tmp_path: Path, path: str, level: object, told: str, cure: str
) -> None:
    """The answer is told, and what works instead."""
    found = only(addresses.addresses, patient(tmp_path, target(server.url(path))))

    assert (found.level, found.cure) == (level, cure)
    assert told in found.found


def test_what_a_run_can_do_without_is_a_warning(server: ArchiveServer, tmp_path: Path) -> None:
    """It does not stand in the way."""
    gone = target(server.url("/gone"), is_needed=False)

    assert only(addresses.addresses, patient(tmp_path, gone)).level is WARNING


def test_an_archive_is_asked_as_who_the_user_is(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the name and the key of a run, by both libraries; without, the ways to log in."""
    examined = patient(tmp_path, target(server.url("/login"), is_archive=True))
    without = only(addresses.addresses, examined)
    monkeypatch.setenv("IMAGENET_USERNAME", "me")
    monkeypatch.setenv("IMAGENET_ACCESS_KEY", "key")

    assert (without.level, "IMAGENET_ACCESS_KEY" in without.cure) == (PROBLEM, True)
    assert only(addresses.addresses, examined).level is OK


def test_silence_has_a_deadline(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes the request and says nothing holds nobody up; for a run he may still answer."""
    monkeypatch.setattr(addresses, "ANSWER_SECONDS", 0.3)
    found = only(addresses.addresses, patient(tmp_path, target(server.url("/silent"))))

    assert (found.level, "A run waits longer" in found.cure) == (WARNING, True)


def test_nobody_there(tmp_path: Path) -> None:
    """A closed port is no connection."""
    address = f"http://127.0.0.1:{closed_port()}/x"
    found = only(addresses.addresses, patient(tmp_path, target(address)))

    assert found.level is PROBLEM
    assert "no connection" in found.found


def test_one_library_alone_is_told_apart(
    server: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists come by one, pictures by the other: a run needs both."""
    def missing(*_arguments: object) -> Answer:
        return Answer(Kind.UNTRIED, "No module named 'pycurl'")

    monkeypatch.setitem(addresses.LIBRARIES, "libcurl", missing)
    found = only(addresses.addresses, patient(tmp_path, target(server.url("/good"))))

    assert (found.level, found.cure) == (PROBLEM, "See packages above")
    assert found.found.endswith("requests: HTTP 206; libcurl: No module named 'pycurl'")


def test_an_unknown_issuer_is_named(stranger: ArchiveServer, tmp_path: Path) -> None:
    """The cure is a bundle of the user's own."""
    found = only(addresses.addresses, patient(tmp_path, target(stranger.url("/good"))))

    assert (found.level, "CURL_CA_BUNDLE" in found.cure) == (PROBLEM, True)
    assert found.found.endswith("its certificate was signed by CN = 127.0.0.1")
    assert stranger.asked == []


def test_the_cure_for_an_unknown_issuer_cures(
    stranger: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the certificate in CURL_CA_BUNDLE, all is well."""
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "self_signed.pem"))

    assert only(addresses.addresses, patient(tmp_path, target(stranger.url("/good")))).level is OK


def test_the_bundle_of_certifi(tmp_path: Path) -> None:
    """Where nothing else is named."""
    found = only(bundle, patient(tmp_path))

    assert (found.level, "(certifi's)" in found.found) == (OK, True)


@pytest.mark.parametrize("content", [None, b"", b"no certificate", bytes(range(256))])
def test_a_bundle_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    """The variable that names it is the user's to mend."""
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    found = only(bundle, patient(tmp_path))

    assert (found.level, "Mend SSL_CERT_FILE" in found.cure) == (PROBLEM, True)
    assert str(path) in found.found


def test_a_folder_of_certificates_needs_hashed_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL finds nothing in one without them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    (tmp_path / "mine.pem").write_text(SELF_SIGNED)
    before = only(bundle, patient(tmp_path))
    (tmp_path / "0a1b2c3d.0").write_text(SELF_SIGNED)

    assert (before.level, "openssl rehash" in before.cure) == (PROBLEM, True)
    assert only(bundle, patient(tmp_path)).level is OK


@pytest.mark.parametrize(("ahead", "level", "told"), [
    (0, OK, "right to"),
    (-420, WARNING, "7 minutes ahead"),
    (DAY + 60, PROBLEM, "24 hours behind"),
    (-10 * DAY, PROBLEM, "10 days ahead"),
])
def test_the_clock(tmp_path: Path, ahead: int, level: object, told: str) -> None:
    """Servers that are `ahead` of it are believed."""
    def answer(_target: str) -> bytes:
        return response(Date=formatdate(time.time() + ahead, usegmt=True))

    with canned(answer) as server:
        found = only(clock.clock, patient(tmp_path, target(server.url("/x?secret"))))

    assert (found.level, told in found.found) == (level, True)
    assert server.targets == ["/"]


def test_the_clock_is_read_through_a_certificate_that_it_makes_invalid(
    stranger: ArchiveServer, tmp_path: Path
) -> None:
    """A clock that is off by years may not be hidden by its own consequence."""
    found = only(clock.clock, patient(tmp_path, target(stranger.url("/good"))))

    assert (found.level, "right to" in found.found) == (OK, True)


@pytest.mark.parametrize("date", ["yesterday", "Thu, 99 Abc 99999 00:00:00 GMT", ""])
def test_a_date_that_is_none(tmp_path: Path, date: str) -> None:
    """It proves nothing."""
    with canned(lambda _target: response(Date=date)) as server:
        found = only(clock.clock, patient(tmp_path, target(server.url("/"))))

    assert (found.level, "nobody answered" in found.found) == (WARNING, True)


def resolving(answers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`*` stands for every name that is not there."""
    def getaddrinfo(host: str, port: int, **_how: object) -> list:
        ip = answers.get(host, answers.get("*"))
        if ip is None:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(names.socket, "getaddrinfo", getaddrinfo)


def test_names_of_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each host once; one that only some of the options need is a warning."""
    resolving({"a.example": "192.0.2.1"}, monkeypatch)
    examined = patient(tmp_path, target("https://a.example/1"), target("https://a.example/2"),
                       target("https://b.example/"),
                       target("https://c.example/", is_needed=False))
    found = list(names.names(examined))

    assert [each.level for each in found] == [OK, PROBLEM, WARNING, OK]
    assert found[0].found.startswith("a.example: 192.0.2.1, 0.0")
    assert found[1].found == "b.example: Name or service not known"


def test_a_resolver_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own patience with it is far longer than ours."""
    never = threading.Event()
    monkeypatch.setattr(names.socket, "getaddrinfo", lambda *_question, **_how: never.wait())
    monkeypatch.setattr(names, "LOOKUP_SECONDS", 0.05)
    found = only(names.names, patient(tmp_path, target("https://a.example/")))
    never.set()

    assert (found.level, found.found) == (PROBLEM, "a.example: no answer within 0.05 s")


def test_numbers_and_proxied_hosts_are_not_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy looks names up by itself."""
    resolving({}, monkeypatch)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    examined = patient(tmp_path, target("https://a.example/"), target("http://127.0.0.1/"))

    found = only(names.names, examined)

    assert (found.level, found.found) == (OK, "this machine has no name to look up")


@pytest.mark.parametrize(("answers", "levels"), [
    ({"a.example": "192.0.2.1"}, [OK, OK]),
    ({"*": "192.0.2.7"}, [OK, WARNING]),
    ({}, [PROBLEM]),
])
def test_a_resolver_that_finds_what_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], levels: list
) -> None:
    """A provider's page for mistyped names would stand for every dead link; silence is no proof."""
    resolving(answers, monkeypatch)
    found = list(names.names(patient(tmp_path, target("https://a.example/"))))

    assert [each.level for each in found] == levels


@pytest.mark.parametrize("host", ["match.example", "expired.example"])
def test_a_hosts_name_is_no_diagnosis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Only what the libraries say of a certificate leads to its cure."""
    def distrust(*_arguments: object) -> Answer:
        return Answer(Kind.UNTRUSTED, f"unable to get local issuer certificate of '{host}'")

    for name in addresses.LIBRARIES:
        monkeypatch.setitem(addresses.LIBRARIES, name, distrust)
    monkeypatch.setattr(addresses, "issuer_of", lambda *_arguments: "")
    found = only(addresses.addresses, patient(tmp_path, target(f"https://{host}/x")))

    assert (found.level, "CURL_CA_BUNDLE" in found.cure) == (PROBLEM, True)


def test_no_proxy_is_well(tmp_path: Path) -> None:
    """Nothing is asked of one."""
    found = only(proxy.proxies, patient(tmp_path, target("https://a.example/")))

    assert (found.level, found.found) == (OK, "none is set")


@pytest.mark.parametrize(("answer", "level", "told"), [
    (response("200 Connection established"), OK, "lets through to a.example (HTTP 200)"),
    (response("407 Proxy Authentication Required"), PROBLEM, "HTTP 407"),
    (response("403 Forbidden"), PROBLEM, "does not let through to a.example"),
    (response("501 Not Implemented"), PROBLEM, "does not let through to a.example"),
    (b"SSH-2.0-OpenSSH\r\n", PROBLEM, "does not speak as a proxy does"),
    (b"", PROBLEM, "does not speak as a proxy does"),
])
def test_what_a_proxy_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, level: object, told: str
) -> None:
    """It is named with its variable, and without its password."""
    with canned(lambda _target: answer) as server:
        address = f"http://me:s%40cret@127.0.0.1:{server.port}"
        monkeypatch.setenv("https_proxy", address)
        monkeypatch.setenv("HTTPS_PROXY", address)
        found = only(proxy.proxies, patient(tmp_path, target("https://a.example/x")))

    assert (found.level, told in found.found) == (level, True)
    assert f"http://***@127.0.0.1:{server.port} (HTTPS_PROXY)" in found.found
    assert server.heads[0].startswith("CONNECT a.example:443 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6c0BjcmV0\r\n" in server.heads[0]


@pytest.mark.parametrize("password", ["se/cret", "se?cret", "se#cret", "se@cret", "12/cret",
                                      "/secret", "s@127.0.0.1/cret"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_password_that_cuts_the_address_in_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str, scheme: str
) -> None:
    """Nobody shows it: not the proxy's line, nor that of an address behind it."""
    address = f"http://127.0.0.1:{password}@127.0.0.1:{closed_port()}"
    monkeypatch.setenv(f"{scheme}_proxy", address)
    examined = patient(tmp_path, target(f"{scheme}://127.0.0.1:{closed_port()}/x"))
    findings = [*proxy.proxies(examined), *addresses.addresses(examined)]
    told = "\n".join(lines_of(Verdict(found.level, "web", found.found, found.cure, ALL_HERE))
                     for found in findings)

    assert "http://***@127.0.0.1:" in told
    assert "cret" not in told


@given(st.text(), st.sampled_from(["http", "socks5h", ""]))
def test_no_password_is_too_odd(password: str, scheme: str) -> None:
    """Whatever it is made of, none of it is shown, and the proxy's place is."""
    begin = f"{scheme}://" if scheme else ""
    shown = proxy.Proxy(f"{begin}me:{password}@host:3128", "--proxy").shown

    assert shown == f"{scheme or 'http'}://***@host:3128 (--proxy)"


def test_a_proxy_that_refuses_what_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run goes on without."""
    with canned(lambda _target: response("403 Forbidden")) as server:
        monkeypatch.setenv("https_proxy", server.url())
        wished = target("https://a.example/x", is_needed=False)
        found = only(proxy.proxies, patient(tmp_path, wished))

    assert (found.level, "does not let through" in found.found) == (WARNING, True)


@pytest.mark.parametrize(("answer", "level", "told"), [
    (response("502 Bad Gateway"), OK, "answers as a proxy does (HTTP 502)"),
    (response("407 Proxy Authentication Required"), WARNING, "HTTP 407"),
    (b"SSH-2.0-OpenSSH\r\n", WARNING, "does not speak as a proxy does"),
])
def test_the_proxy_of_pictures_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, level: object, told: str
) -> None:
    """Most of their addresses are plain http, though a run may ask for nothing else by it."""
    with canned(lambda _target: answer) as server:
        monkeypatch.setenv("http_proxy", server.url())
        found = only(proxy.proxies, patient(tmp_path, target("https://a.example/x")))

    assert (found.level, told in found.found) == (level, True)
    assert server.heads[0].startswith("HEAD http://")


def test_a_proxy_that_no_proxy_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody goes by is not tried."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("no_proxy", "*")
    found = only(proxy.proxies, patient(tmp_path, target("http://a.example/x")))

    assert (found.level, "goes by none" in found.found) == (OK, True)


def test_a_proxy_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be slow: a run waits longer."""
    monkeypatch.setattr(proxy, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(proxy=f"http://127.0.0.1:{listener.getsockname()[1]}")
        found = only(proxy.proxies, patient(tmp_path, target("http://a.example/"), line=line))

    assert (found.level, "said nothing" in found.found) == (WARNING, True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "127.0.0.1:{port}",
                                     "socks5h://127.0.0.1:{port}"])
def test_a_proxy_that_is_down(tmp_path: Path, address: str) -> None:
    """Whatever it speaks; the option is named."""
    line = Line(proxy=address.format(port=closed_port()))
    found = only(proxy.proxies, patient(tmp_path, target("http://a.example/"), line=line))

    assert (found.level, "(--proxy): cannot be reached" in found.found) == (PROBLEM, True)


@pytest.mark.parametrize("address", ["http://", "http://host:port", "http://[::1", "://"])
def test_a_proxy_that_is_no_address(tmp_path: Path, address: str) -> None:
    """Variables are not checked by anybody before."""
    found = only(proxy.proxies, patient(tmp_path, target("http://a.example/"),
                                        line=Line(proxy=address)))

    assert (found.level, "no address of a proxy" in found.found) == (PROBLEM, True)


def test_a_proxy_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many targets there are behind it."""
    with canned(lambda _target: response()) as server:
        monkeypatch.setenv("all_proxy", server.url())
        many = [target(f"http://{name}.example/") for name in "abc"]
        found = only(proxy.proxies, patient(tmp_path, *many))

    assert (found.level, len(server.heads)) == (OK, 1)


@given(st.binary(max_size=60))
def test_no_status_line_is_too_odd(head: bytes) -> None:
    """A proxy may say anything."""
    assert 0 <= proxy.status_in(head) <= 999


def test_letters_that_libcurl_does_not_take(tmp_path: Path) -> None:
    """They are no traceback."""
    answer = asking.by_libcurl(target("http://127.0.0.1/\udc80"), Line(), 1.0)

    assert answer.kind is Kind.REFUSED

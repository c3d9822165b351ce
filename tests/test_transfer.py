"""One attempt at one URL: where it may lead, and what it is taken for."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycurl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.access import access_to
from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Address, Origin, Site
from imagenet_utils.model import Reason
from imagenet_utils.network.byte_budget import ByteBudget, shared_bytes
from imagenet_utils.network.fetch import Fetched
from imagenet_utils.network.transfer import Transfer
from imagenet_utils.url_lists.wire import wire_form
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.canned_server import CannedServer, canned, response
from tests.fetching import (
    bare_environment, fetch_all, fetch_one, new_fetcher, transfer_options,
)

BODY = bytes(range(256)) * 100

# Made for these tests alone, valid for a hundred years, for 127.0.0.1.
SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghm9OsF46pruzoahp
SeDzqdL8Jq8+e8IOr+Y31uZE3KqhRANCAAQtkHTfwfrgIN1t7+FcCsdS0/mQ0r7A
KfCde5km1oJGpvAlSLGSLga+u3JO71kZQjIj8PbhVAymqcyf34ddNfiT
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUKivGcusKxcoZmSzG21E2vQ2PNaAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMDExMTA1NVoYDzIxMjYxMDI3
MTExMDU1WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQtkHTfwfrgIN1t7+FcCsdS0/mQ0r7AKfCde5km1oJGpvAlSLGSLga+
u3JO71kZQjIj8PbhVAymqcyf34ddNfiTo2QwYjAdBgNVHQ4EFgQUA/I9ADWiW/TS
wZoGl8D2n/SdXOIwHwYDVR0jBBgwFoAUA/I9ADWiW/TSwZoGl8D2n/SdXOIwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IF7CNd5hTcz1P9BEtxMyKPlOnZmUOtC3tHDleRh3wC+8AiB9uim0duYsbpfJBCYY
0bUPt+KcdFyOMrocJRdVZ6k46A==
-----END CERTIFICATE-----
"""


class Sockets:
    """Lets connections to 127.0.0.0/8 and ::1 pass; others are noted and never made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.let_through: list[str] = []  # by the code under test; none of them was opened
        original = Transfer._open_socket

        def open_socket(transfer: Transfer, purpose: int, address: tuple) -> Any:
            opened = original(transfer, purpose, address)
            remote = address[3][0]
            remote = remote.decode() if isinstance(remote, bytes) else remote
            if opened == pycurl.SOCKET_BAD or remote.startswith("127.") or remote == "::1":
                return opened
            opened.close()
            self.let_through.append(remote)
            return pycurl.SOCKET_BAD

        monkeypatch.setattr(Transfer, "_open_socket", open_socket)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Sockets:
    return Sockets(monkeypatch)


@pytest.fixture
def origin() -> Iterator[Address]:
    with Origin(Site({"a.jpg": File(BODY)})) as address:
        yield address


def told(answer: bytes, path: str = "/a.jpg", **changes: Any) -> Fetched:
    """What comes of a server that answers just this."""
    with canned(lambda _target: answer) as server:
        return fetch_one(server.url(path), **changes)


def reason_of(fetched: Fetched) -> Reason | None:
    return fetched.failure.reason if fetched.failure else None


def redirect_to(*locations: str) -> bytes:
    lines = "".join(f"Location: {location}\r\n" for location in locations)
    return f"HTTP/1.1 302 Found\r\n{lines}Content-Length: 0\r\n\r\n".encode("latin-1")


@pytest.mark.parametrize("location", [
    "http://10.0.0.1/x", "http:/10.0.0.1/x", "http:///10.0.0.1/x", "//10.0.0.1/x", "///10.0.0.1/x",
    "HTTP://10.0.0.1/x", "http://10.1/x", "http://167772161/x", "http://0x0a.0.0.1/x",
    "http://[::ffff:10.0.0.1]/x", "http://user@10.0.0.1/x", "http://192.168.0.1:8080/x",
    "http://169.254.169.254/latest/meta-data/", "http:169.254.169.254/", "http://[fe80::1]/",
    "http://[fd00:ec2::254]/", "http://0.0.0.0/x", "https://172.16.0.1/x",
])
def test_no_redirect_leads_into_the_private_network(sockets: Sockets, location: str) -> None:
    """However the address is written, it is refused before any socket is opened."""
    fetched = told(redirect_to(location))

    assert sockets.let_through == []
    assert fetched.failure and not fetched.body


@pytest.mark.parametrize("locations", [
    ("http://10.0.0.1/x", "/same"), ("/same", "http://10.0.0.1/x"), ("", "http://10.0.0.1/x"),
])
def test_two_locations_are_no_way_in(sockets: Sockets, locations: tuple[str, ...]) -> None:
    """Whichever of them libcurl follows, the other is no cover for it."""
    with canned(lambda target: redirect_to(*locations) if target == "/a.jpg"
                else response(body=BODY)) as server:
        fetch_one(server.url("/a.jpg"))

    assert sockets.let_through == []


def test_metadata_is_refused_to_the_list_too(sockets: Sockets) -> None:
    """A list may name the private network, not the metadata service of a cloud."""
    fetched = fetch_one("http://169.254.169.254/latest/meta-data/")

    assert (reason_of(fetched), fetched.is_connected) == (Reason.REFUSED, False)
    assert fetched.failure and "metadata" in fetched.failure.description
    assert sockets.let_through == []


def test_the_list_may_name_a_private_address(sockets: Sockets) -> None:
    """What the list names is the user's own mirror: a socket would be opened."""
    fetch_one("http://10.0.0.1/x.jpg")

    assert sockets.let_through == ["10.0.0.1"]


def test_a_redirect_on_the_same_place_is_followed(origin: Address) -> None:
    """A list that names a loopback address may be sent on within it."""
    assert fetch_one(origin.url("/faults/redirect/a.jpg")).body == BODY


def test_a_kept_connection_is_no_way_in(origin: Address) -> None:
    """What the list itself opened is not open to others' redirects."""
    fetcher = new_fetcher()
    with canned(lambda _target: redirect_to(origin.url("/pictures/a.jpg?secret"))) as server:
        fetched = [fetch_all(fetcher, [url])[0]
                   for url in (origin.url("/pictures/a.jpg"), server.url("/a.jpg"))]

    assert [reason_of(one) for one in fetched] == [None, Reason.REFUSED]
    assert origin.counts().requests == {"/pictures/a.jpg": 1}


def test_five_redirects_are_followed() -> None:
    """Not one more."""
    def answer(target: str) -> bytes:
        left = int(target.strip("/"))
        return redirect_to(f"/{left - 1}") if left else response(body=BODY)

    with canned(answer) as server:
        five, six = fetch_one(server.url("/5")), fetch_one(server.url("/6"))

    assert (reason_of(five), reason_of(six)) == (None, Reason.REFUSED)


@pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:,x",
                                      "gopher://127.0.0.1/", "javascript:x", "http://[bad/"])
def test_redirects_stay_on_the_web(location: str) -> None:
    """http and https only."""
    assert reason_of(told(redirect_to(location))) is Reason.REFUSED


@pytest.mark.parametrize(("status", "reason"), [
    (200, None), (203, None), (204, None), (206, Reason.SERVER_ERROR), (300, Reason.REFUSED),
    (304, Reason.REFUSED), (400, Reason.REFUSED), (401, Reason.REFUSED), (403, Reason.REFUSED),
    (404, Reason.GONE), (407, Reason.UNREACHABLE), (408, Reason.TIMEOUT), (410, Reason.GONE),
    (418, Reason.REFUSED), (429, Reason.THROTTLED), (451, Reason.GONE), (500, Reason.SERVER_ERROR),
    (503, Reason.SERVER_ERROR), (599, Reason.SERVER_ERROR), (999, Reason.SERVER_ERROR),
])
def test_each_status_has_a_reason(status: int, reason: Reason | None) -> None:
    """None: there is a body to prove."""
    fetched = told(response(f"{status} Whatever"))

    assert (fetched.http_status, reason_of(fetched)) == (status, reason)


@pytest.mark.parametrize("status", ["404 Not Found", "300 Multiple Choices"])
def test_an_endless_error_page_keeps_its_status(status: str) -> None:
    """Its page is cut short, its word stands."""
    fetched = told(response(status, bytes(1_000_000)), max_image_bytes=10_000_000)

    assert fetched.failure and fetched.failure.description == f"HTTP {status[:3]}"
    assert fetched.received < 200_000


HOSTILE = (
    b"HTTP/1.1 302 F\r\nLocation: http://h\xe9" + b"x" * 70 + b"/\r\n\r\n",
    b"HTTP/1.1 302 F\r\nLocation: http://[bad/\r\n\r\n",
    b"HTTP/1.1 302 F\r\nLocation: foo:\xe9\x1b[31m\xad\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Robots-Tag: \xff\x1b]0;noai, noai\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nX-A: b\x00c\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 " + b"9" * 5000 + b" OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 " + b"9" * 60 + b" OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1\r\n\r\nabc", b"HTTP/1.1 -1\r\n\r\n", b"HTTP/1.1 2\xb2\xb3 OK\r\n\r\n", b"\xff" * 400,
    b"HTTP/1.1 429 F\r\nRetry-After: " + b"9" * 5000 + b"\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 429 F\r\nRetry-After: Mon, 99 Xxx 99999999999 99:99:99 +9999999999\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip",
    b"HTTP/1.1 200 OK\r\n: \r\n:\r\n \r\n\t\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
)


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_headers(answer: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """No header ends the fetcher, prints a traceback, or leaves words no report can hold."""
    fetcher = new_fetcher()
    with canned(lambda target: answer if target == "/a.jpg" else response(body=BODY)) as server:
        bad, good = (fetch_all(fetcher, [server.url(path)])[0] for path in ("/a.jpg", "/b.jpg"))
    words = bad.failure.description if bad.failure else ""

    assert good.body == BODY
    assert words.isprintable() and len(words) <= 200
    assert 0 <= bad.http_status <= 999
    assert capfd.readouterr().err == ""


@given(st.binary(max_size=200))
def test_any_header_line(line: bytes) -> None:
    """Headers may be any bytes: reading them never raises, and what is told of them is fit to be
    printed."""
    transfer = Transfer(transfer_options(), ByteBudget(shared_bytes(1), 0))
    transfer.begin(1, "http://127.0.0.1/a.jpg")
    transfer._lines += [b"HTTP/1.1 302 Found\r\n", line, b"\r\n"]
    failure = transfer.outcome(0, "")

    assert failure is None or failure.description.isprintable()


@given(st.binary(max_size=100))
def test_any_wire_form_can_be_asked_for(path: bytes) -> None:
    """What the lists make of any line suits libcurl."""
    transfer = Transfer(transfer_options(), ByteBudget(shared_bytes(1), 0))
    wire = wire_form(b"http://127.0.0.1/" + path)
    transfer.begin(1, wire)

    assert transfer.wire == wire


def test_early_hints_are_not_the_answer() -> None:
    """What is said with a status of 1xx does not count."""
    hints = b"HTTP/1.1 103 Early Hints\r\nX-Robots-Tag: noai\r\n\r\n"

    assert told(hints + response(body=BODY)).body == BODY


def test_trailers_have_no_say() -> None:
    """What comes behind the last chunk changes neither status nor body."""
    chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
               b"HTTP/1.1 404 Gone: yes\r\nX-Robots-Tag: noai\r\n\r\n")
    fetched = told(chunked)

    assert (fetched.http_status, bytes(fetched.body), fetched.failure) == (200, b"abc", None)


def test_retry_after_of_a_redirect_is_forgotten() -> None:
    """Only the last answer says when to come back."""
    def answer(target: str) -> bytes:
        if target == "/a.jpg":
            return response("302 Found", Location="/b", Retry_After="100")
        return response("503 Busy", Retry_After="3")

    with canned(answer) as server:
        fetched = fetch_one(server.url("/a.jpg"))

    assert fetched.retry_after_seconds == 3


@pytest.mark.parametrize(("honours", "reason"), [(True, Reason.OPTED_OUT), (False, None)])
def test_opting_out_is_honoured_unless_ignored(honours: bool, reason: Reason | None) -> None:
    """The header that forbids use for machine learning, with and without --ignore_opt_out."""
    answer = response(body=BODY, X_Robots_Tag="noai")

    assert reason_of(told(answer, honours_opt_out=honours)) is reason


def test_gzip_unasked_is_undone() -> None:
    """None is asked for, and what comes all the same is unpacked."""
    with canned(lambda _target: response(body=gzip.compress(BODY), Content_Encoding="gzip")) as one:
        fetched = fetch_one(one.url("/a.jpg"))

    assert fetched.body == BODY
    assert "accept-encoding: identity" in one.heads[0].lower()


def test_a_gzip_bomb_is_capped() -> None:
    """The limit holds for what a body swells to."""
    bomb = response(body=gzip.compress(bytes(30_000_000)), Content_Encoding="gzip")
    fetched = told(bomb, max_image_bytes=100_000)

    assert reason_of(fetched) is Reason.TOO_LARGE
    assert fetched.received < 1_000_000


@pytest.mark.parametrize(("size", "reason"), [(25_600, None), (25_599, Reason.TOO_LARGE)])
def test_the_limit_is_exact(size: int, reason: Reason | None) -> None:
    """A body of just the limit passes."""
    assert reason_of(told(response(body=BODY), max_image_bytes=size)) is reason


def test_the_user_agent_is_sent() -> None:
    """Servers are told who asks."""
    with canned(lambda _target: response(body=BODY)) as server:
        fetch_one(server.url("/a.jpg"), user_agent="part-of-imagenet/3 (tests)")

    assert "\r\nUser-Agent: part-of-imagenet/3 (tests)\r\n" in server.heads[0]


def test_ipv6() -> None:
    """A host that is an IPv6 address is connected to."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        with canned(lambda _target: response(body=BODY), host="::1") as server:
            fetched = fetch_one(f"http://[::1]:{server.port}/a.jpg")
    except OSError:
        pytest.skip("no IPv6 on the loopback")

    assert fetched.body == BODY


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "self_signed.pem"
    path.write_text(SELF_SIGNED)
    return path


@pytest.fixture
def secure_server(certificate: Path) -> Iterator[CannedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with canned(lambda _target: response(body=BODY), context=context) as server:
        yield server


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_of_the_users_is_trusted(
    secure_server: CannedServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Each of the usual variables names it."""
    monkeypatch.setenv(variable, str(certificate))

    assert fetch_one(secure_server.url("/a.jpg", "https")).body == BODY


def test_strangers_are_not_trusted(secure_server: CannedServer) -> None:
    """Without such a bundle, a certificate that nobody vouches for ends the attempt."""
    fetched = fetch_one(secure_server.url("/a.jpg", "https"))

    assert (reason_of(fetched), fetched.http_status) == (Reason.UNREACHABLE, 0)
    assert secure_server.heads == []


PART = (1000, 3000)
ACCOUNT = {"IMAGENET_USERNAME": "somebody", "IMAGENET_ACCESS_KEY": "a-secret"}


def part_of(server: ArchiveServer, path: str = "/a.tar", **changes: Any) -> Fetched:
    return fetch_one(server.url(path), PART, **changes)


@pytest.mark.parametrize("fault", [Fault.NO_RANGES, Fault.WRONG_RANGE])
def test_an_answer_that_is_not_the_part(fault: Fault) -> None:
    """It ends before its first byte: the whole may be 138 GB, and other bytes are no picture."""
    with serving_archives({"/a.tar": Served(BODY, fault)}) as server:
        fetched = part_of(server)

    assert reason_of(fetched) is Reason.UNREACHABLE
    assert (fetched.received, fetched.body) == (0, b"")


@pytest.mark.parametrize("content_range", [
    "", "bytes 1000-2999", "bytes 0-1999/25600", "bytes 1000-3000/25600", "bytes */25600",
    "1000-2999/25600", "items 1000-2999/25600",
])
def test_a_part_says_which_it_is(content_range: str) -> None:
    """206 alone is not believed."""
    headers = {"Content_Range": content_range} if content_range else {}
    answer = response("206 Partial Content", BODY[1000:3000], **headers)
    with canned(lambda _target: answer) as server:
        fetched = fetch_one(server.url("/a.tar"), PART)

    assert reason_of(fetched) is Reason.UNREACHABLE
    assert fetched.received == 0


def test_a_part_that_nobody_asked_for() -> None:
    """206 to a plain request is no picture."""
    answer = response("206 Partial Content", BODY, Content_Range="bytes 0-25599/25600")

    assert reason_of(told(answer)) is Reason.SERVER_ERROR


def test_a_part_that_is_cut() -> None:
    """It is asked for again: what is there is not enough."""
    with serving_archives({"/a.tar": Served(BODY, Fault.CUT, at=500)}) as server:
        fetched = part_of(server)

    assert (reason_of(fetched), fetched.body) == (Reason.UNREACHABLE, b"")


@pytest.mark.parametrize(("status", "reason"), [
    (400, Reason.REFUSED), (429, Reason.THROTTLED), (503, Reason.SERVER_ERROR),
])
def test_errors_of_parts_are_those_of_wholes(status: int, reason: Reason) -> None:
    """The server's word counts as it does for a picture of its own."""
    served = Served(BODY, Fault.STATUS, status=status)
    with serving_archives({"/a.tar": served}) as server:
        fetched = part_of(server)

    assert (reason_of(fetched), fetched.http_status) == (reason, status)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_is_said_of_the_archive(status: int) -> None:
    """A login that has run out, a file that is gone: it is no verdict on the picture."""
    served = Served(BODY, Fault.STATUS, status=status)
    with serving_archives({"/a.tar": served}) as server:
        fetched = part_of(server)

    assert (reason_of(fetched), fetched.http_status) == (Reason.UNREACHABLE, status)


def test_a_part_beyond_the_end() -> None:
    """An archive that has shrunk has no such bytes; the next run finds out what it is now."""
    with serving_archives({"/a.tar": Served(BODY[:100])}) as server:
        fetched = part_of(server)

    assert (reason_of(fetched), fetched.http_status) == (Reason.UNREACHABLE, 416)


def test_secrets_go_to_their_own_host() -> None:
    """An archive that wants a name and a key gets them, by the part."""
    with serving_archives({"/a.tar": Served(BODY)}) as server:
        access = access_to(server.url("/"), environment=ACCOUNT)
        server.served["/a.tar"].authorization = access.headers_for(
            server.url("/"))["Authorization"]
        known = part_of(server, access=access)
        unknown = part_of(server)

    assert known.body == BODY[1000:3000]
    assert (reason_of(unknown), unknown.http_status) == (Reason.UNREACHABLE, 401)


def test_secrets_do_not_follow_a_redirect(tmp_path: Path) -> None:
    """The place it leads to gives the part, and never sees the cookie."""
    cookies = tmp_path / "cookies.txt"
    cookies.write_text("a.example\tFALSE\t/\tFALSE\t0\tsession\ta-secret\n")
    first, second = "http://a.example/a.tar", "http://b.example/a.tar"
    served = {first: Served(fault=Fault.REDIRECT, to=second), second: Served(BODY)}
    with serving_archives(served) as proxy:
        access = access_to(first, environment={}, cookie_file=cookies)
        fetched = fetch_one(first, PART, access=access, proxy=proxy.url(""))
        asked = [(each.path, each.cookie, each.range) for each in proxy.asked]

    assert fetched.body == BODY[1000:3000]
    assert asked == [(first, "session=a-secret", "bytes=1000-2999"),
                     (second, None, "bytes=1000-2999")]


def test_secrets_are_for_archives_of_their_host_alone() -> None:
    """Neither another host's archive nor a picture from a list is told."""
    with serving_archives({"/a.tar": Served(BODY)}) as server:
        access = access_to("http://127.0.0.1:1/", environment=ACCOUNT)
        part_of(server, access=access)
        own = access_to(server.url("/"), environment=ACCOUNT)
        fetcher = new_fetcher(access=own)
        fetch_all(fetcher, [server.url("/a.tar")], PART)
        fetch_all(fetcher, [server.url("/a.tar")])
        told_of = [bool(asked.authorization) for asked in server.asked]

    assert told_of == [False, True, False]

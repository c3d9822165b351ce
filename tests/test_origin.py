"""The origin, and what it does to those who ask it for pictures."""

from __future__ import annotations

import gzip
import http.client
import io
import socket
import struct
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagenet_utils.demo.drawing import encode
from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.faults import FAULTS
from imagenet_utils.demo.origin import (
    Address, Origin, Site, closed_port, full_port, origin_in_process,
)
from imagenet_utils.demo.stand_ins import pixel_bomb, without_middle
from imagenet_utils.model import Reason

PATIENCE_SECONDS = 10
PICTURE = encode(Image.effect_noise((160, 120), 80), "jpeg")
SITE = Site({"a.jpg": File(PICTURE), "b.jpg": File(PICTURE)})


@pytest.fixture
def origin() -> Iterator[Address]:
    with Origin(SITE) as address:
        yield address


class Client(http.client.HTTPConnection):
    """One kept-alive connection."""

    def __init__(self, origin: Address) -> None:
        super().__init__(origin.host, origin.port, timeout=PATIENCE_SECONDS)

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.request(method, path, headers=headers)
        response = self.getresponse()
        return response, response.read()


@pytest.fixture
def client(origin: Address) -> Iterator[Client]:
    connection = Client(origin)
    yield connection
    connection.close()


def raw_answer(origin: Address, path: str) -> bytes:
    """Every byte of an answer until the origin closes."""
    with socket.create_connection((origin.host, origin.port), PATIENCE_SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_picture_arrives_whole(client: Client) -> None:
    """A plain path gives the file with its type and length."""
    response, body = client.ask("/pictures/a.jpg")

    assert (response.status, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert body == PICTURE


def test_a_connection_is_kept(origin: Address, client: Client) -> None:
    """Many requests, one after the other, need one connection."""
    for _ in range(5):
        client.ask("/pictures/a.jpg")
    seen = origin.counts()

    assert seen.requests == {"/pictures/a.jpg": 5}
    assert (seen.connections, seen.most_open) == (2, 2)  # the second one asked for the counts


def test_head_has_no_body(client: Client) -> None:
    """HEAD tells the length and sends nothing, so that the connection can go on."""
    response, body = client.ask("/pictures/a.jpg", "HEAD")
    after = client.ask("/pictures/a.jpg")[1]

    assert (response.headers["Content-Length"], body) == (str(len(PICTURE)), b"")
    assert after == PICTURE


def test_a_range_is_a_part(client: Client) -> None:
    """A byte range is answered with 206 and its place in the whole."""
    response, body = client.ask("/pictures/a.jpg", Range="bytes=10-19")

    assert response.status == 206
    assert response.headers["Content-Range"] == f"bytes 10-19/{len(PICTURE)}"
    assert body == PICTURE[10:20]


def test_a_foolish_range_is_ignored(client: Client) -> None:
    """Who asks for nonsense gets the whole file."""
    response, body = client.ask("/pictures/a.jpg", Range="bytes=9-2")

    assert (response.status, body) == (200, PICTURE)


@pytest.mark.parametrize("path", ["/", "/pictures/c.jpg", "/faults/unheard_of/a.jpg", "/a/b/c/d/e"])
def test_elsewhere_is_nothing(client: Client, path: str) -> None:
    """A path that leads nowhere is a 404."""
    assert client.ask(path)[0].status == 404


@pytest.mark.parametrize("name", ["whole", "chunked", "no_length", "as_text"])
def test_odd_but_good(client: Client, name: str) -> None:
    """These ways to send a picture are unusual, and the picture is whole."""
    assert client.ask(f"/faults/{name}/a.jpg")[1] == PICTURE


@pytest.mark.parametrize("name, status", [
    ("gone", 404), ("gone_for_good", 410), ("withheld", 451), ("forbidden", 403),
    ("broken", 500), ("unavailable", 503), ("throttling", 429),
])
def test_refusals_have_their_status(client: Client, name: str, status: int) -> None:
    """A page of HTML under the status that the fault stands for."""
    response, body = client.ask(f"/faults/{name}/a.jpg")

    assert (response.status, response.headers["Content-Type"]) == (status, "text/html")
    assert body != PICTURE


@pytest.mark.parametrize("name, location", [
    ("redirect", "/pictures/a.jpg"),
    ("redirect_loop", "/faults/redirect_loop/a.jpg"),
    ("redirect_to_file", "file:///etc/hostname"),
    ("redirect_to_private", "http://10.0.0.1/a.jpg"),
    ("redirect_to_metadata", "http://169.254.169.254/latest/meta-data/a.jpg"),
    ("placeholder", "/stand-ins/photo_unavailable.png"),
])
def test_redirects_lead_where_they_say(client: Client, name: str, location: str) -> None:
    """302 and the address."""
    response, _ = client.ask(f"/faults/{name}/a.jpg")

    assert (response.status, response.headers["Location"]) == (302, location)


def test_the_placeholder_is_a_gray_picture(client: Client) -> None:
    """What a removed photo leads to looks like a success."""
    response, body = client.ask("/stand-ins/photo_unavailable.png")

    assert response.status == 200
    assert Image.open(io.BytesIO(body)).mode == "L"


def test_a_parked_domain_has_one_picture(client: Client) -> None:
    """Different names give the same bytes, and not those of the file."""
    first, second = (client.ask(f"/faults/parked/{name}")[1] for name in ("a.jpg", "b.jpg"))

    assert first == second != PICTURE


def test_unavailable_for_a_while(client: Client) -> None:
    """The number in the path says how often 503 comes before the picture."""
    statuses = [client.ask("/faults/recovering/2/a.jpg")[0].status for _ in range(4)]

    assert statuses == [503, 503, 200, 200]


def test_throttled_in_seconds(client: Client) -> None:
    """The first answer names the seconds to wait, the second is the picture."""
    first, second = (client.ask("/faults/throttling_once/7/a.jpg")[0] for _ in range(2))

    assert (first.status, first.headers["Retry-After"], second.status) == (429, "7", 200)


def test_throttled_by_date(client: Client) -> None:
    """Retry-After may be a date, that many seconds ahead."""
    response, _ = client.ask("/faults/throttling_once_by_date/3600/a.jpg")
    ahead = parsedate_to_datetime(response.headers["Retry-After"]).timestamp() - time.time()

    assert 3000 < ahead <= 3600


def test_a_crowd_is_throttled(origin: Address) -> None:
    """Of three requests at once, one is too many; alone, it is welcome again."""
    clients = [Client(origin) for _ in range(3)]
    for one in clients:
        one.request("GET", "/faults/crowded/2/a.jpg")
    statuses = sorted(one.getresponse().status for one in clients)
    for one in clients:
        one.close()
    latecomer = Client(origin)
    welcome = latecomer.ask("/faults/crowded/2/a.jpg")[0].status
    latecomer.close()

    assert (statuses, welcome) == ([200, 200, 429], 200)


@pytest.mark.parametrize("name", ["cut", "chunked_cut"])
def test_a_cut_body_is_noticed(client: Client, name: str) -> None:
    """Half a body comes, and the framing tells that it is not all."""
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.ask(f"/faults/{name}/a.jpg")

    assert PICTURE.startswith(caught.value.partial)


def test_a_cut_that_framing_cannot_tell(client: Client) -> None:
    """Without a length, only the picture itself shows that half of it is missing."""
    assert client.ask("/faults/cut_unannounced/a.jpg")[1] == PICTURE[:len(PICTURE) // 2]


def test_more_than_announced(origin: Address) -> None:
    """Half the length is announced, and all bytes follow."""
    head, _, body = raw_answer(origin, "/faults/longer_than_announced/a.jpg").partition(b"\r\n\r\n")

    assert b"Content-Length: %d" % (len(PICTURE) // 2) in head
    assert body == PICTURE


def test_a_reset_is_a_reset(client: Client) -> None:
    """The connection ends with RST."""
    with pytest.raises(ConnectionResetError):
        client.ask("/faults/reset/a.jpg")


def test_an_ssh_server_speaks_no_http(client: Client) -> None:
    """The banner of SSH is no status line."""
    with pytest.raises(http.client.BadStatusLine):
        client.ask("/faults/not_http/a.jpg")


def test_a_head_may_be_huge(client: Client) -> None:
    """A header of megabytes is more than a client has to read."""
    with pytest.raises(http.client.LineTooLong):
        client.ask("/faults/huge_head/a.jpg")


@pytest.mark.parametrize("path, start", [
    ("/faults/silent/a.jpg", b""),
    ("/faults/dripping/0.001/a.jpg", b"HTTP/1.1 200 OK\r\n"),
    ("/faults/endless/a.jpg", b"HTTP/1.1 200 OK\r\n"),
    ("/faults/endless_head/0.001/a.jpg", b"HTTP/1.1 200 OK\r\n"),
])
def test_what_never_ends_ends_with_the_origin(path: str, start: bytes) -> None:
    """An answer without end does not keep the origin from stopping."""
    with Origin(SITE) as origin:
        connection = socket.create_connection((origin.host, origin.port), PATIENCE_SECONDS)
        connection.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        seen = connection.recv(len(start), socket.MSG_WAITALL) if start else b""
    connection.close()

    assert seen == start


def test_an_unasked_encoding(client: Client) -> None:
    """The body is the picture once it is unpacked."""
    response, body = client.ask("/faults/gzipped/a.jpg")

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == PICTURE


def test_a_gzip_bomb_swells(client: Client) -> None:
    """The number in the path is the size in MiB that few bytes swell to."""
    _, body = client.ask("/faults/gzip_bomb/3/a.jpg")

    assert len(body) < 20_000
    assert len(gzip.decompress(body)) == 3 * 1024 * 1024


def test_a_pixel_bomb_is_small() -> None:
    """Half a megabyte announces 900 million pixels."""
    bomb = pixel_bomb()

    assert len(bomb) < 600_000
    assert struct.unpack(">II", bomb[16:24]) == (30_000, 30_000)


def test_a_page_called_a_picture(client: Client) -> None:
    """The media type lies."""
    response, body = client.ask("/faults/html/a.jpg")

    assert response.headers["Content-Type"] == "image/jpeg"
    assert body.startswith(b"<!DOCTYPE html>")


def test_nothing_called_a_picture(client: Client) -> None:
    """200, and a length of zero."""
    response, body = client.ask("/faults/empty/a.jpg")

    assert (response.status, body) == (200, b"")


def test_a_wish_to_be_left_alone(client: Client) -> None:
    """The picture comes, with the header that forbids to train on it."""
    response, _ = client.ask("/faults/opted_out/a.jpg")

    assert response.headers["X-Robots-Tag"] == "noai, noimageai"


def test_a_damaged_picture_has_both_ends() -> None:
    """Start and end marker stand, a third of the scan is missing, and a strict decoder sees it."""
    simplejpeg = pytest.importorskip("simplejpeg")
    damaged = without_middle(PICTURE)

    assert (damaged[:2], damaged[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    with pytest.raises(ValueError, match="premature end of data segment"):
        simplejpeg.decode_jpeg(damaged)


def test_what_is_not_http_is_hung_up_on(origin: Address) -> None:
    """A TLS client, as for an https address of this port, is not left waiting."""
    with socket.create_connection((origin.host, origin.port), PATIENCE_SECONDS) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        connection.shutdown(socket.SHUT_WR)

        assert connection.recv(100) == b""


@given(junk=st.binary(min_size=1, max_size=200))
def test_junk_harms_nobody(shared_origin: Address, junk: bytes) -> None:
    """After any bytes at all, the origin still serves."""
    with socket.create_connection(
        (shared_origin.host, shared_origin.port), PATIENCE_SECONDS
    ) as connection:
        connection.sendall(junk)

    assert shared_origin.counts().connections > 0


@pytest.fixture(scope="module")
def shared_origin() -> Iterator[Address]:
    with Origin(SITE) as address:
        yield address


def test_hundreds_may_hang(origin: Address) -> None:
    """Two hundred silent connections are held, counted, and in nobody's way."""
    waiting = []
    for _ in range(200):
        connection = socket.create_connection((origin.host, origin.port), PATIENCE_SECONDS)
        connection.sendall(b"GET /faults/silent/a.jpg HTTP/1.1\r\n\r\n")
        waiting.append(connection)
    seen = origin.counts()
    for connection in waiting:
        connection.close()

    assert seen.most_open == 201


def test_clients_that_leave_leave_no_trace(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed when a client goes away in the middle of an answer."""
    with Origin(SITE) as origin:
        for name in ("endless", "whole", "dripping", "silent"):
            with socket.create_connection((origin.host, origin.port), PATIENCE_SECONDS) as leaver:
                leaver.sendall(f"GET /faults/{name}/a.jpg HTTP/1.1\r\n\r\n".encode())
        origin.counts()

    assert capfd.readouterr() == ("", "")


def test_an_origin_in_its_own_process() -> None:
    """It serves and counts as the other one does, and is gone after its block."""
    with origin_in_process(SITE) as origin:
        connection = Client(origin)
        body = connection.ask("/pictures/a.jpg")[1]
        connection.close()
        seen = origin.counts()

    assert (body, dict(seen.requests)) == (PICTURE, {"/pictures/a.jpg": 1})
    with pytest.raises(OSError):
        socket.create_connection((origin.host, origin.port), 1)


def test_a_closed_port_refuses() -> None:
    """Nobody listens there."""
    with closed_port() as port, pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 1)


def test_a_full_port_never_answers() -> None:
    """To connect comes to nothing, by patience or by refusal."""
    with full_port() as port, pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 0.1)


def test_every_fault_has_a_verdict() -> None:
    """Names fit into paths, and every row says what it does and what a run should report."""
    for name, fault in FAULTS.items():
        assert name == fault.name and name.isidentifier()
        assert fault.does and all(isinstance(reason, Reason) for reason in fault.reasons)
        assert fault.reasons


def test_a_wanted_port_is_taken_where_it_is_free() -> None:
    """A demo that is shown again has the same URLs; a port that is taken is no fault."""
    with Origin(Site({})) as first:
        with Origin(Site({}), wanted_port=first.port) as other:
            assert other.port != first.port
    with Origin(Site({}), wanted_port=first.port) as again:
        assert again.port == first.port

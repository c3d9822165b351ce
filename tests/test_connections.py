"""Big files come from where the user said, not from wherever a redirect may lead."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.answers import Asking, Patience
from imagenet_utils.obtaining.connections import ForbiddenPlace, session_to
from imagenet_utils.obtaining.obtain import fetch_file
from tests.archive_server import Fault, Served, serving_archives


class ConnectedTo:
    """A socket that says where it leads, and whether anything went over it."""

    def __init__(self, ip: str) -> None:
        self.ip = ip
        self.is_closed = False

    def getpeername(self) -> tuple[str, int]:
        return self.ip, 80

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    ("named", "asked", "ip", "told"),
    [
        ("http://a.example/", "http://a.example/", "169.254.169.254", "is never connected to"),
        ("http://a.example/", "http://b.example/", "169.254.169.254", "is never connected to"),
        ("http://a.example/", "http://b.example/", "192.168.1.1", "which is no public address"),
        ("http://a.example/", "http://a.example:81/", "127.0.0.1", "which is no public address"),
        ("http://a.example/", "http://[::1]/", "::1", "which is no public address"),
    ],
)
def test_what_must_not_be_connected_to(
    monkeypatch: pytest.MonkeyPatch, named: str, asked: str, ip: str, told: str
) -> None:
    """The address that answers is judged, not the name, and before a byte is sent."""
    connected = ConnectedTo(ip)
    monkeypatch.setattr("urllib3.connection.HTTPConnection._new_conn", lambda self: connected)
    with session_to(named, "") as session, pytest.raises(ForbiddenPlace, match=told):
        session.get(asked)

    assert connected.is_closed


def test_a_name_in_this_network_may_be_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror next door has a private address and a name that the user gave."""
    with serving_archives({"/a.tar": Served(b"content")}) as server:
        monkeypatch.setattr(
            "urllib3.connection.HTTPConnection._new_conn",
            lambda self: socket.create_connection(("127.0.0.1", server.server_port)))
        with session_to("http://mirror.example/a.tar", "") as session:
            answer = session.get("http://mirror.example/a.tar")

    assert answer.content == b"content"


def test_a_proxy_by_option_is_used(tmp_path: Path) -> None:
    """What it connects to is its own business."""
    with serving_archives({"http://a.example/a.tar": Served(b"content")}) as proxy:
        asking = Asking(proxy=proxy.url(""))
        fetch_file("http://a.example/a.tar", tmp_path / "a.tar", asking=asking)

    assert (tmp_path / "a.tar").read_bytes() == b"content"


def test_no_proxy_holds_for_a_proxy_by_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for one of the environment."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving_archives({}) as proxy, serving_archives({"/a": Served(b"content")}) as server:
        fetch_file(server.url("/a"), tmp_path / "a", asking=Asking(proxy=proxy.url("")))

    assert (len(proxy.asked), len(server.asked)) == (0, 1)


def test_redirects_end(tmp_path: Path) -> None:
    """After five, each asked over the same connection."""
    with serving_archives({"/a": Served(fault=Fault.REDIRECT, to="/a")}) as server:
        with pytest.raises(Unobtainable, match="Exceeded 5 redirects"):
            fetch_file(server.url("/a"), tmp_path / "a", asking=Asking(Patience(tries=1)))

    assert len(server.asked) == 6
    assert len({asked.client for asked in server.asked}) == 1

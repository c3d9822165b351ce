"""Which sockets are ready: the same answers from whatever the system has."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pycurl
import pytest

from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Origin, Site
from imagenet_utils.network import fetch
from imagenet_utils.network.ready_sockets import Epoll, Selector
from tests.fetching import bare_environment, fetch_one

KINDS = [Selector, *([Epoll] if hasattr(select, "epoll") else [])]
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def sockets(request: pytest.FixtureRequest) -> Iterator[Selector]:
    made = request.param()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_what_has_come_can_be_read(sockets: Selector, pair: Pair) -> None:
    """Nothing before, and then again and again until it is read."""
    here, there = pair
    sockets.watch(here.fileno(), pycurl.POLL_IN)
    before = sockets.wait(0)
    there.send(b"picture")

    assert before == []
    assert sockets.wait(5) == sockets.wait(0) == [(here.fileno(), pycurl.CSELECT_IN)]


def test_a_fresh_socket_can_be_written_to(sockets: Selector, pair: Pair) -> None:
    """That is how libcurl learns that a connection stands."""
    here, _there = pair
    sockets.watch(here.fileno(), pycurl.POLL_OUT)

    assert sockets.wait(5) == [(here.fileno(), pycurl.CSELECT_OUT)]


def test_both_at_once(sockets: Selector, pair: Pair) -> None:
    """What is watched for can change, and be more than one thing."""
    here, there = pair
    there.send(b"picture")
    sockets.watch(here.fileno(), pycurl.POLL_OUT)
    sockets.watch(here.fileno(), pycurl.POLL_INOUT)

    assert sockets.wait(5) == [(here.fileno(), pycurl.CSELECT_IN | pycurl.CSELECT_OUT)]


def test_the_other_side_is_gone(sockets: Selector, pair: Pair) -> None:
    """That is to be read, too."""
    here, there = pair
    sockets.watch(here.fileno(), pycurl.POLL_IN)
    there.close()
    ((descriptor, events),) = sockets.wait(5)

    assert descriptor == here.fileno()
    assert events & pycurl.CSELECT_IN


def test_what_is_removed_is_told_no_more(sockets: Selector, pair: Pair) -> None:
    """Once or twice makes no difference."""
    here, there = pair
    sockets.watch(here.fileno(), pycurl.POLL_IN)
    there.send(b"picture")
    sockets.watch(here.fileno(), pycurl.POLL_REMOVE)
    sockets.watch(here.fileno(), pycurl.POLL_REMOVE)

    assert sockets.wait(0) == []


def test_one_that_was_closed_before_it_was_removed(sockets: Selector, pair: Pair) -> None:
    """Its number may be another's by then, which is watched like any."""
    here, _there = pair
    descriptor = here.fileno()
    sockets.watch(descriptor, pycurl.POLL_IN)
    here.close()
    sockets.watch(descriptor, pycurl.POLL_REMOVE)
    successor, other = socket.socketpair()
    with successor, other:
        sockets.watch(successor.fileno(), pycurl.POLL_IN)
        other.send(b"picture")

        assert sockets.wait(5) == [(successor.fileno(), pycurl.CSELECT_IN)]


def test_a_system_without_epoll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are fetched there as well."""
    monkeypatch.setattr(fetch, "ReadySockets", Selector)
    with bare_environment(), Origin(Site({"a.jpg": File(b"picture")})) as origin:
        fetched = fetch_one(origin.url("/pictures/a.jpg"))

    assert (fetched.body, fetched.failure) == (b"picture", None)

"""Many transfers at once: kept connections, deadlines, memory and bandwidth."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Address, Origin, Site
from imagenet_utils.model import Reason
from imagenet_utils.network.allowance import Allowance
from imagenet_utils.network.byte_budget import SharedBytes, shared_bytes
from imagenet_utils.network.fetch import Fetched, Fetcher
from tests.archive_server import Served, serving_archives
from tests.canned_server import canned, response
from tests.fetching import PATIENCE_SECONDS, bare_environment, fetch_all, fetch_one, new_fetcher

BODY = bytes(range(256)) * 1200  # 300 kB
WORKERS = 3


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def origin() -> Iterator[Address]:
    with Origin(Site({"a.jpg": File(BODY)})) as address:
        yield address


def fetch_with(
    fetchers: list[Fetcher], wires: list[str], shared: SharedBytes
) -> tuple[list[Fetched], float]:
    """The URLs dealt to workers in turn: what came of each, and the most bytes held at once."""
    for number, wire in enumerate(wires):
        fetchers[number % len(fetchers)].start(number, wire)
    ends: list[Fetched] = []
    most = 0.0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(ends) < len(wires):
        assert time.monotonic() < deadline
        for fetcher in fetchers:
            for fetched in fetcher.turn(0.005):
                most = max(most, sum(shared.held))
                fetcher.release(fetched)
                ends.append(fetched)
            most = max(most, sum(shared.held))
    return ends, most


def test_connections_are_kept(origin: Address) -> None:
    """Pictures one after the other come over one connection, error pages between them."""
    fetcher = new_fetcher()
    for path in ("/pictures/a.jpg", "/faults/gone/a.jpg", "/faults/redirect/a.jpg") * 4:
        fetch_all(fetcher, [origin.url(path)])

    assert origin.counts().connections == 2  # with the one that asks for the counts


def test_many_at_once_share_connections(origin: Address) -> None:
    """A second wave of requests opens none."""
    fetcher = new_fetcher()
    fetch_all(fetcher, [origin.url("/pictures/a.jpg")] * 8)
    before = origin.counts().connections
    fetched = fetch_all(fetcher, [origin.url("/pictures/a.jpg")] * 8)

    assert origin.counts().connections == before + 1
    assert all(one.body == BODY for one in fetched)


def test_a_connection_that_died_is_replaced() -> None:
    """A server that hangs up after each answer costs no picture."""
    with canned(lambda _target: response(body=BODY, Connection="keep-alive")) as server:
        fetcher = new_fetcher()
        fetched = [fetch_all(fetcher, [server.url("/a.jpg")])[0] for _ in range(4)]

    assert [one.failure for one in fetched] == [None] * 4


@pytest.mark.parametrize("fault", ["silent", "dripping", "endless_head"])
def test_the_deadline_is_that_of_the_whole_response(origin: Address, fault: str) -> None:
    """Bytes that come now and then put it off no further."""
    fetched = fetch_one(origin.url(f"/faults/{fault}/a.jpg"), timeout_seconds=0.5)

    assert fetched.failure and fetched.failure.reason is Reason.TIMEOUT
    assert fetched.seconds >= 0.5


def test_a_slow_one_does_not_hold_up_the_others(origin: Address) -> None:
    """While one URL is silent, the rest arrive."""
    fetcher = new_fetcher()
    fetcher.start(100, origin.url("/faults/silent/a.jpg"))
    fetched = fetch_all(fetcher, [origin.url("/pictures/a.jpg")] * 5)

    assert [one.failure for one in fetched] == [None] * 5


def test_what_took_how_long_is_told(origin: Address) -> None:
    """Times are in seconds, the first byte before the last."""
    fetched = fetch_one(origin.url("/faults/slow/0.2/a.jpg"))

    assert 0.2 <= fetched.first_byte_seconds <= fetched.seconds < PATIENCE_SECONDS
    assert (fetched.received, fetched.is_connected) == (len(BODY), True)


def test_only_a_connection_that_had_to_be_made_took_time_to_make(origin: Address) -> None:
    """The second request finds the first one's: nothing is learnt of the host's queue."""
    fetcher = new_fetcher()
    first, second = (fetch_all(fetcher, [origin.url("/pictures/a.jpg")])[0] for _ in range(2))

    assert first.connect_seconds > 0
    assert second.connect_seconds == 0


def test_bodies_share_one_budget(origin: Address) -> None:
    """Several workers, room for three bodies of thirty: all come, begun anew where need be."""
    shared = shared_bytes(WORKERS, 900_000, ordinary=0)
    fetchers = [new_fetcher(shared, slot) for slot in range(WORKERS)]
    fetched, most = fetch_with(fetchers, [origin.url("/pictures/a.jpg")] * 30, shared)

    assert all(one.body == BODY for one in fetched)
    assert most <= 900_000 + len(BODY)  # the eldest body is never given up
    assert list(shared.held) == [0.0] * WORKERS


def test_endless_bodies_stay_within_the_budget(origin: Address) -> None:
    """A dozen of them end one by one, and never hold more than the budget and one body."""
    shared = shared_bytes(WORKERS, 500_000, ordinary=0)
    fetchers = [new_fetcher(shared, slot, max_image_bytes=400_000) for slot in range(WORKERS)]
    fetched, most = fetch_with(fetchers, [origin.url("/faults/endless/a.jpg")] * 12, shared)

    assert {one.failure.reason for one in fetched if one.failure} == {Reason.TOO_LARGE}
    assert len(fetched) == 12 and most <= 900_000
    assert list(shared.held) == [0.0] * WORKERS


def test_short_memory_is_no_reason_to_hurry(origin: Address) -> None:
    """While another holds all memory, a body is asked for again now and then, not all the time."""
    shared = shared_bytes(2, 1000, ordinary=0)
    fetcher = new_fetcher(shared, 0)
    shared.held[1], shared.eldest[1] = 1000.0, 0.0  # by a body older than any here
    fetcher.start(1, origin.url("/pictures/a.jpg"))
    while not origin.counts().requests:
        fetcher.turn(0.01)
    hasty = [fetched for _ in range(20) for fetched in fetcher.turn(0)]
    requests = origin.counts().requests["/pictures/a.jpg"]
    shared.held[1], shared.eldest[1] = 0.0, math.inf
    fetched = list(hasty)
    while not fetched:
        fetched = fetcher.turn(0.01)

    assert (hasty, requests) == ([], 1)
    assert fetched[0].body == BODY


def test_new_ones_queue_behind_those_short_of_memory(origin: Address) -> None:
    """Else a body that was given up would be crowded out for ever."""
    shared = shared_bytes(2, 1000, ordinary=0)
    fetcher = new_fetcher(shared, 0)
    shared.held[1], shared.eldest[1] = 1000.0, 0.0
    fetcher.start(0, origin.url("/pictures/a.jpg"))
    while not fetcher._short_of_memory:
        fetcher.turn(0.01)
    fetcher.start(1, origin.url("/faults/chunked/a.jpg"))
    for _ in range(10):
        fetcher.turn(0.01)
    asked = dict(origin.counts().requests)
    shared.held[1], shared.eldest[1] = 0.0, math.inf
    ends: list[Fetched] = []
    while len(ends) < 2:
        for fetched in fetcher.turn(0.01):
            fetcher.release(fetched)
            ends.append(fetched)

    assert "/faults/chunked/a.jpg" not in asked
    assert [one.failure for one in ends] == [None, None]


def test_no_more_are_on_the_line_than_have_a_place() -> None:
    """The others wait here, and each follows as soon as one has ended."""
    with Origin(Site({f"{number}.jpg": File(BODY) for number in range(9)})) as origin:
        fetcher = new_fetcher()
        fetcher.places = 2
        ends = fetch_all(fetcher, [origin.url(f"/pictures/{number}.jpg") for number in range(9)])
        most_open = origin.counts().most_open

    assert [(end.failure, end.body) for end in ends] == [(None, BODY)] * 9
    assert most_open <= 2 + 1  # one asks for the counts


def test_the_place_of_a_slow_one_is_free(origin: Address) -> None:
    """It goes on, but what hangs keeps nobody from the line."""
    fetcher = new_fetcher()
    fetcher.places = 2
    hanging, good = origin.url("/faults/silent/a.jpg"), origin.url("/pictures/a.jpg")
    for number, wire in enumerate((hanging, good, hanging, good)):
        fetcher.start(number, wire)
    ends: list[Fetched] = []
    while len(ends) < 2:
        ends += fetcher.turn(0.1)

    assert [end.number for end in ends] == [1, 3]


def test_a_part_is_all_that_comes() -> None:
    """Many parts of one archive, over few connections."""
    with serving_archives({"/a.tar": Served(BODY)}) as server:
        fetcher = new_fetcher()
        parts = [fetch_all(fetcher, [server.url("/a.tar")], (start, start + 700))[0]
                 for start in range(0, 7000, 700)]
        clients = {asked.client for asked in server.asked}

    assert [part.body for part in parts] == [BODY[at:at + 700] for at in range(0, 7000, 700)]
    assert {part.received for part in parts} == {700}
    assert len(clients) == 1


def test_the_whole_comes_after_a_part() -> None:
    """A handle that asked for a part asks for all of the next URL."""
    with serving_archives({"/a.tar": Served(BODY)}) as server:
        fetcher = new_fetcher()
        part = fetch_all(fetcher, [server.url("/a.tar")], (1, 3))[0]
        whole = fetch_all(fetcher, [server.url("/a.tar")])[0]
        ranges = [asked.range for asked in server.asked]

    assert (part.body, whole.body) == (BODY[1:3], BODY)
    assert ranges == ["bytes=1-2", None]


def test_a_part_that_was_given_up_is_asked_for_again() -> None:
    """Not the whole of the archive, which may be of any size."""
    shared = shared_bytes(2, 1000, ordinary=0)
    with serving_archives({"/a.tar": Served(BODY)}) as server:
        fetcher = new_fetcher(shared, 0)
        shared.held[1], shared.eldest[1] = 1000.0, 0.0  # by a body older than any here
        fetcher.start(0, server.url("/a.tar"), (100, 5100))
        while not fetcher._short_of_memory:
            fetcher.turn(0.01)
        shared.held[1], shared.eldest[1] = 0.0, math.inf
        ends: list[Fetched] = []
        while not ends:
            ends = fetcher.turn(0.01)
        ranges = [asked.range for asked in server.asked]

    assert (ends[0].body, ends[0].failure) == (BODY[100:5100], None)
    assert ranges == ["bytes=100-5099"] * 2


def test_a_wait_can_be_ended_from_another_thread() -> None:
    """A new task need not wait for the turn to run out."""
    fetcher = new_fetcher()
    threading.Timer(0.01, fetcher.wake).start()
    began = time.monotonic()
    fetcher.turn(PATIENCE_SECONDS)

    assert time.monotonic() - began < PATIENCE_SECONDS


def test_waking_too_often_does_no_harm() -> None:
    """Nobody waits for the sleeper to read all the calls."""
    fetcher = new_fetcher()
    for _ in range(100_000):
        fetcher.wake()

    assert fetcher.turn(0) == []


def test_a_bandwidth_cap_leaves_bytes_unread(origin: Address) -> None:
    """Once more was read than the cap allows, nothing is, until the debt is paid."""
    shared = shared_bytes(1)
    fetcher = new_fetcher(shared, max_image_bytes=10**9, bytes_per_second=1000.0)
    fetcher.start(1, origin.url("/faults/endless/a.jpg"))
    while not shared.held[0]:
        fetcher.turn(0.01)
    held = shared.held[0]
    for _ in range(50):
        fetcher.turn(0.001)

    assert shared.held[0] == held


def test_a_generous_cap_is_no_hindrance(origin: Address) -> None:
    """What stays below it comes through whole."""
    assert fetch_one(origin.url("/pictures/a.jpg"), bytes_per_second=1e8).body == BODY


@given(st.floats(1, 1e9), st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 10)), min_size=1))
def test_the_allowance_is_never_exceeded(
    bytes_per_second: float, reads: list[tuple[int, float]]
) -> None:
    """Whoever waits when told to has, before each read, read no more than the cap permits."""
    allowance = Allowance(bytes_per_second)
    began = now = 1000.0
    spent = 0
    for count, idle in reads:
        now += allowance.seconds_to_wait(now) + idle
        permitted = (now - began) * bytes_per_second
        assert spent <= permitted * (1 + 1e-6) + 1e-3 * bytes_per_second
        allowance.spend(count, now)
        spent += count

    debt = reads[-1][0] / bytes_per_second
    assert allowance.seconds_to_wait(now) == pytest.approx(debt, abs=1e-6)

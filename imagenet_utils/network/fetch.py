"""Many transfers at once in one process: one libcurl multi handle and its event loop.

libcurl keeps the connections, the names and the TLS sessions of the process; a transfer is one
attempt at one URL, redirects included.  Bodies stay here until the worker takes them.

What is asked for waits until there is a place on the line, and the place of one that has ended is
taken at once: whoever hands out the work need not be waited for.
"""

from __future__ import annotations

import math
import socket
import time
from collections import deque
from typing import Any, NamedTuple

import pycurl

from imagenet_utils.model import Failure
from imagenet_utils.network.descriptors import connections_at_most
from imagenet_utils.network.allowance import Allowance
from imagenet_utils.network.byte_budget import ByteBudget
from imagenet_utils.network.handles import Span, TransferOptions
from imagenet_utils.network.ready_sockets import ReadySockets
from imagenet_utils.network.transfer import Transfer
from imagenet_utils.network.under_way import UnderWay

IDLE_CONNECTIONS = 256  # kept open for the next request
LONGEST_PAUSE_SECONDS = 0.1  # of a bandwidth cap, so that the caller gets its turn
UNTYPICAL = (0, 429, 503)  # statuses of what never came, and of refusals, which come fast
SLOW_LOOK_SECONDS = 0.1  # between two looks which transfers are slow
BACK_OFF_SECONDS = 0.5  # before a body that was given up is asked for again while memory is short


Asked = tuple[int, str, Span | None]  # number, URL on the wire, which part of it


class Fetched(NamedTuple):
    """One attempt: a body, or why there is none."""

    number: int
    body: bytes | bytearray
    failure: Failure | None
    http_status: int  # 0: no answer
    is_connected: bool
    seconds: float  # from the first byte sent to the last received, connecting included
    connect_seconds: float  # of these, once the name was known; 0: a connection was there
    first_byte_seconds: float
    retry_after_seconds: float | None
    received: int  # bytes, also those that were no body to keep
    held: int  # bytes that `release` gives back
    etag: str = ""  # as the server writes it


class Fetcher:
    """Starts transfers, turns the event loop, hands over what is finished."""

    def __init__(self, options: TransferOptions, budget: ByteBudget) -> None:
        self._options = options
        self._budget = budget
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections_at_most(IDLE_CONNECTIONS))
        self._sockets = ReadySockets()
        self._alarm, self._ear = socket.socketpair()
        self._alarm.setblocking(False)
        self._ear.setblocking(False)
        self._sockets.watch(self._ear.fileno(), pycurl.POLL_IN)
        self._timer_at: float | None = None
        cap = options.bytes_per_second
        self._allowance = Allowance(cap) if cap else None
        self._idle = [self._new_transfer()]  # what can't be made shows at the start
        self.places: float = math.inf  # how many may be on the line, slow ones not counted
        self._asked: deque[Asked] = deque()  # and not begun
        self._on_the_line = UnderWay()
        self._slow_look_at = 0.0
        self._by_handle: dict[Any, Transfer] = {}
        self._short_of_memory: deque[Asked] = deque()  # given up; no others begin before them
        self._back_at = 0.0  # when one of them may begin though memory is still short

    def start(self, number: int, wire: str, span: Span | None = None) -> None:
        """As soon as it has a place on the line."""
        self._asked.append((number, wire, span))

    def turn(self, wait_seconds: float) -> list[Fetched]:
        self._begin_one_short_of_memory()
        self._look_for_slow_ones()
        self._fill_places()
        if self._pauses(wait_seconds):
            return []
        for descriptor, events in self._sockets.wait(self._patience(wait_seconds)):
            if descriptor == self._ear.fileno():
                self._hear()
            else:
                self._multi.socket_action(descriptor, events)
            if self._allowance and self._allowance.seconds_to_wait(time.monotonic()):
                break  # unread bytes wait in the socket, and TCP slows the sender down
        self._act_if_due()
        finished = self._finished()
        if finished and self._fill_places():
            self._act_if_due()  # they are under way while the finished are proven
        return finished

    def wake(self) -> None:
        """End the wait of a turn; safe from another thread."""
        try:
            self._alarm.send(b"!")
        except BlockingIOError:
            pass  # it has been woken often enough

    def release(self, fetched: Fetched) -> None:
        """The worker is done with the body."""
        if fetched.held:
            self._budget.give_back(fetched.number, fetched.held)

    def _act_if_due(self) -> None:
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _finished(self) -> list[Fetched]:
        finished: list[Fetched] = []
        while True:
            left, whole, failed = self._multi.info_read()
            ends = [(curl, 0, "") for curl in whole] + list(failed)
            for curl, error, text in ends:
                fetched = self._end(self._by_handle.pop(curl), error, text)
                if fetched:
                    finished.append(fetched)
            if not left:
                return finished

    def _end(self, transfer: Transfer, error: int, text: str) -> Fetched | None:
        curl = transfer.curl
        self._multi.remove_handle(curl)
        self._idle.append(transfer)
        number, held = transfer.number, transfer.held
        try_ = self._on_the_line.end(number)
        if transfer.was_given_up:
            transfer.drop_body()
            self._budget.give_back(number, held)
            self._short_of_memory.append((number, transfer.wire, transfer.span))
            self._back_at = time.monotonic() + BACK_OFF_SECONDS
            return None
        failure = transfer.outcome(error, text)
        if failure:
            transfer.drop_body()
            self._budget.give_back(number, held)
            held = 0
        seconds = curl.getinfo(pycurl.TOTAL_TIME)
        if transfer.http_status not in UNTYPICAL:
            self._on_the_line.ended_well(try_, seconds)
        return Fetched(
            number, transfer.take_body(), failure, transfer.http_status, transfer.was_connected,
            seconds, _connect_seconds(curl), curl.getinfo(pycurl.STARTTRANSFER_TIME),
            transfer.retry_after_seconds, transfer.received, held, transfer.etag,
        )

    def _begin(self, number: int, wire: str, span: Span | None) -> None:
        transfer = self._idle.pop() if self._idle else self._new_transfer()
        transfer.begin(number, wire, span)
        self._by_handle[transfer.curl] = transfer
        self._on_the_line.begin(number, time.monotonic())
        self._multi.add_handle(transfer.curl)

    def _new_transfer(self) -> Transfer:
        return Transfer(self._options, self._budget, self._allowance)

    def _fill_places(self) -> bool:
        """Whether any was begun."""
        if self._short_of_memory:
            return False  # else those would be crowded out for ever
        count = len(self._asked)
        while self._asked and self._on_the_line.places_filled < self.places:
            self._begin(*self._asked.popleft())
        return len(self._asked) < count

    def _look_for_slow_ones(self) -> None:
        now = time.monotonic()
        if now >= self._slow_look_at:
            self._on_the_line.mark_slow(now)
            self._slow_look_at = now + SLOW_LOOK_SECONDS

    def _begin_one_short_of_memory(self) -> None:
        """One at a time; without room only where nothing else is left to do, and not at once."""
        if not self._short_of_memory:
            return
        is_alone = not self._by_handle and time.monotonic() >= self._back_at
        if is_alone or self._budget.has_room_again():
            self._begin(*self._short_of_memory.popleft())

    def _pauses(self, wait_seconds: float) -> bool:
        """Whether the bandwidth cap forbids this turn to read; some of the wait is over then."""
        if self._allowance is None:
            return False
        debt = self._allowance.seconds_to_wait(time.monotonic())
        if debt:
            time.sleep(min(debt, wait_seconds, LONGEST_PAUSE_SECONDS))
        return debt > 0

    def _patience(self, wait_seconds: float) -> float:
        if self._short_of_memory:
            wait_seconds = min(wait_seconds, 0.05)
        elif self._asked:
            wait_seconds = min(wait_seconds, SLOW_LOOK_SECONDS)
        if self._timer_at is None:
            return wait_seconds
        return max(0.0, min(wait_seconds, self._timer_at - time.monotonic()))

    def _watch(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        """libcurl tells which of its sockets to wait for."""
        self._sockets.watch(descriptor, what)

    def _set_timer(self, milliseconds: int) -> None:
        self._timer_at = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _hear(self) -> None:
        try:
            while self._ear.recv(4096):
                pass
        except BlockingIOError:
            pass


def _connect_seconds(curl: Any) -> float:
    """Without the time that it took to find the address: a slow resolver is not the host's fault.

    https://curl.se/libcurl/c/curl_easy_getinfo.html#TIMES
    """
    made = curl.getinfo(pycurl.CONNECT_TIME)
    return max(0.0, made - curl.getinfo(pycurl.NAMELOOKUP_TIME)) if made else 0.0

"""Many transfers at once in one process: one libcurl multi handle and its event loop.

libcurl keeps the connections, the names and the TLS sessions of the process; a transfer is one
attempt at one URL, redirects included.  Bodies stay here until the worker takes them.
"""

from __future__ import annotations

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

IDLE_CONNECTIONS = 256  # kept open for the next request
LONGEST_PAUSE_SECONDS = 0.1  # of a bandwidth cap, so that the caller gets its turn
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
        self._by_handle: dict[Any, Transfer] = {}
        self._short_of_memory: deque[Asked] = deque()  # given up, or behind such ones
        self._back_at = 0.0  # when one of them may begin though memory is still short

    def start(self, number: int, wire: str, span: Span | None = None) -> None:
        """Behind those that wait for memory, else they would be crowded out for ever."""
        if self._short_of_memory:
            self._short_of_memory.append((number, wire, span))
        else:
            self._begin(number, wire, span)

    def turn(self, wait_seconds: float) -> list[Fetched]:
        self._begin_one_short_of_memory()
        if self._pauses(wait_seconds):
            return []
        for descriptor, events in self._sockets.wait(self._patience(wait_seconds)):
            if descriptor == self._ear.fileno():
                self._hear()
            else:
                self._multi.socket_action(descriptor, events)
            if self._allowance and self._allowance.seconds_to_wait(time.monotonic()):
                break  # unread bytes wait in the socket, and TCP slows the sender down
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._finished()

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
        return Fetched(
            number, transfer.take_body(), failure, transfer.http_status,
            transfer.was_connected, curl.getinfo(pycurl.TOTAL_TIME),
            curl.getinfo(pycurl.STARTTRANSFER_TIME), transfer.retry_after_seconds,
            transfer.received, held, transfer.etag,
        )

    def _begin(self, number: int, wire: str, span: Span | None) -> None:
        transfer = self._idle.pop() if self._idle else self._new_transfer()
        transfer.begin(number, wire, span)
        self._by_handle[transfer.curl] = transfer
        self._multi.add_handle(transfer.curl)

    def _new_transfer(self) -> Transfer:
        return Transfer(self._options, self._budget, self._allowance)

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

"""Which of libcurl's sockets can be read from or written to.

`selectors` alone would do; but libcurl takes a socket out after each picture and puts it back for
the next, and there that costs several times what epoll itself does.
"""

from __future__ import annotations

import select
import selectors
from contextlib import suppress
from typing import Any

import pycurl

Ready = list[tuple[int, int]]  # a descriptor, and what it is ready for, as bits of CSELECT_*
Polling = tuple[Any, dict[int, int]]  # who waits, and its word for each of libcurl's POLL_*


class Selector:
    """On any system."""

    def __init__(self) -> None:
        self._poller, self._events = self._polling()
        self._watched: set[int] = set()

    @staticmethod
    def _polling() -> Polling:
        return selectors.DefaultSelector(), {
            pycurl.POLL_IN: selectors.EVENT_READ,
            pycurl.POLL_OUT: selectors.EVENT_WRITE,
            pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
        }

    def watch(self, descriptor: int, what: int) -> None:
        """From now on for `what`, one of libcurl's POLL_*; after POLL_REMOVE no longer."""
        if what == pycurl.POLL_REMOVE:
            if descriptor in self._watched:
                self._watched.discard(descriptor)
                with suppress(OSError):  # it is closed already, and forgotten
                    self._poller.unregister(descriptor)
        elif descriptor in self._watched:
            self._poller.modify(descriptor, self._events[what])
        else:
            self._poller.register(descriptor, self._events[what])
            self._watched.add(descriptor)

    def wait(self, seconds: float) -> Ready:
        """1 and 2 mean the same to libcurl and to selectors."""
        return [(key.fd, events) for key, events in self._poller.select(seconds)]

    def close(self) -> None:
        self._poller.close()


class Epoll(Selector):
    """The same on Linux."""

    @staticmethod
    def _polling() -> Polling:
        return select.epoll(), {
            pycurl.POLL_IN: select.EPOLLIN,
            pycurl.POLL_OUT: select.EPOLLOUT,
            pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
        }

    def wait(self, seconds: float) -> Ready:
        """Errors and ends count as both, so that libcurl meets them."""
        return [
            (descriptor, (pycurl.CSELECT_IN if events & ~select.EPOLLOUT else 0)
             | (pycurl.CSELECT_OUT if events & ~select.EPOLLIN else 0))
            for descriptor, events in self._poller.poll(seconds)
        ]


ReadySockets: type[Selector] = Epoll if hasattr(select, "epoll") else Selector

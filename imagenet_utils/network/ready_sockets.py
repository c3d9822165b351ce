"""Which of libcurl's sockets can be read from or written to.

`selectors` alone would do; but libcurl takes a socket out after each picture and puts it back for
the next, and there that costs several times what epoll itself does.
"""

from __future__ import annotations

import select
import selectors
from contextlib import suppress

import pycurl

Ready = list[tuple[int, int]]  # a descriptor, and what it is ready for, as bits of CSELECT_*


class Selector:
    """On any system."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._watched: set[int] = set()

    def watch(self, descriptor: int, what: int) -> None:
        """From now on for `what`, one of libcurl's POLL_*; after POLL_REMOVE no longer."""
        if what == pycurl.POLL_REMOVE:
            if descriptor in self._watched:
                self._watched.discard(descriptor)
                self._selector.unregister(descriptor)
        elif descriptor in self._watched:
            self._selector.modify(descriptor, what)  # 1, 2 and 3 mean the same in both
        else:
            self._selector.register(descriptor, what)
            self._watched.add(descriptor)

    def wait(self, seconds: float) -> Ready:
        return [(key.fd, events) for key, events in self._selector.select(seconds)]

    def close(self) -> None:
        self._selector.close()


class Epoll:
    """The same on Linux."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watched: set[int] = set()

    def watch(self, descriptor: int, what: int) -> None:
        if what == pycurl.POLL_REMOVE:
            if descriptor in self._watched:
                self._watched.discard(descriptor)
                with suppress(OSError):  # it is closed already, and forgotten
                    self._epoll.unregister(descriptor)
        elif descriptor in self._watched:
            self._epoll.modify(descriptor, _EVENTS[what])
        else:
            self._epoll.register(descriptor, _EVENTS[what])
            self._watched.add(descriptor)

    def wait(self, seconds: float) -> Ready:
        """Errors and ends count as both, so that libcurl meets them."""
        return [
            (descriptor, (pycurl.CSELECT_IN if events & ~select.EPOLLOUT else 0)
             | (pycurl.CSELECT_OUT if events & ~select.EPOLLIN else 0))
            for descriptor, events in self._epoll.poll(seconds)
        ]

    def close(self) -> None:
        self._epoll.close()


ReadySockets: type[Selector | Epoll] = Epoll if hasattr(select, "epoll") else Selector

if hasattr(select, "epoll"):
    _EVENTS = {
        pycurl.POLL_IN: select.EPOLLIN,
        pycurl.POLL_OUT: select.EPOLLOUT,
        pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
    }

"""Is the network away, or are just the hosts dead that are left?  Ask one that has answered before.

A run that comes back for weeks has in the end only dead hosts to try, and nobody answers it any
more.  Without a sign from elsewhere it would take that for an outage, time and again.
"""

from __future__ import annotations

import socket
import threading

ASKED_AGAIN_SECONDS = 10.0
PATIENCE_SECONDS = 5.0


class SignOfLife:
    """Connects to the host, sends nothing, and hangs up; in a thread, so that nobody waits."""

    def __init__(self, host: str, port: int) -> None:
        self.is_there = False
        self.host = host
        self._port = port
        self._ask_at = 0.0

    def ask(self, now: float) -> None:
        """To be called as often as one likes."""
        if now >= self._ask_at and not self.is_there:
            self._ask_at = now + ASKED_AGAIN_SECONDS
            threading.Thread(target=self.look, daemon=True).start()

    def look(self) -> None:
        try:
            socket.create_connection((self.host, self._port), timeout=PATIENCE_SECONDS).close()
        except (OSError, UnicodeError):
            return  # no sign is no proof either
        self.is_there = True

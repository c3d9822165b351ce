"""What a power cut may take: whatever the system has not written out to the disk by then."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

SECONDS_OF_ONE_BOOT = 120


class Sync:
    """Has the system write everything out, in a thread, so that no image waits for the disk."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._moment: float | None = None  # set by the thread

    def begin(self) -> bool:
        """False: one is under way, or there is no such thing (Windows), and nothing is certain."""
        is_under_way = self._thread is not None and self._thread.is_alive()
        if is_under_way or not hasattr(os, "sync"):
            return False
        self._thread = threading.Thread(target=self._run, args=(time.time(),), daemon=True)
        self._thread.start()
        return True

    def take_moment(self) -> float | None:
        """All that was written before it is on the disk; None: no news since it was last asked."""
        moment, self._moment = self._moment, None
        return moment

    def _run(self, moment: float) -> None:
        os.sync()
        self._moment = moment


def boot_id() -> str:
    """Another one after every start of the machine: Linux's own, else the moment of the start."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{time.time() - time.monotonic():.0f}"


def is_same_boot(last: str, boot: str) -> bool:
    """
    >>> is_same_boot("1700000000", "1700000003"), is_same_boot("1700000000", "1700009999")
    (True, False)
    """
    if last.isdecimal() and boot.isdecimal():  # clocks are set now and then
        return abs(int(last) - int(boot)) <= SECONDS_OF_ONE_BOOT
    return last == boot

"""Imported first by the process that workers are forked from: it, and they, end with the main
process, which alone decides what a signal to all of them means."""

from __future__ import annotations

import signal

_FOR_ALL = (signal.SIGINT, signal.SIGTERM)

for _number in _FOR_ALL:
    signal.signal(_number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_ALL)  # held since before this process began

"""SIGINT and SIGTERM end a run wherever it is, planning and index building included."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from imagenet_utils.errors import ExitCode, Interrupted

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises Interrupted in the main thread at the first signal; later ones find us leaving."""

    def leave(number: int, _frame: FrameType | None) -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(_CODES[signal.Signals(number)])

    # Who started us in the background of a shell script has had SIGINT ignored: that holds.
    heeded = [number for number in _CODES if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, leave) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

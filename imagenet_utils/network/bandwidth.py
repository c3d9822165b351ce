"""What the line can carry, by speedtest-cli, in a child process that can be ended."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from multiprocessing.connection import Connection

LONGEST_SECONDS = 15.0
VALID_SECONDS = 24 * 3600.0


class Measurement:
    """Under way since it was made; `mbit` waits for its end."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._answer, theirs = context.Pipe(duplex=False)
        self._child = context.Process(target=_measure, args=(theirs,), daemon=True)
        self._child.start()
        theirs.close()
        self._deadline = time.monotonic() + LONGEST_SECONDS

    def mbit(self) -> tuple[float | None, str]:
        """Megabits a second, or None and why."""
        try:
            if self._answer.poll(max(0.0, self._deadline - time.monotonic())):
                found = self._answer.recv()
            else:
                found = f"it took longer than {LONGEST_SECONDS:.0f} s"
        except (EOFError, OSError):
            found = "its process died"
        finally:
            self.end()
        return (found, "") if isinstance(found, float) else (None, found)

    def end(self) -> None:
        self._child.kill()
        self._child.join()
        self._answer.close()


def _measure(answer: Connection) -> None:
    """Every failure is an answer: the service is a favour, not a promise."""
    warnings.simplefilter("ignore")  # it uses what Python 3.12 warns of
    try:
        import speedtest

        test = speedtest.Speedtest(secure=True, timeout=5)
        test.get_best_server()
        answer.send(test.download() / 1e6)
    except BaseException as error:
        answer.send(f"{type(error).__name__}: {error}"[:120])

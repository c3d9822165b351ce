"""What the line can carry, by speedtest-cli, in a child process that can be ended."""

from __future__ import annotations

import multiprocessing
import warnings
from multiprocessing.connection import Connection

LONGEST_SECONDS = 15.0
VALID_SECONDS = 24 * 3600.0
FIRST_ADDRESS = "https://www.speedtest.net/speedtest-config.php"  # that speedtest-cli asks
_TOO_SLOW = f"it took longer than {LONGEST_SECONDS:.0f} s"


def measured_mbit() -> tuple[float | None, str]:
    """Megabits a second, or None and why; never takes much longer than the longest seconds."""
    context = multiprocessing.get_context("spawn")
    answer, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        found = answer.recv() if answer.poll(LONGEST_SECONDS) else _TOO_SLOW
    except (EOFError, OSError):
        found = "its process died"
    finally:
        child.kill()
        child.join()
        answer.close()
    return (found, "") if isinstance(found, float) else (None, found)


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

"""What a command costs, its child processes included: wall time, CPU, and on Linux memory."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resource import struct_rusage

SAMPLE_SECONDS = 0.5
# A look at five processes takes 20 ms, and holds them up: whoever has more would seem slower.
LOOKS_SHARE = 0.01  # of the time, at most
LINGERING_SECONDS = 10.0
PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    cpu_seconds: float  # user and system, of all its processes; elsewhere of those it waited for
    pss_megabytes: float  # the highest sum that was seen; shared pages count once.  0: unknown
    rss_megabytes: float  # likewise, shared pages counted in each process
    code: int
    seconds_to_last_picture: float = 0.0  # from the start to the youngest file of a picture


def cost_of(
    command: Sequence[str], *, log: Path | None = None, environment: Mapping[str, str] | None = None
) -> Cost:
    """Runs it to its end in a session of its own; what it prints goes to `log` or nowhere."""
    _adopt_orphans()
    with open(log or os.devnull, "wb") as output:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output, start_new_session=True, env=environment)
        memory = _Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        memory.end()
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait, too
    cpu_seconds = sum(map(_cpu_seconds, (usage, *_usage_of_those_left(process.pid))))
    return Cost(seconds, cpu_seconds, memory.pss / 1024, memory.rss / 1024, process.returncode)


def _cpu_seconds(usage: struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _usage_of_those_left(group: int) -> Iterator[struct_rusage]:
    """Of processes that outlived the command that they belong to, each when it ends; who lingers
    is ended."""
    lingering = threading.Timer(LINGERING_SECONDS, os.killpg, (group, signal.SIGKILL))
    lingering.start()
    try:
        while True:
            yield os.wait4(-group, 0)[2]
    except ChildProcessError:
        return
    finally:
        lingering.cancel()


def _adopt_orphans() -> None:
    """What a command leaves behind becomes a child of this process, which is told its cost."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "no process here may adopt others")


class _Memory(threading.Thread):
    """Looks at all processes of a session, now and then."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.pss = self.rss = 0.0  # kB
        self._session = session
        self._is_over = threading.Event()

    def run(self) -> None:
        pause = SAMPLE_SECONDS
        while PROC.is_dir() and not self._is_over.wait(pause):
            begun = time.perf_counter()
            sizes = [_sizes(process) for process in _processes_of(self._session)]
            self.pss = max(self.pss, sum(pss for pss, _ in sizes))
            self.rss = max(self.rss, sum(rss for _, rss in sizes))
            pause = max(SAMPLE_SECONDS, (time.perf_counter() - begun) / LOOKS_SHARE)

    def end(self) -> None:
        self._is_over.set()
        self.join()


def _processes_of(session: int) -> list[Path]:
    found = []
    for process in PROC.glob("[0-9]*"):
        try:
            # After the name in brackets: state, parent, group, session.
            words = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(words[3]) == session:
            found.append(process)
    return found


def _sizes(process: Path) -> tuple[int, int]:
    """Pss and Rss in kB; nothing of one that is ending."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {name: int(value.split()[0])
             for name, _, value in (line.partition(":") for line in lines[1:]) if value}
    return found.get("Pss", 0), found.get("Rss", 0)

"""The lines between a side and the origin: what they carry, and how loopback is made like them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from tests.benchmarks.needs import is_root, path_of

SHARERS = 64  # connections that have a link to themselves where nginx has to divide it
QUEUE = "50ms"  # the longest that a packet waits for its turn
FRAME_BYTES = 1500
SMALLEST_BURST = 64 * 1024
BURST_SECONDS = 0.004  # of the rate, so that timers need not be finer than this


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    mbit: int | None = None  # what it carries in both directions together; None: all it can
    place: str = "pictures"  # at the origin; the latency is there
    is_lossy: bool = False

    @property
    def shared_place(self) -> str:
        """Where nginx holds each picture back as long as a share of this link needs for it."""
        return f"shared{self.mbit}"


LOOPBACK = Link("loopback")
LATE = Link("150 ms before the first byte", place="late")
THIN = Link("80 Mbit/s", 80)
WIDE = Link("800 Mbit/s", 800)
LOSSY = Link("2 % of the requests reset or stalled, 150 ms", place="late", is_lossy=True)
FAR_10, FAR_100, FAR_400 = (
    Link(f"{megabytes} MB/s, 150 ms", 8 * megabytes, place="late")
    for megabytes in (10, 100, 400)
)
LINKS = (LOOPBACK, LATE, THIN, WIDE, LOSSY, FAR_10, FAR_100, FAR_400)


@cache
def can_have_namespace() -> bool:
    """Whether this process may make a network of its own, and give its loopback a rate."""
    if not (is_root() and shutil.which("unshare") and path_of("tc") and path_of("ip")):
        return False
    trial = "ip link set lo up && tc qdisc add dev lo root tbf rate 80mbit burst 64kb latency 50ms"
    return subprocess.run(["unshare", "-n", "sh", "-c", trial], capture_output=True).returncode == 0


def bring_loopback_up() -> None:
    """In a fresh namespace; its frames become those of a real line."""
    subprocess.run([path_of("ip") or "ip", "link", "set", "lo", "up", "mtu", str(FRAME_BYTES)],
                   check=True)


@contextmanager
def shaped(link: Link) -> Iterator[None]:
    """Loopback carries no more than this link; only in a namespace of its own."""
    if link.mbit is None:
        yield
        return
    tc = path_of("tc") or "tc"
    burst = max(SMALLEST_BURST, int(link.mbit * 125_000 * BURST_SECONDS))
    subprocess.run([tc, "qdisc", "replace", "dev", "lo", "root", "tbf", "rate",
                    f"{link.mbit}mbit", "burst", str(burst), "latency", QUEUE], check=True)
    try:
        yield
    finally:
        subprocess.run([tc, "qdisc", "del", "dev", "lo", "root"], check=True)

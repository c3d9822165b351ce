"""Freed memory, looked at from outside: each test in a fresh process."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from imagenet_utils.engine.freed_memory import give_back_large_blocks

PROJECT = Path(__file__).resolve().parent.parent
BODIES, MEGABYTES = 12, 8
GROW_SIDE_BY_SIDE = f"""
import re
from imagenet_utils.engine.freed_memory import give_back_large_blocks

def resident():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\\s*(\\d+)", status.read())[1]) / 1024

def grown():
    bodies = [bytearray() for _ in range({BODIES})]
    for _ in range({MEGABYTES}):
        for body in bodies:
            body += bytes(1024 * 1024)
    return bodies

give_back_large_blocks()
before = resident()
grown()
last = grown()[-1]
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a habit of glibc's")
def test_freed_bodies_leave_no_holes() -> None:
    """Of many large bodies one is kept: memory holds that one, and not the room of all."""
    done = subprocess.run([sys.executable, "-c", GROW_SIDE_BY_SIDE], cwd=PROJECT,
                          capture_output=True, text=True, check=True)

    assert float(done.stdout) < 4 * MEGABYTES


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be told, such as musl, is no error."""
    asked = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: asked.append(name))
    give_back_large_blocks()

    assert asked == [None]

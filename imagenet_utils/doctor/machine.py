"""The machine by itself: Python, memory, descriptors, processes, temporary files."""

from __future__ import annotations

import os
import platform
import ssl
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.engine.nursery import process_context
from imagenet_utils.network.batch import LARGEST
from imagenet_utils.network.byte_budget import SharedBytes, shared_bytes
from imagenet_utils.network.descriptors import connections_at_most, most_descriptors
from imagenet_utils.whole_files import takes_files

NEWEST_PYTHON = (3, 13)  # that somebody has run it with
MIB = 2**20
# Measured: two processes and pictures of 8 megapixels take 299 MB, all together.
MEMORY_OF_A_RUN, MEMORY_OF_A_PROCESS = 256 * MIB, 64 * MIB
DESCRIPTORS_OF_A_BATCH = 2 * LARGEST  # one under way each, and idle ones that are kept
SPAWN_SECONDS = 15.0


def python(patient: Patient) -> Iterator[Finding]:
    system = f"{platform.system()} {platform.machine()}"
    told = (f"{platform.python_version()} ({platform.python_implementation()}, {system},"
            f" {ssl.OPENSSL_VERSION})")
    if sys.version_info[:2] > NEWEST_PYTHON:
        newest = ".".join(map(str, NEWEST_PYTHON))
        yield warning(f"{told}: nobody has tried it with one newer than {newest}",
                      f"If anything is odd, take Python {newest}")
    else:
        yield ok(told)


def memory(patient: Patient) -> Iterator[Finding]:
    if patient.run is None:
        return
    wanted = MEMORY_OF_A_RUN + MEMORY_OF_A_PROCESS * max(1, patient.run.processes)
    free = _free_memory()
    plan = f"a run with --processes {max(1, patient.run.processes)} may want {wanted // MIB:,} MiB"
    if free is None:
        yield ok(f"{plan}; this system does not tell what is free")
    elif free < wanted:
        yield warning(f"{free // MIB:,} MiB are free, {plan}", "End other programs, or give fewer"
                      " --processes or a lower --max_pixels")
    else:
        yield ok(f"{free // MIB:,} MiB are free, {plan}")


def descriptors(patient: Patient) -> Iterator[Finding]:
    if patient.run is None:
        return
    most = most_descriptors()
    if most is None:
        yield ok("this system sets no limit")
    elif most < DESCRIPTORS_OF_A_BATCH:
        yield warning(
            f"a process may have {most:,} open, the widest batch wants {DESCRIPTORS_OF_A_BATCH:,}",
            "Raise the hard limit (ulimit -Hn); a run keeps to"
            f" {connections_at_most(LARGEST)} connections a process")
    else:
        yield ok(f"a process may have {most:,} open")


def processes(patient: Patient) -> Iterator[Finding]:
    """Whether one can be started as a run does it, and sees the memory that it is to share."""
    if patient.run is None or not patient.run.processes:
        return
    try:
        told = _said_by_a_child()
    except (OSError, EOFError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
    if told == "":
        yield ok(f"{os.cpu_count()} CPUs; a process starts and shares memory")
    else:
        yield problem(f"none can be started that shares memory: {told}",
                      "In a container, give it /dev/shm (docker run --shm-size 256m) and let it"
                      " start processes; else --parallel False does without them")


def temporary_files(patient: Patient) -> Iterator[Finding]:
    try:
        folder = tempfile.gettempdir()
    except OSError as error:
        yield problem(f"no folder takes any: {error.strerror or error}",
                      "Make room in /tmp, or name a folder in TMPDIR")
        return
    if takes_files(folder):
        yield ok(f"{folder} takes them")
    else:
        yield problem(f"{folder} takes none", "Make room there, or name another folder in TMPDIR")


def _free_memory() -> int | None:
    """Bytes that could be had without swapping, as Linux counts them; None elsewhere."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file if ":" in line)
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
    return min([free, *_left_to_container(Path("/sys/fs/cgroup"))])


def _left_to_container(group: Path) -> Iterator[int]:
    """Of what a control group allows; files that are only kept at hand make room when asked."""
    try:
        most, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        facts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        yield max(0, most - used + int(facts.get("inactive_file", 0)))
    except (OSError, ValueError):
        return  # there is none, or it allows all


def _said_by_a_child() -> str:
    """Empty: all is well.  Raises OSError or EOFError where it does not come to life."""
    context = process_context()
    shared = shared_bytes(1)
    answer, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_be_alive, args=(theirs, shared), daemon=True)
    child.start()
    theirs.close()
    try:
        if not answer.poll(SPAWN_SECONDS):
            return f"it does not answer within {SPAWN_SECONDS:g} s"
        answer.recv()
        return "" if shared.held[0] == 1.0 else "what it writes is not seen here"
    finally:
        child.kill()
        child.join()
        answer.close()


def _be_alive(answer: Connection, shared: SharedBytes) -> None:
    shared.held[0] = 1.0
    answer.send(True)

"""What the doctor says of the machine, and of the packages that are there."""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.doctor import checks, machine, packages
from imagenet_utils.doctor.checks import Check, verdicts_on
from imagenet_utils.doctor.packages import Requirement, is_older, requirements_in
from imagenet_utils.errors import ExitCode
from imagenet_utils.network import descriptors
from tests.examined import OK, PROBLEM, WARNING, only, patient, target

VERSIONS = st.lists(st.integers(0, 99_999), min_size=1, max_size=4)


def test_this_python(tmp_path: Path) -> None:
    """With its version, for whoever is told of it."""
    found = only(machine.python, patient(tmp_path))

    assert found.found.startswith(".".join(map(str, sys.version_info[:3])))


def test_a_python_that_nobody_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may do; it is told.  Nobody has tried 3.14."""
    monkeypatch.setattr(machine.sys, "version_info", (3, 14, 0))
    found = only(machine.python, patient(tmp_path))

    assert (found.level, found.cure) == (WARNING, "If anything is odd, take Python 3.13")


@pytest.mark.parametrize(("free", "level"), [(300, WARNING), (1000, OK), (None, OK)])
def test_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int | None, level: object
) -> None:
    """Two processes may want 384 MiB; not every system tells what is free."""
    monkeypatch.setattr(machine, "_free_memory", lambda: free and free * machine.MIB)

    assert only(machine.memory, patient(tmp_path)).level is level


@pytest.mark.parametrize(("files", "left"), [
    ({"memory.max": "1000\n", "memory.current": "900", "memory.stat": "anon 1\ninactive_file 50"},
     [150]),
    ({"memory.max": "1000", "memory.current": "2000", "memory.stat": ""}, [0]),
    ({"memory.max": "max\n", "memory.current": "900", "memory.stat": ""}, []),
    ({"memory.max": "1000", "memory.current": "900", "memory.stat": "odd"}, []),
    ({}, []),
])
def test_what_a_container_may_use(
    tmp_path: Path, files: dict[str, str], left: list[int]
) -> None:
    """Less than the machine has, if it says so."""
    for name, content in files.items():
        (tmp_path / name).write_text(content)

    assert list(machine._left_to_container(tmp_path)) == left


@pytest.mark.parametrize(("most", "level"), [(256, WARNING), (4096, OK), (None, OK)])
def test_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int | None, level: object
) -> None:
    """As many as the limit can be raised to."""
    for module in (machine, descriptors):
        monkeypatch.setattr(module, "most_descriptors", lambda: most)
    found = only(machine.descriptors, patient(tmp_path))

    assert found.level == level
    assert ("keeps to 64 connections a process" in found.cure) == (level is WARNING)


def test_a_process_starts(tmp_path: Path) -> None:
    """One that sees the memory it is to share; without --parallel nobody needs one."""
    assert only(machine.processes, patient(tmp_path)).level is OK
    assert list(machine.processes(patient(tmp_path, processes=0))) == []


def test_processes_are_prepared_before_any_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current folder may change by it, and other checks look for files there."""
    asked_by = []
    monkeypatch.setattr(checks, "start_ahead",
                        lambda _modules: asked_by.append(threading.current_thread()))
    check = Check("processes", machine.processes, ExitCode.LOCAL_FAULT)
    levels = [verdict.level for verdict in verdicts_on(patient(tmp_path), [check])]

    assert (levels, asked_by) == ([OK], [threading.current_thread()])


def test_a_machine_that_shares_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in containers without /dev/shm."""
    def refuse(_count: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(machine, "shared_bytes", refuse)
    found = only(machine.processes, patient(tmp_path))

    assert (found.level, "Function not implemented" in found.found) == (PROBLEM, True)


def test_a_process_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for, and none is left."""
    monkeypatch.setattr(machine, "_be_alive", sys.exit)
    found = only(machine.processes, patient(tmp_path))

    assert (found.level, multiprocessing.active_children()) == (PROBLEM, [])


@pytest.mark.parametrize(("is_there", "level"), [(True, OK), (False, PROBLEM)])
def test_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool, level: object
) -> None:
    """The folder for them is named."""
    folder = tmp_path if is_there else tmp_path / "gone"
    monkeypatch.setattr(machine.tempfile, "tempdir", str(folder))
    found = only(machine.temporary_files, patient(tmp_path))

    assert (found.level, str(folder) in found.found) == (level, True)


def wanting(lines: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These packages, and modules of the folder before all others."""
    (folder / "requirements.txt").write_text(lines)
    monkeypatch.setattr(packages, "REQUIREMENTS", folder / "requirements.txt")
    monkeypatch.syspath_prepend(str(folder))


def test_packages_with_their_versions(tmp_path: Path) -> None:
    """All that are needed, in one line, for whoever is told of it."""
    found = only(packages.packages, patient(tmp_path))

    assert found.level is OK
    assert {part.split()[0] for part in found.found.split(", ")} >= {"pycurl", "Pillow", "requests"}


@pytest.mark.parametrize(("body", "told"), [
    ("raise ImportError('libcurl is another one')", "(ImportError: libcurl is another one)"),
    ("raise ValueError('numpy.dtype size changed')", "(ValueError: numpy.dtype size changed)"),
    ("import os; os._exit(139)", "(its import kills the process, or never ends)"),
    ("raise SystemExit", "(SystemExit: )"),
])
def test_a_package_that_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    """It is to blame by itself; those behind it are tried all the same."""
    (tmp_path / "pycurl.py").write_text(f"print('[hello')\n{body}\n")
    wanting("certifi\npycurl>=7.45\nrequests\n", tmp_path, monkeypatch)
    broken, sound = packages.packages(patient(tmp_path))

    assert (broken.level, told in broken.found) == (PROBLEM, True)
    assert broken.cure.endswith('-m pip install --force-reinstall "pycurl>=7.45"')
    assert [part.split()[0] for part in sound.found.split(", ")] == ["certifi", "requests"]


def test_a_package_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that installs it is the cure."""
    wanting("no-such-package-here>=2.0\n", tmp_path, monkeypatch)
    found = only(packages.packages, patient(tmp_path))

    assert (found.level, found.found) == (PROBLEM, "no-such-package-here is missing")
    assert found.cure.endswith('-m pip install --upgrade "no-such-package-here>=2.0"')


@pytest.mark.parametrize(("is_run", "is_needed", "level"), [
    (True, False, PROBLEM), (False, True, PROBLEM), (False, False, WARNING),
])
def test_an_environment_that_was_never_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_run: bool, is_needed: bool, level: object
) -> None:
    """One command for all; the table by itself needs none of them."""
    for name in ("certifi", "filelock", "pycurl"):
        (tmp_path / f"{name}.py").write_text("raise ImportError")
    wanting("certifi\nfilelock\npycurl\n", tmp_path, monkeypatch)
    monkeypatch.setattr(packages, "_version_of", lambda _package: "")
    asked = patient(tmp_path, target("http://a.example/", is_needed=is_needed))
    examined = asked if is_run else replace(asked, run=None)
    found = only(packages.packages, examined)

    assert (found.level, found.found) == (level, "certifi, filelock, pycurl are missing")
    assert found.cure.endswith(f'-m pip install -r "{tmp_path / "requirements.txt"}"')


def test_a_package_that_a_run_can_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is lost is told."""
    (tmp_path / "openpyxl.py").write_text("raise ImportError")
    wanting("openpyxl\n", tmp_path, monkeypatch)
    found = only(packages.packages, patient(tmp_path))

    assert (found.level, "xlsx cannot be read" in found.found) == (WARNING, True)


def test_a_package_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """requirements.txt says how old it may be."""
    wanting("requests>=9999.1\n", tmp_path, monkeypatch)
    found = only(packages.packages, patient(tmp_path))

    assert (found.level, "is older than 9999.1" in found.found) == (WARNING, True)


def test_imports_that_never_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that hangs is told, and not waited for."""
    (tmp_path / "pycurl.py").write_text("import threading; threading.Event().wait()")
    wanting("pycurl\n", tmp_path, monkeypatch)
    monkeypatch.setattr(packages, "IMPORT_SECONDS", 1.0)

    assert only(packages.packages, patient(tmp_path)).level is PROBLEM


def test_imports_have_one_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second that hangs does not begin anew."""
    given = []

    def hang(command: list[str], *, seconds: float) -> str:
        given.append(seconds)
        now[0] += seconds
        return json.dumps([waiting[len(given) - 1]])

    waiting, now = ["first", "second"], [0.0]
    monkeypatch.setattr(packages.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(packages, "_output_of", hang)
    packages._problems_of_imports(waiting)

    assert given == [packages.IMPORT_SECONDS, pytest.approx(0.1)]


def test_every_requirement_can_be_told(tmp_path: Path) -> None:
    """No line of requirements.txt is passed over."""
    text = packages.REQUIREMENTS.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(requirements_in(text)) == len(lines) > 10


@given(VERSIONS, VERSIONS)
def test_versions_are_compared_by_number(one: list[int], other: list[int]) -> None:
    """Not as words, and with zeros where one of them ends."""
    width = max(len(one), len(other))
    first, second = (tuple(each + [0] * (width - len(each))) for each in (one, other))

    assert is_older(".".join(map(str, one)), ".".join(map(str, other))) == (first < second)


@given(st.text(), st.text())
def test_no_version_is_too_odd(found: str, at_least: str) -> None:
    """Whatever a package calls itself."""
    assert is_older(found, at_least) in (True, False)


@given(st.text())
def test_no_requirements_are_too_odd(text: str) -> None:
    """What is understood is a name."""
    assert all(isinstance(each, Requirement) and each.package for each in requirements_in(text))

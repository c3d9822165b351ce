"""Every check is told, in order, whatever becomes of it; its line is one line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.command_line.examination import lines_of, sum_of
from imagenet_utils.doctor import checks, disk
from imagenet_utils.doctor.checks import CHECKS, Check, verdicts_on
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, Level, Verdict, ok, problem, warning
from imagenet_utils.errors import ExitCode, Interrupted, TableError, UsageError
from tests.examined import OK, PROBLEM, WARNING, patient


def well(_patient: Patient) -> Iterator[Finding]:
    yield ok("as it should be")


def doubtful(_patient: Patient) -> Iterator[Finding]:
    yield warning("slow", "Wait")


def ill(_patient: Patient) -> Iterator[Finding]:
    yield problem("gone", "Fetch it")


def no_matter(_patient: Patient) -> Iterator[Finding]:
    return iter(())


def test_every_check_has_a_name_of_its_own() -> None:
    """And the exit code of a run that meets the problem."""
    names = [check.what for check in CHECKS]

    assert len(set(names)) == len(names) > 20
    assert ExitCode.ALL_HERE not in {check.exit_code for check in CHECKS}


def test_a_signal_between_two_locks_is_a_signal_all_the_same() -> None:
    """Where it comes while Python waits, its own lock may complain after it."""
    class Broken(Future):  # type: ignore[type-arg]
        def result(self, timeout: float | None = None) -> NoReturn:
            try:
                raise Interrupted(ExitCode.INTERRUPTED)
            finally:
                raise RuntimeError("cannot release un-acquired lock")

    with pytest.raises(Interrupted):
        checks._ended(Broken(), 0.0, 1.0)


def test_verdicts_come_in_the_order_of_the_table(tmp_path: Path) -> None:
    """Only a problem bears the exit code of its row; what is no matter is left out."""
    table = (Check("a", ill, ExitCode.LOCKED), Check("b", no_matter, ExitCode.USAGE),
             Check("c", doubtful, ExitCode.USAGE), Check("d", well, ExitCode.USAGE))

    verdicts = list(verdicts_on(patient(tmp_path), table))

    assert verdicts == [
        Verdict(PROBLEM, "a", "gone", "Fetch it", ExitCode.LOCKED),
        Verdict(WARNING, "c", "slow", "Wait", ExitCode.ALL_HERE),
        Verdict(OK, "d", "as it should be", "", ExitCode.ALL_HERE),
    ]


@pytest.mark.parametrize(("error", "found"), [
    (ImportError("No module named 'pycurl'"), "could not be tried: No module named 'pycurl'"),
    (PermissionError(13, "Permission denied", "x.csv"), "x.csv: Permission denied"),
    (UsageError("b.pem: no such bundle", "Mend it"), "b.pem: no such bundle"),
    (ZeroDivisionError("by zero"), "could not be tried: ZeroDivisionError: by zero"),
])
def test_what_a_check_trips_over_is_a_problem(
    tmp_path: Path, error: Exception, found: str
) -> None:
    """The others are told all the same."""
    def trip(_patient: Patient) -> Iterator[Finding]:
        raise error

    table = (Check("a", trip, ExitCode.USAGE), Check("b", well, ExitCode.USAGE))
    tripped, sound = verdicts_on(patient(tmp_path), table)

    assert (tripped.level, tripped.found, sound.level) == (PROBLEM, found, OK)
    assert tripped.cure


def test_a_check_that_hangs_is_left_behind(tmp_path: Path) -> None:
    """A drive that is gone answers nobody, and the rest is told without it."""
    never = threading.Event()

    def hang(_patient: Patient) -> Iterator[Finding]:
        never.wait()
        return iter(())

    table = (Check("a", hang, ExitCode.LOCAL_FAULT), Check("b", well, ExitCode.USAGE))
    hung, sound = list(verdicts_on(patient(tmp_path), table, seconds=0.05))
    never.set()

    assert (hung.found, hung.exit_code) == ("no end within 0.05 s", ExitCode.LOCAL_FAULT)
    assert sound.level is OK


def test_all_checks_have_one_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen that hang on the same drive are waited for as long as one."""
    waited = []

    class Hung:
        def result(self, seconds: float) -> None:
            waited.append(seconds)
            now[0] += seconds
            raise checks.TimeoutError

    now = [100.0]
    monkeypatch.setattr(checks.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(checks, "begun", lambda _work: Hung())
    monkeypatch.setattr(checks, "wait", lambda *_arguments: None)
    table = [Check(name, well, ExitCode.USAGE) for name in "abc"]
    list(verdicts_on(patient(tmp_path), table, seconds=20.0))

    assert waited == [20.0, 0.0, 0.0]


def test_an_error_bears_the_code_that_a_run_ends_with(tmp_path: Path) -> None:
    """Whatever the table says of the check that trips over it."""
    def trip(_patient: Patient) -> Iterator[Finding]:
        raise TableError("ncodes.csv", ("row 2: odd", "row 3: odd"))

    tripped = next(verdicts_on(patient(tmp_path), [Check("a", trip, ExitCode.LOCKED)]))

    assert (tripped.exit_code, tripped.found) == (ExitCode.USAGE,
                                                  "ncodes.csv: row 2: odd\nncodes.csv: row 3: odd")


def test_trials_are_gone_when_the_user_has_had_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in the middle waits for what is on the disk to be removed."""
    is_written, may_go_on = threading.Event(), threading.Event()
    wait = checks.wait

    def fsync(_descriptor: int) -> None:
        is_written.set()
        may_go_on.wait()

    def let_go_and_wait(futures: list, seconds: float) -> None:
        may_go_on.set()
        wait(futures, 60)

    monkeypatch.setattr(disk.os, "fsync", fsync)
    monkeypatch.setattr(checks, "wait", let_go_and_wait)
    table = (Check("a", well, ExitCode.USAGE), Check("b", disk.writing, ExitCode.LOCAL_FAULT))
    verdicts = verdicts_on(patient(tmp_path), table)
    next(verdicts)
    is_written.wait(60)
    during = [path.name for path in tmp_path.iterdir()]
    verdicts.close()

    assert during[0].startswith(".doctor.")
    assert list(tmp_path.iterdir()) == []


def test_a_verdict_and_its_cure_are_aligned() -> None:
    """Level and name have columns of their own, the cure stands below what was found."""
    told = lines_of(Verdict(PROBLEM, "disk space", "0 bytes", "Free some", ExitCode.USAGE))

    assert told == ("problem  disk space       0 bytes\n"
                    "         Free some")


def test_passwords_are_not_shown() -> None:
    """Whoever found the address, and wherever it stands."""
    told = lines_of(Verdict(WARNING, "proxy", "http://me:secret@p:1 is slow",
                            "Leave http://me:secret@p:1", ExitCode.ALL_HERE))

    assert "secret" not in told
    assert told.count("http://***@p:1") == 2


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_a_line(found: str, cure: str) -> None:
    """Servers, tables and names of files have a say in it; terminals obey what is no letter."""
    told = lines_of(Verdict(WARNING, "address", found, cure, ExitCode.ALL_HERE))

    assert told.count("\n") == 1
    assert all(letter.isprintable() for letter in told.replace("\n", ""))


@pytest.mark.parametrize(("codes", "told"), [
    ([], "1 ok, 0 warnings, 0 problems: nothing stands in the way"),
    ([ExitCode.UNOBTAINABLE],
     "1 ok, 0 warnings, 1 problem: a run would end with exit code 7 (unobtainable)"),
    ([ExitCode.UNOBTAINABLE, ExitCode.LOCKED, ExitCode.BUDGET_REACHED],
     "1 ok, 0 warnings, 3 problems: a run would end with exit code 4 (locked)"),
])
def test_the_last_line(codes: list[ExitCode], told: str) -> None:
    """Of several exit codes the one wins that wins for a run, too."""
    verdicts = [Verdict(Level.PROBLEM, "a", "b", "c", code) for code in codes]

    assert sum_of([Verdict(OK, "a", "b", "", ExitCode.ALL_HERE), *verdicts]) == told

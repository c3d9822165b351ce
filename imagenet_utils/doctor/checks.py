"""The table of checks, and how they are run: all at once, told in the table's order."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, TimeoutError, wait
from dataclasses import dataclass
from functools import partial

from imagenet_utils.doctor import (
    addresses, certificates, clock, disk, inputs, machine, names, packages, proxy, results, whom,
)
from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, Level, Verdict, problem
from imagenet_utils.engine.nursery import start_ahead
from imagenet_utils.errors import ExitCode, ImagenetUtilsError, Interrupted, fault_of

LONGEST_SECONDS = 20.0  # what asks the web ends by itself far earlier; a dead disk never does
PARTING_SECONDS = 1.5  # for trials on the disk to be removed when the user has had enough


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    examine: Callable[[Patient], Iterable[Finding]]  # none: it is no matter for this patient
    exit_code: ExitCode  # what a run ends with that meets such a problem


CHECKS = (
    Check("Python", machine.python, ExitCode.USAGE),
    Check("packages", packages.packages, ExitCode.USAGE),
    Check("memory", machine.memory, ExitCode.LOCAL_FAULT),
    Check("descriptors", machine.descriptors, ExitCode.LOCAL_FAULT),
    Check("processes", machine.processes, ExitCode.LOCAL_FAULT),
    Check("temporary files", machine.temporary_files, ExitCode.LOCAL_FAULT),
    Check("disk space", disk.space, ExitCode.BUDGET_REACHED),
    Check("writing", disk.writing, ExitCode.LOCAL_FAULT),
    Check("file names", disk.file_names, ExitCode.LOCAL_FAULT),
    Check("hard links", disk.hard_links, ExitCode.LOCAL_FAULT),
    Check("database", disk.database, ExitCode.LOCAL_FAULT),
    Check("locks", disk.locks, ExitCode.LOCAL_FAULT),
    Check("other runs", results.other_runs, ExitCode.LOCKED),
    Check("ledger", results.ledger, ExitCode.LOCAL_FAULT),
    Check("table", inputs.table, ExitCode.USAGE),
    Check("URL list", inputs.url_list, ExitCode.USAGE),
    Check("annotations", inputs.boxes, ExitCode.LOCAL_FAULT),
    Check("archives", inputs.archives, ExitCode.USAGE),
    Check("source", whom.source, ExitCode.UNOBTAINABLE),
    Check("certificates", certificates.bundle, ExitCode.USAGE),
    Check("proxy", proxy.proxies, ExitCode.UNOBTAINABLE),
    Check("DNS", names.names, ExitCode.UNOBTAINABLE),
    Check("clock", clock.clock, ExitCode.UNOBTAINABLE),
    Check("address", addresses.addresses, ExitCode.UNOBTAINABLE),
)


def verdicts_on(
    patient: Patient, checks: Iterable[Check] = CHECKS, *, seconds: float = LONGEST_SECONDS
) -> Generator[Verdict, None, None]:
    """All together are given so long; to be closed, so that trials on the disk are gone by then."""
    deadline = time.monotonic() + seconds
    if patient.run and patient.run.processes:
        start_ahead([])  # before other threads look for files in the current folder
    begun_checks = [(check, begun(partial(_findings, check, patient))) for check in checks]
    try:
        for check, future in begun_checks:
            for finding in _ended(future, deadline, seconds):
                yield _verdict(check, finding)
    finally:
        wait([future for _check, future in begun_checks], PARTING_SECONDS)


def _findings(check: Check, patient: Patient) -> list[Finding]:
    """What a check trips over is a finding, too: it is there to be run where things are broken."""
    try:
        return list(check.examine(patient))
    except ImportError as error:
        return [problem(f"could not be tried: {error}", "See packages above")]
    except (ImagenetUtilsError, OSError) as error:
        fault = fault_of(error) if isinstance(error, OSError) else error
        return [problem(fault.problem, fault.cure or "Mend it, and run again", fault.exit_code)]
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return [problem(f"could not be tried: {type(error).__name__}: {error}",
                        f"A mistake of the program ({last.name}, line {last.lineno}): tell us")]


def _ended(
    future: Future[list[Finding]], deadline: float, seconds: float
) -> list[Finding]:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except RuntimeError as error:
        if isinstance(error.__context__, Interrupted):  # it came while Python let go of its lock
            raise error.__context__ from None
        raise
    except TimeoutError:
        return [problem(f"no end within {seconds:g} s",
                        "Something hangs: a network drive that is gone, or a machine under load")]


def _verdict(check: Check, finding: Finding) -> Verdict:
    is_problem = finding.level is Level.PROBLEM
    code = finding.exit_code or check.exit_code if is_problem else ExitCode.ALL_HERE
    return Verdict(finding.level, check.what, finding.found, finding.cure, code)

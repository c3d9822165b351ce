"""What earlier runs left, and whether one is at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import LocalFault
from imagenet_utils.job.lock import is_run_on
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger_file import row_count
from imagenet_utils.results.sqlite_file import is_busy


def other_runs(patient: Patient) -> Iterator[Finding]:
    if patient.run is None:
        return
    if is_run_on(patient.folder):
        yield problem(f"one is at work on {patient.folder}",
                      "Wait for it, end it, or choose another folder with --save_dir")
    else:
        yield ok("none is at work on the same folder")


def ledger(patient: Patient) -> Iterator[Finding]:
    if patient.run is None:
        return
    path = patient.folder / LEDGER
    if not path.exists():
        yield ok(f"{path}: none yet")
        return
    try:
        yield ok(f"{path}: {row_count(path):,} URLs are known")
    except LocalFault as fault:
        yield problem(fault.problem, fault.cure)
    except (sqlite3.Error, OSError) as error:
        cure = "If a run is at work there, let it end"
        yield warning(f"{path}: cannot be read ({error})", cure if is_busy(error) else
                      "The next run sets it aside and makes a new one from files and reports")

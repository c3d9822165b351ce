"""Patients as small as tests want them, and what the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from imagenet_utils.doctor.patient import Files, Line, Patient, Run, Target
from imagenet_utils.doctor.verdict import Finding, Level

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM


def patient(
    folder: Path, *targets: Target, line: Line = Line(), needs_table: bool = False, **run: Any
) -> Patient:
    """Whose files lie in a folder, and whose run is as usual but for `run`."""
    files = Files(folder / "ncodes.csv", folder / "list.txt", folder / "annotation",
                  needs_table=needs_table, needs_annotations=False)
    usual = {"archives_dir": folder / "archives", "archives": (), "min_free_disk": 0,
             "processes": 2}
    return Patient(folder, files, targets, line, Run(**{**usual, **run}))


def target(address: str, *, is_needed: bool = True, is_archive: bool = False) -> Target:
    return Target("boxes", address, is_needed, "Take another place", is_archive)


def only(examine: Callable[[Patient], Iterable[Finding]], examined: Patient) -> Finding:
    """The one thing that is found."""
    findings = list(examine(examined))

    assert len(findings) == 1, findings
    return findings[0]

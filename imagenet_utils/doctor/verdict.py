"""What a check found, and what it means for a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from imagenet_utils.errors import ExitCode


class Level(Enum):
    OK = "ok"
    WARNING = "warning"  # a run goes on, but slower, or with less
    PROBLEM = "problem"  # a run would end


class Finding(NamedTuple):
    """What an examiner says; it does not know under which name it stands in the table."""

    level: Level
    found: str
    cure: str = ""  # for whatever is not ok
    exit_code: ExitCode | None = None  # None: a run ends with the one of the table


@dataclass(frozen=True, slots=True)
class Verdict:
    level: Level
    what: str  # the check's name
    found: str
    cure: str
    exit_code: ExitCode  # what a run would end with; ALL_HERE where it goes on


def ok(found: str) -> Finding:
    return Finding(Level.OK, found)


def warning(found: str, cure: str) -> Finding:
    return Finding(Level.WARNING, found, cure)


def problem(found: str, cure: str, exit_code: ExitCode | None = None) -> Finding:
    return Finding(Level.PROBLEM, found, cure, exit_code)

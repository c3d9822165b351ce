"""--doctor of both scripts: one line for each verdict, its cure below it, and a sum.

Imports nothing that may be missing, for that is one of the things it is there to tell.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import TimeoutError
from contextlib import closing
from functools import partial

from imagenet_utils.command_line.arguments import Program, parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.endings import tell
from imagenet_utils.command_line.patients import PATIENTS
from imagenet_utils.command_line.signals import interruptible
from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.checks import CHECKS, LONGEST_SECONDS, verdicts_on
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Level, Verdict
from imagenet_utils.errors import (
    ExitCode, ImagenetUtilsError, Interrupted, LocalFault, fault_of, worst,
)
from imagenet_utils.network.proxies import lower_case_proxies
from imagenet_utils.passwords import without_passwords

LEVEL_WIDTH = max(len(level.value) for level in Level) + 2
WHAT_WIDTH = max(len(check.what) for check in CHECKS) + 2
LONGEST_TEXT = 600  # letters


def examine(program: Program, argv: Sequence[str]) -> int:
    """The exit code that a run with the same options would end with, as far as can be foreseen."""
    console, code = Console(), ExitCode.INTERNAL_ERROR
    try:
        with interruptible():
            namespace = _parsed(program, argv)
            console = Console(quiet=getattr(namespace, "quiet", False),
                              log_file=getattr(namespace, "log_file", None))
            lower_case_proxies(os.environ)
            code = _told(PATIENTS[program.name](namespace), console)
    except ImagenetUtilsError as error:
        code = tell(error, console)
    except OSError as error:
        code = tell(fault_of(error), console)
    except Interrupted as stop:
        code = stop.exit_code
        console.warn("interrupted; nothing was changed")
    finally:
        console.close(code)
    return code


def lines_of(verdict: Verdict) -> str:
    """
    >>> print(lines_of(Verdict(Level.OK, "clock", "right to 1 s", "", ExitCode.ALL_HERE)))
    ok       clock            right to 1 s
    """
    head = f"{verdict.level.value:{LEVEL_WIDTH}}{verdict.what:{WHAT_WIDTH}}{_line(verdict.found)}"
    return f"{head}\n{' ' * LEVEL_WIDTH}{_line(verdict.cure)}" if verdict.cure else head


def sum_of(verdicts: Iterable[Verdict]) -> str:
    """
    >>> sum_of([Verdict(Level.WARNING, "clock", "7 minutes ahead", "Set it", ExitCode.ALL_HERE)])
    '0 ok, 1 warning, 0 problems: nothing stands in the way'
    """
    verdicts = list(verdicts)
    counts = Counter(verdict.level for verdict in verdicts)
    warnings, problems = counts[Level.WARNING], counts[Level.PROBLEM]
    told = (f"{counts[Level.OK]} ok, {warnings} warning{'s' * (warnings != 1)},"
            f" {problems} problem{'s' * (problems != 1)}")
    if not problems:
        return f"{told}: nothing stands in the way"
    code = worst(*(verdict.exit_code for verdict in verdicts))
    name = code.name.lower().replace("_", " ")
    return f"{told}: a run would end with exit code {code.value} ({name})"


def _parsed(program: Program, argv: Sequence[str]) -> Namespace:
    """Paths are looked at, and a drive that is gone answers nobody.  Raises LocalFault."""
    try:
        return begun(partial(parse, program, argv)).result(LONGEST_SECONDS)
    except TimeoutError:
        raise LocalFault("a path among the options cannot be looked at, however long one waits",
                         "Is it on a network drive that is gone? Name another place") from None


def _told(patient: Patient, console: Console) -> ExitCode:
    verdicts = []
    with closing(verdicts_on(patient)) as coming:
        for verdict in coming:
            console.say(lines_of(verdict))
            verdicts.append(verdict)
    console.say(sum_of(verdicts))
    return worst(*(verdict.exit_code for verdict in verdicts))


def _line(text: str) -> str:
    """One line, whatever a server, a table or a file's name put into it."""
    line = " ".join(without_passwords(text).split())
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}..."

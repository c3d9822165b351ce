"""How a script ends: what went wrong is told in a line each, and every signal has its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.signals import interruptible
from imagenet_utils.errors import (
    ExitCode, ImagenetUtilsError, Interrupted, Unobtainable, UsageError, fault_of, pip_install,
    worst,
)


def run_script(main: Callable[[list[str]], int]) -> None:
    """Ends the process with main's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file's name may hold what a terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:])
    except ImportError as error:
        code = tell(missing(error), Console())
    sys.exit(code)


def ending_of(steps: Iterable[Callable[[], str]], console: Console) -> ExitCode:
    """Says what each step answers, if anything.

    One that cannot be had does not keep the others back.
    """
    codes = []
    try:
        with interruptible():
            for step in steps:
                try:
                    if told := step():
                        console.say(told)
                except Unobtainable as failure:
                    codes.append(tell(failure, console))
    except ImagenetUtilsError as error:
        codes.append(tell(error, console))
    except OSError as error:
        codes.append(tell(fault_of(error), console))
    except Interrupted as stop:
        console.warn("interrupted; what was fetched is kept for the next run")
        codes.append(stop.exit_code)
    return worst(*codes)


def missing(error: ImportError) -> ImagenetUtilsError:
    """Which package, and why, is the doctor's to find out: it goes without them."""
    return UsageError(f"a package cannot be imported: {error}",
                      f"Run: {pip_install('-r requirements.txt')}; --doctor says more")


def tell(error: ImagenetUtilsError, console: Console) -> ExitCode:
    """One line for each thing that could not be had, and one for what works instead."""
    text = error.problem if isinstance(error, Unobtainable) else str(error)
    told = [line if line.startswith("  ") else f"error: {line}" for line in text.splitlines()]
    if isinstance(error, Unobtainable) and error.cure:
        told.append(error.cure)
    console.warn("\n".join(told))
    return error.exit_code

"""How a script ends: what went wrong is told in a line each, and every signal has its exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable

from imagenet_utils.errors import ExitCode, ImagenetUtilsError, Interrupted, Unobtainable, worst


def run_script(main: Callable[[list[str]], int]) -> None:
    """Ends the process with main's exit code; SIGTERM raises Interrupted inside it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file's name may hold what a terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))


def ending_of(steps: Iterable[Callable[[], str]]) -> ExitCode:
    """Prints what each step answers.  One that cannot be had does not keep the others back."""
    codes = []
    try:
        for step in steps:
            try:
                print(step(), flush=True)
            except Unobtainable as failure:
                codes.append(tell(failure))
    except ImagenetUtilsError as error:
        codes.append(tell(error))
    except (KeyboardInterrupt, Interrupted) as stop:
        print("interrupted; what was fetched is kept for the next run", file=sys.stderr)
        codes.append(getattr(stop, "exit_code", ExitCode.INTERRUPTED))
    return worst(*codes)


def tell(error: ImagenetUtilsError) -> ExitCode:
    """One line for each thing that could not be had, and one for what works instead."""
    told = error.problem.splitlines() if isinstance(error, Unobtainable) else [str(error)]
    print(*(f"error: {line}" for line in told), sep="\n", file=sys.stderr)
    if isinstance(error, Unobtainable) and error.cure:
        print(error.cure, file=sys.stderr)
    return error.exit_code


def _terminate(signal_number: int, frame: object) -> None:
    raise Interrupted(ExitCode.TERMINATED)

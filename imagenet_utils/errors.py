"""The tree of errors, drawn once, and the exit codes it leads to.

A failed image is no error: it is an `Outcome` with a `Reason`.  What stands here ends a run.
Every error keeps the arguments it was given, so that it survives the way between processes.
"""

from __future__ import annotations

import sys
from enum import IntEnum

MOST_MISTAKES_TOLD = 500  # lines; a table shifted by one column has as many as it has rows


class ExitCode(IntEnum):
    """What a script leaves behind; where several apply, `worst` names the one that wins."""

    ALL_HERE = 0
    INTERNAL_ERROR = 1
    USAGE = 2
    WORTH_ANOTHER_RUN = 3
    LOCKED = 4
    LOCAL_FAULT = 5
    BUDGET_REACHED = 6
    UNOBTAINABLE = 7
    CATEGORY_SHORT = 8
    INTERRUPTED = 130
    TERMINATED = 143


PRECEDENCE = tuple(ExitCode(code) for code in (130, 143, 1, 2, 4, 5, 7, 6, 3, 8, 0))


def worst(*codes: ExitCode) -> ExitCode:
    """
    >>> worst(ExitCode.WORTH_ANOTHER_RUN, ExitCode.BUDGET_REACHED).name
    'BUDGET_REACHED'
    >>> worst().name
    'ALL_HERE'
    """
    return min(codes, key=PRECEDENCE.index, default=ExitCode.ALL_HERE)


def pip_install(what: str) -> str:
    """The command, for the very Python that runs this: another one's packages are of no use."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip install {what}"


class ImagenetUtilsError(Exception):
    """`problem` says what, where, expected and found; `cure` what to do now."""

    exit_code = ExitCode.INTERNAL_ERROR

    def __init__(self, problem: str, cure: str = "") -> None:
        super().__init__(problem, cure)
        self.problem = problem
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.problem}. {self.cure}" if self.cure else self.problem


class UsageError(ImagenetUtilsError):
    """An option, a path or a file of the user's that cannot be what was meant."""

    exit_code = ExitCode.USAGE


class TableError(UsageError):
    """Every mistake of a marked table at once, one line each; of very many the first."""

    def __init__(self, path: str, mistakes: tuple[str, ...]) -> None:
        told = list(mistakes[:MOST_MISTAKES_TOLD])
        if len(mistakes) > len(told):
            told.append(f"and {len(mistakes) - len(told):,} more mistakes")
        super().__init__("\n".join(f"{path}: {line}" for line in told))
        self.args = (path, mistakes)
        self.path = path
        self.mistakes = mistakes


class MissingPackage(UsageError):
    """An option needs a package that is not installed."""

    def __init__(self, package: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs the package {package}",
                         f"Run: {pip_install(package)}")
        self.args = (package, needed_for)


class Locked(ImagenetUtilsError):
    """Another run works on the same save_dir."""

    exit_code = ExitCode.LOCKED


class LocalFault(ImagenetUtilsError):
    """This machine fails: no space, no permission, a read-only disk."""

    exit_code = ExitCode.LOCAL_FAULT


def fault_of(error: OSError) -> LocalFault:
    """What no stage could name better.

    >>> str(fault_of(OSError(28, "No space left on device", "/data/x.jpg")))[:36]
    '/data/x.jpg: No space left on device'
    """
    return LocalFault(f"{error.filename or 'this machine'}: {error.strerror or error}",
                      "Give permission, free some space, or name another place")


class Unobtainable(ImagenetUtilsError):
    """A list or an archive that the run cannot do without could not be had."""

    exit_code = ExitCode.UNOBTAINABLE


class Interrupted(BaseException):
    """SIGINT or SIGTERM; no `except Exception` may swallow it."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code

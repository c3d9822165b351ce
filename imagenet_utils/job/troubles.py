"""What kept archives from giving all records of a category, told once for all that it befell."""

from __future__ import annotations

from imagenet_utils.archives.supply import Problem, ProblemKind
from imagenet_utils.errors import ExitCode

MOST_TOLD = 10  # categories, in one line


class Troubles:
    def __init__(self) -> None:
        self._befallen: dict[ProblemKind | str, list[str]] = {}  # kind or text -> folders
        self._code_if_all: list[ExitCode] = []

    def take(self, folder: str, problem: Problem) -> bool:
        """Whether it is new."""
        befallen = self._befallen.setdefault(problem.kind or problem.text, [])
        befallen.append(folder)
        if problem.code_if_all is not None:
            self._code_if_all.append(problem.code_if_all)
        return len(befallen) == 1

    def code_of_all(self, categories: int) -> ExitCode | None:
        """Of a run with so many of them, if all had a problem that then is the run's."""
        codes = self._code_if_all
        return codes[0] if codes and len(codes) == categories else None

    def repeated(self) -> list[str]:
        """A line for each that befell several."""
        return [_told(*folders) for folders in self._befallen.values() if len(folders) > 1]


def _told(first: str, *others: str) -> str:
    which = ", ".join(others[:MOST_TOLD]) + (", ..." if len(others) > MOST_TOLD else "")
    what = "another category" if len(others) == 1 else f"{len(others):,} other categories"
    return f"{first}: the same of {what} ({which})"

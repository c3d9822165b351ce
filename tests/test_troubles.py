"""What befell many categories is told once."""

from __future__ import annotations

from imagenet_utils.archives.supply import Problem, ProblemKind
from imagenet_utils.errors import ExitCode
from imagenet_utils.job.troubles import Troubles

DEAD = Problem("no connection", ExitCode.UNOBTAINABLE)
ABSENT = ExitCode.UNOBTAINABLE


def taken(*problems: Problem) -> tuple[Troubles, list[bool]]:
    """Those of categories named by their numbers."""
    troubles = Troubles()
    return troubles, [troubles.take(str(number), problem)
                      for number, problem in enumerate(problems)]


def test_the_same_problem() -> None:
    """The first is news; the others are counted, and the first ten of them named."""
    troubles, are_new = taken(*[DEAD] * 1000)

    assert are_new == [True] + [False] * 999
    assert troubles.repeated() == [
        "0: the same of 999 other categories (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)"]


def test_problems_of_one_kind() -> None:
    """They are the same, although each names another address."""
    troubles, are_new = taken(*(Problem(name, None, ProblemKind.CUT_SHORT) for name in "ab"))

    assert are_new == [True, False]
    assert troubles.repeated() == ["0: the same of another category (1)"]


def test_different_problems() -> None:
    """Each is told, and there is nothing to repeat."""
    troubles, are_new = taken(DEAD, Problem("a page", None))

    assert are_new == [True, True]
    assert troubles.repeated() == []


def test_what_befell_every_category_is_the_runs() -> None:
    """One that was spared is enough to make it no trouble of the run's."""
    troubles, _ = taken(*[Problem("404", None, code_if_all=ABSENT)] * 2)

    assert (troubles.code_of_all(2), troubles.code_of_all(3)) == (ABSENT, None)
    assert taken(DEAD)[0].code_of_all(1) is None

"""One contract for every place of work, and what the pool does when its processes die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from obedient_worker import (
    Item,
    Obedient,
    Result,
    obedient,
    short_lived,
    stillborn,
    stillborn_at_first,
)

from imagenet_utils.engine.executors import EXECUTORS, Executor, HalfDone, Lost, Pool
from imagenet_utils.errors import LocalFault

ENOUGH_SECONDS = 60.0  # for any of these tests, on any machine


def all_answers(executor: Executor, count: int) -> list[Result | Lost]:
    """So many answers, and then no more."""
    answers: list[Result | Lost] = []
    deadline = time.monotonic() + ENOUGH_SECONDS
    while len(answers) < count and time.monotonic() < deadline:
        answers += executor.answers(0.2)
    return answers + executor.answers(0.0)


@pytest.fixture
def pool() -> Iterator[Callable[..., Pool]]:
    made: list[Pool] = []

    def make(make_worker=obedient, workers: int = 2,  # type: ignore[no-untyped-def]
             patience_seconds: float = ENOUGH_SECONDS) -> Pool:
        made.append(Pool(make_worker, workers, patience_seconds=patience_seconds))
        return made[-1]

    yield make
    for each in made:
        each.close()


def numbers(answers: list[Result | Lost]) -> list[int]:
    return sorted(answer.number for answer in answers)


def lost(answers: list[Result | Lost]) -> list[int]:
    return sorted(answer.number for answer in answers if isinstance(answer, Lost))


@pytest.mark.parametrize("kind", EXECUTORS)
class TestEveryExecutor:
    """The contract of each row of the table."""

    @pytest.fixture
    def executor(self, kind: str) -> Iterator[Executor]:
        executor = EXECUTORS[kind](obedient, 2, patience_seconds=ENOUGH_SECONDS)
        yield executor
        executor.close()

    def test_every_item_is_answered_once(self, executor: Executor) -> None:
        """In any order."""
        for number in range(200):
            executor.submit(Item(number))

        assert numbers(all_answers(executor, 200)) == list(range(200))

    def test_items_may_come_at_any_time(self, executor: Executor) -> None:
        """Nothing that was submitted before is forgotten, nor what comes later."""
        seen: list[Result | Lost] = []
        for number in range(50):
            executor.submit(Item(number))
            seen += executor.answers(0.0)

        assert numbers(seen + all_answers(executor, 50 - len(seen))) == list(range(50))

    def test_an_answer_belongs_to_its_item(self, executor: Executor) -> None:
        """It bears the number, and what was made of the item."""
        for number in range(20):
            executor.submit(Item(number, load=b"%d" % number))
        answers = all_answers(executor, 20)

        assert all(answer.load == b"%d" % answer.number  # type: ignore[union-attr]
                   for answer in answers)

    def test_big_items_pass_both_ways(self, executor: Executor) -> None:
        """Neither side waits for the other to read."""
        for number in range(12):
            executor.submit(Item(number, load=bytes(3_000_000)))

        assert numbers(all_answers(executor, 12)) == list(range(12))

    def test_what_is_half_done_is_passed_on(self, executor: Executor) -> None:
        """It is no answer: each item still gets its own."""
        for number in range(12):
            executor.submit(Item(number, "tell twice"))
        told: list[HalfDone | Result | Lost] = []
        while sum(not isinstance(each, HalfDone) for each in told) < 12:
            told += executor.answers(1.0)
        half = {number for each in told if isinstance(each, HalfDone) for number in each.numbers}

        assert half
        assert numbers([each for each in told if not isinstance(each, HalfDone)]) == list(range(12))

    def test_without_items_there_are_no_answers(self, executor: Executor) -> None:
        """And asking for them does not wait for ever."""
        assert executor.answers(0.0) == []


def test_an_item_that_kills_its_worker_is_lost_alone(pool: Callable[..., Pool]) -> None:
    """All that was in hand beside it is answered."""
    made = pool()
    for number in range(60):
        made.submit(Item(number, "die" if number == 17 else "answer"))
    answers = all_answers(made, 60)

    assert (numbers(answers), lost(answers)) == (list(range(60)), [17])


@pytest.mark.parametrize("order", ["raise", "unpicklable"])
def test_a_worker_that_fails_costs_the_item_it_failed_on(
    pool: Callable[..., Pool], order: str
) -> None:
    """An exception, or a result that can't be sent, never hangs the pool."""
    made = pool()
    for number in range(30):
        made.submit(Item(number, order if number == 3 else "answer"))
    answers = all_answers(made, 30)

    assert (numbers(answers), lost(answers)) == (list(range(30)), [3])


def test_an_item_that_hangs_is_lost_when_patience_ends(pool: Callable[..., Pool]) -> None:
    """Those behind it are answered."""
    made = pool(patience_seconds=1.0)
    for number in range(20):
        made.submit(Item(number, "hang" if number == 4 else "answer"))
    answers = all_answers(made, 20)

    assert (numbers(answers), lost(answers)) == (list(range(20)), [4])


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no such signal here")
def test_a_worker_that_reads_no_more_holds_up_nobody(pool: Callable[..., Pool]) -> None:
    """More is sent to it than its pipe takes; patience ends that too."""
    made = pool(workers=1, patience_seconds=1.0)
    made.submit(Item(0, "stop"))
    made.answers(0.5)
    for number in range(1, 10):
        made.submit(Item(number, load=bytes(500_000)))
    answers = all_answers(made, 10)

    assert (numbers(answers), lost(answers)) == (list(range(10)), [0])


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_workers_killed_from_outside_cost_nothing_but_time(pool: Callable[..., Pool]) -> None:
    """Each of them under load, one after the other."""
    made = pool()
    for number in range(600):
        made.submit(Item(number))
    answers: list[Result | Lost] = []
    for victim in made.process_ids():
        while not (some := made.answers(0.2)):
            pass
        answers += some
        os.kill(victim, signal.SIGKILL)
    answers += all_answers(made, 600 - len(answers))

    assert (numbers(answers), lost(answers)) == (list(range(600)), [])


def test_many_killers_in_a_row_are_all_named(pool: Callable[..., Pool]) -> None:
    """They are few enough to be the items' fault."""
    made = pool()
    for number in range(5):
        made.submit(Item(number, "die"))

    assert lost(all_answers(made, 5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("make_worker", [stillborn, short_lived])
def test_workers_that_die_without_items_end_the_run(
    pool: Callable[..., Pool], make_worker: Callable[[int], Obedient]
) -> None:
    """This machine fails: there is no endless row of new ones."""
    made = pool(make_worker)

    with pytest.raises(LocalFault, match="die one after another"):
        all_answers(made, 1)


def test_a_start_that_fails_once_costs_no_item(
    pool: Callable[..., Pool], tmp_path: Path
) -> None:
    """What it was given goes to another."""
    made = pool(partial(stillborn_at_first, tmp_path / "flag"))
    for number in range(30):
        made.submit(Item(number))
    answers = all_answers(made, 30)

    assert (numbers(answers), lost(answers)) == (list(range(30)), [])


def test_work_is_spread_over_the_processes(pool: Callable[..., Pool]) -> None:
    """The least busy gets the next."""
    made = pool()
    for number in range(100):
        made.submit(Item(number))
    processes = {answer.process for answer in all_answers(made, 100)}  # type: ignore[union-attr]

    assert processes == set(made.process_ids())


def test_a_closed_pool_leaves_no_process(pool: Callable[..., Pool]) -> None:
    """Not even one that hangs."""
    made = pool()
    made.submit(Item(0, "hang"))
    made.answers(0.0)
    made.close()

    assert not any(member.process.is_alive() for member in made._members)


PARENT = """
import sys
from imagenet_utils.engine.executors import Pool
from obedient_worker import obedient

if __name__ == "__main__":
    pool = Pool(obedient, 2, patience_seconds=60)
    print(*pool.process_ids(), flush=True)
    sys.stdin.read()
"""


def test_workers_have_the_environment_of_their_parent(
    pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is when they start, whatever it was when the process began that they come from."""
    all_answers(pool(workers=1), 0)
    monkeypatch.setenv("SET_MEANWHILE", "here")
    monkeypatch.delenv("HOME", raising=False)
    younger = pool(workers=1)
    younger.submit(Item(1, "tell variable", b"SET_MEANWHILE"))
    younger.submit(Item(2, "tell variable", b"HOME"))

    assert [answer.load for answer in all_answers(younger, 2)] == ["here", None]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for strangers' children")
def test_workers_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    """By whatever signal, at whatever moment."""
    import select

    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    parent = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": path},
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
    with parent:
        assert parent.stdout
        children = [os.pidfd_open(int(word)) for word in parent.stdout.readline().split()]
        parent.kill()
    ended = [bool(select.select([child], [], [], ENOUGH_SECONDS)[0]) for child in children]
    for child in children:
        os.close(child)

    assert ended == [True, True]


@pytest.mark.parametrize("fault", [OSError(11, "Resource temporarily unavailable"), EOFError()])
def test_a_system_that_allows_no_process(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told in one line; EOF is what is left of a fork that failed in another process."""
    def refuse(_process: BaseProcess) -> None:
        raise fault

    monkeypatch.setattr(BaseProcess, "start", refuse)

    with pytest.raises(LocalFault, match="No worker process can be started: (Resource|the system)"):
        Pool(obedient, 1, patience_seconds=ENOUGH_SECONDS)

"""What a run works with: chosen once, told once, ended with the run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.command_line.options import run_options
from imagenet_utils.engine import engine as engine_module
from imagenet_utils.engine.engine import BANDWIDTH_NOTE, Engine
from imagenet_utils.options import EngineOptions
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.summary import RunFacts
from imagenet_utils.results.workplace import Workplace


def options_of(*words: str, folder: Path) -> EngineOptions:
    (folder / "n.csv").touch()
    (folder / "u.txt").touch()
    given = ["-nc", str(folder / "n.csv"), "-url", str(folder / "u.txt")]
    return run_options(parse(PROGRAM, [*given, *words])).engine


class Bench:
    """An engine whose surroundings can be looked at."""

    def __init__(self, folder: Path, *words: str, expected: int = 0) -> None:
        self.facts = RunFacts(time.time(), {}, "url_list")
        self.ledger = Ledger(folder / "ledger")
        self.engine = Engine(options_of(*words, folder=folder), {},
                             Workplace(folder, self.ledger, Console()), facts=self.facts,
                             still_expected=lambda: expected)


@pytest.fixture
def no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> tuple[float | None, str]:
        raise AssertionError("measured without need")

    monkeypatch.setattr(engine_module, "measured_mbit", refuse)


@pytest.mark.usefixtures("no_measurement")
def test_a_fixed_batch_size_is_taken(tmp_path: Path) -> None:
    """--batch_size spares every guess."""
    bench = Bench(tmp_path, "--batch_size", "7", expected=10**6)

    assert (bench.engine.batch.size, bench.engine.batch.is_fixed) == (7, True)


@pytest.mark.usefixtures("no_measurement")
@pytest.mark.parametrize("size", [1, 3, 15, 16, 17, 255, 512])
@pytest.mark.parametrize("processes", [1, 2, 7])
def test_spares_never_make_the_batch_larger(tmp_path: Path, size: int, processes: int) -> None:
    """All on the line are within it, though more are handed out; a small one has no spares."""
    engine = Bench(tmp_path, "--batch_size", f"{size}", "--processes", f"{processes}").engine

    assert engine.places * (processes if engine.spares else 1) <= size
    assert bool(engine.spares) == (size >= 8 * processes)


@pytest.mark.usefixtures("no_measurement")
def test_pauses_between_requests_leave_no_spares(tmp_path: Path) -> None:
    """With --sleep, each begins when it is handed out, and not a moment later."""
    engine = Bench(tmp_path, "--batch_size", "64", "--processes", "2", "--sleep", "0.1").engine

    assert (engine.spares, engine.places) == (0, 64)


@pytest.mark.usefixtures("no_measurement")
def test_a_short_run_is_not_held_up_by_a_measurement(tmp_path: Path) -> None:
    """Under 1,000 images the run is over before the measurement pays."""
    bench = Bench(tmp_path, expected=999)

    assert bench.engine.batch.size > 0
    assert "assumed" in bench.facts.batch_why


@pytest.mark.usefixtures("no_measurement")
def test_a_fresh_measurement_is_remembered(tmp_path: Path) -> None:
    """A day's worth of runs measures once."""
    bench = Bench(tmp_path, "--processes", "2", expected=10**6)
    bench.ledger.write_note(BANDWIDTH_NOTE, f"20.0 {time.time():.0f}")

    assert bench.engine.batch.size > 0
    assert bench.facts.batch_why.startswith("20 Mbit/s")


def test_an_old_measurement_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a day the line may be another one; the new figure is kept."""
    monkeypatch.setattr(engine_module, "measured_mbit", lambda: (40.0, ""))
    bench = Bench(tmp_path, expected=10**6)
    bench.ledger.write_note(BANDWIDTH_NOTE, f"20.0 {time.time() - 2 * 86400:.0f}")

    assert bench.engine.batch.size > 0
    assert (bench.ledger.note(BANDWIDTH_NOTE) or "").startswith("40.0 ")


def test_one_at_a_time_makes_no_process(tmp_path: Path) -> None:
    """--parallel False works in this very process."""
    bench = Bench(tmp_path, "--parallel", "False")

    with bench.engine as engine:
        assert type(engine.executor).__name__ == "Series"
        assert engine.batch.size == 1


def test_nothing_is_started_for_nothing(tmp_path: Path) -> None:
    """An engine that nobody asked for an image has no process to end."""
    bench = Bench(tmp_path)

    with bench.engine as engine:
        pass

    assert "executor" not in vars(engine)

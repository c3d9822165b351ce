"""The batch size that the script chooses, on lines that it knows nothing of, and fixed ones."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks.addresses import Ills
from tests.benchmarks.ground import Ground
from tests.benchmarks.links import LATE, LOOPBACK, LOSSY, THIN, Link
from tests.benchmarks.needs import MATPLOTLIB
from tests.benchmarks.own_run import LOG, batch_sizes, logged
from tests.benchmarks.ratios import head, ratio, row
from tests.benchmarks.sides import Side, ours

MOST_PAIRS = 3
SHORT_RUNS = 2  # of each fixed size; the faster one counts
SIZES = tuple(2**power for power in range(2, 10))
FOUND = 0.9  # of the best fixed size: that is good enough
DEADLINE = ("--timeout", "5")
PLOT = Path(__file__).with_name("batch_size.png")
PLOTTER = Path(__file__).with_name("batch_plot.py")


@dataclass(frozen=True, slots=True)
class Line:
    """A link to draw a curve of, and how many pictures are enough for that."""

    name: str
    link: Link
    images: int  # for a long run, in which the size has to be found
    sample: int  # for a short one, of a fixed size
    each: int  # pictures for each place of a small batch, so that the short ones end soon

    def sample_of(self, size: int, most: int) -> int:
        return min(self.sample, self.each * size, most)


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of the script that chose for itself."""

    pictures_per_second: float
    sizes: Sequence[tuple[float, int]]  # seconds since its first request, size

    @property
    def last(self) -> int:
        return self.sizes[-1][1]

    def seconds_until_good(self, curve: Mapping[int, float]) -> float | None:
        """Until it first had a size that is nearly as good as the best one."""
        best = max(curve.values())
        return next((seconds for seconds, size in self.sizes
                     if between(curve, size) >= FOUND * best), None)


@dataclass(frozen=True, slots=True)
class BatchCurve:
    images: int
    lines: tuple[Line, ...] = (
        Line("fast", LOOPBACK, 12_000, 5_000, 1_250),
        Line("slow", THIN, 1_200, 500, 125),
        Line("far", LATE, 12_000, 4_000, 40),
        Line("lossy", LOSSY, 8_000, 3_000, 40),
    )
    sides: tuple[Side, ...] = field(
        default=(ours(*DEADLINE), *(ours(*DEADLINE, "--batch_size", str(size)) for size in SIZES)))

    def measure(self, ground: Ground) -> Iterator[str]:
        pairs = min(MOST_PAIRS, ground.pairs)
        yield (f"Short runs of fixed sizes, the faster of {SHORT_RUNS} each; then longer runs of"
               f" the script's own choice and of the best of them, {pairs} in turn. Pictures a"
               " second:\n")
        yield from head(["line", *map(str, SIZES), "its own", "its own is, of the best fixed",
                         "first and last size", "seconds until it was within a tenth"])
        drawn = {}
        for line in self.lines:
            passes = [[self._fixed(ground, line, size) for size in SIZES]
                      for _ in range(SHORT_RUNS)]
            curve = {size: max(speeds) for size, *speeds in zip(SIZES, *passes)}
            best = max(curve, key=lambda size: curve[size])
            trials, rivals = self._in_turn(ground, line, best, pairs)
            drawn[f"{line.name}: {line.link.name}"] = {
                "curve": curve, "own": _point(trials, rivals, curve[best])}
            yield row(_cells(line, curve, trials, rivals))
        yield from _drawn(drawn)

    def _fixed(self, ground: Ground, line: Line, size: int, *, is_long: bool = False) -> float:
        most = min(line.images, self.images)
        count = most if is_long else line.sample_of(size, most)
        return self._run(ground, line, self._side(ground, "--batch_size", str(size)), count)

    def _in_turn(
        self, ground: Ground, line: Line, best: int, pairs: int
    ) -> tuple[list[Trial], list[float]]:
        trials, rivals = [], []
        for _ in range(pairs):
            speed = self._run(ground, line, logged(self._side(ground)),
                              min(line.images, self.images))
            log = (ground.folder / LOG).read_text()
            trials.append(Trial(speed, list(batch_sizes(log))))
            rivals.append(self._fixed(ground, line, best, is_long=True))
        return trials, rivals

    @staticmethod
    def _side(ground: Ground, *options: str) -> Side:
        """In a network of its own the test of the line finds nobody, as where it is forbidden."""
        unknown = () if ground.is_shaped else ("--bandwidth", "100")
        return ours(*DEADLINE, *options, *unknown, tells_speed=False)

    @staticmethod
    def _run(ground: Ground, line: Line, side: Side, count: int) -> float:
        """Pictures a second, start-up included."""
        with ground.line(line.link) as place:  # each run has the same requests fail
            lists = ground.lists("batch", Ills().wishes(*place, count))
            cost = ground.run(side, lists, keeps=LOG)
        return lists.alive / cost.seconds


def between(curve: Mapping[int, float], size: int) -> float:
    """On the straight line between its neighbours, over the logarithm of the size.

    >>> between({4: 10.0, 16: 30.0}, 8), between({4: 10.0, 16: 30.0}, 100)
    (20.0, 30.0)
    """
    below = max((known for known in curve if known <= size), default=min(curve))
    above = min((known for known in curve if known >= size), default=max(curve))
    if below >= above:
        return curve[above]
    share = math.log(size / below) / math.log(above / below)
    return curve[below] + share * (curve[above] - curve[below])


def _point(
    trials: Sequence[Trial], rivals: Sequence[float], best: float
) -> tuple[float, float]:
    """The size it ended with, and its speed on the scale of the short runs."""
    ratios = [trial.pictures_per_second / rival for trial, rival in zip(trials, rivals)]
    return median(trial.last for trial in trials), median(ratios) * best


def _cells(
    line: Line, curve: Mapping[int, float], trials: Sequence[Trial], rivals: Sequence[float]
) -> list[str]:
    own = [trial.pictures_per_second for trial in trials]
    best = max(curve, key=lambda size: curve[size])
    seconds = [trial.seconds_until_good(curve) for trial in trials]
    found = ", ".join("never" if each is None else f"{each:.0f}" for each in seconds)
    ends = ", ".join(f"{trial.sizes[0][1]} → {trial.last}" for trial in trials)
    speeds = [f"**{curve[size]:,.0f}**" if size == best else f"{curve[size]:,.0f}"
              for size in SIZES]
    return [f"{line.name}: {line.link.name}", *speeds, f"{median(own):,.0f}", ratio(own, rivals),
            ends, found]


def _drawn(curves: Mapping[str, object]) -> Iterator[str]:
    if told := MATPLOTLIB.lacking():
        yield f"\nNot drawn, for matplotlib is lacking: {told}"
        return
    subprocess.run([MATPLOTLIB.program("python"), str(PLOTTER), str(PLOT)], check=True, text=True,
                   input=json.dumps(curves))
    yield f"\nDrawn in `{PLOT.name}`."

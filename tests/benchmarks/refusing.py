"""A host that answers 429 above a number of requests at once: what a run learns from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks.addresses import Ills
from tests.benchmarks.ground import Ground
from tests.benchmarks.nginx import LATENCY_SECONDS, REFUSES_ABOVE
from tests.benchmarks.ratios import head, row
from tests.benchmarks.sides import Side, bound, ours


@dataclass(frozen=True, slots=True)
class Answer:
    at: float  # when it was complete, seconds
    seconds: float
    status: int


@dataclass(frozen=True, slots=True)
class Refusing:
    """A polite client with as many connections as the host allows is the measure."""

    images: int
    sides: tuple[Side, ...] = field(default=(ours(), bound(REFUSES_ABOVE)))

    def measure(self, ground: Ground) -> Iterator[str]:
        yield (f"429 above {REFUSES_ABOVE} requests at once, {LATENCY_SECONDS * 1000:.0f} ms before"
               f" the first byte, {self.images:,} pictures; medians of {ground.pairs} runs in"
               " turn.\n")
        yield from head(["who", "decoder", "proves", "wall s", "good pictures/s",
                         "requests refused", "under way in the last quarter"])
        rows: dict[Side, list[tuple[float, float, float]]] = {side: [] for side in self.sides}
        log = ground.origin.folder / "refused.log"
        for number in range(ground.pairs):
            for which, side in enumerate(self.sides):
                start = log.stat().st_size if log.exists() else 0
                place = f"refusing/{number}-{which}"
                lists = ground.lists("refusing", Ills().wishes(ground.origin.base, place,
                                                               self.images))
                seconds = ground.run(side, lists).seconds
                answers = answers_in(log, start)
                rows[side].append((seconds, refused_share(answers), under_way_at_end(answers)))
        for side, found in rows.items():
            seconds, refused, under_way = (median(column) for column in zip(*found))
            yield row([side.name, side.decoder, side.proves, f"{seconds:.2f}",
                       f"{self.images / seconds:,.0f}", f"{refused:.2%}", f"{under_way:.1f}"])


def answers_in(log: Path, start: int = 0) -> list[Answer]:
    """Of nginx's log, from an offset on."""
    with log.open(encoding="ascii") as file:
        file.seek(start)
        words = [line.split() for line in file]
    return [Answer(float(at), float(seconds), int(status)) for at, seconds, status in words]


def refused_share(answers: Sequence[Answer]) -> float:
    return sum(answer.status == 429 for answer in answers) / len(answers)


def under_way_at_end(answers: Sequence[Answer]) -> float:
    """Little's law: the time that requests took together, by the time that passed.

    >>> under_way_at_end([Answer(at, 4.0, 200) for at in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0)])
    2.0
    """
    last = sorted(answers, key=lambda answer: answer.at)[-max(2, len(answers) // 4):]
    passed = last[-1].at - last[0].at
    return sum(answer.seconds for answer in last[1:]) / passed if passed else float(len(last))

"""Sides held against the first one: each pair is measured in turn, and told as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.addresses import Addresses, Ills
from tests.benchmarks.ground import Ground, wishes_for
from tests.benchmarks.links import LOOPBACK, SHARERS, Link
from tests.benchmarks.needs import Need
from tests.benchmarks.sides import Side
from tests.benchmarks.whole_process import Cost

COLUMNS = ("who", "decoder", "proves", "URLs", "wall s", "good pictures/s", "CPU s",
           "CPU ms a picture", "peak MB", "the first is, by wall")


@dataclass(frozen=True, slots=True)
class Contest:
    """A first side and those that it is held against, over one link."""

    sides: tuple[Side, ...]
    images: int
    link: Link = LOOPBACK
    ills: Ills = Ills()
    is_secure: bool = False
    has_a_tail: bool = False  # tries that lead to nothing go on when all pictures are there

    def measure(self, ground: Ground) -> Iterator[str]:
        present, told = those_present(self.sides)
        yield from told
        if self.link.mbit and not ground.is_shaped:
            yield ("Without root and a network of its own, nginx holds each picture back as long"
                   f" as 1/{SHARERS} of the link needs for it: only what {SHARERS} connections"
                   " get is that link.\n")
        with ground.line(self.link, is_secure=self.is_secure) as line:
            lists = {side: ground.lists(f"{number}",
                                        wishes_for(side, self.ills, line, self.images))
                     for number, side in enumerate(present)}
            costs: dict[Side, list[Cost]] = {side: [] for side in present}
            for _ in range(ground.pairs):
                for side in present:
                    costs[side].append(ground.run(side, lists[side]))
        yield from self._table(ground, costs, lists)

    def _table(
        self, ground: Ground, costs: dict[Side, list[Cost]], lists: dict[Side, Addresses]
    ) -> Iterator[str]:
        sizes = [path.stat().st_size for path in ground.origin.pictures[:self.images]]
        yield (f"Pictures of {min(sizes) / 1000:.0f} to {max(sizes) / 1000:.0f} kB, link:"
               f" {self.link.name}. Medians of {ground.pairs} runs in turn, each of them whole"
               " processes with their start-up; where only some URLs are fetched, speeds are"
               " compared.\n")
        if self.has_a_tail:
            yield self._about_the_tail(costs)
        share = ["share of the link"] if self.link.mbit else []
        yield from head([*COLUMNS, *share])
        first = next(iter(costs))
        mean = sum(sizes) / len(sizes)
        for side, own in costs.items():
            cells = self._cells(side, own, lists[side])
            rivals = self._speeds(costs[first], lists[first]), self._speeds(own, lists[side])
            cells.append("" if side is first else ratio(*rivals))
            if self.link.mbit:
                cells.append(f"{median(rivals[1]) * mean * 8e-6 / self.link.mbit:.3f}")
            yield row(cells)

    def _about_the_tail(self, costs: dict[Side, list[Cost]]) -> str:
        first, own = next(iter(costs.items()))
        tail = median(cost.seconds - cost.seconds_to_last_picture for cost in own)
        return (f"Timed to the last good picture; {first.name} goes on for {tail:.1f} s then, and"
                " asks again where nobody answered.\n")

    def _speeds(self, costs: Sequence[Cost], lists: Addresses) -> list[float]:
        """Good pictures a second, in each run."""
        return [lists.alive / self._seconds(cost) for cost in costs]

    def _seconds(self, cost: Cost) -> float:
        return cost.seconds_to_last_picture if self.has_a_tail else cost.seconds

    def _cells(self, side: Side, costs: Sequence[Cost], lists: Addresses) -> list[str]:
        cpu = median(cost.cpu_seconds for cost in costs)
        part = f", one of {side.every}" if side.every > 1 else ""
        return [side.name, side.decoder, side.proves, f"{lists.count:,}{part}",
                f"{median(map(self._seconds, costs)):.2f}",
                f"{median(self._speeds(costs, lists)):,.0f}", f"{cpu:.2f}",
                f"{cpu / lists.alive * 1000:.2f}",
                f"{median(cost.pss_megabytes for cost in costs):.0f}"]


def those_present(sides: Sequence[Side]) -> tuple[list[Side], list[str]]:
    """The sides that can be measured here, and a line about each of the others."""
    lacking = {need: need.lacking() for need in _needs_of(sides)}
    present = [side for side in sides if not any(lacking[need] for need in side.needs)]
    told = [f"Not measured: {side.name}. It lacks {need.name}: {lacking[need]}\n"
            for side in sides for need in side.needs if lacking[need]]
    return present, told


def _needs_of(sides: Sequence[Side]) -> list[Need]:
    return list(dict.fromkeys(need for side in sides for need in side.needs))


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> str:
    """How many times as fast, pair by pair."""
    values = [own / other for own, other in zip(mine, theirs)]
    return f"**{median(values):.2f}** ({min(values):.2f}..{max(values):.2f})"


def head(columns: Sequence[str]) -> Iterator[str]:
    yield row(columns)
    yield "|---" * len(columns) + "|"


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""A second run of the same command, that finds everything there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.addresses import Ills
from tests.benchmarks.ground import Ground
from tests.benchmarks.ratios import head, row
from tests.benchmarks.sides import Side, ours
from tests.benchmarks.whole_process import Cost


@dataclass(frozen=True, slots=True)
class Again:
    images: int
    sides: tuple[Side, ...] = field(default=(ours(),))

    def measure(self, ground: Ground) -> Iterator[str]:
        side, = self.sides
        lists = ground.lists("again", Ills().wishes(ground.origin.base, "pictures", self.images))
        ground.result.mkdir()
        first = ground.run_again(side, lists)
        second = [ground.run_again(side, lists) for _ in range(ground.pairs)]
        yield f"{self.images:,} small pictures; of later runs, the medians of {ground.pairs}.\n"
        yield from head(["", "wall s", "CPU s", "peak MB"])
        yield row(["first run", *cells([first])])
        yield row(["a run over what is there", *cells(second)])
        ground.forget(lists)


def cells(costs: list[Cost]) -> list[str]:
    return [f"{median(cost.seconds for cost in costs):.2f}",
            f"{median(cost.cpu_seconds for cost in costs):.2f}",
            f"{max(cost.pss_megabytes for cost in costs):.0f}"]

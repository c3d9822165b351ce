"""The most memory that a run takes: with ordinary pictures, with wicked ones, and with many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Site, origin_in_process
from tests.benchmarks.addresses import Ills, Wish
from tests.benchmarks.ground import Ground
from tests.benchmarks.photographs import drawn_jpeg, made_distinct, photographs
from tests.benchmarks.ratios import head, row
from tests.benchmarks.sides import Side, ours
from tests.benchmarks.whole_process import SAMPLE_SECONDS, cost_of

TWO_PROCESSES = ("--processes", "2", "--retries", "0")
LARGE = (3464, 2309)  # pixels, 8 million
LARGE_PICTURES = 300
ENDLESS_BODIES = 60
MANY = (10, 200)  # records for each picture of the ordinary run
ALIVE_OF_MANY = 100  # one of so many; the others are dead links, which are quick


@dataclass(frozen=True, slots=True)
class Memory:
    """Linux alone tells it; shared pages count once."""

    images: int
    sides: tuple[Side, ...] = field(default=(ours(*TWO_PROCESSES),))

    def measure(self, ground: Ground) -> Iterator[str]:
        yield (f"Looked at every {SAMPLE_SECONDS} s or more rarely, over all processes of a run;"
               " one run each.\n")
        yield from head(["two processes and", "wall s", "peak MB",
                         "peak MB, shared pages in each"])
        base = ground.origin.base
        yield self._row(ground, f"{self.images:,} ordinary pictures",
                        Ills().wishes(base, "pictures", self.images))
        for times in MANY:
            count = times * self.images
            yield self._row(ground, f"{count:,} records, one of {ALIVE_OF_MANY} alive",
                            list(_mostly_dead(base, count, self.images)))
        yield self._row(ground, f"{LARGE_PICTURES} pictures of 8 megapixels, half of them"
                        " progressive", self._large(ground))
        with origin_in_process(Site({"0.jpg": File(next(photographs(1)))})) as address:
            yield self._row(ground, f"{ENDLESS_BODIES} bodies without end",
                            [Wish(address.url(f"/faults/endless/0.jpg?{number}"), False)
                             for number in range(ENDLESS_BODIES)])

    def _row(self, ground: Ground, name: str, wishes: Sequence[Wish]) -> str:
        side, = self.sides
        lists = ground.lists("memory", wishes)
        ground.result.mkdir()
        cost = cost_of(side.command(lists, ground.result), log=ground.folder / "said")
        ground.forget(lists)
        return row([name, f"{cost.seconds:.1f}", f"{cost.pss_megabytes:.0f}",
                    f"{cost.rss_megabytes:.0f}"])

    @staticmethod
    def _large(ground: Ground) -> list[Wish]:
        drawn = [drawn_jpeg(LARGE, number, progressive=bool(number % 2)) for number in range(4)]
        folder = ground.origin.folder / "pictures"
        for number, body in enumerate(made_distinct(drawn, LARGE_PICTURES)):
            (folder / f"large{number}.jpg").write_bytes(body)
        return [Wish(f"{ground.origin.base}/pictures/large{number}.jpg")
                for number in range(LARGE_PICTURES)]


def _mostly_dead(base: str, count: int, pictures: int) -> Iterator[Wish]:
    """A picture is asked for by several URLs, for all of them together need room on the disk."""
    for number in range(count):
        if number % ALIVE_OF_MANY:
            yield Wish(f"{base}/gone/{number}.jpg", False)
        else:
            yield Wish(f"{base}/pictures/{number // ALIVE_OF_MANY % pictures}.jpg?{number}")

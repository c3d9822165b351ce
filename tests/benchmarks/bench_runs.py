"""What a run costs besides its speed: its start, a second run over what is there, its memory.

    python tests/benchmarks/bench_runs.py [--images N] [--case NAME ...]

Linux only: memory is read from /proc, every 0.1 s, over all processes of a run.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from imagenet_utils.demo.exchange import File  # noqa: E402
from imagenet_utils.demo.origin import Site, origin_in_process  # noqa: E402
from tests.benchmarks.bench_main_job import Lists, memory_folder, ours, written_lists  # noqa: E402
from tests.benchmarks.picture_origin import (  # noqa: E402
    drawn_jpeg,
    made_distinct,
    photographs,
    picture_origin,
)
from tests.benchmarks.whole_process import Cost, cost_of  # noqa: E402

HELP_RUNS = 11
SMALL, LARGE = (64, 48), (3464, 2309)  # pixels; the large one has 8 million
LARGE_PICTURES = 300
ENDLESS_BODIES = 60
TWO_PROCESSES = ("--processes", "2", "--retries", "0")


def bench_help(folder: Path, images: int) -> None:
    for script in ("extract_images_as_per_tags.py", "download_ncodes_imagenet.py"):
        seconds = [cost_of([sys.executable, str(ROOT / script), "--help"]).seconds
                   for _ in range(HELP_RUNS)]
        print(f"{script} --help: {statistics.median(seconds):.3f} s"
              f" ({min(seconds):.3f} to {max(seconds):.3f})")


def bench_start(folder: Path, images: int) -> None:
    """One picture, from the start of the script to its end."""
    with served(folder, photographs(1)) as lists:
        runs = [one_run(lists, folder / f"result{number}") for number in range(5)]
    print(f"one picture, from nothing to the summary: {middle(runs)}")


def bench_second_run(folder: Path, images: int) -> None:
    """A first run over small pictures, then the same command again."""
    drawn = [drawn_jpeg(SMALL, number) for number in range(64)]
    with served(folder, made_distinct(drawn, images)) as lists:
        first = one_run(lists, folder / "result")
        again = [one_run(lists, folder / "result") for _ in range(3)]
    found = sum(1 for _ in (folder / "result").rglob("*.jpg"))
    print(f"{found:,} small pictures, first run: {told(first)}")
    print(f"{found:,} small pictures, all there already: {middle(again)}")


def bench_large(folder: Path, images: int) -> None:
    drawn = [drawn_jpeg(LARGE, number, progressive=bool(number % 2)) for number in range(4)]
    with served(folder, made_distinct(drawn, LARGE_PICTURES)) as lists:
        cost = one_run(lists, folder / "result", *TWO_PROCESSES)
    found = sum(1 for _ in (folder / "result").rglob("*.jpg"))
    print(f"{found} pictures of 8 megapixels and {len(drawn[0]) / 1e6:.1f} to"
          f" {len(drawn[1]) / 1e6:.1f} MB, half of them progressive: {told(cost)}")


def bench_endless(folder: Path, images: int) -> None:
    with origin_in_process(Site({"0.jpg": File(next(photographs(1)))})) as address:
        urls = [(address.url(f"/faults/endless/0.jpg?{number}"), False)
                for number in range(ENDLESS_BODIES)]
        lists = written_lists(folder / "lists", urls)
        cost = one_run(lists, folder / "result", *TWO_PROCESSES)
    print(f"{ENDLESS_BODIES} bodies without end: {told(cost)}")


@contextmanager
def served(folder: Path, bodies: Iterator[bytes]) -> Iterator[Lists]:
    with picture_origin(folder, bodies) as place:
        count = sum(1 for _ in (folder / "pictures").iterdir())
        yield written_lists(folder / "lists",
                            [(f"{place.at_once}{number}.jpg", True) for number in range(count)])


def one_run(lists: Lists, target: Path, *options: str) -> Cost:
    return cost_of(ours(*options)(lists, target), log=lists.urls.with_name("said"))


def middle(runs: list[Cost]) -> str:
    return told(sorted(runs, key=lambda cost: cost.seconds)[len(runs) // 2])


def told(cost: Cost) -> str:
    return (f"{cost.seconds:.2f} s, {cost.cpu_seconds:.2f} s of CPU, at most"
            f" {cost.pss_megabytes:.0f} MB ({cost.rss_megabytes:.0f} MB with shared pages counted"
            f" in each process), exit code {cost.code}")


CASES: dict[str, Callable[[Path, int], None]] = {
    "help": bench_help,
    "start": bench_start,
    "second_run": bench_second_run,
    "large": bench_large,
    "endless": bench_endless,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=100_000, help="for second_run")
    parser.add_argument("--case", choices=CASES, nargs="*", default=list(CASES))
    options = parser.parse_args()
    for case in options.case:
        folder = Path(tempfile.mkdtemp(dir=memory_folder()))
        try:
            CASES[case](folder, options.images)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""What the index of Open Images' largest box csv costs, held against `wc -l` over the same file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.ground import Ground
from tests.benchmarks.ratios import head, row
from tests.benchmarks.sides import ROOT, Side, ours

MAKER = Path(__file__).with_name("make_box_csv.py")
MID = "/m/10411a"  # in the middle: some thousand pictures
ONE_RUN = f"""
import sys
from pathlib import Path
from time import perf_counter
started = perf_counter()
from imagenet_utils.open_images.index import open_csv_index
from imagenet_utils.open_images.metadata import NEEDED, Kind
with open_csv_index(Path(sys.argv[1]), needed=NEEDED[Kind.BOXES],
                    fallback_dir=Path(sys.argv[2])) as index:
    pictures = len(list(index.pictures({MID!r})))
    print(perf_counter() - started, pictures)
with open("/proc/self/status") as status:
    print(*[line.split()[1] for line in status if line.startswith("VmHWM")])
"""
SHAPES = {"grouped by picture": [], "shuffled": ["--shuffled"]}


@dataclass(frozen=True, slots=True)
class BoxIndexCost:
    """`images` are boxes here."""

    images: int
    sides: tuple[Side, ...] = (ours(),)

    def measure(self, ground: Ground) -> Iterator[str]:
        yield (f"{self.images:,} boxes, in memory; medians of {ground.pairs} runs, wc and index in"
               " turn, each a fresh process with its imports. The shuffled csv is measured once.\n")
        yield from head(["csv", "`wc -l` s", "index s", "times wc", "peak MB",
                         "then a class, ms", "its pictures"])
        for shape, options in SHAPES.items():
            path = ground.folder / "boxes.csv"
            subprocess.run([sys.executable, str(MAKER), str(path), "--rows", str(self.images),
                            *options], check=True)
            yield row([shape, *_measured(path, 1 if options else ground.pairs)])
            path.unlink()


def _measured(path: Path, runs: int) -> list[str]:
    index = path.with_name(f"{path.name}.index")
    rows = []
    for _ in range(runs):
        index.unlink(missing_ok=True)
        wc = _seconds_of_wc(path)
        built, _, memory = _one_run(path)
        opened, pictures, _ = _one_run(path)
        rows.append((wc, built, built / wc, memory / 1024, opened * 1000, pictures))
    index.unlink()
    columns = [median(column) for column in zip(*rows)]
    return [f"{value:.{digits}f}" for value, digits in zip(columns, (2, 2, 1, 0, 0, 0))]


def _seconds_of_wc(path: Path) -> float:
    started = perf_counter()
    subprocess.run(["wc", "-l", str(path)], stdout=subprocess.PIPE, check=True)
    return perf_counter() - started


def _one_run(path: Path) -> tuple[float, float, float]:
    """Seconds with the imports, pictures of a class, peak memory in kB; in a fresh process."""
    command = [sys.executable, "-c", ONE_RUN, str(path), str(path.parent)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT)
    seconds, pictures, memory = map(float, done.stdout.split())
    return seconds, pictures, memory

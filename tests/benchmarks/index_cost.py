"""What the index of a large list costs, held against `grep -c` over the same list."""

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

MAKER = Path(__file__).with_name("make_url_list.py")
CODE = "n02119789"
ONE_RUN = f"""
import sys
from pathlib import Path
from time import perf_counter
from imagenet_utils.url_lists.index import open_url_index
started = perf_counter()
with open_url_index(Path(sys.argv[1]), fallback_dir=Path(sys.argv[2])) as index:
    opened = perf_counter()
    records = len(index.records({CODE!r}))
    print(opened - started, perf_counter() - opened, records)
with open("/proc/self/status") as status:
    print(*[line.split()[1] for line in status if line.startswith("VmHWM")])
"""
SHAPES = {"grouped": [], "shuffled": ["--shuffled"]}


@dataclass(frozen=True, slots=True)
class IndexCost:
    """`images` are rows here."""

    images: int
    sides: tuple[Side, ...] = (ours(),)

    def measure(self, ground: Ground) -> Iterator[str]:
        yield (f"{self.images:,} rows, in memory; medians of {ground.pairs} runs, grep and index in"
               " turn. The shuffled list is measured once.\n")
        yield from head(["list", "`grep -c` s", "index s", "times grep", "peak MB",
                         "then a category, ms", "its records"])
        for shape, options in SHAPES.items():
            path = ground.folder / f"{shape}.txt"
            subprocess.run([sys.executable, str(MAKER), str(path), "--rows", str(self.images),
                            *options], check=True)
            yield row([shape, *_measured(path, 1 if options else ground.pairs)])
            path.unlink()


def _measured(path: Path, runs: int) -> list[str]:
    index = path.with_name(f"{path.name}.index")
    rows = []
    for _ in range(runs):
        index.unlink(missing_ok=True)
        grep = _seconds_of_grep(path)
        built, _, _, memory = _opened(path)
        opened, looked_up, records, _ = _opened(path)
        rows.append((grep, built, built / grep, memory / 1024, (opened + looked_up) * 1000,
                     records))
    index.unlink()
    columns = [median(column) for column in zip(*rows)]
    return [f"{value:.{digits}f}" for value, digits in zip(columns, (2, 2, 1, 0, 1, 0))]


def _seconds_of_grep(path: Path) -> float:
    started = perf_counter()
    # Not to /dev/null: grep would stop at the first match.
    subprocess.run(["grep", "-c", CODE, str(path)], stdout=subprocess.PIPE, check=False)
    return perf_counter() - started


def _opened(path: Path) -> tuple[float, float, float, float]:
    """Seconds to open, seconds to look up, records, peak memory in kB; in a fresh process."""
    command = [sys.executable, "-c", ONE_RUN, str(path), str(path.parent)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT)
    opened, looked_up, records, memory = map(float, done.stdout.split())
    return opened, looked_up, records, memory

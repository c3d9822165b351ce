"""What the index of a large file costs, held against the quickest that reads all of the file."""

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

HERE = Path(__file__).parent
CODE = "n02119789"
MID = "/m/10411a"  # in the middle: some thousand pictures
PEAK = """
with open("/proc/self/status") as status:
    print(*[line.split()[1] for line in status if line.startswith("VmHWM")])
"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A kind of file, and who reads it."""

    file_name: str
    rows: str  # what it has
    found: str  # what is looked up
    maker: str  # beside this module
    peer: tuple[str, ...]  # its words, before the path
    one_run: str  # prints the seconds to open, those to look up, and what was found
    note: str = ""


URL_LIST = Indexed(
    # Not to /dev/null: grep would stop at the first match.
    "list.txt", "rows", "records of a category", "make_url_list.py", ("grep", "-c", CODE), f"""
import sys
from pathlib import Path
from time import perf_counter
from imagenet_utils.url_lists.index import open_url_index
started = perf_counter()
with open_url_index(Path(sys.argv[1]), fallback_dir=Path(sys.argv[2])) as index:
    opened = perf_counter()
    records = len(index.records({CODE!r}))
    print(opened - started, perf_counter() - opened, records)
""")

BOX_CSV = Indexed(
    "boxes.csv", "boxes", "pictures of a class", "make_box_csv.py", ("wc", "-l"), f"""
import sys
from pathlib import Path
from time import perf_counter
started = perf_counter()
from imagenet_utils.open_images.index import open_csv_index
from imagenet_utils.open_images.metadata import NEEDED, Kind
with open_csv_index(Path(sys.argv[1]), needed=NEEDED[Kind.BOXES],
                    fallback_dir=Path(sys.argv[2])) as index:
    opened = perf_counter()
    pictures = len(list(index.pictures({MID!r})))
    print(opened - started, perf_counter() - opened, pictures)
""", note=" Imports are counted.")

SHAPES = {"grouped": [], "shuffled": ["--shuffled"]}


@dataclass(frozen=True, slots=True)
class IndexCost:
    """`images` are rows here."""

    images: int
    kind: Indexed
    sides: tuple[Side, ...] = (ours(),)

    def measure(self, ground: Ground) -> Iterator[str]:
        kind, peer = self.kind, " ".join(self.kind.peer[:2])
        yield (f"{self.images:,} {kind.rows}, in memory; medians of {ground.pairs} runs, {peer} and"
               f" index in turn, each a fresh process.{kind.note} The shuffled file is measured"
               " once.\n")
        yield from head(["file", f"`{peer}` s", "index s", f"times {kind.peer[0]}", "peak MB",
                         f"then the {kind.found}, ms", "how many"])
        for shape, options in SHAPES.items():
            path = ground.folder / kind.file_name
            subprocess.run([sys.executable, str(HERE / kind.maker), str(path), "--rows",
                            str(self.images), *options], check=True)
            yield row([shape, *_measured(kind, path, 1 if options else ground.pairs)])
            path.unlink()


def _measured(kind: Indexed, path: Path, runs: int) -> list[str]:
    index = path.with_name(f"{path.name}.index")
    rows = []
    for _ in range(runs):
        index.unlink(missing_ok=True)
        peer = _seconds_of(kind.peer, path)
        built, _, _, memory = _one_run(kind, path)
        opened, looked_up, found, _ = _one_run(kind, path)
        rows.append((peer, built, built / peer, memory / 1024, (opened + looked_up) * 1000, found))
    index.unlink()
    columns = [median(column) for column in zip(*rows)]
    return [f"{value:.{digits}f}" for value, digits in zip(columns, (2, 2, 1, 0, 1, 0))]


def _seconds_of(peer: tuple[str, ...], path: Path) -> float:
    started = perf_counter()
    subprocess.run([*peer, str(path)], stdout=subprocess.PIPE, check=False)
    return perf_counter() - started


def _one_run(kind: Indexed, path: Path) -> tuple[float, float, float, float]:
    """Seconds to open, seconds to look up, what was found, peak memory in kB."""
    command = [sys.executable, "-c", kind.one_run + PEAK, str(path), str(path.parent)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT)
    opened, looked_up, found, memory = map(float, done.stdout.split())
    return opened, looked_up, found, memory

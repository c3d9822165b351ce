"""How long the program takes to say a word, to ask for a picture, and to be done with it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks.addresses import Ills
from tests.benchmarks.certificates import environment_with
from tests.benchmarks.ground import Ground
from tests.benchmarks.ratios import head, row
from tests.benchmarks.refusing import answers_in
from tests.benchmarks.sides import ROOT, Side, ours
from tests.benchmarks.whole_process import cost_of

EXTRACT, DOWNLOAD = "extract_images_as_per_tags.py", "download_ncodes_imagenet.py"
ANSWERS = (  # {}: a folder with a table of all categories
    (EXTRACT, "--help"),
    (DOWNLOAD, "--help"),
    (DOWNLOAD, "--search", "husky"),
    (DOWNLOAD, "--search", "huskey"),
    (DOWNLOAD, "--tree", "dog"),
    (DOWNLOAD, "--list"),
    (DOWNLOAD, "--unmark", "all", "--mark", "dog/", "--ncodes_dir", "{}"),
    (DOWNLOAD, "--marked", "--ncodes_dir", "{}"),
)
RUNS = 11  # of what takes no second


@dataclass(frozen=True, slots=True)
class Start:
    images: int
    sides: tuple[Side, ...] = field(default=(ours(),))

    def measure(self, ground: Ground) -> Iterator[str]:
        yield f"Seconds; medians of {RUNS} runs.\n"
        yield from head(["", "s", "least and most"])
        table = str(ground.folder / "table")
        for script, *words in ANSWERS:
            command = [sys.executable, str(ROOT / script), *(each.format(table) for each in words)]
            name = f"`{script} {' '.join(words).removesuffix(' --ncodes_dir {}')}`"
            environment = environment_with(ground.origin.certificates.bundle)
            yield _told(name, [cost_of(command, environment=environment).seconds
                               for _ in range(RUNS)])
        runs = [self._one_picture(ground) for _ in range(RUNS)]
        yield _told("from the start to the first request at the origin", [run[0] for run in runs])
        yield _told("one picture, from the start to the end", [run[1] for run in runs])

    def _one_picture(self, ground: Ground) -> tuple[float, float]:
        side, = self.sides
        log = ground.origin.folder / "seen.log"
        start = log.stat().st_size if log.exists() else 0
        lists = ground.lists("start", Ills().wishes(ground.origin.base, "seen", 1))
        begun = time.time()
        seconds = ground.run(side, lists).seconds
        first = answers_in(log, start)[0]
        return first.at - first.seconds - begun, seconds


def _told(name: str, seconds: list[float]) -> str:
    return row([name, f"{median(seconds):.2f}", f"{min(seconds):.2f}..{max(seconds):.2f}"])

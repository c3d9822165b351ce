"""What exports cost, held against `cp` of the same pictures; and their memory as pictures grow."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from imagenet_utils.exports import EXPORTS, ExportKind
from imagenet_utils.model import Reason
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from tests.benchmarks.ground import Ground
from tests.benchmarks.photographs import SIZE, SMALL, photographs, thumbnails
from tests.benchmarks.ratios import head, row
from tests.benchmarks.sides import ROOT, Side, ours
from tests.benchmarks.whole_process import Cost, cost_of

CODES = {"n02119789": "kit_fox", "n02100735": "English_setter", "n02391049": "zebra"}
BASES = 20  # files that small pictures are links to
FEW_OF_MANY = 10  # one of so many pictures are exported first, to see what the others add
ANNOTATION = (
    "<annotation><filename>{name}.jpg</filename><size><width>{width}</width>"
    "<height>{height}</height><depth>3</depth></size><object><name>{label}</name><bndbox>"
    "<xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>\n")


@dataclass(frozen=True, slots=True)
class Exports:
    """`images` are of the size of photographs; `small` ones are many."""

    images: int
    small: int
    sides: tuple[Side, ...] = (ours(),)

    def measure(self, ground: Ground) -> Iterator[str]:
        yield (f"{self.images:,} pictures of 93 to 110 kB with a box each, in memory; medians of"
               f" {ground.pairs} runs, `cp -r` and the export in turn, start-up included. Peak MB"
               f" with {self.small // FEW_OF_MANY:,} and with {self.small:,} small pictures.\n")
        yield from head(["export", "`cp` s", "export s", "speed, `cp` being 1", "peak MB",
                         "peak MB, ten times as many"])
        speeds = {kind: cells for kind, cells in self._speeds(ground)}
        few, many = (self._peaks(ground, count)
                     for count in (self.small // FEW_OF_MANY, self.small))
        for kind, cells in speeds.items():
            yield row([f"`{kind.name}`", *cells, f"{few[kind]:.0f}", f"{many[kind]:.0f}"])

    def _speeds(self, ground: Ground) -> Iterator[tuple[ExportKind, list[str]]]:
        save_dir = ground.folder / "stored"
        store(save_dir, photographs(self.images), SIZE, _written)
        for kind in present():
            pairs = [(_copied(ground, save_dir), _exported(ground, save_dir, kind))
                     for _ in range(ground.pairs)]
            copied, exported = (median(cost.seconds for cost in costs) for costs in zip(*pairs))
            yield kind, [f"{copied:.2f}", f"{exported:.2f}", f"{copied / exported:.2f}"]
        shutil.rmtree(save_dir)

    def _peaks(self, ground: Ground, count: int) -> dict[ExportKind, float]:
        save_dir = ground.folder / "stored"
        store(save_dir, islice(cycle(thumbnails(BASES)), count), SMALL, _linked)
        peaks = {kind: _exported(ground, save_dir, kind).rss_megabytes for kind in present()}
        shutil.rmtree(save_dir)
        return peaks


def present() -> list[ExportKind]:
    """Those whose package is here."""
    return [kind for kind in EXPORTS if not kind.package or find_spec(kind.package)]


def store(
    save_dir: Path, bodies: Iterable[bytes], size: tuple[int, int],
    put: Callable[[Path, bytes, Path], None],
) -> None:
    """A result with its ledger, as runs leave it, in a small part of the time."""
    folders = {code: save_dir / label for code, label in CODES.items()}
    for folder in (*folders.values(), save_dir / "bases"):
        for name in ("Images", "Annotation"):
            (folder / name).mkdir(parents=True)
    ledger = Ledger(save_dir / LEDGER)
    for code, label in CODES.items():
        ledger.give_folder(code, label)
    for number, (body, (code, label)) in enumerate(zip(bodies, cycle(CODES.items()))):
        name = f"{code}_{number}"
        xml = ANNOTATION.format(name=name, label=label, width=size[0], height=size[1])
        digest = hashlib.sha256(body).hexdigest()
        put(folders[code] / "Images" / f"{name}.jpg", body, save_dir / "bases")
        put(folders[code] / "Annotation" / f"{name}.xml", xml.encode(), save_dir / "bases")
        ledger.record(Row(code, name, f"http://127.0.0.1/{name}.jpg", number, Reason.DOWNLOADED,
                          "Success", bytes=len(body), width=size[0], height=size[1],
                          sha256=digest, boxes=1, file_name=f"{name}.jpg"))
    ledger.close()
    shutil.rmtree(save_dir / "bases")


def _written(path: Path, body: bytes, _bases: Path) -> None:
    path.write_bytes(body)


def _linked(path: Path, body: bytes, bases: Path) -> None:
    """To a file with these bytes, where one is there."""
    if path.suffix == ".xml":
        _written(path, body, bases)
        return
    base = bases / hashlib.sha256(body).hexdigest()
    if not base.exists():
        base.write_bytes(body)
    os.link(base, path)


def _copied(ground: Ground, save_dir: Path) -> Cost:
    copy = ground.folder / "copy"
    cost = cost_of(["cp", "-r", *(str(save_dir / label) for label in CODES.values()),
                    _made(copy)])
    shutil.rmtree(copy)
    return cost


def _exported(ground: Ground, save_dir: Path, kind: ExportKind) -> Cost:
    """SystemExit where it fails."""
    folder = ground.folder / "exports"
    log = ground.folder / "said"
    cost = cost_of([sys.executable, str(ROOT / "extract_images_as_per_tags.py"), "--save_dir",
                    str(save_dir), "--export", kind.name, "--export_only", "True",
                    "--export_dir", _made(folder)], log=log)
    if cost.code:
        raise SystemExit(f"{kind.name}: exit code {cost.code}\n{log.read_text()[-2000:]}")
    shutil.rmtree(folder)
    return cost


def _made(folder: Path) -> str:
    folder.mkdir()
    return str(folder)

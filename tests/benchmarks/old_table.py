"""The latency table of the older README, whose cells were empty: minutes for three categories."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from imagenet_utils.categories.catalogue import Entry, built_in
from tests.benchmarks.addresses import Addresses, Ills, Wish
from tests.benchmarks.ground import Ground
from tests.benchmarks.links import FAR_10, FAR_100, FAR_400, LOOPBACK, Link
from tests.benchmarks.photographs import SIZE
from tests.benchmarks.ratios import head, ratio, row
from tests.benchmarks.sides import Side, curl, old_way, ours

NAMES = ("hinny", "Siberian husky", "liger")
LINES = (FAR_10, FAR_100, FAR_400)
DEAD_SHARE = 0.3
MOST_PAIRS = 3
XML = """<annotation><folder>{code}</folder><filename>{image_id}</filename>
<source><database>ImageNet database</database></source>
<size><width>{width}</width><height>{height}</height><depth>3</depth></size>
<segmented>0</segmented><object><name>{code}</name><pose>Unspecified</pose>
<truncated>0</truncated><difficult>0</difficult>
<bndbox><xmin>20</xmin><ymin>30</ymin><xmax>400</xmax><ymax>300</ymax></bndbox></object>
</annotation>
"""


@dataclass(frozen=True, slots=True)
class OldTable:
    """`images` bound how many URLs of a category are taken."""

    images: int
    sides: tuple[Side, ...] = field(default=(
        ours("--with_annotation", "True", "--parallel", "True"), replace(old_way(), every=1)))

    def measure(self, ground: Ground) -> Iterator[str]:
        pairs = min(MOST_PAIRS, ground.pairs)
        yield (f"with_annotation=True, parallel=True, all images; {DEAD_SHARE:.0%} of the links are"
               " dead. The old way is a process per image in lock-step batches, and is given only"
               f" the annotated URLs; it proves nothing. Medians of {pairs} runs in turn.\n")
        yield from head(["category", "URLs, annotated, alive", "link", "this script, min",
                         "the old way, min", "times as fast"])
        for link in LINES:
            for name in NAMES:
                yield row(self._measured(ground, link, built_in().named(name)[0], pairs))
        for link in LINES:
            yield self._carried(ground, link)

    def _measured(self, ground: Ground, link: Link, entry: Entry, pairs: int) -> list[str]:
        with ground.line(link) as place:
            count = min(entry.urls_2011, self.images)
            wishes = Ills(dead=DEAD_SHARE).wishes(*place, count)
            annotated = annotated_numbers(entry, count)
            boxes = ground.folder / "annotations"
            write_boxes(boxes, entry.code, annotated)
            wanted = [wishes[number] for number in annotated]
            alive = sum(wish.is_alive for wish in wanted)
            all_rows = replace(_lists(ground, "all", wishes, entry), alive=alive)
            fewer = _lists(ground, "annotated", wanted, entry)
            own, old = self.sides
            seconds: tuple[list[float], list[float]] = [], []
            for _ in range(pairs):
                seconds[0].append(ground.run(_with_boxes(own, boxes, link), all_rows).seconds)
                seconds[1].append(ground.run(old, fewer).seconds)
        return [entry.names, f"{count:,}, {len(annotated):,}, {alive:,}", link.name,
                *map(_minutes, seconds), ratio(seconds[1], seconds[0])]

    def _carried(self, ground: Ground, link: Link) -> str:
        """What the fastest of all clients gets over the same link without latency or decoding."""
        without_latency = replace(link, place=LOOPBACK.place)
        with ground.line(without_latency) as place:
            wishes = Ills().wishes(*place, self.images)
            cost = ground.run(curl(), ground.lists("carried", wishes))
        sizes = sum(path.stat().st_size for path in ground.origin.pictures)
        return (f"\n{link.mbit // 8 if link.mbit else 0} MB/s: `curl --parallel` gets"
                f" {sizes / cost.seconds / 1e6:.0f} of them here.")


def _minutes(seconds: Sequence[float]) -> str:
    return f"{median(seconds) / 60:.2f} ({median(seconds):.1f} s)"


def annotated_numbers(entry: Entry, count: int) -> list[int]:
    """Spread over the list, as many as the catalogue tells."""
    annotated = min(entry.annotated, count)
    return [number * count // annotated for number in range(annotated)]


def write_boxes(folder: Path, code: str, numbers: Sequence[int]) -> None:
    """An archive of small XMLs, as ImageNet has one for each category."""
    folder.mkdir(exist_ok=True)
    with tarfile.open(folder / f"{code}.tar.gz", "w:gz") as archive:
        for number in numbers:
            image_id = f"{code}_{number}"
            text = XML.format(code=code, image_id=image_id, width=SIZE[0], height=SIZE[1]).encode()
            entry = tarfile.TarInfo(f"Annotation/{code}/{image_id}.xml")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))


def _lists(ground: Ground, name: str, wishes: Sequence[Wish], entry: Entry) -> Addresses:
    return ground.lists(name, wishes, [str(entry.code)] * len(wishes))


def _with_boxes(side: Side, boxes: Path, link: Link) -> Side:
    def command(lists: Addresses, folder: Path) -> list[str]:
        words = side.command(lists, folder)
        words[words.index("-a") + 1] = str(boxes)
        words[words.index("--bandwidth") + 1] = str(link.mbit)
        return words
    return replace(side, command=command)

"""Builds open_images.csv from two published files; NOTICE has the commands.

    python build_open_images.py <class-descriptions-boxable.csv> <bbox_labels_600_hierarchy.json> \\
        [<output>]

The same inputs give the same bytes.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parent / "open_images.csv"
COLUMNS = ("mid", "name", "kind_of")
ROOT = "/m/0bl9f"  # "Entity", which is no class


def build(class_names: Path, hierarchy: Path, output: Path = OUTPUT) -> None:
    with open(class_names, encoding="utf-8", newline="") as lines:
        names = {row[0]: row[1] for row in csv.reader(lines) if row[0].startswith("/m/")}
    above: dict[str, set[str]] = {mid: set() for mid in names}
    for mid, upper in pairs_in(json.loads(hierarchy.read_text(encoding="utf-8"))):
        if upper != ROOT:
            above[mid].add(upper)
    rows = [(mid, names[mid], " ".join(sorted(above[mid]))) for mid in sorted(names)]
    with open(output, "w", encoding="ascii", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def pairs_in(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each kind with what it is a kind of; a part of something is none of its kinds."""
    for below in node.get("Subcategory", ()):
        yield below["LabelName"], node["LabelName"]
        yield from pairs_in(below)
    for part in node.get("Part", ()):
        yield from pairs_in(part)


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))

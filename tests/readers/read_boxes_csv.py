"""A table of relative boxes, as any reader of csv has it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    found: Counter[str] = Counter()
    with open(place, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = row["image"]
            edges = tuple(round(float(row[edge]) * side) for edge, side in (
                ("xmin", stored[name].width), ("ymin", stored[name].height),
                ("xmax", stored[name].width), ("ymax", stored[name].height)))
            expect((row["label"], edges) in stored[name].boxes, True, f"box {edges} of {name}")
            found[name] += 1
    wanted = {name: len(picture.boxes) for name, picture in stored.items() if picture.boxes}
    expect(dict(found), wanted, "boxes of each picture")
    return f"{found.total()} boxes of {len(found)} pictures"


check(read)

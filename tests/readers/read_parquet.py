"""datasets takes the folder as it is: splits, pictures, names of classes and boxes."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path

import datasets
from PIL import Image
from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    found, boxes = set(), 0
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        splits = datasets.load_dataset(str(place), cache_dir=cache)
        for split in splits.values():
            labels = split.features["label"]
            expect(type(split.features["image"]), datasets.Image, "the column image")
            for row in split.cast_column("image", datasets.Image(decode=False)):
                name = row["image"]["path"]
                picture = stored[name]
                expect(row["image"]["bytes"], picture.path.read_bytes(), f"bytes of {name}")
                expect({labels.int2str(number) for number in row["labels"]}, picture.folders,
                       f"classes of {name}")
                corners = sorted((x, y, x + width - 1, y + height - 1)
                                 for x, y, width, height in row["objects"]["bbox"])
                expect(corners, picture.corners, f"boxes of {name}")
                found.add(name)
                boxes += len(corners)
            for row in split:
                expect(isinstance(row["image"], Image.Image), True, "decoded")
                expect(row["image"].size, (row["width"], row["height"]), row["image_id"])
    expect(found, set(stored), "pictures")
    return (f"{len(found)} pictures, {boxes} boxes in {'/'.join(splits)} (datasets"
            f" {version('datasets')}, pyarrow {version('pyarrow')})")


check(read)

"""torchvision's ImageFolder numbers classes as class_to_idx.json does, and opens every picture."""

from __future__ import annotations

import json
from pathlib import Path

import torchvision
from torchvision.datasets import ImageFolder
from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    numbers = json.loads((place / "class_to_idx.json").read_text(encoding="utf-8"))
    labels = dict(line.split(" ", 1) for line in (place / "classes.txt").read_text().splitlines())
    found = set()
    for split in sorted(path for path in place.iterdir() if path.is_dir()):
        dataset = ImageFolder(split, allow_empty=True)
        expect(dataset.class_to_idx, numbers, f"classes of {split.name}")
        for number, (path, _) in enumerate(dataset.samples):
            picture, index = dataset[number]
            name = Path(path).name
            expect(picture.size, (stored[name].width, stored[name].height), f"size of {name}")
            found.add((name, labels[dataset.classes[index]]))
    wanted = {(name, folder) for name, picture in stored.items() for folder in picture.folders
              if not name.endswith(".gif")}
    expect(found, wanted, "pictures and their classes")
    return (f"{len(found)} pictures of {len(numbers)} classes"
            f" (torchvision {torchvision.__version__})")


check(read)

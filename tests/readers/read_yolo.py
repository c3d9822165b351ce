"""supervision loads a YOLO dataset into boxes in pixels."""

from __future__ import annotations

from pathlib import Path

import supervision
from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    found = set()
    boxes = 0
    for images in sorted((place / "images").iterdir()):
        dataset = supervision.DetectionDataset.from_yolo(
            str(images), str(place / "labels" / images.name), str(place / "data.yaml"))
        for path, _picture, detections in dataset:
            name = Path(path).name
            corners = sorted(
                (dataset.classes[number], (round(xmin), round(ymin), round(xmax) - 1,
                                           round(ymax) - 1))
                for (xmin, ymin, xmax, ymax), number in zip(detections.xyxy, detections.class_id))
            expect(corners, sorted(stored[name].boxes), f"boxes of {name}")
            found.add(name)
            boxes += len(corners)
    wanted = {name for name in stored if not name.endswith((".gif", ".webp", ".tif", ".bmp"))}
    expect({name for name in wanted if name not in found}, set(), "pictures that were not found")
    return f"{len(found)} pictures, {boxes} boxes (supervision {supervision.__version__})"


check(read)

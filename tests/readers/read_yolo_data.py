"""ultralytics checks data.yaml, and its loader takes every picture and its labels."""

from __future__ import annotations

import os
from pathlib import Path

import ultralytics
from truth import Picture, check, expect
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset

os.environ["YOLO_OFFLINE"] = "True"


def read(place: Path, stored: dict[str, Picture]) -> str:
    data = check_det_dataset(str(place / "data.yaml"), autodownload=False)
    found = {}
    for split in ("train", "val", "test"):
        if data.get(split):
            dataset = YOLODataset(data[split], data=data, augment=False)
            found |= {Path(label["im_file"]).name: len(label["bboxes"])
                      for label in dataset.labels}
    wanted = {name: len(picture.boxes) for name, picture in stored.items()
              if not name.endswith(".gif")}
    expect(found, wanted, "boxes of each picture")
    return (f"{len(found)} pictures, {sum(found.values())} boxes of {data['nc']} classes"
            f" (ultralytics {ultralytics.__version__})")


check(read)

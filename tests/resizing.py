"""Pictures, boxes and whole runs for tests of other sizes: no process, no socket, real pixels."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from imagenet_utils.engine.keeping import make_category_folders
from imagenet_utils.engine.worker import WorkerMaker
from imagenet_utils.model import CarriedLocation, ImageTask, Outcome, Reason, UrlLocation
from imagenet_utils.network.byte_budget import shared_bytes
from imagenet_utils.proof.verify import ProofOptions
from imagenet_utils.results.layout import resized_report_path
from imagenet_utils.transform.asked import Resize, Resizing
from tests.fetching import transfer_options
from tests.small_web import FOX, Lists, SmallRun, SmallWeb, record, xml_of
from imagenet_utils.model import Category

CROP = Resize("fill_crop", 24, 24, "jpg", 95)
FIT = Resize("shrink_to_fit", 32, 16, "png", None)
BOTH = Resizing((CROP, FIT), 0.25, keeps_original=True)
KIT_FOX = Category(FOX, "fox", None)


@cache
def jpeg(number: int, size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    """A picture like no other, with something to see in each corner."""
    image = Image.effect_noise(size, 50 + number).convert("RGB")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    image.paste((0, 0, 255), (size[0] // 2, size[1] // 2, *size))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **how)
    return file.getvalue()


class PictureWeb(SmallWeb):
    """A small web whose pictures are real, and handed to a real worker."""

    def __init__(self, folder: Path, count: int) -> None:
        super().__init__()
        self.worker = WorkerMaker(transfer_options(), ProofOptions(), shared_bytes(1),
                                  str(folder / ".gate"))(0)
        for number in range(count):
            self[f"{number}.jpg"] = jpeg(number)

    def accept(self, task: ImageTask) -> None:
        if isinstance(task.location, UrlLocation):
            url = task.location.url
            self.asked.append(url)
            page = self.pages[url]
            if isinstance(page, Reason):
                self._answers.append(self._failed(task, page))
                return
            task = task._replace(location=CarriedLocation(url, page))
        self.worker.accept(task)

    def turn(self, wait_seconds: float) -> list[Outcome]:
        return [*super().turn(wait_seconds),
                *(each for each in self.worker.turn(0.0) if isinstance(each, Outcome))]


class ResizingRun(SmallRun):
    """A category of some foxes, run again and again."""

    def __init__(self, folder: Path, count: int = 2, *, boxes: bool = True) -> None:
        records = [record(number) for number in range(count)]
        xmls = {each.image_id: xml_of(each.image_id, width=40, height=30) for each in records}
        super().__init__(folder / "result", PictureWeb(folder, count),
                         Lists({FOX: records}, {FOX: xmls} if boxes else {}))
        self.save_dir.mkdir(parents=True)

    def go(self, resizing: Resizing | None = BOTH, **rules: object) -> list[str]:
        """The URLs that were asked."""
        self.run(KIT_FOX, resizing=resizing, **rules)
        return list(self.web.asked)

    def tree(self) -> dict[str, bytes]:
        """All pictures and annotations, by their path in the category's folder."""
        root = self.save_dir / "fox"
        return {path.relative_to(root).as_posix(): path.read_bytes()
                for path in sorted(root.glob("*/*")) if path.is_file()}

    def resized_report(self) -> dict[str, dict[str, str]]:
        """By file."""
        path = resized_report_path(self.save_dir / "fox")
        with open(path, encoding="utf-8", newline="") as file:
            return {line["file"]: line for line in csv.DictReader(file)}


__all__ = ["BOTH", "CROP", "FIT", "PictureWeb", "ResizingRun", "jpeg", "make_category_folders"]

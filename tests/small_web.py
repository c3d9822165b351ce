"""A web that fits in a dict, and whole runs against it: no process, no socket, no real picture."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from imagenet_utils.annotations.beside_pictures import Place, fitted, put
from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.command_line.console import Console
from imagenet_utils.engine.executors import Series
from imagenet_utils.errors import ExitCode, worst
from imagenet_utils.job.books import Books
from imagenet_utils.job.decide import HANGS_ON, Rules
from imagenet_utils.job.execution import Execution
from imagenet_utils.job.opening import Opening
from imagenet_utils.job.originals import Originals
from imagenet_utils.job.plans import Planner
from imagenet_utils.job.watch import Watch
from imagenet_utils.model import (
    Category, FileLocation, ImageId, ImageRecord, ImageTask, Outcome, Picture, Reason, Stored,
    UrlLocation, Verdict, Wnid,
)
from imagenet_utils.network.hosts import Manners
from imagenet_utils.network.schedule import Schedule
from imagenet_utils.options import Budgets, Selection
from imagenet_utils.results.layout import LEDGER, file_stem, images_dir
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.store import Occupied, write_new, write_over
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.listing import Listing
from imagenet_utils.results.summary import CategoryResult, RunFacts, exit_code_of

FOX = Wnid("n02119789")
CAT = Wnid("n02121620")
DAY = 24 * 3600.0
SETTINGS = {name: None for names in HANGS_ON.values() for name in names}


def picture(text: str) -> bytes:
    """The small web's image format: it proves when it begins like this."""
    return b"PICTURE " + text.encode()


def record(number: int, *paths: str, code: Wnid = FOX, owner: Wnid | None = None) -> ImageRecord:
    urls = [f"http://web.example/{path}" for path in paths or (f"{number}.jpg",)]
    return ImageRecord(code, ImageId(f"{owner or code}_{number}"),
                       tuple(UrlLocation(url, url) for url in urls))


def xml_of(image_id: str, *, width: int = 40, height: int = 20, name: str = FOX) -> bytes:
    return (f"<annotation><filename>{image_id}</filename><size><width>{width}</width>"
            f"<height>{height}</height></size><object><name>{name}</name><bndbox><xmin>1</xmin>"
            "<ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object></annotation>").encode()


class SmallWeb:
    """A worker: what a URL gives is a picture's bytes or a reason; `asked` are the URLs fetched."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Reason] = {}
        self.asked: list[str] = []
        self._answers: list[Outcome] = []

    def __setitem__(self, path: str, page: bytes | Reason) -> None:
        self.pages[f"http://web.example/{path}"] = page

    def accept(self, task: ImageTask) -> None:
        if isinstance(task.location, FileLocation):
            page: bytes | Reason = Path(task.location.path).read_bytes()
        else:
            self.asked.append(task.location.url)
            page = self.pages.get(task.location.url) or picture(task.location.url)
        if isinstance(page, bytes) and not page.startswith(b"PICTURE "):
            page = Reason.DAMAGED
        self._answers.append(self._failed(task, page) if isinstance(page, Reason)
                             else self._stored(task, page))

    def turn(self, wait_seconds: float) -> list[Outcome]:
        answers, self._answers = self._answers, []
        return answers

    def wake(self) -> None:
        """It never sleeps."""

    def _failed(self, task: ImageTask, reason: Reason) -> Outcome:
        return Outcome(task.number, reason, f"small web says {reason.word}", is_connected=True)

    def _stored(self, task: ImageTask, data: bytes) -> Outcome:
        found = Picture("JPEG", "jpg", 40, 20, hashlib.sha256(data).hexdigest(), len(data))
        stem = file_stem(task.image_id)
        name = f"{stem}.jpg"
        annotated = fitted(task.annotation, name, found, {FOX: "fox", CAT: "cat"}.get)
        if task.drops_misfits and annotated.verdict is Verdict.MISMATCH:
            return self._failed(task, Reason.MISMATCH)
        path = os.path.join(images_dir(task.folder), name)
        if isinstance(task.location, FileLocation):
            name, mtime_ns = (os.path.basename(task.location.path),
                              os.stat(task.location.path).st_mtime_ns)
        else:
            try:
                mtime_ns = (write_over if task.may_replace else write_new)(path, data)
            except Occupied:
                return self._failed(task, Reason.SAVE_FAILED)
        boxes = put(annotated, Place(task.folder, stem, task.known_xml))
        stored = Stored(name, mtime_ns, found, boxes)
        return Outcome(task.number, Reason.DOWNLOADED, "Success", stored,
                       http_status=200, is_connected=True, seconds=0.25, received=len(data))


@dataclass
class Lists:
    """What is listed and annotated: a source and box archives at once."""

    lists: dict[Wnid, list[ImageRecord]]
    xmls: dict[Wnid, dict[ImageId, bytes]] = field(default_factory=dict)

    received = 0

    def count(self, category: Category) -> int:
        return len(self.lists.get(category.code, []))

    def listing(self, category: Category, annotated: object) -> Listing:
        return Listing(self.lists.get(category.code, []), why_empty="no URL in the list")

    def prepare(self, categories: object) -> None:
        """All is at hand."""

    def of(self, category: Category) -> CategoryBoxes:
        return CategoryBoxes(self.xmls.get(category.code, {}))


@dataclass
class SmallRun:
    """One save_dir, run again and again; `now` moves by hand."""

    save_dir: Path
    web: SmallWeb
    lists: Lists
    labels: dict[str, str] = field(default_factory=lambda: {FOX: "fox", CAT: "cat"})
    ends_after: int | None = None  # looks; the run ends early, as by a budget
    originals: Originals | None = None
    code: ExitCode | None = None
    warnings: list[str] = field(default_factory=list)

    def run(
        self, *categories: Category, selection: Selection = Selection(0, False, False),
        settings: Mapping[str, object] = SETTINGS, **rules: object,
    ) -> dict[str, CategoryResult]:
        """The results by label.  `rules` are those of `Rules`."""
        import time

        self.web.asked.clear()
        console = _Remembering(self.warnings)
        ledger = Ledger(self.save_dir / LEDGER)
        settings = {**settings, "with_annotation": selection.only_annotated}
        the_rules = Rules(now=time.time(), settings=settings, **rules)  # type: ignore[arg-type]
        books = Books(ledger, self.save_dir, the_rules, self.labels.get)
        workplace = Workplace(self.save_dir, ledger, console)  # type: ignore[arg-type]
        watch = Watch(workplace, books, RunFacts(time.time(), {}, "url_list"),
                      budgets=Budgets(None, None, 0), is_verbose=False)
        watch.expect(categories, self.lists)  # type: ignore[arg-type]
        planner = Planner(self.lists, self.lists, workplace,  # type: ignore[arg-type]
                          selection=selection, rules=the_rules, originals=self.originals)
        try:
            self._execution(planner.plans(categories), books, watch).work()
            self.code = worst(exit_code_of(watch.results), *watch.ending_codes)
            watch.end(self.code)
        finally:
            ledger.close()
        return {result.label: result for result in watch.results}

    def _execution(self, plans: Iterator, books: Books, watch: Watch) -> Execution:
        batch = SimpleNamespace(size=4, answered=lambda is_full: None)
        engine = SimpleNamespace(batch=batch, spares=0, places=4,
                                 executor=Series(lambda slot: self.web),
                                 labels_in=lambda xml: {}, most_image_bytes=2**26)
        looks = iter(range(10**9))

        def look_after(execution: Execution) -> bool:
            is_time = self.ends_after is not None and next(looks) >= self.ends_after
            return watch.look_after(execution) and not is_time

        return Execution(
            plans, books, Schedule(Manners(0, None, 0.0)), engine,  # type: ignore[arg-type]
            overseer=SimpleNamespace(look_after=look_after, category_ended=watch.category_ended),
            opening=Opening(),
        )

    def files(self, folder: str, kind: str = "Images") -> list[str]:
        place = self.save_dir / folder / kind
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def report(self, folder: str) -> list[dict[str, str]]:
        import csv

        path = self.save_dir / folder / f"{folder}_download_report.csv"
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def reasons(self, folder: str) -> list[str]:
        return [line["reason"] for line in self.report(folder)]


class _Remembering(Console):
    def __init__(self, warnings: list[str]) -> None:
        super().__init__(quiet=True)
        self._warnings = warnings

    def warn(self, text: str) -> None:
        self._warnings.append(text)

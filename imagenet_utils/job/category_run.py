"""One category in a run: what its list holds, what is decided, what is still to do."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagenet_utils.job.decide import Action, Decision, FoundFile, Rules, decide
from imagenet_utils.results.layout import annotation_dir, file_stem, images_dir, is_temporary
from imagenet_utils.results.ledger import Row
from imagenet_utils.model import Category, ImageId, ImageRecord

Rows = dict[tuple[str, str], Row]  # by (image id, URL)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records of a category a run considers."""

    offset: int
    counts_images: bool  # how_many counts proven images, not URLs
    only_annotated: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One record, in list order, and what was decided of it."""

    position: int
    record: ImageRecord
    decision: Decision


@dataclass(slots=True)
class CategoryRun:
    """Mutable: it follows a category from its plan to its end."""

    category: Category
    folder: Path
    xmls: Mapping[ImageId, bytes]
    rows: Rows  # as last known
    steps: list[Step]
    to_do: deque[Step] = field(default_factory=deque)
    limit: int | None = None  # of proven images; None: all that to_do holds
    have: int = 0  # proven images
    under_way: int = 0
    new: int = 0
    taken: list[Step] = field(default_factory=list)  # handed out in this run

    @property
    def is_over(self) -> bool:
        return not self.under_way and (not self.to_do or self.is_met)

    @property
    def is_met(self) -> bool:
        return self.limit is not None and self.have >= self.limit

    def next_step(self) -> Step | None:
        """The next to be done; None while those under way may be enough."""
        if not self.to_do:
            return None
        if self.limit is not None and self.have + self.under_way >= self.limit:
            return None
        step = self.to_do.popleft()
        self.under_way += 1
        self.taken.append(step)
        return step

    def rows_of(self, record: ImageRecord) -> list[Row | None]:
        return [self.rows.get((record.image_id, location.url)) for location in record.locations]

    def considered(self) -> Iterator[Step]:
        """What the report speaks of beyond the rows that are known."""
        yield from self.taken
        if self.limit is None:
            yield from self.to_do


def selected(
    records: Sequence[ImageRecord], xmls: Mapping[ImageId, bytes], how_many: int | None,
    selection: Selection,
) -> list[tuple[int, ImageRecord]]:
    """Annotation filter, offset, how_many, in this order; with the places in the list."""
    placed = list(enumerate(records))
    if selection.only_annotated:
        placed = [(place, record) for place, record in placed if record.image_id in xmls]
    end = None if selection.counts_images or how_many is None else selection.offset + how_many
    return placed[selection.offset:end]


def planned(
    category: Category, folder: Path, records: list[tuple[int, ImageRecord]], rows: Rows,
    rules: Rules, *, xmls: Mapping[ImageId, bytes], counts_images: bool,
) -> CategoryRun:
    """Every record decided; nothing done yet."""
    found, stands = files_in(images_dir(str(folder)))
    run = CategoryRun(category, folder, xmls, rows, steps=[],
                      limit=category.how_many if counts_images else None)
    for position, record in records:
        decision = decide(record, run.rows_of(record), found.get(file_stem(record.image_id)),
                          rules, folder_stands=stands)
        step = Step(position, record, decision)
        run.steps.append(step)
        if decision.action is Action.KEEP:
            run.have += 1
        elif decision.action is not Action.SKIP:
            run.to_do.append(step)
    return run


def files_in(folder: str) -> tuple[dict[str, FoundFile], bool]:
    """Files by stem, and whether the folder stands.  What killed runs left is cleared away."""
    found: dict[str, FoundFile] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_temporary(entry.name):
                    os.unlink(entry.path)
                elif entry.is_file():
                    status = entry.stat()
                    stem = os.path.splitext(entry.name)[0]
                    found[stem] = FoundFile(entry.name, status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        return {}, False
    return found, True


def annotation_files(folder: Path) -> dict[str, FoundFile]:
    return files_in(annotation_dir(str(folder)))[0]

"""One category in a run: what its list holds, what is decided, what is still to do."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagenet_utils.job.decide import Action, Decision, FoundFile, Rules, decide
from imagenet_utils.model import Category, ImageId, ImageRecord
from imagenet_utils.options import Selection
from imagenet_utils.results.layout import file_stem, images_dir
from imagenet_utils.results.row import Row
from imagenet_utils.whole_files import is_temporary

Rows = dict[tuple[str, str], Row]  # by (image id, URL)

# Captions and notes that a user keeps beside the pictures are nobody's business.
PICTURE_EXTENSIONS = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff",
}


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
    limit: int | None = None  # of proven images; None: all that to_do holds
    has_more: bool = False  # the list goes on behind what is considered
    steps: list[Step] = field(default_factory=list)
    to_do: deque[Step] = field(default_factory=deque)
    have: int = 0  # proven images
    new: int = 0  # of these, the ones of this run
    under_way: dict[int, Step] = field(default_factory=dict)  # by position
    tried: list[Step] = field(default_factory=list)  # of a limited run: more than was here
    refused: set[int] = field(default_factory=set)  # positions where a file of ours is broken

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
        if self.limit is not None and self.have + len(self.under_way) >= self.limit:
            return None
        step = self.to_do.popleft()
        self.under_way[step.position] = step
        if self.limit is not None:
            self.tried.append(step)
        return step

    def rows_of(self, record: ImageRecord) -> list[Row | None]:
        return [self.rows.get((record.image_id, location.url)) for location in record.locations]

    def considered(self) -> Iterator[Step]:
        """What the report speaks of, whether or not it has a row."""
        return iter(self.steps if self.limit is None else self.tried)

    def pending(self) -> list[Step]:
        """What has to wait for another run if this one ends now."""
        return [*self.under_way.values(), *self.to_do]


@dataclass(frozen=True, slots=True)
class Work:
    """What is at hand: one location of one step, or the file that lies in its place."""

    run: CategoryRun
    step: Step
    location: int
    file_name: str | None = None  # to be proven, instead of the location

    @property
    def url(self) -> str:
        return self.step.record.locations[self.location].url

    @property
    def known_row(self) -> Row | None:
        return self.run.rows_of(self.step.record)[self.location]


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


def decide_all(
    run: CategoryRun, records: Iterable[tuple[int, ImageRecord]], rules: Rules
) -> None:
    """Every record, with its place in the list, becomes a step of the run; nothing done yet."""
    stored = {row.file_name for row in run.rows.values() if row.file_name}
    found, stands = pictures_in(images_dir(str(run.folder)), stored)
    for position, record in records:
        decision = decide(record, run.rows_of(record), found.get(file_stem(record.image_id)),
                          rules, folder_stands=stands)
        step = Step(position, record, decision)
        run.steps.append(step)
        if decision.action is Action.KEEP:
            run.have += 1
        elif decision.action is not Action.SKIP:
            run.to_do.append(step)


def pictures_in(folder: str, stored: Collection[str]) -> tuple[dict[str, FoundFile], bool]:
    """By stem, and whether the folder stands.  Of two with one stem, the one that we stored."""
    found: dict[str, FoundFile] = {}
    for name, file in _files_in(folder):
        stem, extension = os.path.splitext(name)
        is_picture = extension.lower() in PICTURE_EXTENSIONS
        if is_picture and (stem not in found or name in stored):
            found[stem] = file
    return found, os.path.isdir(folder)


def annotations_in(folder: str) -> dict[str, FoundFile]:
    """By stem."""
    return {name[:-4]: file for name, file in _files_in(folder) if name.endswith(".xml")}


def clear_leftovers(folder: str, *, before: float) -> None:
    """Delete what killed runs left half-written; `before` spares what this run writes."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for path in (os.path.join(folder, name) for name in names if is_temporary(name)):
        try:
            if os.stat(path).st_mtime < before:
                os.unlink(path)
        except FileNotFoundError:
            continue  # it found its name meanwhile


def _files_in(folder: str) -> Iterator[tuple[str, FoundFile]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_file():
                        status = entry.stat()
                        yield entry.name, FoundFile(entry.name, status.st_size, status.st_mtime_ns)
                except FileNotFoundError:
                    continue  # a temporary file that found its name meanwhile
    except (FileNotFoundError, NotADirectoryError):
        return

"""What is written down: every verdict into the ledger, and from there into the reports.

Also what a verdict entails beyond its own image: the same picture in other categories, and
pictures that turn out to be placeholders because many URLs give them.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from imagenet_utils.annotations.beside_pictures import LabelOf, fitted, put
from imagenet_utils.job.annotation_upkeep import AnnotationUpkeep, picture_of, place_of
from imagenet_utils.job.category_run import CategoryRun, Step, Work
from imagenet_utils.job.decide import Action, Rules, is_as_expected, is_excluded
from imagenet_utils.job.found_files import clear_leftovers
from imagenet_utils.job.reports import Reports, never_asked
from imagenet_utils.job.resized_books import ResizedBooks
from imagenet_utils.job.verdicts import already_present, as_planned, taken_back
from imagenet_utils.model import Failure, Follow, Reason, Stored, Verdict
from imagenet_utils.results.layout import annotation_dir, images_dir, place_of_file
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import (
    Occupied, digest_of, ends_a_run, link_or_copy, with_shard,
)

URLS_THAT_MAKE_A_PLACEHOLDER = 8
LATEST = 100  # verdicts of each kind that are at hand

# What befell one copy of a picture, or depends on its category, says nothing of another.
NOT_FOR_TWINS = {Reason.NOT_TRIED, Reason.REMOVED, Reason.SAVE_FAILED, Reason.MISMATCH}


@dataclass(slots=True)
class Tally:
    """What a run counts, for its end and for machines."""

    received_bytes: int = 0
    stored_bytes: int = 0  # of pictures that were fetched
    new: int = 0
    present: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)  # of this run's verdicts
    stored: deque[Row] = field(default_factory=lambda: deque(maxlen=LATEST))  # the last of them
    failed: deque[Row] = field(default_factory=lambda: deque(maxlen=LATEST))


class Books:
    """Knows the ledger and the open categories; asks nobody over the network."""

    def __init__(self, ledger: Ledger, save_dir: Path, rules: Rules, label_of: LabelOf) -> None:
        self.tally = Tally()
        self.taken_back: list[Row] = []  # of categories that were closed before
        self._ledger = ledger
        self._save_dir = save_dir
        self.rules = rules
        self._label_of = label_of
        self._upkeep = AnnotationUpkeep(ledger, label_of)
        self.resized = ResizedBooks(ledger, save_dir, label_of)
        self._open: dict[str, CategoryRun] = {}
        self.reports = Reports(ledger, save_dir, self._open, self.resized)

    @property
    def open_runs(self) -> list[CategoryRun]:
        return list(self._open.values())

    def open(self, run: CategoryRun) -> None:
        """It is in the books from now on, with what planning saw of it."""
        code, folder = run.category.key, run.folder_name
        self._open[code] = run
        self.reports.begin(code, folder)
        category = str(run.folder)
        names = ["", *(resize.name for resize in self.rules.resizes)]
        for each in (category, *(images_dir(category, name) for name in names),
                     *(annotation_dir(category, name) for name in names)):
            clear_leftovers(each, before=self.rules.now)
        self.take_stock(run, run.steps)
        for row in self._upkeep.brought_up_to_date(run):
            self.write(run, row)
        self.resized.open(run)

    def close(self, run: CategoryRun) -> None:
        """The category has ended: its rows are in the ledger, and only there from now on."""
        self.reports.write([run.folder_name])
        del self._open[run.category.key]

    def write(self, run: CategoryRun, row: Row) -> None:
        key = (row.image_id, row.url)
        if run.rows.get(key) != row:
            run.rows[key] = row
            self._ledger.record(row)
            self.reports.stale.add(run.folder_name)

    def remember_pending(self) -> None:
        """The run ends early: what it considered and never came to stays in later reports."""
        for run in self.open_runs:
            for row in never_asked(run):
                self.write(run, row)

    def is_placeholder(self, stored: Stored) -> bool:
        return self._ledger.is_placeholder(stored.picture.sha256)

    def became_placeholder(self, stored: Stored) -> bool:
        """Whether this picture has now come from so many URLs that it can't be any of them."""
        sha256 = stored.picture.sha256
        return self._ledger.urls_with_digest(sha256) >= URLS_THAT_MAKE_A_PLACEHOLDER

    def take_back(self, sha256: str) -> None:
        """Remove every copy of a placeholder that we stored, and say so in the reports."""
        self._ledger.remember_placeholder(sha256)
        for row in self._ledger.with_digest(sha256):
            if row.reason.follow is Follow.KEPT:
                self._take_back_one(row)

    def twin(self, work: Work) -> Row | None:
        """The same picture elsewhere: stored, or asked for in vain in this run."""
        least_side = self.rules.settings.get("min_side")
        image_id, code = work.step.record.image_id, work.run.category.key
        for row in self._ledger.same_picture(image_id, work.url, code=code):
            is_here = row.file_name is not None or self.rules.resizing is not None
            if row.reason.follow is Follow.KEPT and is_here:
                is_large = not isinstance(least_side, int) or _side(row) >= least_side
                if is_large and is_as_expected(row, work.expected) and _is_alike(row, work):
                    return row
            elif row.url == work.url and row.finished >= self.rules.now:
                if row.reason not in NOT_FOR_TWINS:
                    return row
        return None

    def link(self, run: CategoryRun, step: Step, twin: Row) -> Stored | Failure | None:
        """Store a twin's picture here too; None: it is no longer there.

        Raises OSError for what the next file would meet too.
        """
        source = self.path_of(twin)
        if source is None or twin.sha256 is None or digest_of(source) != twin.sha256:
            return None
        place = run.place_of(step)
        name = place + os.path.splitext(source)[1]
        picture = picture_of(twin, name)
        annotated = fitted(run.xmls.get(step.record.image_id), name, picture, self._label_of,
                           url=twin.url)
        if self.rules.drops_misfits and annotated.verdict is Verdict.MISMATCH:
            return Failure(Reason.MISMATCH, "its annotation speaks of another size")
        path = os.path.join(images_dir(str(run.folder)), name)
        try:
            mtime_ns = link_or_copy(source, with_shard(path, place))
        except Occupied:
            if digest_of(path) != twin.sha256:
                return Failure(Reason.SAVE_FAILED, f"{name} is there and not ours: move it away")
            mtime_ns = os.stat(path).st_mtime_ns
        except OSError as error:
            if ends_a_run(error, os.path.dirname(path)):
                raise
            return Failure.of(Reason.SAVE_FAILED, f"{error.strerror}: {path}")
        return Stored(name, mtime_ns, picture, put(annotated, place_of(run, step)))

    def path_of(self, row: Row) -> str | None:
        """Of the stored picture; None where none was kept."""
        folder = self._ledger.folder_of(row.code)
        if not folder or not row.file_name:
            return None
        return os.path.join(images_dir(str(self._save_dir / folder)), row.file_name)

    def take_stock(self, run: CategoryRun, steps: Iterable[Step]) -> None:
        """Write down what planning saw of these: what is here, what the user deleted."""
        self._move_rows(run)
        confirmed = []
        for step in steps:
            row, known = as_planned(step, self.rules.now), step.decision.row
            if row is None:
                continue
            if step.decision.action is Action.KEEP:
                self.tally.present += 1
                if row.reason is Reason.DOWNLOADED:
                    row = already_present(row)
                    run.rows[row.image_id, row.url] = row
                    confirmed.append(row)
            elif row.reason is Reason.REMOVED and known and known.reason.follow is Follow.KEPT:
                if not is_excluded(row):
                    self._remove_xml(known)
            self.write(run, row)
        self.resized.note_changes(run)
        if confirmed:
            self._ledger.confirm(confirmed)
            self.reports.stale.add(run.folder_name)

    def _move_rows(self, run: CategoryRun) -> None:
        for before, after in run.moved:
            self._ledger.forget(before)
            self._ledger.record(after)
            self.reports.stale.add(run.folder_name)
        run.moved.clear()

    def _take_back_one(self, row: Row) -> None:
        path = self.path_of(row)
        there = digest_of(path) if path else None
        if path and there == row.sha256:
            os.unlink(path)
            self._remove_xml(row)
        elif there:
            return  # the user made something else of it
        self.resized.take_back(row)
        told = f"{URLS_THAT_MAKE_A_PLACEHOLDER} or more URLs give this same picture"
        run = self._open.get(row.code)
        if run is None:
            self._ledger.record(taken_back(row, told, self.rules.now))
            self.taken_back.append(row)
            self.reports.stale.add(self._ledger.folder_of(row.code) or "")
            return
        if _is_counted(run, row):
            run.have -= 1
            run.new -= row.reason is Reason.DOWNLOADED
        self.tally.new -= row.reason is Reason.DOWNLOADED
        self.write(run, taken_back(row, told, self.rules.now))

    def _remove_xml(self, row: Row) -> None:
        folder = self._ledger.folder_of(row.code)
        if folder and row.xml_sha256:
            path = os.path.join(annotation_dir(str(self._save_dir / folder)),
                                f"{place_of_file(row.file_name, row.image_id)}.xml")
            if digest_of(path) == row.xml_sha256:
                os.unlink(path)


def _is_alike(twin: Row, work: Work) -> bool:
    """Of a picture whose bytes its source knows, each place may have others."""
    expected = work.expected
    return (not work.step.record.expected or twin.url == work.url
            or (expected is not None and expected.sha256 is not None))


def _side(row: Row) -> int:
    return min(row.width or 0, row.height or 0)


def _is_counted(run: CategoryRun, row: Row) -> bool:
    """Whether the run has counted this image as one that it has."""
    pending = {step.position for step in run.pending()}
    return any(step.record.image_id == row.image_id and step.position not in pending
               for step in run.steps)

"""What is written down: every verdict into the ledger, and from there into the reports.

Also what a verdict entails beyond its own image: the same picture in other categories, and
pictures that turn out to be placeholders because many URLs give them.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagenet_utils.annotations.beside_pictures import LabelOf, Place, fitted, is_edited, put
from imagenet_utils.job.category_run import CategoryRun, Step, annotation_files
from imagenet_utils.job.decide import Action, Rules
from imagenet_utils.results.layout import file_stem, images_dir, report_path
from imagenet_utils.results.ledger import Ledger, Row
from imagenet_utils.model import Boxes, Failure, Follow, Picture, Reason, Stored, Verdict
from imagenet_utils.results.report import write_report
from imagenet_utils.results.store import Occupied, digest_of, link_or_copy
from imagenet_utils.job.verdicts import already_present, new_row, removed, with_boxes

URLS_THAT_MAKE_A_PLACEHOLDER = 8


@dataclass(slots=True)
class Tally:
    """What a run counts, for its end and for machines."""

    received_bytes: int = 0
    new: int = 0
    present: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)  # of this run's verdicts


class Books:
    """Knows the ledger and the open categories; asks nobody over the network."""

    def __init__(self, ledger: Ledger, save_dir: Path, rules: Rules, label_of: LabelOf) -> None:
        self.tally = Tally()
        self.warnings: list[str] = []
        self.taken_back: list[Row] = []  # of categories that were closed before
        self._ledger = ledger
        self._save_dir = save_dir
        self._rules = rules
        self._label_of = label_of
        self._open: dict[str, CategoryRun] = {}
        self._codes_in: dict[str, list[str]] = defaultdict(list)  # folder name -> codes
        for code, folder in ledger.folders().items():
            self._codes_in[folder].append(code)
        self._stale: set[str] = set()  # folders whose report no longer tells the truth

    def open(self, run: CategoryRun) -> None:
        """Write down what planning saw: what is here, what the user deleted."""
        code, folder = run.category.code, run.folder.name
        self._open[code] = run
        if code not in self._codes_in[folder]:
            self._codes_in[folder].append(code)
        xml_files = annotation_files(run.folder)
        for step in run.steps:
            row = step.decision.row
            if step.decision.action is Action.KEEP and row:
                self._keep(run, step, row, xml_files)
            elif step.decision.action is Action.SKIP and row and row.reason.follow is Follow.KEPT:
                self.write(run, removed(row, self._rules.now))
        if not report_path(run.folder).exists():
            self._stale.add(folder)

    def close(self, run: CategoryRun) -> None:
        """The category has ended: its rows are in the ledger, and only there from now on."""
        self.report([run.folder.name])
        del self._open[run.category.code]

    def write(self, run: CategoryRun, row: Row) -> None:
        key = (row.image_id, row.url)
        if run.rows.get(key) != row:
            run.rows[key] = row
            self._ledger.record(row)
            self._stale.add(run.folder.name)

    def report(self, folders: Iterable[str] | None = None) -> None:
        """Bring the reports of these folders up to date; all that are stale by default."""
        for folder in sorted(self._stale if folders is None else self._stale & set(folders)):
            target = self._save_dir / folder
            if not target.is_dir():
                self._stale.discard(folder)
                continue
            path = write_report(target, self._rows_in(folder))
            self._stale.discard(folder)
            if path != report_path(target):
                self.warnings.append(f"{report_path(target).name} is open in another program:"
                                     f" the report is beside it, in {path.name}")

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

    def twin(self, run: CategoryRun, step: Step, url: str) -> Row | None:
        """The same picture elsewhere: stored, or asked for in vain in this run."""
        for row in self._ledger.same_picture(step.record.image_id, url, code=run.category.code):
            is_stored = row.reason.follow is Follow.KEPT and row.file_name is not None
            is_fresh = row.url == url and row.finished >= self._rules.now
            if is_stored or (is_fresh and row.reason is not Reason.NOT_TRIED):
                return row
        return None

    def link(self, run: CategoryRun, step: Step, twin: Row, *, drops_misfits: bool
             ) -> Stored | Failure | None:
        """Store a twin's picture here too; None: it is no longer there.  Raises OSError."""
        source = self._path_of(twin)
        if source is None or twin.sha256 is None or digest_of(source) != twin.sha256:
            return None
        stem = file_stem(step.record.image_id)
        extension = os.path.splitext(source)[1]
        picture = _picture_of(twin, extension)
        name = stem + extension
        annotated = fitted(run.xmls.get(step.record.image_id), name, picture, self._label_of)
        if drops_misfits and annotated.verdict is Verdict.MISMATCH:
            return Failure(Reason.MISMATCH, "its annotation speaks of another size")
        path = os.path.join(images_dir(str(run.folder)), name)
        try:
            mtime_ns = link_or_copy(source, path)
        except Occupied:
            if digest_of(path) != twin.sha256:
                return Failure(Reason.SAVE_FAILED, f"{name} is there and not ours: move it away")
            mtime_ns = os.stat(path).st_mtime_ns
        known = run.rows.get((step.record.image_id, twin.url))
        place = Place(str(run.folder), stem, known.xml_sha256 if known else None)
        return Stored(name, mtime_ns, picture, put(annotated, place))

    def _keep(self, run: CategoryRun, step: Step, row: Row, xml_files: dict) -> None:
        """A kept image may lack an annotation that is here by now, or have one the user edited."""
        self.tally.present += 1
        place = Place(str(run.folder), file_stem(row.image_id), row.xml_sha256)
        xml = run.xmls.get(step.record.image_id)
        there = xml_files.get(file_stem(row.image_id))
        if there is None and xml is not None and not row.boxes_dropped and (
                row.verdict is not Verdict.MISMATCH):
            picture = _picture_of(row, os.path.splitext(row.file_name or "")[1])
            boxes = put(fitted(xml, row.file_name or "", picture, self._label_of), place)
            row = with_boxes(row, boxes)
        elif there and there.mtime_ns > row.finished * 1e9 and is_edited(place):
            row = with_boxes(row, Boxes(Verdict.EDITED, xml_sha256=row.xml_sha256))
        self.write(run, already_present(row))

    def _rows_in(self, folder: str) -> list[Row]:
        rows: list[Row] = []
        for code in self._codes_in[folder]:
            known = self._ledger.rows_of(code)
            rows += known
            if code in self._open:
                seen = {(row.image_id, row.url) for row in known}
                pending = [new_row(step.record, step.decision.location, step.position)
                           for step in self._open[code].considered()]
                rows += [row for row in pending if (row.image_id, row.url) not in seen]
        return sorted(rows, key=lambda row: (row.code, row.position))

    def _take_back_one(self, row: Row) -> None:
        path = self._path_of(row)
        if path and digest_of(path) == row.sha256:
            os.unlink(path)
            self._remove_xml(row)
        run = self._open.get(row.code)
        taken = replace(
            row, reason=Reason.PLACEHOLDER, file_name=None, bytes=None, mtime_ns=0,
            description=f"{URLS_THAT_MAKE_A_PLACEHOLDER} or more URLs give this same picture",
            verdict=Verdict.NONE, boxes=0, boxes_clamped=0, boxes_dropped=0, sha256=None,
            hung_on="", finished=self._rules.now,
        )
        if run:
            run.have -= 1
            run.new -= row.reason is Reason.DOWNLOADED
            self.write(run, taken)
        else:
            self._ledger.record(taken)
            self.taken_back.append(row)
            self._stale.add(self._ledger.folder_of(row.code) or "")

    def _remove_xml(self, row: Row) -> None:
        folder = self._ledger.folder_of(row.code)
        if folder and row.xml_sha256:
            place = Place(str(self._save_dir / folder), file_stem(row.image_id), row.xml_sha256)
            if digest_of(place.path) == row.xml_sha256:
                os.unlink(place.path)

    def _path_of(self, row: Row) -> str | None:
        folder = self._ledger.folder_of(row.code)
        if not folder or not row.file_name:
            return None
        return os.path.join(images_dir(str(self._save_dir / folder)), row.file_name)


def _picture_of(row: Row, extension: str) -> Picture:
    return Picture("", extension.lstrip("."), row.width or 0, row.height or 0,
                   row.sha256 or "", row.bytes or 0)

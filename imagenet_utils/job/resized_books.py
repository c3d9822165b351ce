"""What is written down of pictures in other sizes: the ledger, their report, their boxes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from imagenet_utils.annotations.beside_pictures import LabelOf, Place, counted_boxes, fitted
from imagenet_utils.annotations.beside_resized import drawn_boxes
from imagenet_utils.job.annotation_upkeep import boxes_note, picture_of
from imagenet_utils.job.category_run import CategoryRun, Step
from imagenet_utils.model import Boxes, Follow, ImageId, Stored, Verdict
from imagenet_utils.results.layout import annotation_dir, images_dir, place_of_file
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.resized_report import write_resized_report
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import digest_of, link_or_copy, make_folder, with_shard
from imagenet_utils.transform.asked import MADE, REMOVED, Resize, Resized, Resizing


class ResizedBooks:
    """As `Books`, for what is made of the originals."""

    def __init__(self, ledger: Ledger, save_dir: Path, label_of: LabelOf) -> None:
        self._ledger = ledger
        self._save_dir = save_dir
        self._label_of = label_of
        self.stale: set[str] = set()  # folders whose report no longer tells the truth

    def open(self, run: CategoryRun) -> None:
        """After the annotations of the originals are up to date."""
        if run.resized is None:
            return
        self.note_changes(run)
        for row, resized in self._with_new_boxes(run):
            self._write(run, row.image_id, resized)

    def note_changes(self, run: CategoryRun) -> None:
        """Write down what planning saw of files that were made before."""
        if run.resized is None or not run.resized.changed:
            return
        for (image_id, _), resized in run.resized.changed.items():
            self._ledger.record_resized(run.category.key, image_id, resized)
            if resized.state == REMOVED:
                self._remove_xml(run.folder_name, resized)
        run.resized.changed.clear()
        self.stale.add(run.folder_name)

    def write(self, run: CategoryRun, image_id: str, made: Iterable[Resized]) -> None:
        for resized in made:
            before = run.resized.known.get((image_id, resized.resize)) if run.resized else None
            self._write(run, image_id, resized)
            if before and before.file_name != resized.file_name:
                self._remove(run.folder_name, before)  # it was in another format

    def link(self, run: CategoryRun, step: Step, twin: Row) -> Stored | None:
        """What was made of a twin, here too; None where something is lacking, or would be."""
        asked = run.resized.for_task(step.record.image_id) if run.resized else None
        if asked is None or asked.keeps_original:
            return None
        annotated = fitted(run.xmls.get(step.record.image_id), "", picture_of(twin, ""),
                           self._label_of, url=twin.url)
        if annotated.verdict is Verdict.MISMATCH:
            return None  # a worker knows what becomes of that
        made = self._made_of(twin, asked)
        if not made:
            return None
        linked = []
        for resize, there in zip(asked.resizes, made):
            here = self._linked(run, step, twin, there)
            if here is None:
                return None
            row = twin._replace(image_id=step.record.image_id, xml_sha256=None)
            linked.append(_with_boxes(here, self._put_boxes(run, row, resize, here)))
        return Stored(None, 0, picture_of(twin, ""), counted_boxes(annotated), tuple(linked))

    def take_back(self, row: Row) -> None:
        """What was made of a picture that turned out to be none."""
        folder = self._ledger.folder_of(row.code) or ""
        for resized in self._ledger.resized_of_image(row.code, row.image_id).values():
            self._remove(folder, resized)
            self._remove_xml(folder, resized)
            self.stale.add(folder)
        self._ledger.forget_resized(row.code, row.image_id)

    def report(self, folder: Path, codes: Iterable[str]) -> Path:
        """Where it went, as for `write_report`."""
        rows = {key: resized for code in sorted(codes)
                for key, resized in self._ledger.resized_of(code).items()}
        return write_resized_report(folder, rows)

    def _write(self, run: CategoryRun, image_id: str, resized: Resized) -> None:
        self._ledger.record_resized(run.category.key, image_id, resized)
        if run.resized:
            run.resized.known[image_id, resized.resize] = resized
        self.stale.add(run.folder_name)

    def _made_of(self, twin: Row, asked: Resizing) -> list[Resized]:
        """In each size that is asked for; none where one is not as asked, or not what it was."""
        known = self._ledger.resized_of_image(twin.code, twin.image_id)
        found = [known.get(resize.name) for resize in asked.resizes]
        made = [each for each, resize in zip(found, asked.resizes)
                if each and (each.state, each.source_sha256) == (MADE, twin.sha256)
                and each.recipe == resize.recipe
                and digest_of(self._file_of(twin, each)) == each.sha256]
        return made if len(made) == len(found) else []

    def _file_of(self, row: Row, made: Resized) -> str:
        folder = self._ledger.folder_of(row.code) or ""
        return os.path.join(images_dir(self._path(folder), made.resize), made.file_name)

    def _linked(self, run: CategoryRun, step: Step, twin: Row, made: Resized) -> Resized | None:
        """None where another file lies in the way."""
        source = self._file_of(twin, made)
        place = run.place_of(step)
        name = place + os.path.splitext(made.file_name)[1]
        path = os.path.join(images_dir(str(run.folder), made.resize), name)
        try:
            mtime_ns = link_or_copy(source, with_shard(path, place))
        except OSError:
            return None
        return made._replace(file_name=name, mtime_ns=mtime_ns, xml_sha256=None)

    def _remove(self, folder: str, resized: Resized) -> None:
        place = images_dir(self._path(folder), resized.resize)
        _unlink_ours(os.path.join(place, resized.file_name), resized.sha256)

    def _remove_xml(self, folder: str, resized: Resized) -> None:
        _unlink_ours(_place_of(self._path(folder), resized).path, resized.xml_sha256)

    def _path(self, folder: str) -> str:
        return str(self._save_dir / folder)

    def _with_new_boxes(self, run: CategoryRun) -> Iterator[tuple[Row, Resized]]:
        """Where the annotations of the originals, or the share that must be visible, are new."""
        assert run.resized is not None
        asked = run.resized.asked
        names = " ".join(resize.name for resize in asked.resizes)
        origin = f"{self._ledger.note(boxes_note(run))} {asked.least_share} {names}"
        note = f"resized {boxes_note(run)}"
        if not run.xmls or self._ledger.note(note) == origin:
            return
        for row in run.rows.copy().values():
            for resize in asked.resizes if row.reason.follow is Follow.KEPT else ():
                known = run.resized.known.get((row.image_id, resize.name))
                boxes = self._new_boxes(run, row, resize, known) if known else None
                if known and boxes:
                    yield row, _with_boxes(known, boxes)
        self._ledger.write_note(note, origin)

    def _new_boxes(
        self, run: CategoryRun, row: Row, resize: Resize, known: Resized
    ) -> Boxes | None:
        """None: as they were."""
        place = _place_of(str(run.folder), known)
        is_deleted = known.xml_sha256 is not None and not os.path.exists(place.path)
        is_listed = row.image_id in run.xmls
        if not is_listed or is_deleted or (known.state, known.recipe) != (MADE, resize.recipe):
            return None
        make_folder(annotation_dir(str(run.folder), resize.name))
        return self._put_boxes(run, row, resize, known)

    def _put_boxes(
        self, run: CategoryRun, row: Row, resize: Resize, known: Resized
    ) -> Boxes:
        """Beside a picture that is made already: of the row, its image id and size count."""
        assert run.resized is not None
        xml = run.xmls.get(ImageId(row.image_id))
        original = Place(str(run.folder), place_of_file(row.file_name, row.image_id),
                         row.xml_sha256)
        picture = picture_of(row, known.file_name)
        annotated = fitted(xml, known.file_name, picture, self._label_of, url=row.url)
        drawn = drawn_boxes(xml, annotated, picture, orientation=known.orientation,
                            label_of=self._label_of, place=original)
        return drawn.put_beside(
            resize, _place_of(str(run.folder), known)._replace(resize=resize.name),
            file_name=known.file_name, least_share=run.resized.asked.least_share)


def _place_of(folder: str, resized: Resized) -> Place:
    """Of its boxes."""
    return Place(folder, place_of_file(resized.file_name, ""), resized.xml_sha256, resized.resize)


def _with_boxes(resized: Resized, boxes: Boxes) -> Resized:
    return resized._replace(
        annotation=boxes.verdict.value, boxes=boxes.written, boxes_clamped=boxes.clamped,
        boxes_dropped=boxes.dropped, xml_sha256=boxes.xml_sha256)


def _unlink_ours(path: str, sha256: str | None) -> None:
    if sha256 is not None and digest_of(path) == sha256:
        os.unlink(path)

"""Annotations of images that are here already: added, renewed, or left to the user who edited them.

What a category's annotations come from (the XMLs of its archive and the labels of their objects)
is remembered as one digest.  While that holds, only edits by the user are looked for.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from imagenet_utils.annotations.beside_pictures import LabelOf, Place, fitted, is_edited, put
from imagenet_utils.job.category_run import CategoryRun, Step
from imagenet_utils.job.decide import FoundFile
from imagenet_utils.job.found_files import annotations_in
from imagenet_utils.job.verdicts import with_boxes
from imagenet_utils.model import Boxes, Follow, ImageId, Picture, Verdict
from imagenet_utils.results.layout import annotation_dir, images_dir, place_of_file
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import digest_of, make_folder

OBJECT_NAME = re.compile(rb"<name>\s*([^<]{1,100}?)\s*</name>")
WRITTEN = {Verdict.AS_IS, Verdict.RESCALED}


class AnnotationUpkeep:
    def __init__(self, ledger: Ledger, label_of: LabelOf) -> None:
        self._ledger = ledger
        self._label_of = label_of

    def brought_up_to_date(self, run: CategoryRun) -> Iterator[Row]:
        """The rows of stored images whose annotation is no longer what it was."""
        folder = annotation_dir(str(run.folder))
        stored = {row.file_name for row in run.rows.values() if row.file_name}
        there, stands = annotations_in(folder, stored), os.path.isdir(folder)
        note = boxes_note(run)
        origin = self._origin_of(run)
        is_new = bool(run.xmls) and self._ledger.note(note) != origin
        for row in run.rows.copy().values():
            if row.reason.follow is not Follow.KEPT:
                continue
            xml = there.get(place_of_file(row.file_name, row.image_id))
            boxes = self._boxes_of(run, row, xml, is_new=is_new, stands=stands)
            if boxes is not None:
                yield with_boxes(row, boxes)
        if is_new:
            self._ledger.write_note(note, origin)

    def _origin_of(self, run: CategoryRun) -> str:
        if run.origin_of_boxes:
            return run.origin_of_boxes
        digest = hashlib.sha256()
        names: set[bytes] = set()
        for image_id, xml in sorted(run.xmls.items()):
            digest.update(f"{image_id} {len(xml)} ".encode())
            digest.update(xml)
            names.update(OBJECT_NAME.findall(xml))
        for name in sorted(names):
            label = self._label_of(name.decode("utf-8", "replace"))
            digest.update(name + b" " + (label or "").encode("utf-8", "replace") + b"\n")
        return digest.hexdigest()

    def _boxes_of(
        self, run: CategoryRun, row: Row, there: FoundFile | None, *, is_new: bool, stands: bool
    ) -> Boxes | None:
        """None: as they were."""
        name = place_of_file(row.file_name, row.image_id)
        place = Place(str(run.folder), name, row.xml_sha256)
        was_written = row.xml_sha256 is not None
        if there is None and was_written and stands:
            return Boxes(Verdict.EDITED, xml_sha256=row.xml_sha256)  # the user deleted it
        xml = run.xmls.get(ImageId(row.image_id))
        is_wanted = is_new or (was_written and there is None)
        if xml is not None and is_wanted and row.file_name and _is_stored(run, row.file_name):
            make_folder(annotation_dir(str(run.folder)))
            picture = picture_of(row, row.file_name)
            annotated = fitted(xml, row.file_name, picture, self._label_of, url=row.url)
            boxes = put(annotated, place)
            if boxes.verdict is Verdict.MISMATCH and there and not is_edited(place):
                os.unlink(place.path)
            return boxes
        if there and there.mtime_ns > row.finished * 1e9 and is_edited(place):
            return Boxes(Verdict.EDITED, xml_sha256=row.xml_sha256)
        return None


def boxes_note(run: CategoryRun) -> str:
    """The ledger's note of what a category's annotations come from."""
    return f"annotations of {run.category.key}"


def _is_stored(run: CategoryRun, file_name: str) -> bool:
    return os.path.exists(os.path.join(images_dir(str(run.folder)), file_name))


def picture_of(row: Row, file_name: str) -> Picture:
    """What is remembered of a stored picture."""
    extension = os.path.splitext(file_name)[1].lstrip(".")
    return Picture("", extension, row.width or 0, row.height or 0, row.sha256 or "",
                   row.bytes or 0)


def place_of(run: CategoryRun, step: Step) -> Place:
    """Where a record's annotation belongs."""
    return Place(str(run.folder), run.place_of(step), known_xml(run, step))


def known_xml(run: CategoryRun, step: Step) -> str | None:
    """sha256 of the annotation that we wrote, which may be known from any of the record's URLs."""
    for row in run.rows_of(step.record):
        if row and row.xml_sha256:
            return row.xml_sha256
    return None


def digest_of_ours(folder: Path, row: Row) -> str | None:
    """For a row out of a report: the XML beside its image, where nobody touched it since."""
    path = Place(str(folder), place_of_file(row.file_name, row.image_id), None).path
    try:
        is_untouched = os.stat(path).st_mtime <= row.finished + 1.0
    except OSError:
        return None
    return digest_of(path) if row.verdict in WRITTEN and is_untouched else None

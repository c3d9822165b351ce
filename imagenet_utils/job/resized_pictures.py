"""Of each picture in each size that is asked for: is it there, to be made, or has the user deleted
it?  The digest is only computed where size or time of the file differ."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

from imagenet_utils.job.decide import Action, Decision, FoundFile, Rules
from imagenet_utils.job.found_files import pictures_in
from imagenet_utils.model import Follow, ImageRecord
from imagenet_utils.results.layout import file_stem, images_dir
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import digest_of
from imagenet_utils.transform.asked import EDITED, MADE, REMOVED, Resize, Resized, Resizing

Known = dict[tuple[str, str], Resized]  # by image id and name of the resize


class Standing(Enum):
    THERE = "proven, or the user's own"
    LACKING = "to be made"
    REMOVED = "deleted by the user"


class ResizedPictures:
    """Those of one category; `known` is what the ledger remembers."""

    def __init__(self, folder: Path, known: Known, asked: Resizing, rules: Rules) -> None:
        self.asked = asked
        self.known = known
        self.changed: dict[tuple[str, str], Resized] = {}  # by what was seen, and not written down
        self._folder = str(folder)
        self._rules = rules
        names = {resized.file_name for resized in known.values()}
        self._found = {resize.name: pictures_in(images_dir(self._folder, resize.name), names)
                       for resize in asked.resizes}

    def decision(self, record: ImageRecord, decision: Decision) -> Decision:
        """What is asked besides the original may change what is to be done."""
        row = decision.row
        is_kept = row is not None and row.reason.follow is Follow.KEPT
        if row is None or not is_kept or decision.action is Action.EXCLUDE:
            return decision
        standings = [self._standing(record.image_id, row.sha256, resize)
                     for resize in self.asked.resizes]
        if Standing.LACKING in standings:
            return self._to_be_made(decision, row)
        if self.asked.keeps_original or decision.found is not None:
            return decision
        is_removed = all(standing is Standing.REMOVED for standing in standings)
        return decision._replace(action=Action.SKIP if is_removed else Action.KEEP)

    def for_task(self, image_id: str) -> Resizing | None:
        """What a worker is to make; nothing again that the user deleted."""
        known = [self.known.get((image_id, resize.name)) for resize in self.asked.resizes]
        wanted = tuple(
            resize for resize, each in zip(self.asked.resizes, known)
            if each is None
            or self._standing(image_id, each.source_sha256, resize) is not Standing.REMOVED)
        if not wanted and self.asked.keeps_original:
            return None
        ours = {digest for each in known if each
                for digest in (each.sha256, each.xml_sha256, *self._doubtful(each)) if digest}
        return self.asked._replace(resizes=wanted or self.asked.resizes, ours=frozenset(ours))

    def name_of(self, image_id: str) -> str | None:
        """Of the file in any of the sizes, below its folder."""
        known = (self.known.get((image_id, resize.name)) for resize in self.asked.resizes)
        return next((each.file_name for each in known if each), None)

    def _to_be_made(self, decision: Decision, row: Row) -> Decision:
        if decision.action is Action.KEEP:
            return decision._replace(action=Action.PROVE, is_ours=True)
        if decision.action is Action.SKIP and not self.asked.keeps_original:
            return decision._replace(action=Action.FETCH)
        return decision

    def _standing(self, image_id: str, source_sha256: str | None, resize: Resize) -> Standing:
        known = self.known.get((image_id, resize.name))
        found, stands = self._found[resize.name]
        if known is None or known.source_sha256 != source_sha256:
            return Standing.LACKING
        file = found.get(file_stem(image_id))
        if file is None:
            if not stands or self._rules.restore_removed:
                return Standing.LACKING
            self._note(image_id, known._replace(state=REMOVED))
            return Standing.REMOVED
        standing = self._standing_of(file, image_id, known)
        is_ours = self.known[image_id, resize.name].state == MADE
        return Standing.LACKING if is_ours and known.recipe != resize.recipe else standing

    def _standing_of(self, file: FoundFile, image_id: str, known: Resized) -> Standing:
        seen = known._replace(file_name=file.name, bytes=file.size, mtime_ns=file.mtime_ns)
        if seen == known and known.state != REMOVED and not self._rules.recheck:
            return Standing.THERE
        is_as_made = digest_of(self._path_of(seen)) == known.sha256
        if not is_as_made and _may_be_half_written(known):
            return Standing.LACKING
        self._note(image_id, seen._replace(state=MADE if is_as_made else EDITED))
        return Standing.THERE

    def _note(self, image_id: str, resized: Resized) -> None:
        key = (image_id, resized.resize)
        if self.known[key] != resized:
            self.known[key] = self.changed[key] = resized

    def _path_of(self, resized: Resized) -> str:
        return os.path.join(images_dir(self._folder, resized.resize), resized.file_name)

    def _doubtful(self, resized: Resized) -> list[str]:
        """What a power cut left of a file of ours may be written over, too."""
        if not _may_be_half_written(resized):
            return []
        there = digest_of(self._path_of(resized))
        return [there] if there else []


def _may_be_half_written(resized: Resized) -> bool:
    """The ledger doubts it: it was not on the disk for certain when the power went."""
    return resized.mtime_ns == 0

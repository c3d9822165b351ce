"""One category after the other, planned when its turn comes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from imagenet_utils.annotations.at_hand import Annotations
from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.categories.labels import safe_label
from imagenet_utils.job.annotation_upkeep import digest_of_ours
from imagenet_utils.job.category_run import CategoryRun, Rows, decide_more
from imagenet_utils.job.decide import Rules
from imagenet_utils.job.originals import Originals
from imagenet_utils.job.resized_pictures import ResizedPictures
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import Category, ImageRecord
from imagenet_utils.options import Selection
from imagenet_utils.results.layout import category_folder, file_stem, report_path
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.results.report import read_report, row_of_line
from imagenet_utils.results.row import Row
from imagenet_utils.sources.source import Source


class Planner:
    """Joins what the source lists with the annotations, the ledger and the files on the disk."""

    def __init__(
        self, source: Source, boxes: Annotations, workplace: Workplace, *,
        selection: Selection, rules: Rules, originals: Originals | None = None,
    ) -> None:
        self._source = source
        self._boxes = boxes
        self._save_dir = workplace.save_dir
        self._ledger = workplace.ledger
        self._teller = workplace.teller
        self._folder_names = workplace.folder_names
        self._shard_letters = workplace.shard_letters
        self._selection = selection
        self._rules = rules
        self._originals = originals
        self._has_told_of_folders = False
        self._has_told_of_shards = False
        self._is_draft = workplace.is_draft  # annotations may be yet to come then

    def plans(self, categories: tuple[Category, ...]) -> Iterator[CategoryRun]:
        self._boxes.prepare(categories)
        for category in categories:
            yield self.plan(category)

    def plan(self, category: Category) -> CategoryRun:
        boxes = self._annotations(category)
        xmls = boxes.xmls
        listing = self._source.listing(category, xmls)
        if not listing.records and listing.supply is None and listing.is_whole:
            self._teller.warn(f"{_told(category)}: {listing.why_empty}")
        folder = self._folder(category)
        rows = self._known(category, folder, listing.records)
        selector = Selector(xmls, category.how_many, self._selection, code=category.code)
        run = CategoryRun(category, folder, xmls, rows, selector, listing.supply, listing.expected,
                          listing.vouched, is_known=listing.supply is None and listing.is_whole,
                          has_boxes_to_come=boxes.are_to_come, origin_of_boxes=boxes.origin,
                          resized=self._resized(category, folder),
                          originals=self._originals_of(category, folder),
                          shard_letters=self._shard_letters)
        decide_more(run, listing.records, self._rules)
        self._tell_of_shards(run)
        return run

    def _tell_of_shards(self, run: CategoryRun) -> None:
        """Who forgets the option would find the rest of a category in another place."""
        is_flat = not (self._shard_letters or self._has_told_of_shards) and bool(run.to_do)
        if is_flat and any("/" in (row.file_name or "") for row in run.rows.values()):
            self._has_told_of_shards = True
            self._teller.warn(f"{run.folder_name}: pictures of it lie in folders of their first"
                              " letters, new ones go beside these folders; --shard_folders N puts"
                              " them there, too")

    def _resized(self, category: Category, folder: Path) -> ResizedPictures | None:
        asked = self._rules.resizing
        if asked is None:
            return None
        return ResizedPictures(folder, self._ledger.resized_of(category.key), asked, self._rules)

    def _originals_of(self, category: Category, folder: Path) -> Mapping[str, str]:
        if self._originals is None:
            return {}
        return self._originals.of(category, folder.relative_to(self._save_dir).as_posix())

    def _annotations(self, category: Category) -> CategoryBoxes:
        boxes = self._boxes.of(category)
        if boxes.problem:
            self._teller.warn(f"annotations of {category.label}: {boxes.problem}")
        if not boxes.xmls and self._selection.only_annotated and not self._is_draft:
            self._teller.warn(f"{_told(category)}: no annotated image")
        elif not boxes.xmls and self._selection.prefers_annotated and not boxes.are_to_come:
            self._teller.warn(f"{_told(category)}: no annotated image, so list order holds")
        return boxes

    def _folder(self, category: Category) -> Path:
        """Once given, a category keeps its folder."""
        word = category.label if self._folder_names == "label" else safe_label(category.code)
        wanted = category_folder(category.split, word)
        given = self._ledger.folder_of(category.key)
        if given is None:
            self._ledger.give_folder(category.key, wanted)
        elif given != wanted and not self._has_told_of_folders:
            self._has_told_of_folders = True
            self._teller.warn(f"{category.label} stays in the folder {given} that it was given"
                              f" before, not {wanted}; so do others")
        return self._save_dir / (given or wanted)

    def _known(self, category: Category, folder: Path, records: Sequence[ImageRecord]) -> Rows:
        """What the ledger remembers; where it remembers nothing, what an older report does."""
        rows = self._ledger.rows_of(category.key)
        if not rows:
            rows = list(self._remembered(category, folder, records))
            for row in rows:
                self._ledger.record(row)
        return {(row.image_id, row.url): row for row in rows}

    def _remembered(
        self, category: Category, folder: Path, records: Sequence[ImageRecord]
    ) -> Iterator[Row]:
        lines = {(line["url"], _stem(line)): line for line in read_report(report_path(folder))}
        for position, record in enumerate(records if lines else ()):
            for location in record.locations:
                line = (lines.get((location.url, file_stem(record.image_id)))
                        or lines.get((location.url, record.image_id)))
                if line:
                    row = row_of_line(line, category.key, record.image_id, position)
                    yield row._replace(hung_on=self._rules.hung_on(row.reason),
                                       xml_sha256=digest_of_ours(folder, row))


def _told(category: Category) -> str:
    return f"{category_folder(category.split, category.label)} ({category.code})"


def _stem(line: Mapping[str, str]) -> str:
    """What the file of a report's line is called, or would have been."""
    code = line["image_code"]
    return os.path.splitext(code)[0] if line["file"] else code

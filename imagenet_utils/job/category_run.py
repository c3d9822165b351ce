"""One category in a run: what its list holds, what is decided, what is still to do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.archives.supply import Supply
from imagenet_utils.job.decide import Action, Decision, FoundFile, Rules, decide, with_original
from imagenet_utils.job.found_files import pictures_in
from imagenet_utils.job.moved_archives import MovedRows
from imagenet_utils.job.resized_pictures import ResizedPictures
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import Category, Expected, Follow, ImageId, ImageRecord, Listed
from imagenet_utils.results.layout import (
    category_folder, file_stem, images_dir, new_place, place_of_file,
)
from imagenet_utils.results.row import Row

Rows = dict[tuple[str, str], Row]  # by (image id, URL)


class Step(NamedTuple):
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
    selector: Selector = field(default_factory=Selector)
    supply: Supply | None = None  # finds further records; None: all are known
    expected: int | None = None  # pictures that the source should list; None: nobody knows
    vouched: Mapping[ImageId, Expected] | None = None  # of the supplied, those alone; None: all
    is_known: bool = True  # all records at its begin
    has_boxes_to_come: bool = False  # a dry run: `xmls` will be more
    origin_of_boxes: str = ""  # what all of `xmls` come from; empty: to be found out from them
    steps: list[Step] = field(default_factory=list)
    to_do: deque[Step] = field(default_factory=deque)
    have: int = 0  # proven images
    new: int = 0  # of these, the ones of this run
    under_way: dict[int, Step] = field(default_factory=dict)  # by position
    tried: list[Step] = field(default_factory=list)  # of a limited run: more than was here
    refused: set[int] = field(default_factory=set)  # positions where a file of ours is no good
    found: tuple[dict[str, FoundFile], bool] | None = None  # what lay there at its begin
    moved: list[tuple[Row, Row]] = field(default_factory=list)  # not written down yet: old, new
    held: list[ImageRecord] = field(default_factory=list)  # until every name is known
    resized: ResizedPictures | None = None  # None: no other sizes are asked for
    originals: Mapping[str, str] = field(default_factory=dict)  # paths of copies, by stem
    shard_letters: int = 0  # of a new picture's id
    _elsewhere: MovedRows | None = None
    _listed: set[ImageId] = field(default_factory=set)  # only where a supply adds records

    @property
    def folder_name(self) -> str:
        """Below save_dir."""
        return category_folder(self.category.split, self.folder.name)

    @property
    def limit(self) -> int | None:
        """Of proven images; None: all that is considered."""
        return self.selector.image_limit

    @property
    def has_more(self) -> bool:
        """The list goes on behind what is considered."""
        return self.selector.left_out > 0

    @property
    def unexpected(self) -> int | None:
        """How many are listed, where all of them were wanted and are not as many as expected.

        Where nothing at all is listed, that was told when the category was planned.
        """
        seen = self.selector.seen
        is_whole = seen > 0 if self.supply is None else self.supply.is_complete
        is_odd = is_whole and not self.has_more and self.expected not in (None, seen)
        return seen if is_odd else None

    @property
    def is_growing(self) -> bool:
        """Further records may come that will be considered."""
        is_enough = self.is_met or self.selector.is_full or self._has_all_vouched
        is_fed = self.supply is not None and (not self.supply.is_over or bool(self.held))
        return is_fed and not is_enough

    @property
    def _has_all_vouched(self) -> bool:
        return self.vouched is not None and len(self._listed) >= len(self.vouched)

    @property
    def awaits_names(self) -> bool:
        """Nothing is decided before all of them are known."""
        is_undecided = self.selector.needs_every_name and not self.selector.seen
        return self.supply is not None and is_undecided

    @property
    def is_over(self) -> bool:
        return not self.under_way and (self.is_met or not (self.to_do or self.is_growing))

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

    def unlisted(self, records: Iterable[ImageRecord]) -> Iterator[ImageRecord]:
        """Without those that came before, for a supply may begin anew; and vouched ones alone."""
        for record in records:
            if record.image_id in self._listed:
                continue
            if self.vouched is not None:
                if record.image_id not in self.vouched:
                    continue
                record = record._replace(expected=(self.vouched[record.image_id],))
            self._listed.add(record.image_id)
            yield record

    def listed(self, records: list[ImageRecord]) -> list[ImageRecord]:
        """What of them, and of those held before, may be chosen from now.

        Nothing, where every name is needed and some may yet come: in this run or, if the archive
        is out of reach, in another one.
        """
        supply = self.supply
        if supply is None or not self.selector.needs_every_name:
            return records
        self.held += records
        if not supply.is_over:
            return []
        records, self.held = self.held, []
        if supply.problem is None or supply.problem.is_all:
            return records
        self.have = len({row.image_id for row in self.rows.values()
                         if row.reason.follow is Follow.KEPT})
        return []

    def follow_archive(self, record: ImageRecord) -> None:
        """What is known of it from an archive that lies elsewhere now is known of it here."""
        if (record.image_id, record.locations[0].url) in self.rows:
            return
        if self._elsewhere is None:
            self._elsewhere = MovedRows(self.rows.values())
        found = self._elsewhere.take(record)
        if found:
            before, after = found
            del self.rows[before.image_id, before.url]
            self.rows[after.image_id, after.url] = after
            self.moved.append(found)

    def rows_of(self, record: ImageRecord) -> list[Row | None]:
        return [self.rows.get((record.image_id, location.url)) for location in record.locations]

    def place_of(self, step: Step) -> str:
        """Where its picture and its boxes belong, without extension: one that has its place keeps
        it."""
        record, found = step.record, step.decision.found
        name = found.name if found else self._name_of(record)
        if name is None and self.resized:
            name = self.resized.name_of(record.image_id)
        if name is None:
            return new_place(record.image_id, self.shard_letters)
        return place_of_file(name, record.image_id)

    def _name_of(self, record: ImageRecord) -> str | None:
        """Of what is stored."""
        for location in record.locations:
            row = self.rows.get((record.image_id, location.url))
            if row and row.file_name:
                return row.file_name
        return None

    def considered(self) -> Iterator[Step]:
        """What the report speaks of, whether or not it has a row."""
        return iter(self.steps if self.limit is None else self.tried)

    def pending(self) -> list[Step]:
        """What has to wait for another run if this one ends now."""
        return [*self.under_way.values(), *self.to_do]


class Work(NamedTuple):
    """What is at hand: one location of one step, or the file that lies in its place."""

    run: CategoryRun
    step: Step
    location: int
    file_name: str | None = None  # to be proven, instead of the location
    original: str | None = None  # path of a copy on this disk, likewise; empty: it was no use

    @property
    def listed(self) -> Listed:
        return self.step.record.locations[self.location]

    @property
    def url(self) -> str:
        return self.listed.url

    @property
    def body(self) -> bytes | None:
        """What an archive that is read on the way has brought of it."""
        return self.run.supply.body_of(self.url) if self.run.supply else None

    @property
    def expected(self) -> Expected | None:
        """Of a file of ours the digest alone: it may have been mended before it was stored."""
        expected = self.step.record.expected_at(self.location)
        if expected is None or self.file_name is None or not self.step.decision.is_ours:
            return expected
        return Expected(sha256=expected.sha256)

    @property
    def known_row(self) -> Row | None:
        return self.run.rows.get((self.step.record.image_id, self.url))


def decide_more(run: CategoryRun, records: Iterable[ImageRecord], rules: Rules) -> list[Step]:
    """The records that are considered become steps of the run; nothing is done yet."""
    if run.found is None:
        stored = {row.file_name for row in run.rows.values() if row.file_name}
        run.found = pictures_in(images_dir(str(run.folder)), stored)
    found, stands = run.found
    steps = []
    if run.supply is not None:
        records = run.listed(list(run.unlisted(records)))
    for position, record in run.selector.chosen(records):
        run.follow_archive(record)
        decision = decide(record, run.rows_of(record), found.get(file_stem(record.image_id)),
                          rules, folder_stands=stands)
        if run.resized:
            decision = run.resized.decision(record, decision)
        if run.originals:
            decision = with_original(decision, run.originals.get(file_stem(record.image_id)))
        step = Step(position, record, decision)
        steps.append(step)
        if decision.action is Action.KEEP:
            run.have += 1
        elif decision.action not in (Action.SKIP, Action.EXCLUDE):
            run.to_do.append(step)
            if decision.action is Action.FETCH and decision.found:
                run.refused.add(position)
    run.steps += steps
    return steps

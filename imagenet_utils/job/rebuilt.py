"""What became of a manifest: which pictures are the same, which have changed, which are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from imagenet_utils.model import Category, Follow, ImageId, Reason
from imagenet_utils.options import Selection
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.manifest import Manifest
from imagenet_utils.results.row import Row
from imagenet_utils.results.summary import MOST_TOLD, CategoryResult

SAME, CHANGED, GONE, LEFT, DELETED = (
    "the same", "changed", "gone", "may be had another time", "deleted by you")
TOLD_ONE_BY_ONE = (CHANGED, GONE)
BY_REASON = {Reason.MISMATCH: CHANGED, Reason.DAMAGED: CHANGED, Reason.REMOVED: DELETED}


@dataclass(slots=True)
class Rebuilt:
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)  # of those that differ, the first

    @property
    def differs(self) -> bool:
        return bool(self.counts[CHANGED] or self.counts[GONE])

    @property
    def lines(self) -> list[str]:
        if not self.counts:
            return []
        parts = [f"{count:,} {word}" for word in (SAME, CHANGED, GONE, LEFT, DELETED)
                 if (count := self.counts[word]) or word in (SAME, *TOLD_ONE_BY_ONE)]
        more = sum(self.counts[word] for word in TOLD_ONE_BY_ONE) - len(self.told)
        others = [f"  and {more:,} others, which the reports name"] if more else []
        return [f"Of {sum(self.counts.values()):,} pictures of the manifest: {', '.join(parts)}.",
                *self.told, *others]

    def add(self, category: Category, image_id: ImageId, word: str, description: str) -> None:
        self.counts[word] += 1
        if word in TOLD_ONE_BY_ONE and len(self.told) < MOST_TOLD:
            self.told.append(f"  {word}: {category.label}, {image_id}: {description}")


def rebuilt(
    manifest: Manifest | None, categories: Sequence[Category], results: Sequence[CategoryResult],
    *, ledger: Ledger, selection: Selection,
) -> Rebuilt:
    """Of what the run considered, each picture once; nothing where it had no manifest."""
    found = Rebuilt()
    if manifest is None:
        return found
    by_key = {result.key: result for result in results}
    for category in categories:
        result = by_key.get(category.key)
        is_narrowed = category.how_many is not None or selection.narrows
        is_open = result is None or result.left > 0 or result.is_unseen
        rows = _by_image(ledger.rows_of(category.key))
        for image_id in dict.fromkeys(row.image_id for row in manifest.rows_of(category.key)):
            if image_id in rows:
                found.add(category, image_id, *_verdict(rows[image_id]))
            elif is_open:
                found.add(category, image_id, LEFT, "")
            elif not is_narrowed:
                found.add(category, image_id, GONE, "not in its archive")
    return found


def _by_image(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.image_id, []).append(row)
    return found


def _verdict(rows: Sequence[Row]) -> tuple[str, str]:
    """The best of its chances."""
    found = list(map(_of_one, rows))
    order = (SAME, LEFT, CHANGED, DELETED, GONE)
    return min(found, key=lambda each: order.index(each[0]))


def _of_one(row: Row) -> tuple[str, str]:
    if row.reason.follow is Follow.KEPT:
        return SAME, ""
    if row.reason.follow is Follow.AGAIN:
        return LEFT, row.description
    return BY_REASON.get(row.reason, GONE), row.description

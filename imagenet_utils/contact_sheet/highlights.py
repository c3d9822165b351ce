"""What the first page takes from the category folders: a line of each, and the suspects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from imagenet_utils.contact_sheet.category_page import Sight, spots
from imagenet_utils.contact_sheet.facts import Drawer, is_kept
from imagenet_utils.contact_sheet.places import page_of
from imagenet_utils.contact_sheet.plots import KIND_OF
from imagenet_utils.contact_sheet.start_page import Group, Line, Suspect
from imagenet_utils.contact_sheet.suspects import SUSPICIONS, suspicions_of

SUSPECTS_SHOWN = 12  # of each kind
THUMBNAILS_SHOWN = 5  # of each category


class Highlights:
    """Filled a drawer at a time."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._suspects: dict[str, list[Suspect]] = defaultdict(list)  # by suspicion
        self._counts: Counter[str] = Counter()
        self.lines: list[Line] = []

    def add(self, drawer: Drawer) -> None:
        self.lines.append(Line(
            drawer.folder, page_of(drawer.folder), **_kinds(drawer),
            suspects=self._note_suspects(drawer),
            thumbnails=tuple(self._first_thumbnails(drawer)),
        ))

    def groups(self) -> Iterator[Group]:
        for each in SUSPICIONS:
            if self._counts[each.name]:
                yield Group(each.title, self._counts[each.name], tuple(self._suspects[each.name]))

    def _first_thumbnails(self, drawer: Drawer) -> Iterator[str]:
        for row in drawer.kept[:THUMBNAILS_SHOWN]:
            place = self._sight.thumbnails.place_of(row.sha256)
            if place:
                yield place

    def _note_suspects(self, drawer: Drawer) -> int:
        """How many there are."""
        count = 0
        for row, spot in zip(drawer.rows, spots(drawer)):
            if not is_kept(row):
                continue
            found = list(suspicions_of(row, self._sight.family_of(row, spot).kin))
            count += bool(found)
            for name, why in found:
                self._counts[name] += 1
                if len(self._suspects[name]) < SUSPECTS_SHOWN:
                    small = self._sight.thumbnails.place_of(row.sha256)
                    self._suspects[name].append(Suspect(spot.page, row.image_id, small, why))
        return count


def _kinds(drawer: Drawer) -> dict[str, int]:
    counts = Counter(KIND_OF[row.reason.follow] for row in drawer.rows)
    return {kind: counts[kind] for kind in KIND_OF.values()}

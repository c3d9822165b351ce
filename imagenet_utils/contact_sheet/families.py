"""Who shows the same picture as whom, over a whole result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from imagenet_utils.contact_sheet.category_page import Family, Spot, spots
from imagenet_utils.contact_sheet.facts import Drawer, is_kept
from imagenet_utils.contact_sheet.likeness import alike
from imagenet_utils.results.row import Row


class Families:
    """Filled a drawer at a time; then it is told which pictures look alike."""

    def __init__(self) -> None:
        self._spots: dict[str, list[Spot]] = defaultdict(list)  # by digest
        self._alike: dict[str, tuple[str, ...]] = {}  # digest -> its group, itself among them

    @property
    def digests(self) -> list[str]:
        return list(self._spots)

    def add(self, drawer: Drawer) -> None:
        for row, spot in zip(drawer.rows, spots(drawer)):
            if is_kept(row) and row.sha256:
                self._spots[row.sha256].append(spot)

    def find_alike(self, fingerprints: Mapping[str, int]) -> None:
        for group in alike(fingerprints):
            self._alike.update(dict.fromkeys(group, group))

    def of(self, row: Row, spot: Spot) -> Family:
        digest = row.sha256 or ""
        near = (each for other in self._alike.get(digest, ()) if other != digest
                for each in self._spots[other])
        return Family(tuple(each for each in self._spots.get(digest, ()) if each != spot),
                      tuple(near))

"""What is to be exported, where to, and how: the one value that every writer of an export gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagenet_utils.exports.boxes import Box, boxes_of
from imagenet_utils.exports.classes import Classes, ExportClass
from imagenet_utils.exports.gallery import ExportPicture, Gallery
from imagenet_utils.exports.stored_pictures import Order
from imagenet_utils.options import ExportOptions
from imagenet_utils.telling import Teller

Instances = Sequence[tuple[ExportClass, Box]]

OF_OTHERS = "boxes of other categories"
UNNUMBERED = "images of categories that the label system does not number"


@dataclass(frozen=True, slots=True)
class ExportJob:
    target: Path  # an empty folder to fill, or the file to write; it gets its name when all is well
    gallery: Gallery
    options: ExportOptions
    teller: Teller
    title: str  # for the progress
    takes: frozenset[str] = frozenset()  # extensions; none: whatever is stored
    left_out: Counter[str] = field(default_factory=Counter)  # of what, how many: told at the end

    @property
    def classes(self) -> Classes:
        return self.gallery.classes

    def counts_by_split(self) -> Counter[str]:
        """Of pictures that the format takes, as far as the ledger tells.  Raises LocalFault."""
        return Counter(picture.split for picture in self.gallery.pictures()
                       if self._why_not(picture) is None)

    def pictures(self, order: Order = Order.BY_ID) -> Iterator[ExportPicture]:
        """Those that lie there as they were proven, and that the format takes.

        What the user has deleted is passed over in silence.  Raises LocalFault.
        """
        total = self.gallery.count()
        with self.teller.progress(self.title) as progress:
            for number, picture in enumerate(self.gallery.pictures(order), 1):
                progress.show(number, total)
                picture = self._still_there(picture)
                if picture.places and self._is_wanted(picture):
                    yield picture

    def boxes_of(self, picture: ExportPicture) -> list[Box]:
        """All of them, under the names that they bear."""
        return boxes_of(picture.places, self.left_out)

    def classified_boxes_of(self, picture: ExportPicture) -> Instances:
        """Those that a class is for."""
        found = []
        for box in self.boxes_of(picture):
            known = self.classes.of_box(box.name)
            if known is None:
                self.left_out[OF_OTHERS] += 1
            else:
                found.append((known, box))
        return found

    def _still_there(self, picture: ExportPicture) -> ExportPicture:
        places = tuple(place for place in picture.places if place.is_there)
        if len(places) == len(picture.places):
            return picture
        return replace(picture, places=places, classes=self.gallery.classes_of(places))

    def _is_wanted(self, picture: ExportPicture) -> bool:
        why_not = self._why_not(picture)
        if why_not:
            self.left_out[why_not] += 1
        return why_not is None

    def _why_not(self, picture: ExportPicture) -> str | None:
        if self.takes and picture.extension not in self.takes:
            return f"{picture.extension} files"
        if not picture.classes and any(place.code for place in picture.places):
            return UNNUMBERED
        return None

"""What is to be exported, where to, and how: the one value that every writer of an export gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagenet_utils.exports.classes import Classes
from imagenet_utils.exports.gallery import ExportPicture, Gallery
from imagenet_utils.exports.stored_pictures import Order
from imagenet_utils.options import ExportOptions
from imagenet_utils.telling import Teller

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

    def _still_there(self, picture: ExportPicture) -> ExportPicture:
        places = tuple(place for place in picture.places if place.is_there)
        if len(places) == len(picture.places):
            return picture
        return replace(picture, places=places, classes=self.gallery.classes_of(places))

    def _is_wanted(self, picture: ExportPicture) -> bool:
        if self.takes and picture.extension not in self.takes:
            self.left_out[f"{picture.extension} files, which this format does not take"] += 1
        elif not picture.classes and any(place.code for place in picture.places):
            self.left_out[UNNUMBERED] += 1
        else:
            return True
        return False

"""What a save_dir holds, as an export sees it: each picture once, with classes and split."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from imagenet_utils.exports.classes import Classes, ExportClass
from imagenet_utils.exports.label_systems import SORTED
from imagenet_utils.exports.splits import ALL_FOR_TRAINING, Ratio, split_of
from imagenet_utils.exports.stored_pictures import (
    Order,
    StoredPicture,
    count_of_ids,
    folders_with_pictures,
    stored_pictures,
)
from imagenet_utils.model import SPLITS

UNKNOWN = -1  # the number of a class that nobody knows

# What files may be called that a user put there and a run took over: names of one format.
_SAME_FORMAT = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "mpo": "jpg", "tiff": "tif"}

Places = tuple[StoredPicture, ...]


@dataclass(frozen=True, slots=True)
class ExportPicture:
    """One picture, and all that show it."""

    name: str  # of its file; in the order of ids unlike any other's, whatever becomes of case
    split: str  # train, val or test
    places: Places  # the same bytes; first that of the category its id names
    classes: tuple[ExportClass, ...]  # in the order of places; none: nobody knows them

    @property
    def stored(self) -> StoredPicture:
        return self.places[0]

    @property
    def number(self) -> int:
        """Of its first class, from 0, or UNKNOWN."""
        return self.classes[0].number if self.classes else UNKNOWN

    @property
    def stem(self) -> str:
        return os.path.splitext(self.name)[0]

    @property
    def extension(self) -> str:
        """"jpg", without the dot: one for each format."""
        return os.path.splitext(self.name)[1][1:]


class Gallery:
    """Reads the ledger anew for every walk, and keeps no picture."""

    def __init__(
        self, ledger: Path, save_dir: Path, *, ratio: Ratio = ALL_FOR_TRAINING,
        label_system: str = SORTED,
    ) -> None:
        self._ledger = ledger
        self.save_dir = save_dir
        self._ratio = ratio
        self._label_system = label_system

    @cached_property
    def classes(self) -> Classes:
        """Raises LocalFault."""
        return Classes(folders_with_pictures(self._ledger), self._label_system)

    def count(self) -> int:
        """Of image ids: nearly always as many as pictures.  Raises LocalFault."""
        return count_of_ids(self._ledger)

    def pictures(self, order: Order = Order.BY_ID) -> Iterator[ExportPicture]:
        """Those that no class is for are among them.  Raises LocalFault."""
        last_stem = ""
        stored = stored_pictures(self._ledger, self.save_dir, order)
        for image_id, same_id in groupby(stored, key=attrgetter("image_id")):
            everywhere = tuple(same_id)
            split = _own_split(everywhere) or split_of(image_id, self._ratio)
            for places in _by_bytes(everywhere):
                stem, extension = _stem_and_extension(places[0].name)
                is_taken = stem.casefold() == last_stem
                last_stem = stem.casefold()
                name = f"{stem}_{places[0].sha256[:8]}" if is_taken else stem
                yield ExportPicture(f"{name}.{extension}", split, places, self.classes_of(places))

    def classes_of(self, places: Places) -> tuple[ExportClass, ...]:
        found = (self.classes.of(place.code) for place in places)
        return tuple(dict.fromkeys(each for each in found if each))


def _stem_and_extension(name: str) -> tuple[str, str]:
    """
    >>> _stem_and_extension("n02119789_122.JPEG")
    ('n02119789_122', 'jpg')
    """
    stem, extension = os.path.splitext(name)
    word = extension[1:].lower()
    return stem, _SAME_FORMAT.get(word, word)


def _own_split(places: Places) -> str:
    """A picture that a challenge has for training is nowhere used for validation."""
    own = {place.split for place in places}
    return next((split for split in SPLITS if split in own), "")


def _by_bytes(everywhere: Iterable[StoredPicture]) -> Iterator[Places]:
    """Of two sources, an id may have brought two pictures."""
    key = attrgetter("sha256")
    for _sha256, same in groupby(sorted(everywhere, key=key), key=key):
        yield tuple(sorted(same, key=_is_foreign))


def _is_foreign(place: StoredPicture) -> bool:
    """Its id names another category, or none."""
    return not place.image_id.startswith(f"{place.code}_")

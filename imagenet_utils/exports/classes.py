"""What the pictures and boxes of an export show, each class with its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from imagenet_utils.categories.catalogues import CATALOGUES, entry_of
from imagenet_utils.categories.hyponyms import hypernyms, levels_above
from imagenet_utils.categories.labels import first_name, folded, safe_label
from imagenet_utils.categories.ncodes import labels_of
from imagenet_utils.exports.label_systems import LABEL_SYSTEMS, SORTED
from imagenet_utils.model import Wnid

UNCLASSIFIED = "unknown"  # where exports have folders: that of pictures whose class nobody knows


@dataclass(frozen=True, slots=True)
class ExportClass:
    """What a picture or a box shows."""

    code: Wnid  # where several codes of a table share a label, the first of them
    label: str
    number: int  # its place in the label system, from 0

    @property
    def folder(self) -> str:
        """The code, as a name that every file system takes."""
        return safe_label(self.code)

    @property
    def words(self) -> str:
        """All its names, "kit fox, Vulpes macrotis"."""
        entry = entry_of(self.code)
        return entry.names if entry else self.label

    @property
    def supercategory(self) -> str:
        """The first name of what it is a kind of; its own label where that is nothing."""
        above = [entry for code in hypernyms(self.code) if (entry := entry_of(code))]
        return first_name(above[0].names) if above else self.label


class Classes:
    """In the order of their numbers."""

    def __init__(self, folders: Mapping[str, str], label_system: str = SORTED) -> None:
        """`folders` of the categories that are exported, by code."""
        labels = {code: label_of(code, folder) for code, folder in sorted(folders.items())}
        firsts: dict[str, str] = {}
        for code, label in labels.items():
            firsts.setdefault(folded(label), code)
        codes = LABEL_SYSTEMS[label_system].codes
        numbered = firsts.values() if codes is None else codes()
        self._classes = tuple(
            ExportClass(Wnid(code), labels.get(code) or _label_in_catalogue(code), number)
            for number, code in enumerate(numbered))
        self._by_code: dict[str, ExportClass] = {each.code: each for each in self._classes}
        for code, label in labels.items():
            same = self._by_code.get(firsts[folded(label)])
            if same:
                self._by_code[code] = same
        self._of_boxes: dict[str, ExportClass | None] = {}

    def __iter__(self) -> Iterator[ExportClass]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def of(self, code: str) -> ExportClass | None:
        """None: the label system does not number it."""
        return self._by_code.get(code)

    def of_box(self, name: str) -> ExportClass | None:
        """By label or code; a box of another category is of the nearest class above that.

        None: there is none.
        """
        if name not in self._of_boxes:
            self._of_boxes[name] = self._found(name)
        return self._of_boxes[name]

    def _found(self, name: str) -> ExportClass | None:
        known = self._by_code.get(name) or self._by_label.get(folded(name))
        if known:
            return known
        code = name if entry_of(name) else _codes_by_label().get(folded(name), "")
        above = (upper for level in levels_above(code) for upper in level)
        found = (self._by_code.get(each) for each in (code, *above))
        return next(filter(None, found), None)

    @cached_property
    def _by_label(self) -> dict[str, ExportClass]:
        return {folded(each.label): each for each in self._classes}


def label_of(code: str, folder: str) -> str:
    """The folder bears it, unless folders are called by their codes."""
    word = folder.rpartition("/")[2]
    return _label_in_catalogue(code) if word in (code, safe_label(code)) else word


def _label_in_catalogue(code: str) -> str:
    return _catalogue_labels().get(code) or safe_label(code)


@lru_cache(maxsize=1)
def _catalogue_labels() -> Mapping[str, str]:
    labels = labels_of()
    return {entry.code: labels.label_of(entry.code)
            for catalogue in CATALOGUES.values() for entry in catalogue()}


@lru_cache(maxsize=1)
def _codes_by_label() -> Mapping[str, str]:
    return {folded(label): code for code, label in _catalogue_labels().items()}

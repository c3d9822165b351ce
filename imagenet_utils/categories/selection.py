"""Which categories a run is about: the table's marks, or what the command line names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from imagenet_utils.categories.catalogues import CATALOGUES
from imagenet_utils.categories.labels import LabelsByCode, safe_label
from imagenet_utils.categories.naming import OF_IMAGENET, IsKnown
from imagenet_utils.categories.ncodes import labels_of, read_marked
from imagenet_utils.categories.picking import (
    Pick,
    Reader,
    codes_in,
    exception_remarks,
    person_remarks,
    picks_of,
)
from imagenet_utils.model import Category


@dataclass(frozen=True, slots=True)
class Chosen:
    categories: tuple[Category, ...]
    labels: Mapping[str, str]  # code -> label, for all that the catalogue or the table knows
    remarks: tuple[str, ...] = ()  # what the user may not have thought of, a line each


def chosen_by_table(
    path: Path, is_known: IsKnown, *, excepted: Sequence[str] = (),
    catalogues: Sequence[str] = OF_IMAGENET,
) -> Chosen:
    """`catalogues`: those whose names are meant.

    Raises TableError with every mistake at once, UsageError for those of `excepted`."""
    reader = Reader(is_known, catalogues)
    left_out = reader.read("except", excepted, takes_number=False)
    reader.check()
    marked = read_marked(path, is_known)
    codes = [category.code for category in marked.categories]
    remarks = exception_remarks(codes, left_out, where="what is marked")
    gone = codes_in(left_out)
    kept = tuple(category for category in marked.categories if category.code not in gone)
    return Chosen(kept, _Labels(marked.labels), remarks)


def chosen_by_words(
    words: Sequence[str], is_known: IsKnown, *, excepted: Sequence[str] = (),
    catalogues: Sequence[str] = OF_IMAGENET,
) -> Chosen:
    """`Siberian husky=100`, `dog/=20`: whatever `naming` knows, and how many of each.

    Raises UsageError with a line for each word that means nothing or too much.
    """
    reader = Reader(is_known, catalogues)
    said = reader.read("categories", words)
    left_out = reader.read("except", excepted, takes_number=False)
    reader.check()
    remarks = (*exception_remarks(codes_in(said), left_out), *person_remarks(said, left_out))
    labels = _Labels({})
    categories = (_category(pick, labels) for pick in picks_of(said, left_out))
    return Chosen(tuple(categories), labels, remarks)


def chosen_from(
    own: Sequence[Category], is_known: IsKnown, *, excepted: Sequence[str] = ()
) -> Chosen:
    """All that a source has been made for, each code once.  Raises UsageError for `excepted`."""
    reader = Reader(is_known)
    left_out = reader.read("except", excepted, takes_number=False)
    reader.check()
    by_code = {category.code: category for category in own}
    remarks = exception_remarks(list(by_code), left_out, where="what the manifest lists")
    gone = codes_in(left_out)
    kept = tuple(replace(category, split="") for category in by_code.values()
                 if category.code not in gone)
    return Chosen(kept, labels_by(own), remarks)


def labels_by(categories: Iterable[Category]) -> Mapping[str, str]:
    """Those that these bear; of others, the catalogue's."""
    return _Labels({category.code: category.label for category in categories})


def _category(pick: Pick, labels: Mapping[str, str]) -> Category:
    return Category(pick.code, labels.get(pick.code) or safe_label(pick.code), pick.how_many)


class _Labels(Mapping[str, str]):
    """Those that a table gives; of what it lacks, the catalogue's."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    @cached_property
    def _of_catalogue(self) -> LabelsByCode:
        codes = (entry.code for catalogue in CATALOGUES.values() for entry in catalogue())
        return LabelsByCode(labels_of(), codes)

    def __getitem__(self, code: str) -> str:
        return self._given[code] if code in self._given else self._of_catalogue[code]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._given, *self._of_catalogue]))

    def __len__(self) -> int:
        return len(list(iter(self)))

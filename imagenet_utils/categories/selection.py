"""Which categories a run is about: the table's marks, or what the command line names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.categories.catalogue import Catalogue, Entry, built_in
from imagenet_utils.categories.labels import safe_label
from imagenet_utils.categories.marks import read_how_many
from imagenet_utils.categories.ncodes import code_of, labels_of, read_marked
from imagenet_utils.errors import TableError
from imagenet_utils.model import Category, Wnid


@dataclass(frozen=True, slots=True)
class Chosen:
    categories: tuple[Category, ...]
    labels: dict[str, str]  # code -> label, for all that the catalogue or the table knows


def chosen_by_table(path: Path, is_known: Callable[[str], bool]) -> Chosen:
    """Raises TableError with every mistake at once."""
    marked = read_marked(path, is_known)
    return Chosen(marked.categories, _catalogue_labels() | marked.labels)


def chosen_by_words(words: Sequence[str], is_known: Callable[[str], bool]) -> Chosen:
    """`kit fox=100`, `n02110185`: a code or a name.

    A name means the only category that bears it, or bears it first, or does so among ILSVRC's.

    Raises TableError with a line for each word that means nothing or too much.
    """
    labels = _catalogue_labels()
    mistakes: list[str] = []
    categories: dict[str, Category] = {}
    for word in words:
        try:
            category = _category(word, labels, is_known)
        except ValueError as error:
            mistakes.append(f"{word!r} {error}")
            continue
        if category.code in categories:
            mistakes.append(f"{word!r} names {category.code} a second time; name it once")
        categories[category.code] = category
    if mistakes:
        raise TableError("--categories", tuple(mistakes))
    return Chosen(tuple(categories.values()), labels)


def _category(word: str, labels: dict[str, str], is_known: Callable[[str], bool]) -> Category:
    what, equals, number = word.rpartition("=")
    what, number = (what, number) if equals else (word, "")
    try:
        how_many = read_how_many(number, decimal_comma=False)
    except ValueError as error:
        raise ValueError(f"{error}; write =N with a whole number from 1, or nothing") from None
    code = _code(what.strip(), is_known)
    return Category(Wnid(code), labels.get(code) or safe_label(code), how_many)


def _code(what: str, is_known: Callable[[str], bool]) -> str:
    catalogue = built_in()
    code = code_of(what, catalogue)
    if code in catalogue or (code and is_known(code)):
        return code
    bearers = catalogue.named(what.replace("_", " "))
    first = [entry for entry in bearers if _first_name(entry) == what.replace("_", " ").casefold()]
    famous = [entry for entry in first if entry.in_ilsvrc2012]
    for owners in (famous, first, bearers):
        if len(owners) == 1:
            return owners[0].code
    if bearers:
        most_first = sorted(bearers, key=lambda entry: -entry.urls_2011)
        raise ValueError(f"means several: {'; '.join(map(_shown, most_first))}; name the code")
    raise ValueError(f"is no category{_advice(catalogue, what)}")


def _advice(catalogue: Catalogue, what: str) -> str:
    near = catalogue.nearest(what)
    return f"; did you mean {' or '.join(map(_shown, near))}?" if near else ""


def _first_name(entry: Entry) -> str:
    return entry.names.partition(",")[0].strip().casefold()


def _shown(entry: Entry) -> str:
    return f"{entry.code} ({entry.names})"


def _catalogue_labels() -> dict[str, str]:
    labels = labels_of(built_in(), ())
    return {entry.code: labels.label_of(entry.code) for entry in built_in()}

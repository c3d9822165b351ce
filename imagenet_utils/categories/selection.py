"""Which categories a run is about: the table's marks, or what the command line names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imagenet_utils.categories.catalogue import Catalogue, Entry, built_in
from imagenet_utils.categories.labels import Labels, safe_label
from imagenet_utils.categories.marks import read_how_many
from imagenet_utils.categories.ncodes import code_of, labels_of, read_marked
from imagenet_utils.categories.presets import is_preset, preset_named
from imagenet_utils.categories.presets_file import SIGN
from imagenet_utils.errors import TableError
from imagenet_utils.model import Category, Wnid


@dataclass(frozen=True, slots=True)
class Chosen:
    categories: tuple[Category, ...]
    labels: Mapping[str, str]  # code -> label, for all that the catalogue or the table knows


def chosen_by_table(path: Path, is_known: Callable[[str], bool]) -> Chosen:
    """Raises TableError with every mistake at once."""
    marked = read_marked(path, is_known)
    return Chosen(marked.categories, _Labels(marked.labels))


def chosen_by_words(words: Sequence[str], is_known: Callable[[str], bool]) -> Chosen:
    """`kit fox=100`, `n02110185`: a code or a name; `@imagenette=20`: a preset.

    A name means the only category that bears it, or bears it first, or does so among ILSVRC's.
    What is said of a category by itself holds, wherever a preset that has it too may stand.

    Raises TableError with a line for each word that means nothing or too much.
    """
    named = _NamedCategories(is_known)
    mistakes: list[str] = []
    for word in words:
        try:
            named.take(word)
        except ValueError as error:
            mistakes.append(f"{word!r} {error}")
    if mistakes:
        raise TableError("--categories", tuple(mistakes))
    return Chosen(tuple(named.categories.values()), named.labels)


class _NamedCategories:
    """What words stand for, taken one after the other."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._said: set[str] = set()  # codes that were named by themselves, and presets
        self.labels = _Labels({})
        self.categories: dict[str, Category] = {}

    def take(self, word: str) -> None:
        """Raises ValueError, with what is wrong as its text."""
        what, how_many = _parted(word)
        if is_preset(what):
            self._take_preset(what, how_many)
        else:
            self._take_category(what, how_many)

    def _take_preset(self, what: str, how_many: int | None) -> None:
        preset = preset_named(what)
        self._say(f"{SIGN}{preset.name}")
        for code in preset.codes:
            self.categories.setdefault(code, self._category(code, how_many))

    def _take_category(self, what: str, how_many: int | None) -> None:
        code = _code(what, self._is_known)
        self._say(code)
        self.categories[code] = self._category(code, how_many)

    def _say(self, what: str) -> None:
        if what in self._said:
            raise ValueError(f"names {what} a second time; name it once")
        self._said.add(what)

    def _category(self, code: str, how_many: int | None) -> Category:
        return Category(Wnid(code), self.labels.get(code) or safe_label(code), how_many)


def _parted(word: str) -> tuple[str, int | None]:
    """`kit fox=100` in its two parts; None: all of them."""
    what, equals, number = word.rpartition("=")
    what, number = (what, number) if equals else (word, "")
    try:
        how_many = read_how_many(number, decimal_comma=False)
    except ValueError as error:
        raise ValueError(f"{error}; write =N with a whole number from 1, or nothing") from None
    return what.strip(), how_many


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


class _Labels(Mapping[str, str]):
    """Those that a table gives, then the catalogue's, made as they are asked for: a run wants few
    of 21,844."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._known = dict(given)

    @cached_property
    def _of_catalogue(self) -> Labels:
        return labels_of(built_in(), ())

    def __getitem__(self, code: str) -> str:
        if code not in self._known:
            if code not in built_in():
                raise KeyError(code)
            self._known[code] = self._of_catalogue.label_of(code)
        return self._known[code]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._known, *(entry.code for entry in built_in())]))

    def __len__(self) -> int:
        return len(list(iter(self)))

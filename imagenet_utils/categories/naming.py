"""How people name categories, wherever they do: the one grammar of `--mark` and `--categories`.

    n02110185               a category by its code, however a spreadsheet has left it
    Siberian husky          by a name that is in no doubt; case, blanks, - and _ don't matter
    dog/  n02084071/        a category with everything below it
    @ilsvrc2012             a preset
    /m/0bt9lr  /m/0bt9lr/   the same, of Open Images

Names are those of the catalogues that are spoken of; a code says by itself whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.categories.catalogues import CATALOGUES, IMAGENET, catalogue_of, entry_of
from imagenet_utils.categories.hyponyms import all_below
from imagenet_utils.categories.labels import first_name
from imagenet_utils.categories.ncodes import code_of
from imagenet_utils.categories.presets import is_preset, preset_named
from imagenet_utils.categories.presets_file import SIGN
from imagenet_utils.model import Wnid

BELOW = "/"  # behind a category: it, and everything below it

OFFERED = 5  # categories, in place of a name that none has
FINDING = "; python download_ncodes_imagenet.py --search WORD finds some"
OF_IMAGENET = (IMAGENET,)

IsKnown = Callable[[str], bool]


class Width(IntEnum):
    """How much a word may stand for; where two speak of one category, the narrower holds."""

    CATEGORY = 1
    TREE = 2
    PRESET = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word stands for."""

    said: str  # the same for all spellings: a code, `n02084071/` or `@ilsvrc2012`
    width: Width
    codes: tuple[Wnid, ...]  # each once; never empty


def meaning_of(
    word: str, is_known: IsKnown, *, ending: str = "", offers_near: bool = True,
    catalogues: Sequence[str] = OF_IMAGENET,
) -> Meaning:
    """`is_known` is asked for codes that the catalogue lacks; where it cannot tell, it raises
    ValueError with why as its text, and the code is none.

    `ending`: what stood behind the word, and so behind each that is offered in its place.
    `offers_near`: what the word may have meant is looked for, which takes a while.
    `catalogues`: those whose names are meant, rows in CATALOGUES.
    Raises ValueError, with what is wrong as its text: further lines name categories to paste.
    """
    if is_preset(word):
        preset = preset_named(word)
        return Meaning(f"{SIGN}{preset.name}", Width.PRESET, preset.codes)
    name = word.strip()
    if not name.endswith(BELOW):
        code = code_meant(
            name, is_known, ending=ending, offers_near=offers_near, catalogues=catalogues)
        return Meaning(code, Width.CATEGORY, (code,))
    name, ending = name.rstrip(BELOW), BELOW + ending
    code = code_meant(
        name, is_known, ending=ending, offers_near=offers_near, catalogues=catalogues)
    return Meaning(code + BELOW, Width.TREE, with_all_below(code))


def code_meant(
    name: str, is_known: IsKnown = lambda code: False, *, ending: str = "",
    offers_near: bool = True, catalogues: Sequence[str] = OF_IMAGENET,
) -> Wnid:
    """Of a code or a name: that of the only category that has the name first, or has it at all.

    Raises ValueError as `meaning_of` does.
    """
    code = code_of(name, built_in())
    if entry_of(code):
        return Wnid(code)
    plain = _plain(name)
    bearers = _bearers_of(plain, catalogues)
    if len({catalogue_of(entry.code) for entry in bearers}) == 1:
        first = [entry for entry in bearers if _plain(first_name(entry.names)) == plain]
        for owners in (first, bearers):
            if len(owners) == 1:
                return owners[0].code
    doubt = ""
    try:
        if code and is_known(code):  # last, for it may have to read a whole list
            return Wnid(code)
    except ValueError as error:
        doubt = f" ({error})"
    if bearers:
        most_first = sorted(bearers, key=lambda entry: (-entry.urls_2011, entry.code))
        raise ValueError(f"is the name of {len(bearers)} categories; say which by its code:"
                         f"{_offered(most_first, ending)}")
    near, advice = _advice(plain, catalogues) if offers_near else ((), "")
    raise ValueError(f"is no category{doubt}{advice}{_offered(near, ending)}")


def with_all_below(code: Wnid) -> tuple[Wnid, ...]:
    """The category, then whatever is a kind of it, in the order of codes."""
    return code, *(below for below in all_below(code) if below != code)


def _bearers_of(plain: str, catalogues: Iterable[str]) -> list[Entry]:
    return [entry for name in catalogues for entry in _bearers(name).get(plain, [])]


def _advice(plain: str, catalogues: Sequence[str]) -> tuple[Sequence[Entry], str]:
    """In place of a name that nothing has: what has it elsewhere, else what is near."""
    others = [name for name in CATALOGUES if name not in catalogues]
    if elsewhere := _bearers_of(plain, others):
        source = catalogue_of(elsewhere[0].code)
        return elsewhere, f" of {' or '.join(catalogues)}, but of {source}; take it by its code:"
    near = [entry for name in catalogues for entry in _near(plain, name)]
    return near, "; near it are:" if near else FINDING


def _near(name: str, catalogue: str) -> Sequence[Entry]:
    """What is called by other forms of its words (dogs, huskies), else what is spelt alike, else
    what has the words in its meaning."""
    from imagenet_utils.categories.search import Place, search

    answer = search([name], catalogue=catalogue).found if any(map(str.isalpha, name)) else ()
    found = [each for each in answer if not each.is_near]
    called = [each.entry for each in found if each.place <= Place.OTHER_NAME]
    return (called[:OFFERED] or CATALOGUES[catalogue]().nearest(name)
            or [each.entry for each in found[:OFFERED]])


def _plain(name: str) -> str:
    """
    >>> _plain(" Siberian_husky"), _plain("dog-iron")
    ('siberian husky', 'dog iron')
    """
    return " ".join(_with_blanks(name).split())


def _with_blanks(text: str) -> str:
    return text.casefold().replace("-", " ").replace("_", " ")


@lru_cache(maxsize=len(CATALOGUES))
def _bearers(catalogue: str) -> dict[str, list[Entry]]:
    """By each name; and by all names of a category together, as the table has them."""
    bearers: dict[str, list[Entry]] = {}
    entries = CATALOGUES[catalogue]()
    lines = _with_blanks("\n".join(entry.names for entry in entries)).split("\n")
    for entry, names in zip(entries, lines):
        for name in {*names.split(", "), names}:
            if name in bearers:
                bearers[name].append(entry)
            else:
                bearers[name] = [entry]
    return bearers


def _offered(entries: Iterable[Entry], ending: str) -> str:
    """A line each, which a shell takes as it stands: what follows the # is for people."""
    return "".join(f"\n  {entry.code}{ending}  # {entry.names} ({_source_of(entry)})"
                   for entry in entries)


def _source_of(entry: Entry) -> str:
    return f"{entry.urls_2011:,} URLs" if entry.is_counted else "Open Images"

"""The words that folders and boxes carry: from names to labels; nothing here opens a file."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

MAX_LABEL_BYTES = 100  # of UTF-8; file systems allow 255 to a name, reports add their own words

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICE_NAME = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.I)
FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
ALREADY_SAFE = re.compile(r"[A-Za-z0-9_'()]{5,100}")
NO_LETTER = re.compile(r"[^a-z0-9]+")
OTHER_THAN_LETTERS = bytes(set(range(128)) - set(b"abcdefghijklmnopqrstuvwxyz0123456789\n"))
CATEGORIES_TO_REPLACE = ("Cc", "Cs", "Cn")  # control characters, lone surrogates, no characters
CATEGORY_TO_DROP = "Cf"  # marks that nobody sees: direction, zero width


@dataclass(frozen=True, slots=True)
class Named:
    """What a table says of one code; blank where it says nothing."""

    code: str
    name: str  # all names, "kit fox, Vulpes macrotis"
    label: str


def first_name(names: str) -> str:
    """
    >>> first_name("kit fox, Vulpes macrotis")
    'kit fox'
    """
    return names.split(",", 1)[0].strip()


@lru_cache(maxsize=1 << 16)  # the catalogue's names come by twice for every table
def safe_label(text: str, max_bytes: int = MAX_LABEL_BYTES) -> str:
    """`text` as a folder name on every file system; `_` where nothing is left of it.

    >>> safe_label("read/write head")
    'read_write_head'
    >>> safe_label("con"), safe_label(".R.V."), safe_label("  ")
    ('_con', '_R.V', '_')
    """
    words = "_".join(text.split())
    if ALREADY_SAFE.fullmatch(words) and len(words) <= max_bytes:
        return words
    visible = "".join(map(_visible, unicodedata.normalize("NFC", words)))
    safe = FORBIDDEN.sub("_", unicodedata.normalize("NFC", visible))
    if safe.startswith((".", "-")):
        safe = "_" + safe[1:]
    if DEVICE_NAME.fullmatch(safe):
        safe = "_" + safe
    return _cut(safe, max_bytes).rstrip(".") or "_"


def folded(label: str) -> str:
    """What two labels share when a file system that ignores case takes them for one."""
    if label.isascii():
        return label.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", label).casefold())


class LabelMaker(Protocol):
    def label_of(self, code: str) -> str: ...


class Labels:
    """The label of every code, whatever is marked: it hangs on catalogue and table alone.

    A name that several categories have carries the code; among them a single one that is `famous`
    has it for itself, so that the fox everybody means is `kit_fox`.  Labels that the table gives
    are taken as they are; those that differ in case alone become one, in the spelling of the
    first.
    """

    def __init__(
        self,
        catalogue_names: Mapping[str, str],
        rows: Iterable[Named],
        *,
        famous: Collection[str] = (),
        beside: Labels | None = None,
    ) -> None:
        """Of several rows for one code, the first that gives a label counts, and so with names.

        A code that has no name anywhere is its own.  `beside`: those of another catalogue in the
        same table, whose names stay theirs.
        """
        table_names: dict[str, str] = {}
        self._given: dict[str, str] = {}
        self._spellings: dict[str, str] = beside._spellings if beside else {}
        for row in rows:
            if first_name(row.name):
                table_names.setdefault(row.code, row.name)
            elif row.code not in catalogue_names:
                table_names.setdefault(row.code, row.code)
            if row.label.strip() and row.code not in self._given:
                label = safe_label(row.label)
                self._given[row.code] = self._spellings.setdefault(folded(label), label)
        self._names = {**catalogue_names, **table_names}
        # Most tables have the catalogue's own names; each of these is looked at once.
        other_names = table_names.items() - catalogue_names.items()
        owners = _owners((*catalogue_names.items(), *other_names))
        self._coded = _without_the_only_famous(owners, frozenset(famous))
        self._taken = beside.folded_names() if beside else frozenset()

    def label_of(self, code: str) -> str:
        if code in self._given:
            return self._given[code]
        label = safe_label(first_name(self._names.get(code, code)))
        if code in self._coded.get(folded(label), ()) or folded(label) in self._taken:
            label = _with_code(label, safe_label(code.lstrip("/")))
        return self._spellings.get(folded(label), label)

    def folded_names(self) -> frozenset[str]:
        """The labels that first names would give, of all that the catalogue or the table has."""
        return frozenset(folded(safe_label(first_name(name))) for name in self._names.values())


class LabelsByCode(Mapping[str, str]):
    """The labels of some codes, each made when it is asked for: a run wants few of 21,844."""

    def __init__(self, labels: LabelMaker, codes: Iterable[str]) -> None:
        self._labels = labels
        self._codes = dict.fromkeys(codes)
        self._made: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        if code not in self._made:
            if code not in self._codes:
                raise KeyError(code)
            self._made[code] = self._labels.label_of(code)
        return self._made[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def _owners(names_by_code: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """The codes of each first name that several may have, folded.

    Only names that are alike by their letters are looked at closely: that is one in seven.
    """
    firsts = [(code, names.partition(",")[0].strip()) for code, names in names_by_code]
    alike: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for owner, letters in zip(firsts, _letters_of([first for _code, first in firsts])):
        alike[letters].add(owner)
    codes: dict[str, set[str]] = defaultdict(set)
    for group in alike.values():
        if len(group) > 1 and len({code for code, _first in group}) > 1:
            for code, first in group:
                codes[folded(safe_label(first))].add(code)
    return codes


def _letters_of(names: Sequence[str]) -> list[str]:
    """Those of each one's label, folded; of plain names they are their own.

    >>> _letters_of(["Read/Write  head", "-.-", "Éclair"])
    ['readwritehead', '', 'clair']
    """
    joined = "\n".join(names)
    are_plain = joined.isascii() and joined.count("\n") == len(names) - 1
    if are_plain and len(max(names, key=len, default="")) <= MAX_LABEL_BYTES:
        letters = joined.lower().encode().translate(None, delete=OTHER_THAN_LETTERS)
        return letters.decode().split("\n")
    if len(names) > 1:  # one of them is not plain: each for itself
        return [letters for name in names for letters in _letters_of([name])]
    return [NO_LETTER.sub("", folded(safe_label(name))) for name in names]


def _without_the_only_famous(
    owners: Mapping[str, set[str]], famous: frozenset[str]
) -> dict[str, set[str]]:
    """Of names with several owners, those that have to carry their code."""
    shared = {name: codes for name, codes in owners.items() if len(codes) > 1}
    return {
        name: codes - famous if len(codes & famous) == 1 else codes
        for name, codes in shared.items()
    }


def _with_code(label: str, code: str) -> str:
    room = MAX_LABEL_BYTES - len(code.encode()) - 1
    return safe_label(f"{_cut(label, max(room, 0))}_{code}")


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == CATEGORY_TO_DROP:
        return ""
    return "_" if category in CATEGORIES_TO_REPLACE else character


def _cut(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode(errors="ignore")

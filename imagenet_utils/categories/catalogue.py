"""The built-in categories: 21,844 entries, unpacked when first asked for.

`data/NOTICE` says where they are from and how they are made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.model import Wnid

CATALOGUE_FILE = Path(__file__).parent.parent / "data" / "catalogue.txt.xz"
PERSON = "person"  # the note of those that ImageNet withdrew in 2019, or most of them


class Entry(NamedTuple):
    """One category of the catalogue."""

    code: Wnid
    names: str  # "kit fox, Vulpes macrotis"
    urls_2011: int  # rows in the fall 2011 URL list
    annotated: int  # pictures in its bounding-box archive, those of other categories too
    boxes: int  # boxes in that archive
    in_ilsvrc2012: bool
    note: str  # PERSON, or nothing

    @property
    def is_counted(self) -> bool:
        """Whether anybody knows how many pictures there are: of Open Images, its metadata alone."""
        return self.code.startswith("n")


class Catalogue:
    """Entries by code; iteration is in the order of codes."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._by_code = {str(entry.code): entry for entry in entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Entry:
        return self._by_code[code]

    def get(self, code: str) -> Entry | None:
        return self._by_code.get(code)

    def named(self, name: str) -> tuple[Entry, ...]:
        """Every category that has `name` among its names, whatever the case."""
        wanted = name.strip().casefold()
        return tuple(entry for entry in self if wanted in _names_of(entry))

    def nearest(self, text: str, limit: int = 3) -> tuple[Entry, ...]:
        """What a mistyped code or name may have meant, the likeliest first."""
        from difflib import get_close_matches

        wanted = text.strip().casefold()
        if any(letter.isdigit() for letter in wanted):
            codes = get_close_matches(wanted, self._codes_like(wanted), limit, 0.7)
            return tuple(self._by_code[code] for code in codes)
        found = list(self.named(wanted))
        by_name = {name: entry for entry in self for name in _names_of(entry)}
        likely = [name for name in by_name if abs(len(name) - len(wanted)) <= 3]
        for name in get_close_matches(wanted, likely, limit, 0.7):
            if by_name[name] not in found:
                found.append(by_name[name])
        return tuple(found[:limit])

    def _codes_like(self, wanted: str) -> list[str]:
        """Codes that share a half with `wanted`: one slip leaves the other half whole."""
        start, end = wanted[:5], wanted[-4:]
        return [code for code in self._by_code if code.startswith(start) or code.endswith(end)]


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """The catalogue that comes with the program."""
    return Catalogue(read_entries(CATALOGUE_FILE))


def is_person(code: str) -> bool:
    """By its note; of these ImageNet withdrew most."""
    entry = built_in().get(code)
    return entry is not None and entry.note == PERSON


def read_entries(path: Path) -> tuple[Entry, ...]:
    """A line with the columns' names, then column after column, one value a line."""
    import lzma

    with lzma.open(path, "rt", encoding="ascii", newline="\n") as text:
        lines = text.read().split("\n")
    size = (len(lines) - 1) // len(lines[0].split(" "))
    starts = range(1, len(lines), size)
    codes, names, urls, annotated, boxes, ilsvrc2012, notes = (
        lines[start : start + size] for start in starts
    )
    numbers = (map(int, column) for column in (urls, annotated, boxes))
    in_ilsvrc2012 = (flag == "1" for flag in ilsvrc2012)
    return tuple(map(Entry, map(Wnid, codes), names, *numbers, in_ilsvrc2012, notes))


def _names_of(entry: Entry) -> list[str]:
    return entry.names.casefold().split(", ")

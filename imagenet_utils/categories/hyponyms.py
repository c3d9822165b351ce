"""WordNet's tree of the built-in categories: what is a kind of what, unpacked when first asked for.

Only categories of the catalogue are in it.  Where WordNet has other synsets between two of them,
the lower is a direct hyponym of the upper all the same.  Instances (a named person) count as kinds.
A category may have several hypernyms; a few hundred have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.model import Wnid

HYPONYMS_FILE = Path(__file__).parent.parent / "data" / "hyponyms.txt.xz"


def direct_hyponyms(code: str) -> tuple[Wnid, ...]:
    """In the order of codes; none for a code that the catalogue lacks."""
    return _tree().below.get(code, ())


def levels_below(code: str) -> Iterator[tuple[Wnid, ...]]:
    """Its direct hyponyms, then theirs, and so on; each category on its first level only."""
    seen = {code}
    level = direct_hyponyms(code)
    while level:
        yield level
        seen.update(level)
        deeper = chain.from_iterable(map(direct_hyponyms, level))
        level = tuple(below for below in dict.fromkeys(deeper) if below not in seen)


def hypernyms(code: str) -> tuple[Wnid, ...]:
    """The direct ones, in the order of codes; none for a code that the catalogue lacks."""
    return _tree().above.get(code, ())


@dataclass(frozen=True, slots=True)
class _Tree:
    above: dict[str, tuple[Wnid, ...]]
    below: dict[str, tuple[Wnid, ...]]


@lru_cache(maxsize=1)
def _tree() -> _Tree:
    codes = tuple(entry.code for entry in built_in())
    above: dict[str, tuple[Wnid, ...]] = {
        code: tuple(codes[position] for position in positions)
        for code, positions in zip(codes, read_positions(HYPONYMS_FILE))
    }
    below: dict[str, list[Wnid]] = {}
    for code in codes:
        for upper in above[code]:
            below.setdefault(upper, []).append(code)
    return _Tree(above, {upper: tuple(lower) for upper, lower in below.items()})


def read_positions(path: Path) -> Iterator[tuple[int, ...]]:
    """For each category, in the catalogue's order: where in it its direct hypernyms stand."""
    import lzma

    with lzma.open(path, "rt", encoding="ascii", newline="\n") as text:
        for line in text.read().split("\n"):
            yield tuple(map(int, line.split()))

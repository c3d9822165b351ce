"""The trees of the built-in categories: what is a kind of what; unpacked when asked for.

ImageNet's is WordNet's, and Open Images has one of its own.

Only categories of the catalogue are in a tree.  Where WordNet has other synsets between two of
them, the lower is a direct hyponym of the upper all the same.  Instances (a named person) count as
kinds.  A category may have several hypernyms; a few hundred have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from imagenet_utils.categories import open_images
from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.catalogues import IMAGENET, OPEN_IMAGES, catalogue_of
from imagenet_utils.categories.hierarchy import Branch, Hierarchy
from imagenet_utils.model import Wnid

HYPONYMS_FILE = Path(__file__).parent.parent / "data" / "hyponyms.txt.xz"


def direct_hyponyms(code: str) -> tuple[Wnid, ...]:
    """In the order of codes; none for a code that the catalogue lacks."""
    return _tree_with(code).direct_hyponyms(code)


def all_below(code: str) -> tuple[Wnid, ...]:
    """`code` itself and whatever is a kind of it, in the order of codes.

    Nothing for a code that the catalogue lacks.

    >>> len(all_below("n02084071"))  # dogs
    190
    """
    return _tree_with(code).all_below(code)


def levels_below(code: str) -> Iterator[tuple[Wnid, ...]]:
    """Its direct hyponyms, then theirs, and so on; each category on its first level only."""
    return _tree_with(code).levels_below(code)


def tree(*codes: str) -> Iterator[Branch]:
    """Each of `codes`, all of one catalogue, and all below it, to be indented; without `codes`,
    everything of ImageNet.

    Depth first, in the order of codes, which has kindred beside each other.  No category comes
    twice: where several ways lead to one, it stands where the first of them does.
    """
    return _tree_with("".join(codes[:1])).tree(*(codes or roots()))


def roots(catalogue: str = IMAGENET) -> tuple[Wnid, ...]:
    """Those without hypernyms, in the order of codes: all others are below them."""
    return _TREES[catalogue]().roots()


def hypernyms(code: str) -> tuple[Wnid, ...]:
    """The direct ones, in the order of codes; none for a code that the catalogue lacks."""
    return _tree_with(code).hypernyms(code)


def levels_above(code: str) -> Iterator[tuple[Wnid, ...]]:
    """Its hypernyms, then theirs, up to the roots: from the particular to the general.

    Where several ways lead up to one, it stands on the level of the longest, so that it comes
    after everything that is a kind of it.
    """
    return _tree_with(code).levels_above(code)


def read_hierarchy(path: Path, codes: Iterable[Wnid]) -> Hierarchy:
    """`codes` are those that the file was built of, in their order."""
    known = tuple(codes)
    return Hierarchy({
        code: tuple(known[position] for position in positions)
        for code, positions in zip(known, read_positions(path))
    })


def read_positions(path: Path) -> Iterator[tuple[int, ...]]:
    """For each category, in the catalogue's order: where in it its direct hypernyms stand."""
    import lzma

    with lzma.open(path, "rt", encoding="ascii", newline="\n") as text:
        for line in text.read().split("\n"):
            yield tuple(map(int, line.split()))


def _tree_with(code: str) -> Hierarchy:
    return _TREES[catalogue_of(code)]()


@lru_cache(maxsize=1)
def _wordnet() -> Hierarchy:
    return read_hierarchy(HYPONYMS_FILE, (entry.code for entry in built_in()))


_TREES = {IMAGENET: _wordnet, OPEN_IMAGES: open_images.hierarchy}

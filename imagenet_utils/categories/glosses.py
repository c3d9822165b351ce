"""What the built-in categories mean, in WordNet's words; unpacked when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in

GLOSSES_FILE = Path(__file__).parent.parent / "data" / "glosses.txt.xz"


def gloss_of(code: str) -> str:
    """Its meaning, often with examples behind it; nothing for a code that the catalogue lacks.

    >>> gloss_of("n02119789")
    'small grey fox of southwestern United States; may be a subspecies of Vulpes velox'
    """
    return glosses().get(code, "")


@lru_cache(maxsize=1)
def glosses() -> Mapping[str, str]:
    """By code, in the order of codes."""
    return dict(zip((entry.code for entry in built_in()), read_glosses(GLOSSES_FILE)))


def read_glosses(path: Path) -> list[str]:
    """A line for each category, in the catalogue's order."""
    import lzma

    with lzma.open(path, "rt", encoding="ascii", newline="\n") as text:
        return text.read().split("\n")

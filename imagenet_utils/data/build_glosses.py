"""Builds glosses.txt.xz from WordNet; NOTICE has the command that fetches it.

    python -m imagenet_utils.data.build_glosses <WordNet 3.0's data.noun> [<output>]

The same input gives the same bytes.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Iterable
from pathlib import Path

from imagenet_utils.data.build_catalogue import COUNTS, HERE, read_counts, read_synsets

GLOSSES = HERE / "glosses.txt.xz"


def build(data_noun: Path, output: Path = GLOSSES) -> None:
    with open(data_noun, encoding="ascii") as lines:
        glosses = {synset.code: synset.gloss for synset in read_synsets(lines)}
    output.write_bytes(packed(glosses[code] for code in sorted(read_counts(COUNTS))))


def packed(glosses: Iterable[str]) -> bytes:
    """A line for each category, in the order of codes."""
    return lzma.compress("\n".join(glosses).encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))

"""Files in the layout of WordNet's own (wndb(5WN), morphy(7WN)), as small as a test wants them."""

from __future__ import annotations

import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LICENCE = "  1 This software and database is being provided to you, the LICENSEE, by\n"
UNRELATED = "+ 02561124 a 0102"  # a pointer to an adjective, as many lines have them


class Kind(NamedTuple):
    """One synset; pointers upwards are made of those downwards."""

    names: tuple[str, ...]
    below: tuple[str, ...] = ()  # codes
    instances: tuple[str, ...] = ()  # codes
    gloss: str = "a thing"


def write_data_noun(path: Path, kinds: Mapping[str, Kind]) -> Path:
    pointers: dict[str, list[str]] = {code: [UNRELATED] for code in kinds}
    for upper, kind in kinds.items():
        for sign, lower_codes in (("", kind.below), ("i", kind.instances)):
            for lower in lower_codes:
                pointers[upper].append(f"~{sign} {lower[1:]} n 0000")
                pointers[lower].append(f"@{sign} {upper[1:]} n 0000")
    lines = (_line(code, kind, pointers[code]) for code, kind in kinds.items())
    path.write_text(LICENCE + "".join(lines), encoding="ascii", newline="\n")
    return path


def write_counts(path: Path, codes: Sequence[str]) -> Path:
    """The table that says which synsets are categories, with no pictures of any."""
    lines = ["code,urls_2011,annotated,boxes", *(f"{code},0,0,0" for code in codes)]
    path.write_bytes(lzma.compress("\n".join(lines).encode()))
    return path


def _line(code: str, kind: Kind, pointers: Sequence[str]) -> str:
    words = " ".join(f"{name.replace(' ', '_')} 0" for name in kind.names)
    head = f"{code[1:]} 05 n {len(kind.names):02x} {words} {len(pointers):03d}"
    return f"{head} {' '.join(pointers)} | {kind.gloss}  \n"

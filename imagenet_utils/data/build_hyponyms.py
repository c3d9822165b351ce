"""Builds hyponyms.txt.xz from WordNet; NOTICE has the command that fetches it.

    python -m imagenet_utils.data.build_hyponyms <WordNet 3.0's data.noun> [<output>]

The same input gives the same bytes.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Mapping, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from imagenet_utils.data.build_catalogue import COUNTS, HERE, Synset, read_counts, read_synsets

HYPONYMS = HERE / "hyponyms.txt.xz"


def build(data_noun: Path, output: Path = HYPONYMS) -> None:
    codes = dict.fromkeys(sorted(read_counts(COUNTS)))
    with open(data_noun, encoding="ascii") as lines:
        synsets = {synset.code: synset for synset in read_synsets(lines)}
    hyponyms = {code: nearest_below(code, synsets, codes.keys()) for code in codes}
    refuse_cycles(hyponyms)
    output.write_bytes(packed(tuple(codes), hyponyms))


def nearest_below(code: str, synsets: Mapping[str, Synset], among: Set[str]) -> set[str]:
    """Those of `among` that are reached from `code` downwards with none of them between."""
    found: set[str] = set()
    passed: set[str] = set()
    waiting = list(synsets[code].below)
    while waiting:
        below = waiting.pop()
        if below in among:
            found.add(below)
        elif below not in passed:
            passed.add(below)
            waiting.extend(synsets[below].below)
    return found


def refuse_cycles(hyponyms: Mapping[str, Set[str]]) -> None:
    """Categories in a cycle would be below no root."""
    try:
        TopologicalSorter(hyponyms).prepare()
    except CycleError as error:
        raise ValueError(f"a cycle, each a kind of the next: {' '.join(error.args[1])}") from None


def packed(codes: Sequence[str], hyponyms: Mapping[str, Set[str]]) -> bytes:
    """A line for each of `codes`, with the positions of its direct hypernyms among them, from 0.

    Upwards is shorter than downwards: few categories have more than one hypernym.
    """
    hypernyms: dict[str, list[str]] = {code: [] for code in codes}
    for position, code in enumerate(codes):
        for below in hyponyms[code]:
            hypernyms[below].append(str(position))
    text = "\n".join(" ".join(hypernyms[code]) for code in codes)
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))

"""Builds catalogue.txt.xz from public packages; NOTICE has the commands that fetch them.

    python build_catalogue.py <folder timm/data/_info> <WordNet 3.0's data.noun> [<output>]

The same inputs give the same bytes.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
COUNTS = HERE / "counts.csv.xz"
CATALOGUE = HERE / "catalogue.txt.xz"
PERSON = "n00007846"  # "person, individual, someone, ...": withdrawn with all below it in 2019
HYPONYM_POINTERS = ("~", "~i")  # kinds, and instances such as named people
COLUMNS = ("code", "names", "urls_2011", "annotated", "boxes", "ilsvrc2012", "note")


@dataclass(frozen=True, slots=True)
class Synset:
    """One line of data.noun."""

    code: str
    names: str  # all its words, joined by ", "
    below: tuple[str, ...]  # codes of its direct hyponyms, instances too
    gloss: str


def build(timm_info: Path, data_noun: Path, output: Path = CATALOGUE) -> None:
    codes = sorted(_first_words(timm_info / "imagenet_synset_to_lemma.txt"))
    ilsvrc2012 = set(_first_words(timm_info / "imagenet_synsets.txt"))
    with open(data_noun, encoding="ascii") as lines:
        synsets = {synset.code: synset for synset in read_synsets(lines)}
    persons = all_below(PERSON, synsets)
    counts = read_counts(COUNTS)
    rows: list[tuple[str, ...]] = [
        (
            code,
            synsets[code].names,
            *counts[code],
            "1" if code in ilsvrc2012 else "0",
            "person" if code in persons else "",
        )
        for code in codes
    ]
    output.write_bytes(packed(rows))


def read_synsets(lines: Iterable[str]) -> Iterator[Synset]:
    """The layout is wndb(5WN): offset, file, type, hex count of words, words, count of pointers."""
    for line in lines:
        if line.startswith("  "):  # the licence
            continue
        facts, _, gloss = line.partition(" | ")
        fields = facts.split()
        end_of_words = 4 + 2 * int(fields[3], 16)
        words = [word.replace("_", " ") for word in fields[4:end_of_words:2]]
        pointers = zip(fields[end_of_words + 1 :: 4], fields[end_of_words + 2 :: 4])
        below = tuple("n" + offset for symbol, offset in pointers if symbol in HYPONYM_POINTERS)
        yield Synset("n" + fields[0], ", ".join(words), below, " ".join(gloss.split()))


def all_below(root: str, synsets: dict[str, Synset]) -> set[str]:
    """`root` itself and every synset that can be reached from it downwards."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(synsets[code].below)
    return found


def read_counts(path: Path) -> dict[str, tuple[str, str, str]]:
    """code -> (urls_2011, annotated, boxes)"""
    with lzma.open(path, "rt", encoding="ascii") as lines:
        next(lines)
        rows = (line.rstrip("\n").split(",") for line in lines)
        return {code: (urls, annotated, boxes) for code, urls, annotated, boxes in rows}


def packed(rows: list[tuple[str, ...]]) -> bytes:
    """A line with the columns' names, then column after column, one value a line.

    Column by column is a seventh smaller than row by row, and faster to read.
    """
    values = (value for column in zip(*rows) for value in column)
    text = "\n".join((" ".join(COLUMNS), *values))
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def _first_words(path: Path) -> list[str]:
    return [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))

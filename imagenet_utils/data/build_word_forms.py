"""Builds word_forms.txt.xz from WordNet; NOTICE has the command that fetches it.

    python -m imagenet_utils.data.build_word_forms <WordNet 3.0's data.noun> <noun.exc> [<output>]

The same inputs give the same bytes.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from imagenet_utils.categories.word_forms import WordForms, words_in
from imagenet_utils.data.build_catalogue import COUNTS, HERE, Synset, read_counts, read_synsets

WORD_FORMS = HERE / "word_forms.txt.xz"


def build(data_noun: Path, noun_exceptions: Path, output: Path = WORD_FORMS) -> None:
    with open(data_noun, encoding="ascii") as lines:
        synsets = tuple(read_synsets(lines))
    with open(noun_exceptions, encoding="ascii") as lines:
        irregular = irregular_plurals(lines, nouns_of(synsets))
    categories = read_counts(COUNTS).keys()
    texts = (f"{synset.names} {synset.gloss}" for synset in synsets if synset.code in categories)
    output.write_bytes(packed(needed(irregular, set(words_in("\n".join(texts))))))


def nouns_of(synsets: Iterable[Synset]) -> set[str]:
    """Those of one word."""
    names = (words_in(name) for synset in synsets for name in synset.names.split(", "))
    return {words[0] for words in names if len(words) == 1}


def irregular_plurals(exceptions: Iterable[str], nouns: set[str]) -> dict[str, tuple[str, ...]]:
    """Every noun; a line of noun.exc is a plural, and the nouns that it may be of."""
    plurals: dict[str, list[str]] = {noun: [] for noun in sorted(nouns)}
    for line in exceptions:
        plural, *singulars = (words_in(form) for form in line.split())
        for words in singulars:
            if len(plural) == len(words) == 1 and words[0] in plurals:
                plurals[words[0]].append(plural[0])
    return {noun: tuple(irregular) for noun, irregular in plurals.items()}


def needed(irregular: Mapping[str, tuple[str, ...]], words: set[str]) -> Iterator[tuple[str, ...]]:
    """The nouns that one of the words is or is a plural of, each before its irregular plurals."""
    forms = WordForms(irregular)
    wanted = words.union(*map(forms.singulars, words))
    return ((noun, *plurals) for noun, plurals in irregular.items() if noun in wanted)


def packed(nouns: Iterable[tuple[str, ...]]) -> bytes:
    text = "\n".join(map(" ".join, nouns))
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))

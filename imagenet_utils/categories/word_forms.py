"""Words as they are written, and the forms that one word may have: dog and dogs, wolf and wolves.

From plural to singular it goes as in WordNet's own morphy(7WN): by exceptions, or an ending is
detached, and only a noun counts.  Here an exception shuts no ending out: that `syringes` may be of
`syrinx` hides no syringe.  From singular to plural it is the same way back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

WORD_FORMS_FILE = Path(__file__).parent.parent / "data" / "word_forms.txt.xz"

ENDINGS = (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
           ("men", "man"), ("ies", "y"))
SHORTEST_PLURAL = 3  # letters

WORD = re.compile(r"[^\W_]+")
# Within a word, and not between two: "jack-o'-lantern" is three, "St. Bernard" two.
UNWRITTEN = re.compile(r"['`’.]")


def plainly_spelt(text: str) -> str:
    """Without case, accents, apostrophes and full stops, which are written or not.

    >>> plainly_spelt("St. Bernard's Château")
    'st bernards chateau'
    """
    text = UNWRITTEN.sub("", text.casefold())
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def words_in(text: str) -> list[str]:
    """
    >>> words_in("Jack-o'-lantern, read/write_head")
    ['jack', 'o', 'lantern', 'read', 'write', 'head']
    """
    return WORD.findall(plainly_spelt(text))


class WordForms:
    """Knows nouns, each with its irregular plurals; all of them plainly spelt."""

    def __init__(self, irregular_plurals: Mapping[str, tuple[str, ...]]) -> None:
        self._irregular = irregular_plurals
        self._singulars: dict[str, list[str]] = {}
        for noun, plurals in irregular_plurals.items():
            for plural in plurals:
                self._singulars.setdefault(plural, []).append(noun)

    def forms_of(self, word: str) -> frozenset[str]:
        """The word itself, what it may be a plural of, and the plurals of these."""
        singulars = (word, *self.singulars(word))
        return frozenset(singulars).union(*map(self._plurals, singulars))

    def singulars(self, word: str) -> tuple[str, ...]:
        """The nouns that it may be a plural of."""
        irregular = self._singulars.get(word, ())
        if len(word) < SHORTEST_PLURAL or word.endswith("ss"):
            return tuple(irregular)
        detached = (word.removesuffix(plural) + singular
                    for plural, singular in ENDINGS if word.endswith(plural))
        return (*irregular, *(noun for noun in detached if noun in self._irregular))

    def _plurals(self, noun: str) -> set[str]:
        """None for a word that is no noun."""
        if noun not in self._irregular:
            return set()
        attached = {noun.removesuffix(singular) + plural
                    for plural, singular in ENDINGS if noun.endswith(singular)}
        regular = {plural for plural in attached if noun in self.singulars(plural)}
        return regular.union(self._irregular[noun])


def forms_of(word: str) -> frozenset[str]:
    """Those of a plainly spelt word that WordNet knows, itself among them.

    >>> sorted(forms_of("wolves")), sorted(forms_of("bus"))
    (['wolf', 'wolfs', 'wolves'], ['bus', 'buses', 'busses'])
    """
    return _word_forms().forms_of(word)


def read_word_forms(path: Path) -> WordForms:
    """A line for each noun, its irregular plurals behind it."""
    import lzma

    with lzma.open(path, "rt", encoding="ascii", newline="\n") as text:
        lines = (line.split(" ") for line in text.read().split("\n"))
        return WordForms({noun: tuple(plurals) for noun, *plurals in lines})


@lru_cache(maxsize=1)
def _word_forms() -> WordForms:
    return read_word_forms(WORD_FORMS_FILE)

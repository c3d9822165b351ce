"""Which categories several words pick, how many of each, and what other words take out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from imagenet_utils.categories.catalogue import PERSON, is_person
from imagenet_utils.categories.marks import read_how_many
from imagenet_utils.categories.ncodes import ADVISED_MISTAKES
from imagenet_utils.categories.naming import (
    BELOW, OF_IMAGENET, IsKnown, Meaning, Width, meaning_of,
)
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Wnid

PERSONS = PERSON + BELOW  # a word that takes all of them out


class Said(NamedTuple):
    """One word, understood."""

    word: str  # as typed
    meaning: Meaning
    how_many: int | None  # None: all
    has_number: bool  # the word says how many


class Pick(NamedTuple):
    """One category."""

    code: Wnid
    how_many: int | None  # None: all; without a number, what the user says elsewhere may hold
    has_number: bool


class Reader:
    """Understands the words of one or more options; what is wrong in any is told at once."""

    def __init__(self, is_known: IsKnown, catalogues: Sequence[str] = OF_IMAGENET) -> None:
        """`catalogues`: those whose names are meant."""
        self._is_known = is_known
        self._catalogues = catalogues
        self._mistakes: list[str] = []

    def read(
        self, option: str, words: Iterable[str], *, takes_number: bool = True
    ) -> tuple[Said, ...]:
        """What each word says, without those that `check` will tell of."""
        said: dict[str, Said] = {}
        for word in words:
            try:
                each = self._understood(word, takes_number)
                if each.meaning.said in said:
                    raise ValueError(f"names {each.meaning.said} a second time; name it once")
                said[each.meaning.said] = each
            except ValueError as error:
                self.reject(option, word, str(error))
        return tuple(said.values())

    def reject(self, option: str, word: str, problem: str) -> None:
        self._mistakes.append(f"--{option}: {word!r} {problem}")

    def check(self) -> None:
        """Raises UsageError with every mistake so far; a line that begins with blanks belongs to
        the one before."""
        if self._mistakes:
            raise UsageError("\n".join(self._mistakes))

    def _understood(self, word: str, takes_number: bool) -> Said:
        what, number = _parted(word)
        if number and not takes_number:
            raise ValueError("takes no number here; leave out =N")
        try:
            how_many = read_how_many(number[1:], decimal_comma=False)
        except ValueError as error:
            raise ValueError(
                f"{error}; write =N with a whole number from 1, or nothing") from None
        has_number = bool(number[1:].strip())
        meaning = meaning_of(what, self._is_known, ending=number,
                             offers_near=len(self._mistakes) < ADVISED_MISTAKES,
                             catalogues=self._catalogues)
        return Said(word, meaning, how_many, has_number)


def picks_of(said: Sequence[Said], excepted: Iterable[Said] = ()) -> tuple[Pick, ...]:
    """Each category once, where the first word that stands for it does.

    How many is said by the narrowest such word: one for the category alone, else the smallest
    tree, else the smallest preset.  Raises UsageError where two are equally small, and differ.
    """
    gone = codes_in(excepted)
    narrowest: dict[Wnid, Said] = {}
    rivals: dict[tuple[str, str], Wnid] = {}
    for each in sorted(said, key=_breadth):
        for code in each.meaning.codes:
            held = narrowest.setdefault(code, each)
            if code not in gone and _are_rivals(held, each):
                rivals.setdefault((held.word, each.word), code)
    _refuse(rivals)
    named = dict.fromkeys(code for each in said for code in each.meaning.codes)
    return tuple(Pick(code, narrowest[code].how_many, narrowest[code].has_number)
                 for code in named if code not in gone)


def codes_in(said: Iterable[Said]) -> frozenset[Wnid]:
    return frozenset(code for each in said for code in each.meaning.codes)


def exception_remarks(
    codes: Iterable[str], excepted: Sequence[Said], *, where: str = "what is named"
) -> tuple[str, ...]:
    """A line for each exception that takes nothing out of `codes`.

    Raises UsageError where they take out everything.
    """
    named = frozenset(codes)
    if named and named <= codes_in(excepted):
        words = " ".join(each.word for each in excepted)
        raise UsageError(f"--except {words} takes out all of {where}", "Nothing is left to do")
    return tuple(f"--except {each.word} takes out nothing: it has none of {where}"
                 for each in excepted if named.isdisjoint(each.meaning.codes))


def person_remarks(said: Iterable[Said], excepted: Iterable[Said] = ()) -> tuple[str, ...]:
    """A line for each tree that brings persons along."""
    gone = codes_in(excepted)
    return tuple(remark for each in said if each.meaning.width is Width.TREE
                 if (remark := _person_remark(each, gone)))


def _breadth(said: Said) -> tuple[Width, int]:
    return said.meaning.width, len(said.meaning.codes)


def _are_rivals(one: Said, other: Said) -> bool:
    """None of them is the narrower, and which number holds would be a guess."""
    numbers = {(each.how_many, each.has_number) for each in (one, other)}
    return len(numbers) > 1 and _breadth(one) == _breadth(other)


def _refuse(rivals: Mapping[tuple[str, str], Wnid]) -> None:
    if rivals:
        raise UsageError("\n".join(
            f"{one} and {other} are equally wide, and differ in how many they take of {code}; say "
            f"the same number with both, or one for it alone, as {code}=100"
            for (one, other), code in rivals.items()))


def _person_remark(said: Said, gone: frozenset[Wnid]) -> str:
    there = [code for code in said.meaning.codes if code not in gone]
    persons = sum(1 for code in there if is_person(code))
    if not persons:
        return ""
    fate = "most of which ImageNet withdrew in 2019"
    what, _ = _parted(said.word)
    if persons == len(there):
        return f"{what}: its {persons:,} categories are of persons, {fate}"
    return (f"{what}: {persons:,} of its {len(there):,} categories are of persons, {fate}; "
            f"--except {PERSONS} leaves them out")


def _parted(word: str) -> tuple[str, str]:
    """`kit fox=100` in its two parts, the = with the latter.

    >>> _parted("kit fox=100"), _parted('="n02119789"'), _parted("dog")
    (('kit fox', '=100'), ('="n02119789"', ''), ('dog', ''))
    """
    what, equals, number = word.rpartition("=")
    if not what.strip():  # a spreadsheet's ="n02119789" begins with one of its own
        return word.strip(), ""
    return what.strip(), (equals + number.strip()) if equals else ""

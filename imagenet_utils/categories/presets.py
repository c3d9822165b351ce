"""Many categories by one word, as `--categories @ilsvrc2012`: a row in `PRESETS` each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagenet_utils.categories.catalogue import Catalogue, built_in
from imagenet_utils.model import Wnid

SIGN = "@"  # before a preset's name; no category's name begins with it


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of categories that others have chosen."""

    name: str  # without the sign
    title: str  # what it holds, for people
    source: str  # who says what belongs to it
    codes_in: Callable[[Catalogue], tuple[Wnid, ...]]

    def __str__(self) -> str:
        return f"{SIGN}{self.name} ({self.title}, as {self.source})"


def _ilsvrc2012(catalogue: Catalogue) -> tuple[Wnid, ...]:
    return tuple(entry.code for entry in catalogue if entry.in_ilsvrc2012)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "ilsvrc2012",
            "the 1,000 categories of the challenge of 2012",
            "its devkit's meta.mat has them",
            _ilsvrc2012,
        ),
    )
}


def is_preset(word: str) -> bool:
    return word.lstrip().startswith(SIGN)


def codes_of(word: str) -> tuple[Wnid, ...]:
    """`@ilsvrc2012`, in any case: the categories that it stands for, in the order of codes.

    Raises ValueError, with the nearest preset in its text, for one that isn't there.
    """
    name = word.strip().removeprefix(SIGN).casefold()
    if name not in PRESETS:
        raise ValueError(f"is no preset; did you mean {_nearest(name)}?")
    return PRESETS[name].codes_in(built_in())


def _nearest(name: str) -> Preset:
    from difflib import get_close_matches

    return PRESETS[get_close_matches(name, PRESETS, 1, 0.0)[0]]

"""Many categories by one word, as `--categories @imagenette`: a paragraph in `data/presets.txt`.

A preset is the list that was published, whole.  Whoever names it asks for the persons in it too:
without them it would not be what others compare with.  `persons_in` tells how many they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from imagenet_utils.categories.catalogue import is_person
from imagenet_utils.categories.presets_file import SIGN, Preset, name_key, read_presets
from imagenet_utils.model import Wnid

PRESETS_FILE = Path(__file__).parent.parent / "data" / "presets.txt"
OFFERED = 3  # presets, where a name is none
LISTED_BY = "python download_ncodes_imagenet.py --presets"


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Preset]:
    """Those that come with the program, by their names."""
    return {preset.name: preset for preset in read_presets(PRESETS_FILE)}


def is_preset(word: str) -> bool:
    return word.lstrip(" '").startswith(SIGN)  # an apostrophe stands before it in csv


def preset_named(word: str) -> Preset:
    """`@tiny_imagenet`, `@Tiny-ImageNet-200`: by any of its names, however they are written.

    Raises ValueError, with those that are near in its text, for one that isn't there.
    """
    key = name_key(word.strip(" '").removeprefix(SIGN))
    by_key = {name_key(name): preset
              for preset in presets().values() for name in (preset.name, *preset.also)}
    if key in by_key:
        return by_key[key]
    near = _nearest(key, by_key)
    advice = f"did you mean {near}? " if near else ""
    raise ValueError(f"is no preset; {advice}{LISTED_BY} lists all {len(presets())}")


def codes_of(word: str) -> tuple[Wnid, ...]:
    """The categories that `@imagenette` stands for, in the order of codes.

    Raises ValueError as `preset_named` does.
    """
    return preset_named(word).codes


def persons_in(preset: Preset) -> int:
    """How many of its categories carry the catalogue's note `person`."""
    return sum(map(is_person, preset.codes))


def _nearest(key: str, by_key: Mapping[str, Preset]) -> str:
    from difflib import get_close_matches

    keys = get_close_matches(key, by_key, OFFERED, 0.7)
    return " or ".join(dict.fromkeys(str(by_key[near]) for near in keys))

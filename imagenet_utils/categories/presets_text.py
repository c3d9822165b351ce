"""The presets, as text for a terminal: what there is to choose from."""

from __future__ import annotations

from imagenet_utils.categories.presets import persons_in, presets
from imagenet_utils.categories.presets_file import SIGN, Preset


def presets_text() -> str:
    """Two lines for each preset: its name, how many categories and of what; from where."""
    width = max(len(name) for name in presets()) + len(SIGN)
    return "\n".join(_two_lines(preset, width) for preset in presets().values())


def title_with_persons(preset: Preset) -> str:
    """What it holds, and how many persons are in it."""
    persons = persons_in(preset)
    return preset.title + (f" ({persons} {'is a person' if persons == 1 else 'are persons'})"
                           if persons else "")


def _two_lines(preset: Preset, width: int) -> str:
    name, number = f"{SIGN}{preset.name}", f"{len(preset.codes):,}"
    also = "".join(f", {SIGN}{other}" for other in preset.also)
    names_too = f"also {also[2:]}; " if also else ""
    return (f"{name:<{width}}  {number:>5}  {title_with_persons(preset)}\n"
            f"{'':<{width + 9}}{names_too}{preset.source}")

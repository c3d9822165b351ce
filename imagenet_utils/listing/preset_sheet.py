"""The presets, as a listing: what there is to choose from by one word."""

from __future__ import annotations

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.presets import persons_in, presets
from imagenet_utils.categories.presets_file import SIGN, Preset
from imagenet_utils.listing.sheet import Column, Sheet

COLUMNS = (
    Column("preset"),
    Column("categories", is_number=True),
    Column("persons", is_number=True),
    Column("urls_2011", "urls", is_number=True),
    Column("boxes", is_number=True),
    Column("title", is_prose=True),
    Column("also", is_in_text=False),
    Column("source", is_prose=True),
)


def preset_sheet() -> Sheet:
    """One line each, in the order of the file that comes with the program."""
    return Sheet(COLUMNS, [
        (SIGN + preset.name, len(preset.codes), persons_in(preset),
         *_sums_of(preset), preset.title,
         " ".join(SIGN + other for other in preset.also), preset.source)
        for preset in presets().values()
    ])


def _sums_of(preset: Preset) -> tuple[int, int]:
    """Of URLs of 2011, and of boxes."""
    entries = [built_in()[code] for code in preset.codes]
    return sum(entry.urls_2011 for entry in entries), sum(entry.boxes for entry in entries)

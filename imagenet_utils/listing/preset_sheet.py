"""The presets, as a listing: what there is to choose from by one word."""

from __future__ import annotations

from imagenet_utils.categories.presets import persons_in, presets
from imagenet_utils.categories.presets_file import SIGN
from imagenet_utils.listing.sheet import Column, Sheet

COLUMNS = (
    Column("preset"),
    Column("categories", is_number=True),
    Column("persons", is_number=True),
    Column("title", is_prose=True),
    Column("also", is_in_text=False),
    Column("source", is_prose=True),
)


def preset_sheet() -> Sheet:
    """One line each, in the order of the file that comes with the program."""
    return Sheet(COLUMNS, [
        (SIGN + preset.name, len(preset.codes), persons_in(preset), preset.title,
         " ".join(SIGN + other for other in preset.also), preset.source)
        for preset in presets().values()
    ])

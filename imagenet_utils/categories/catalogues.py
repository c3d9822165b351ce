"""Whose categories: a row in `CATALOGUES` for each.  The form of a code tells which has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imagenet_utils.categories.catalogue import Catalogue, Entry, built_in
from imagenet_utils.categories.open_images import boxable, is_mid

IMAGENET, OPEN_IMAGES = "imagenet", "open_images"

CATALOGUES: Mapping[str, Callable[[], Catalogue]] = {
    IMAGENET: built_in,
    OPEN_IMAGES: boxable,
}


def catalogue_of(code: str) -> str:
    """A row in CATALOGUES."""
    return OPEN_IMAGES if is_mid(code) else IMAGENET


def entry_of(code: str) -> Entry | None:
    """None for one that no catalogue has."""
    return CATALOGUES[catalogue_of(code)]().get(code)


def entries_of(source: str) -> tuple[Entry, ...]:
    """The categories of `imagenet`, `ilsvrc2012` or `open_images`, in the order of codes."""
    if source == "ilsvrc2012":
        return tuple(entry for entry in built_in() if entry.in_ilsvrc2012)
    return tuple(CATALOGUES[source]())

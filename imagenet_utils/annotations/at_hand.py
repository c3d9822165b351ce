"""The user's annotations: found, or fetched once when a run cannot do without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from imagenet_utils.annotations.box_archives import BoxArchives, CategoryBoxes
from imagenet_utils.errors import Unobtainable
from imagenet_utils.model import Category
from imagenet_utils.telling import Teller

if TYPE_CHECKING:
    from imagenet_utils.options import RunOptions

OLDER_NAME = "Annotation"
HOW_TO_FETCH = "python download_ncodes_imagenet.py --with_annotations True"
HOW_WITHOUT = "Without --with_annotation, pictures are fetched that have no boxes"
HOW_UNSORTED = "Without --sample annotated_first, pictures are taken in list order"


class Annotations(Protocol):
    def prepare(self, categories: Sequence[Category]) -> None:
        """Look for all of them in one pass."""

    def of(self, category: Category) -> CategoryBoxes: ...


class SynsetBoxes:
    """Annotations as ImageNet sorts them: by synset, whatever the split."""

    def __init__(self, archives: BoxArchives, *, are_to_come: bool = False) -> None:
        self._archives = archives
        self._are_to_come = are_to_come

    def prepare(self, categories: Sequence[Category]) -> None:
        self._archives.prepare(category.code for category in categories)

    def of(self, category: Category) -> CategoryBoxes:
        if self._are_to_come:
            return CategoryBoxes({}, are_to_come=True)
        return self._archives.of(category.code)


def boxes_for(options: RunOptions, teller: Teller) -> SynsetBoxes:
    """Raises Unobtainable where annotated images are asked for and no annotation can be had."""
    archives = _archives(options, teller)
    return SynsetBoxes(
        archives, are_to_come=archives.is_empty and options.selection.needs_annotations)


def boxes_in(folder: Path, *, is_given: bool) -> BoxArchives:
    """Under its older name, too, where nobody gave it another."""
    boxes = BoxArchives(folder)
    return BoxArchives(folder.with_name(OLDER_NAME)) if boxes.is_empty and not is_given else boxes


def _archives(options: RunOptions, teller: Teller) -> BoxArchives:
    folder = options.places.annotations_dir
    boxes = boxes_in(folder, is_given="annotations_dir" in options.given)
    if not boxes.is_empty:
        return boxes
    if options.selection.needs_annotations and options.is_dry:
        teller.warn(f"No annotations in {folder}: a run fetches them first, 53 MB")
        return boxes
    if not options.selection.needs_annotations:
        teller.warn(f"No annotations in {folder}: images come without boxes."
                    f" To have boxes: {HOW_TO_FETCH}")
        return boxes
    from imagenet_utils.obtaining.prerequisites import provide_boxes

    try:
        teller.say(provide_boxes(folder, teller))
    except Unobtainable as failure:
        how = HOW_WITHOUT if options.selection.only_annotated else HOW_UNSORTED
        raise Unobtainable(failure.problem, f"{failure.cure}. {how}".lstrip(". ")) from None
    return BoxArchives(folder)

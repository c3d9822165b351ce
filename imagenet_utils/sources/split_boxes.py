"""The boxes of ILSVRC2012's splits: archives of their own, and for training what is by synset."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from imagenet_utils.annotations.at_hand import SynsetBoxes
from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.annotations.ilsvrc_boxes import IlsvrcBoxes
from imagenet_utils.model import Category
from imagenet_utils.telling import Teller


class SplitBoxes:
    """Those of each split; of training pictures also what ImageNet gives by synset."""

    def __init__(
        self, of_split: Mapping[str, IlsvrcBoxes], fallback: SynsetBoxes | None, teller: Teller, *,
        to_come: Collection[str] = (),
    ) -> None:
        """`to_come`: splits of which a dry run does not fetch the boxes, as a run would."""
        self._of_split = of_split
        self._fallback = fallback
        self._teller = teller
        self._to_come = to_come

    def prepare(self, categories: Sequence[Category]) -> None:
        for split, boxes in self._of_split.items():
            own = [category for category in categories if category.split == split]
            if boxes.is_empty or not own:
                continue
            with self._teller.progress(f"reading the boxes of {split}", unit="byte") as progress:
                boxes.prepare([category.code for category in own], progress.show)
        if self._fallback is not None:
            self._fallback.prepare([one for one in categories if one.split == "train"])

    def of(self, category: Category) -> CategoryBoxes:
        if category.split in self._to_come:
            return CategoryBoxes({}, are_to_come=True)
        boxes = self._of_split.get(category.split)
        if boxes is not None and not boxes.is_empty:
            return boxes.of(category.code)
        if category.split == "train" and self._fallback is not None:
            return self._fallback.of(category)
        return CategoryBoxes({})

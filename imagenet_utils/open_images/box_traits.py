"""What is said of a box beside its sides, and which boxes a run wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from imagenet_utils.open_images.values import BoxRow

BOX_TRAITS = ("occluded", "truncated", "group_of", "depiction", "inside")


def trait(box: BoxRow, name: str) -> bool | None:
    """None: not told."""
    told: bool | None = getattr(box, f"is_{name}")
    return told


@dataclass(frozen=True, slots=True)
class WantedBoxes:
    excluded: tuple[str, ...]  # of BOX_TRAITS: boxes that have one are as if they were not there
    asked: Collection[str] | None  # mids; None: boxes of all classes

    def among(self, boxes: Iterable[BoxRow], mid: str) -> list[BoxRow]:
        """Of a picture's boxes, where one of this class is left; else none."""
        left = [box for box in boxes if not any(trait(box, name) for name in self.excluded)]
        if all(box.mid != mid for box in left):
            return []
        return [box for box in left if self.asked is None or box.mid in self.asked]

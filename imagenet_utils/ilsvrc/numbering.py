"""The thousand classes of ILSVRC2012, and the two ways of numbering them.

The devkit counts them from 1 in an order of its own (1 is the kit fox), which its ground truth
uses.  Frameworks count the sorted codes from 0 (0 is the tench, n01440764).  To take one for the
other is the mistake that costs all but a thousandth of the accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from imagenet_utils.model import Wnid

CLASSES_FILE = Path(__file__).parent.parent / "data" / "ilsvrc2012.csv"
CLASSES = 1_000
TRAINING_PICTURES = 1_281_167
VALIDATION_PICTURES = 50_000
TEST_PICTURES = 100_000


@dataclass(frozen=True, slots=True)
class IlsvrcClass:
    """One class, by all its numbers."""

    wnid: Wnid
    id: int  # ILSVRC2012_ID, 1 to 1000
    position: int  # of the code among the sorted ones, 0 to 999, as frameworks number classes
    train_images: int  # 732 to 1,300


def classes() -> tuple[IlsvrcClass, ...]:
    """All, in the order of codes."""
    return tuple(classes_by_wnid().values())


@lru_cache(maxsize=1)
def classes_by_wnid() -> Mapping[str, IlsvrcClass]:
    """In the order of codes; `data/NOTICE` says where they are from."""
    _, *lines = CLASSES_FILE.read_text(encoding="ascii").splitlines()
    rows = (line.split(",") for line in lines)
    return {wnid: IlsvrcClass(Wnid(wnid), int(id), position, int(count))
            for position, (wnid, id, count) in enumerate(rows)}


@lru_cache(maxsize=1)
def classes_by_id() -> Mapping[int, IlsvrcClass]:
    """By ILSVRC2012_ID, which the classes kept in all later years."""
    return {each.id: each for each in sorted(classes(), key=lambda each: each.id)}

"""Which of train, val and test a picture belongs to: the same in every run, whatever else comes."""

from __future__ import annotations

import hashlib
from itertools import accumulate

from imagenet_utils.model import SPLITS

Ratio = tuple[int, int, int]  # of train, val and test, in hundredths

ALL_FOR_TRAINING: Ratio = (100, 0, 0)
_WHOLE = 2**64


def split_of(image_id: str, ratio: Ratio) -> str:
    """By the hash of the id alone, so that pictures which come later move none.

    >>> split_of("n02119789_122", (80, 10, 10)), split_of("n02119789_122", (0, 100, 0))
    ('test', 'val')
    """
    point = rank_of(image_id) * 100 // _WHOLE
    return next(split for split, end in zip(SPLITS, accumulate(ratio)) if point < end)


def rank_of(image_id: str) -> int:
    """Its place in a shuffle that is always the same: 0 to 2**64 - 1."""
    digest = hashlib.sha256(image_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")

"""How many bytes pictures take in other sizes, about: told before any of them is made.

Measured on ten photographs of 321x421 to 1800x1200 pixels, made 256 pixels large; as large as 512
they take a fifth less a pixel, and as small as 128 a quarter more.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.modes import Size, placed

BYTES_PER_PIXEL = 0.59  # of originals: ImageNet's have 110 kB at 500x375 pixels
LEAST_BYTES = 500  # of any file

# (quality, bytes a pixel), rising; a format without qualities has one pair.
_MEASURED = {
    "jpg": ((0, 0.05), (75, 0.23), (85, 0.31), (90, 0.38), (95, 0.52), (100, 0.98)),
    "webp": ((0, 0.03), (75, 0.17), (90, 0.31), (100, 0.55)),
    "png": ((0, 1.8),),
}


def resized_bytes(resizes: Iterable[Resize], original_bytes: float) -> float:
    """Of one picture in all these sizes, boxes left aside.

    >>> round(resized_bytes([Resize("fill_crop", 256, 256, "jpg", 95)], 110_000), -3)
    34000.0
    """
    size = _likely_size(original_bytes)
    return sum(_bytes_of(resize, placed(resize, size).size) for resize in resizes)


def _likely_size(original_bytes: float) -> Size:
    """Four to three, as most photographs."""
    height = max(1.0, (original_bytes / BYTES_PER_PIXEL * 3 / 4) ** 0.5)
    return round(height * 4 / 3), round(height)


def _bytes_of(resize: Resize, size: Size) -> float:
    measured = _MEASURED[resize.format]
    quality = min(resize.quality or 0, 100)
    for (below, least), (above, most) in pairwise(measured):
        if quality <= above:
            share = (quality - below) / (above - below)
            return max(LEAST_BYTES, size[0] * size[1] * (least + share * (most - least)))
    return max(LEAST_BYTES, size[0] * size[1] * measured[-1][1])

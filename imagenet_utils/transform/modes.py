"""Where each pixel of a picture goes when its size changes.  Pure: numbers in, numbers out.

Width, height and offset are those of ImageMagick, whose geometry each row of MODES names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from imagenet_utils.transform.asked import Resize

Size = tuple[int, int]  # width and height
Box = tuple[float, float, float, float]  # left, top, right, bottom: edges between pixels


class Placement(NamedTuple):
    """An upright picture is scaled as a whole, then cut."""

    scaled: Size
    left: int  # of the cut, in scaled pixels
    top: int
    size: Size  # of the result


class Mode(NamedTuple):
    title: str
    geometry: str  # how ImageMagick is asked for it, `{size}` being WIDTHxHEIGHT
    scaled: Callable[[Size, Size], Size]  # of a picture and a box
    crops: bool


def placed(resize: Resize, size: Size) -> Placement:
    """`size` is that of the upright picture.

    >>> placed(Resize("fill_crop", 256, 256, "jpg", 95), (500, 375))
    Placement(scaled=(341, 256), left=42, top=0, size=(256, 256))
    """
    mode = MODES[resize.mode]
    box = (resize.width, resize.height)
    scaled = mode.scaled(size, box)
    if not resize.enlarges and (scaled[0] > size[0] or scaled[1] > size[1]):
        scaled = (min(scaled[0], size[0]), min(scaled[1], size[1]))
    if not mode.crops:
        return Placement(scaled, 0, 0, scaled)
    width, height = min(scaled[0], box[0]), min(scaled[1], box[1])
    return Placement(scaled, scaled[0] // 2 - width // 2, scaled[1] // 2 - height // 2,
                     (width, height))


def cut_of(placement: Placement, size: Size) -> Box:
    """The part of an upright picture of `size` that the result shows, in its own pixels."""
    across, down = size[0] / placement.scaled[0], size[1] / placement.scaled[1]
    right, bottom = placement.left + placement.size[0], placement.top + placement.size[1]
    return (placement.left * across, placement.top * down, right * across, bottom * down)


def _within(size: Size, box: Size) -> Size:
    return _by_factor(size, min(box[0] / size[0], box[1] / size[1]))


def _around(size: Size, box: Size) -> Size:
    return _by_factor(size, max(box[0] / size[0], box[1] / size[1]))


def _as_the_box(_size: Size, box: Size) -> Size:
    return box


def _by_factor(size: Size, factor: float) -> Size:
    width, height = (max(1, math.floor(factor * side + 0.5)) for side in size)
    return width, height


MODES = {
    "shrink_to_fit": Mode("as a whole within SIZE", "-resize {size}>", _within, crops=False),
    "fill_crop": Mode("filling SIZE, and cut to it around its centre",
                      "-resize {size}^ -gravity center -extent {size}", _around, crops=True),
    "fill_distort": Mode("exactly SIZE, its aspect lost", "-resize {size}!", _as_the_box,
                         crops=False),
}

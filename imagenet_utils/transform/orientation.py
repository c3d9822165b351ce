"""The eight ways in which a camera may have been held: EXIF's orientation.

1 is upright; 2 to 4 are mirrored, upside down, or both; 5 to 8 lie on their side.
"""

from __future__ import annotations

from imagenet_utils.transform.modes import Box, Size

UPRIGHT = 1
INVERSE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
# Pillow's number of the transposition that sets a picture upright.
TRANSPOSITION = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def upright(size: Size, orientation: int) -> Size:
    return size if orientation < 5 else (size[1], size[0])


def turned(box: Box, size: Size, orientation: int) -> Box:
    """A box on a stored picture of `size`, as it lies once the picture stands upright.

    >>> turned((0, 0, 10, 5), (100, 50), 6)
    (45, 0, 50, 10)
    """
    left, top, right, bottom = box
    width, height = size
    if orientation in (2, 3, 7, 8):
        left, right = width - right, width - left
    if orientation in (3, 4, 6, 7):
        top, bottom = height - bottom, height - top
    return (left, top, right, bottom) if orientation < 5 else (top, left, bottom, right)

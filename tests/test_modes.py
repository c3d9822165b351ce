"""Where pixels go: held against what ImageMagick did, and against what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.modes import MODES, Size, cut_of, placed
from imagenet_utils.transform.orientation import INVERSE, turned, upright

# What convert of ImageMagick 6.9.11-60 (Debian 12) made of pictures of one size, asked for another,
# and where its cut began, read from the pixels; None: scaled, so that no pixel tells.  Printed by
# `python tests/peers/imagemagick.py --cases 12 --seed 5 --table`.
BY_IMAGEMAGICK: list[tuple[str, Size, Size, Size, Size | None]] = [
    ('shrink_to_fit', (1, 1), (256, 192), (1, 1), (0, 0)),
    ('shrink_to_fit', (1, 700), (1, 1), (1, 1), None),
    ('shrink_to_fit', (700, 1), (665, 54), (665, 1), None),
    ('shrink_to_fit', (2, 3), (381, 481), (2, 3), (0, 0)),
    ('shrink_to_fit', (255, 257), (224, 224), (222, 224), None),
    ('shrink_to_fit', (500, 375), (375, 375), (375, 281), None),
    ('shrink_to_fit', (375, 500), (187, 399), (187, 249), None),
    ('shrink_to_fit', (333, 500), (224, 224), (149, 224), None),
    ('shrink_to_fit', (456, 130), (2, 6), (2, 1), None),
    ('shrink_to_fit', (221, 170), (297, 322), (221, 170), (0, 0)),
    ('shrink_to_fit', (553, 695), (256, 192), (153, 192), None),
    ('shrink_to_fit', (202, 393), (202, 202), (104, 202), None),
    ('fill_crop', (1, 1), (170, 170), (170, 170), None),
    ('fill_crop', (2, 3), (2, 347), (2, 347), None),
    ('fill_crop', (255, 257), (493, 324), (493, 324), None),
    ('fill_crop', (500, 375), (493, 493), (493, 493), None),
    ('fill_crop', (375, 500), (375, 375), (375, 375), (0, 63)),
    ('fill_crop', (333, 500), (333, 19), (333, 19), (0, 241)),
    ('fill_crop', (386, 593), (256, 192), (256, 192), None),
    ('fill_crop', (186, 639), (186, 186), (186, 186), (0, 226)),
    ('fill_crop', (353, 525), (353, 353), (353, 353), (0, 86)),
    ('fill_crop', (111, 604), (111, 111), (111, 111), (0, 247)),
    ('fill_distort', (1, 1), (224, 224), (224, 224), None),
    ('fill_distort', (1, 700), (1, 626), (1, 626), None),
    ('fill_distort', (700, 1), (700, 283), (700, 283), None),
    ('fill_distort', (2, 3), (325, 325), (325, 325), None),
    ('fill_distort', (255, 257), (255, 255), (255, 255), None),
    ('fill_distort', (500, 375), (224, 224), (224, 224), None),
    ('fill_distort', (375, 500), (416, 33), (416, 33), None),
    ('fill_distort', (333, 500), (333, 333), (333, 333), None),
    ('fill_distort', (667, 432), (150, 150), (150, 150), None),
    ('fill_distort', (506, 343), (134, 578), (134, 578), None),
    ('fill_distort', (646, 424), (646, 110), (646, 110), None),
    ('fill_distort', (153, 61), (61, 61), (61, 61), None),
]
A_SIDE = st.integers(1, 3000)
SIZES = st.tuples(A_SIDE, A_SIDE)
RESIZES = st.builds(Resize, st.sampled_from(list(MODES)), A_SIDE, A_SIDE, st.just("jpg"),
                    st.just(95), st.booleans())


def test_every_mode_is_in_the_table() -> None:
    """A further row of MODES is to be held against ImageMagick, too."""
    assert {mode for mode, *_ in BY_IMAGEMAGICK} == set(MODES)


@pytest.mark.parametrize(("mode", "size", "box", "result", "offset"), BY_IMAGEMAGICK)
def test_sizes_and_cuts_are_imagemagicks(
    mode: str, size: Size, box: Size, result: Size, offset: Size | None
) -> None:
    """Width, height, and where the cut begins.  It enlarges, but for `shrink_to_fit`."""
    resize = Resize(mode, *box, "jpg", 95, enlarges=mode != "shrink_to_fit")
    placement = placed(resize, size)

    assert placement.size == result
    assert offset in (None, (placement.left, placement.top))


@given(RESIZES, SIZES)
@settings(deadline=None)
def test_a_cut_lies_within_the_scaled_picture(resize: Resize, size: Size) -> None:
    """And no result is without pixels."""
    placement = placed(resize, size)

    assert min(placement.size) >= 1 and min(placement.left, placement.top) >= 0
    assert placement.left + placement.size[0] <= placement.scaled[0]
    assert placement.top + placement.size[1] <= placement.scaled[1]


@given(RESIZES, SIZES)
@settings(deadline=None)
def test_nothing_is_enlarged_unless_it_is_asked_for(resize: Resize, size: Size) -> None:
    """No side gets more pixels than it had."""
    placement = placed(resize._replace(enlarges=False), size)

    assert placement.scaled[0] <= size[0] and placement.scaled[1] <= size[1]


@given(RESIZES, SIZES)
@settings(deadline=None)
def test_what_is_made_fits_its_size(resize: Resize, size: Size) -> None:
    """SIZE is never exceeded; filled with every mode but one, where enlarging is allowed."""
    made = placed(resize, size).size
    whole = placed(resize._replace(enlarges=True), size).size

    assert made[0] <= resize.width and made[1] <= resize.height
    assert resize.mode == "shrink_to_fit" or whole == (resize.width, resize.height)


@given(RESIZES, SIZES)
@settings(deadline=None)
def test_the_part_that_is_shown_lies_within_the_picture(resize: Resize, size: Size) -> None:
    """Also in the pixels of the original."""
    left, top, right, bottom = cut_of(placed(resize, size), size)

    assert 0 <= left < right <= size[0] + 1e-6
    assert 0 <= top < bottom <= size[1] + 1e-6


@given(st.integers(1, 8), st.tuples(*[st.integers(-50, 3050)] * 4), SIZES)
@settings(deadline=None)
def test_a_turn_can_be_undone(
    orientation: int, box: tuple[int, int, int, int], size: Size
) -> None:
    """Upright and back again, everything is where it was."""
    there = turned(box, size, orientation)

    assert turned(there, upright(size, orientation), INVERSE[orientation]) == box

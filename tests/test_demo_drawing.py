"""The demo's pictures and the frames of what they show."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagenet_utils.demo.drawing import ENCODINGS, Canvas, DrawnObject, encode
from imagenet_utils.demo.scenes import SCENES, draw_picture

NO_LUCK = random.Random(0)


def rectangle(left: int, top: int, right: int, bottom: int) -> list[tuple[float, float]]:
    """The corners, on the doubled canvas, of pixels of the picture (both ends inclusive)."""
    x0, y0, x1, y1 = left * 2, top * 2, right * 2 + 1, bottom * 2 + 1
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


@given(
    left=st.integers(0, 50), top=st.integers(0, 40),
    width=st.integers(11, 49), height=st.integers(11, 39),
)
@settings(max_examples=40, deadline=None)
def test_a_box_is_zero_based_and_inclusive(left: int, top: int, width: int, height: int) -> None:
    """The box of a rectangle is the rectangle."""
    canvas = Canvas(100, 80)
    box = (left, top, left + width - 1, top + height - 1)
    canvas.polygon(rectangle(*box), (200, 20, 20), canvas.new_owner("n1"))

    assert canvas.finish(NO_LUCK).objects == (DrawnObject("n1", box),)


def test_what_stands_in_front_takes_its_pixels() -> None:
    """The box frames the visible part of a half hidden object."""
    canvas = Canvas(100, 80)
    canvas.polygon(rectangle(10, 10, 59, 49), (200, 20, 20), canvas.new_owner("n1"))
    canvas.polygon(rectangle(0, 0, 29, 79), (20, 20, 200))

    assert canvas.finish(NO_LUCK).objects == (DrawnObject("n1", (30, 10, 59, 49)),)


def test_a_hidden_object_is_not_told() -> None:
    """Nobody would annotate what cannot be seen."""
    canvas = Canvas(100, 80)
    canvas.polygon(rectangle(10, 10, 59, 49), (200, 20, 20), canvas.new_owner("n1"))
    canvas.polygon(rectangle(5, 5, 70, 70), (20, 20, 200), canvas.new_owner("n2"))

    assert [one.code for one in canvas.finish(NO_LUCK).objects] == ["n2"]


def test_a_box_ends_with_the_picture() -> None:
    """What leaves the picture is framed as far as the picture goes."""
    canvas = Canvas(100, 80)
    canvas.ellipse((0, 0), (60, 60), (200, 20, 20), owner=canvas.new_owner("n1"))

    assert canvas.finish(NO_LUCK).objects == (DrawnObject("n1", (0, 0, 30, 30)),)


def test_light_and_mist_belong_to_nobody() -> None:
    """A glow over an object changes its colours and not its box."""
    canvas = Canvas(100, 80)
    canvas.polygon(rectangle(10, 10, 59, 49), (200, 20, 20), canvas.new_owner("n1"))
    canvas.glow((60, 60), (300, 300), (255, 255, 255), 0.9)
    canvas.mist(rectangle(0, 0, 99, 79), (255, 255, 255), 0.9, 8)

    assert canvas.finish(NO_LUCK).objects == (DrawnObject("n1", (10, 10, 59, 49)),)


def test_light_beyond_the_rim_is_no_mistake() -> None:
    """A glow that lies wholly outside leaves the picture as it was."""
    lit, plain = Canvas(100, 80), Canvas(100, 80)
    lit.glow((-500, -500), (100, 100), (255, 255, 255), 1.0)

    assert lit.image.tobytes() == plain.image.tobytes()


@pytest.mark.parametrize("code", SCENES)
def test_every_scene_shows_its_category(code: str) -> None:
    """Each picture has at least one object of its category, in boxes that lie within it."""
    drawing = draw_picture(code, f"{code}_1", width=375, height=500)

    assert code in {one.code for one in drawing.objects}
    for one in drawing.objects:
        xmin, ymin, xmax, ymax = one.box
        assert 0 <= xmin < xmax < 375 and 0 <= ymin < ymax < 500


def test_an_id_has_one_picture() -> None:
    """The same id gives the same bytes, another id other bytes."""
    bytes_of = [draw_picture("n02782093", name).image.tobytes() for name in ("a", "a", "b")]

    assert bytes_of[0] == bytes_of[1] != bytes_of[2]


@pytest.mark.parametrize("kind", ENCODINGS)
def test_an_encoding_is_what_its_row_says(kind: str) -> None:
    """Every encoding can be read back, in its format and size."""
    image = Image.new("RGB", (60, 40), (200, 120, 40))
    with Image.open(io.BytesIO(encode(image, kind))) as read_back:
        read_back.load()

        assert read_back.size == (60, 40)
        assert Image.MIME[read_back.format or ""] == ENCODINGS[kind].media_type

"""Boxes on resized pictures: turned, scaled and cut as the pixels are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from imagenet_utils.annotations.annotate import Annotated, BadAnnotation
from imagenet_utils.annotations.resized_boxes import View, fits, resized_annotation
from imagenet_utils.model import Verdict
from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.modes import MODES, placed
from imagenet_utils.transform.orientation import TRANSPOSITION, upright

SIZE = (100, 60)
Edges = tuple[int, int, int, int]  # xmin, ymin, xmax, ymax


def xml_with(*boxes: Edges, size: tuple[int, int] = SIZE) -> bytes:
    objects = "".join(
        f"<object><name>fox</name><truncated>0</truncated><bndbox><xmin>{a}</xmin><ymin>{b}</ymin>"
        f"<xmax>{c}</xmax><ymax>{d}</ymax></bndbox></object>" for a, b, c, d in boxes)
    return (f"<annotation><filename>a.jpg</filename><size><width>{size[0]}</width>"
            f"<height>{size[1]}</height><depth>1</depth></size>{objects}</annotation>").encode()


def view(
    mode: str, width: int, height: int, *, orientation: int = 1, share: float = 0.0
) -> View:
    resize = Resize(mode, width, height, "jpg", 95)
    return View(SIZE, orientation, placed(resize, upright(SIZE, orientation)), share)


def moved(seen: View, *boxes: Edges) -> Annotated:
    return resized_annotation(xml_with(*boxes), seen, file_name="b.png")


def edges(annotated: Annotated) -> list[Edges]:
    assert annotated.xml
    found = etree.fromstring(annotated.xml).iter("bndbox")
    return [tuple(int(box.findtext(name)) for name in ("xmin", "ymin", "xmax", "ymax"))
            for box in found]


def test_a_box_shrinks_with_its_picture() -> None:
    """First and last pixel each go where theirs go."""
    assert edges(moved(view("shrink_to_fit", 50, 50), (10, 20, 29, 39))) == [(5, 10, 14, 19)]


def test_a_box_is_distorted_with_its_picture() -> None:
    """Each axis by its own factor."""
    assert edges(moved(view("fill_distort", 50, 15), (10, 20, 29, 39))) == [(5, 5, 14, 9)]


def test_a_cut_box_is_clamped_and_says_so() -> None:
    """The cut leaves columns 20 to 79: what is left of the box is counted from there."""
    annotated = moved(view("fill_crop", 60, 60), (10, 20, 39, 39))

    assert edges(annotated) == [(0, 20, 19, 39)]
    assert (annotated.boxes, annotated.clamped, annotated.dropped) == (1, 1, 0)
    assert annotated.xml and b"<truncated>1</truncated>" in annotated.xml


def test_a_box_beyond_the_cut_is_dropped() -> None:
    """And where none is left, there is no annotation."""
    annotated = moved(view("fill_crop", 60, 60), (0, 0, 19, 59))

    assert (annotated.verdict, annotated.xml, annotated.dropped) == (Verdict.NONE, None, 1)


@pytest.mark.parametrize(("share", "is_kept"), [(0.0, True), (0.25, True), (0.26, False)])
def test_a_share_of_a_box_must_be_visible(share: float, is_kept: bool) -> None:
    """A quarter of this one is."""
    annotated = moved(view("fill_crop", 60, 60, share=share), (5, 0, 24, 9), (50, 0, 59, 9))

    assert annotated.boxes == 1 + is_kept


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_box_that_no_cut_has_touched_needs_no_share(share: float) -> None:
    """Whatever rounding does to it, all of it is there."""
    annotated = moved(view("shrink_to_fit", 33, 33, share=share), (0, 0, 99, 59), (7, 7, 20, 21))

    assert (annotated.boxes, annotated.clamped) == (2, 0)


def test_the_annotation_speaks_of_the_new_picture() -> None:
    """File name, width, height and colours; nothing else changes."""
    annotated = moved(view("shrink_to_fit", 50, 50), (10, 20, 29, 39))

    assert annotated.xml == (
        b"<annotation><filename>b.png</filename><size><width>50</width><height>30</height>"
        b"<depth>3</depth></size><object><name>fox</name><truncated>0</truncated><bndbox>"
        b"<xmin>5</xmin><ymin>10</ymin><xmax>14</xmax><ymax>19</ymax></bndbox></object>"
        b"</annotation>\n")


@given(st.integers(1, 8), st.tuples(*[st.integers(0, 99), st.integers(0, 59)] * 2))
@settings(max_examples=80, deadline=None)
def test_a_box_turns_with_its_picture(orientation: int, corners: tuple[int, ...]) -> None:
    """Held against the pixels: those of the box are painted, and found again after the turn."""
    left, right = sorted(corners[0::2])
    top, bottom = sorted(corners[1::2])
    image = Image.new("L", SIZE)
    image.paste(255, (left, top, right + 1, bottom + 1))
    if orientation > 1:
        image = image.transpose(Image.Transpose(TRANSPOSITION[orientation]))
    seen = view("shrink_to_fit", 100, 100, orientation=orientation)
    (found,) = edges(moved(seen, (left, top, right, bottom)))

    assert image.getbbox() == (found[0], found[1], found[2] + 1, found[3] + 1)


@given(st.sampled_from(list(MODES)), st.integers(1, 120), st.integers(1, 120), st.integers(1, 8),
       st.tuples(*[st.integers(-20, 130)] * 4))
@settings(max_examples=100, deadline=None)
def test_no_box_leaves_its_picture(
    mode: str, width: int, height: int, orientation: int, box: Edges
) -> None:
    """Whatever the annotation says and whatever is asked, what is written lies within."""
    seen = view(mode, width, height, orientation=orientation)
    annotated = moved(seen, box)
    for xmin, ymin, xmax, ymax in edges(annotated) if annotated.xml else ():
        assert 0 <= xmin <= xmax < seen.placement.size[0]
        assert 0 <= ymin <= ymax < seen.placement.size[1]

    assert annotated.boxes + annotated.dropped == 1


def test_an_object_without_a_box_is_dropped() -> None:
    """As beside the originals."""
    xml = xml_with((0, 0, 9, 9)).replace(b"<xmin>0</xmin>", b"<xmin>left</xmin>")
    annotated = resized_annotation(xml, view("fill_distort", 10, 10), file_name="a.jpg")

    assert annotated.dropped == 1


def test_an_annotation_that_fits_is_told_from_others() -> None:
    """By the size that it speaks of."""
    assert fits(xml_with(), SIZE) and not fits(xml_with(size=(60, 100)), SIZE)
    with pytest.raises(BadAnnotation):
        fits(b"<annot", SIZE)

"""Boxes held against the stored picture."""

from __future__ import annotations

import pickle
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations.annotate import Annotated, BadAnnotation, annotation_for
from imagenet_utils.model import Verdict

Box = tuple[object, object, object, object]  # xmin, ymin, xmax, ymax as they stand in the XML

ORIGINAL = b"""\
<annotation>
\t<folder>n02119789</folder>
\t<filename>n02119789_7</filename>
\t<source>
\t\t<database>ImageNet database</database>
\t</source>
\t<size>
\t\t<width>500</width>
\t\t<height>375</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
\t<object>
\t\t<name>n02119789</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>0</xmin>
\t\t\t<ymin>10</ymin>
\t\t\t<xmax>499</xmax>
\t\t\t<ymax>374</ymax>
\t\t</bndbox>
\t</object>
</annotation>"""

LABELS = {"n02119789": "kit_fox", "n01440764": "tench"}


def boxed(*boxes: Box, width: object = 500, height: object = 375) -> bytes:
    """An annotation with these boxes, drawn on a picture of this size."""
    objects = "".join(
        "\t<object>\n\t\t<name>n02119789</name>\n\t\t<bndbox>"
        f"<xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax>"
        "</bndbox>\n\t</object>\n"
        for xmin, ymin, xmax, ymax in boxes
    )
    size = f"\t<size><width>{width}</width><height>{height}</height></size>\n"
    return f"<annotation>\n{size}{objects}</annotation>".encode()


fitted = partial(
    annotation_for, file_name="n02119789_7.jpg", width=500, height=375, label_of=LABELS.get
)


def boxes_of(annotated: Annotated) -> list[tuple[int, ...]]:
    from lxml import etree

    root = etree.fromstring(annotated.xml or b"<none/>")
    edges = ("xmin", "ymin", "xmax", "ymax")
    return [tuple(int(box.findtext(edge)) for edge in edges) for box in root.iter("bndbox")]


# What is written


def test_only_the_names_change_where_the_size_is_equal() -> None:
    """File and category get their names, the rest stays byte for byte, and a last line feed."""
    expected = (
        ORIGINAL.replace(b"<filename>n02119789_7<", b"<filename>n02119789_7.jpg<")
        .replace(b"<name>n02119789<", b"<name>kit_fox<") + b"\n"
    )

    assert fitted(ORIGINAL) == Annotated(Verdict.AS_IS, expected, boxes=1)


def test_a_rescaled_annotation_has_the_new_size_and_boxes() -> None:
    """A box that fills the picture fills the smaller one."""
    expected = (
        ORIGINAL.replace(b"<filename>n02119789_7<", b"<filename>small.jpg<")
        .replace(b"<name>n02119789<", b"<name>kit_fox<")
        .replace(b"<width>500<", b"<width>250<").replace(b"<height>375<", b"<height>188<")
        .replace(b"<ymin>10<", b"<ymin>5<")
        .replace(b"<xmax>499<", b"<xmax>249<").replace(b"<ymax>374<", b"<ymax>187<") + b"\n"
    )

    annotated = fitted(ORIGINAL, file_name="small.jpg", width=250, height=188)

    assert annotated == Annotated(Verdict.RESCALED, expected, boxes=1)


def test_a_name_without_a_label_stays() -> None:
    """An object of a category that is in no table, or named by a person, keeps its name."""
    xml = ORIGINAL.replace(b"<name>n02119789<", b"<name>Scottish_deerhound<")

    assert b"<name>Scottish_deerhound</name>" in (fitted(xml).xml or b"")


def test_each_object_gets_its_own_label() -> None:
    """Two categories on one picture keep apart."""
    xml = boxed((1, 1, 2, 2), (3, 3, 4, 4)).replace(b"n02119789", b"n01440764", 1)

    annotated = fitted(xml)

    assert (annotated.xml or b"").index(b"tench") < (annotated.xml or b"").index(b"kit_fox")


def test_labels_may_need_escaping_and_other_alphabets() -> None:
    """UTF-8 goes out as it is, markup does not."""
    written = fitted(ORIGINAL, label_of=lambda name: "café & <b").xml

    assert "<name>café &amp; &lt;b</name>".encode() in (written or b"")


def test_unknown_elements_and_comments_stay() -> None:
    """What this program does not know is not its to remove."""
    xml = ORIGINAL.replace(b"\t<segmented>", b"\t<!-- seen --><owner id='7'/>\n\t<segmented>")

    assert b'\t<!-- seen --><owner id="7"/>\n\t<segmented>' in (fitted(xml).xml or b"")


def test_a_missing_filename_is_added() -> None:
    """Readers of the XML look for the picture by this element."""
    assert b"<filename>n02119789_7.jpg</filename>" in (fitted(boxed((1, 1, 2, 2))).xml or b"")


def test_a_dropped_object_leaves_no_hole() -> None:
    """First, middle or last: the lines around it close up."""
    good, bad = (1, 1, 2, 2), (900, 1, 950, 2)

    assert {
        fitted(boxed(bad, good, good)).xml,
        fitted(boxed(good, bad, good)).xml,
        fitted(boxed(good, good, bad)).xml,
    } == {fitted(boxed(good, good)).xml}


# Sizes


@pytest.mark.parametrize(
    ("width", "height", "verdict"),
    [
        (500, 375, Verdict.AS_IS),
        (1000, 750, Verdict.RESCALED),
        (100, 75, Verdict.RESCALED),
        (505, 375, Verdict.RESCALED),  # 1 % to the pixel
        (506, 375, Verdict.MISMATCH),
        (500, 379, Verdict.MISMATCH),
        (375, 500, Verdict.MISMATCH),  # rotated
        (1, 1, Verdict.MISMATCH),
    ],
)
def test_the_aspect_decides(width: int, height: int, verdict: Verdict) -> None:
    """Boxes follow a picture that was scaled, not one that was cropped or turned."""
    assert fitted(ORIGINAL, width=width, height=height).verdict is verdict


@pytest.mark.parametrize("size", ["", "0", "-500", "nan", "wide", "1e400"])
def test_a_size_that_is_none_matches_no_picture(size: str) -> None:
    """Without the size that the boxes were drawn on, nothing vouches for them."""
    assert fitted(boxed((1, 1, 2, 2), width=size)) == Annotated(Verdict.MISMATCH)


def test_a_missing_size_matches_no_picture() -> None:
    """An absent element is treated like an empty one."""
    assert fitted(b"<annotation/>") == Annotated(Verdict.MISMATCH)


# Boxes


@pytest.mark.parametrize(
    ("box", "written"),
    [
        ((0, 0, 499, 374), (0, 0, 499, 374)),
        ((-5, -1, 500, 375), (0, 0, 499, 374)),
        ((0, 49, 517, 391), (0, 49, 499, 374)),
        ((9, 9, 9, 9), (9, 9, 9, 9)),
        (("12.0", " 13 ", "14.4", "15.5"), (12, 13, 14, 16)),
    ],
)
def test_boxes_are_kept_within_the_picture(box: Box, written: tuple[int, ...]) -> None:
    """The last column and row belong to a box, so one of a single pixel is no empty one."""
    assert boxes_of(fitted(boxed(box))) == [written]


@pytest.mark.parametrize(
    "box",
    [
        (333, 374, 331, 498),
        (5, 9, 8, 7),
        (500, 0, 510, 10),
        (0, -9, 10, -1),
        ("", 0, 1, 1),
        ("nan", 0, 1, 1),
        (0, 0, "inf", 1),
        (0, 0, "9" * 5000, 1),
        (0, 0, "ten", 1),
        (0, 0, "<b>1</b>", 1),
    ],
)
def test_a_box_without_a_pixel_is_dropped(box: Box) -> None:
    """Inverted, outside or unreadable: counted, and the good one stays."""
    annotated = fitted(boxed(box, (1, 2, 3, 4)))

    assert (boxes_of(annotated), annotated.boxes, annotated.dropped) == ([(1, 2, 3, 4)], 1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"<name>n02119789</name>",
        b"<bndbox/>",
        b"<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax></bndbox>",
        b"<bndbox><xmin>1</xmin><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>",
        b"<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox><bndbox/>",
    ],
)
def test_an_object_has_one_whole_box(body: bytes) -> None:
    """With more or less than that, it is dropped."""
    xml = boxed((1, 2, 3, 4)).replace(b"</annotation>", b"<object>%b</object></annotation>" % body)

    assert (fitted(xml).boxes, fitted(xml).dropped) == (1, 1)


def test_only_boxes_that_are_written_count_as_clamped() -> None:
    """One inside, two that reach beyond, one wholly outside."""
    xml = boxed((1, 1, 2, 2), (-1, 1, 2, 2), (1, 1, 500, 2), (500, 1, 501, 2))

    annotated = fitted(xml)

    assert (annotated.boxes, annotated.clamped, annotated.dropped) == (3, 2, 1)


@pytest.mark.parametrize("boxes", [(), ((9, 9, 1, 1),)])
def test_an_annotation_without_a_box_is_not_written(boxes: tuple[Box, ...]) -> None:
    """An XML beside the picture says that there is something to find on it."""
    assert fitted(boxed(*boxes)) == Annotated(Verdict.NONE, dropped=len(boxes))


def test_a_box_too_small_for_the_smaller_picture_is_dropped() -> None:
    """Two columns of 500 are less than half a column of 100."""
    annotated = fitted(boxed((3, 1, 4, 300)), width=100, height=75)

    assert annotated == Annotated(Verdict.NONE, dropped=1)


# What is no annotation

LAUGHS = b"""<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = b"""<!DOCTYPE annotation [<!ENTITY a SYSTEM "file:///etc/hostname">]>"""


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"\0\1\2",
        b"<html/>",
        b'<annotation xmlns="urn:other"/>',
        b"<annotation><size>",
        b"<annotation>\xe9</annotation>",
        b"<annotation>&unknown;</annotation>",
        b"<?xml version='1.0' encoding='no-such'?><annotation/>",
        b"<annotation>" + b"<object>" * 5000 + b"</object>" * 5000 + b"</annotation>",
        b"<!DOCTYPE annotation><annotation/>",
        LAUGHS + b"<annotation>&b;</annotation>",
        OUTSIDE + b"<annotation><object><name>&a;</name></object></annotation>",
        (LAUGHS + b"<annotation a='&b;'/>").decode().encode("utf-16"),
        b"<!DOCTYPE annotation SYSTEM 'http://localhost:1/a.dtd'><annotation/>",
    ],
)
def test_anything_else_is_refused_in_one_line(xml: bytes) -> None:
    """Broken, of another kind, or made to do harm."""
    with pytest.raises(BadAnnotation) as caught:
        fitted(xml)

    assert 5 < len(str(caught.value)) < 200 and "\n" not in str(caught.value)


def test_the_parser_never_sees_what_an_entity_would_become() -> None:
    """A thousand million laughs are refused for the DOCTYPE, not for growing too large."""
    tens = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    xml = f'<!DOCTYPE annotation [<!ENTITY a0 "ha">{tens}]><annotation a="&a9;"/>'

    with pytest.raises(BadAnnotation, match="^a DOCTYPE"):
        fitted(xml.encode())


def test_the_refusal_survives_the_way_between_processes() -> None:
    """It is raised in a worker and told in the parent."""
    error = pickle.loads(pickle.dumps(BadAnnotation("not XML: cut")))

    assert (type(error), str(error)) == (BadAnnotation, "not XML: cut")


@given(st.binary(max_size=60), st.integers(0, len(ORIGINAL)), st.integers(0, 40))
def test_no_damage_is_worse_than_a_refusal(noise: bytes, at: int, gone: int) -> None:
    """Bytes put in, taken out or changed anywhere."""
    try:
        annotated = fitted(ORIGINAL[:at] + noise + ORIGINAL[at + gone :])
    except BadAnnotation:
        return

    assert (annotated.xml is not None) == (annotated.verdict in (Verdict.AS_IS, Verdict.RESCALED))


# Properties

sides = st.integers(1, 3000)
ends = st.integers(-50, 3050)
lists_of_boxes = st.lists(st.tuples(ends, ends, ends, ends), max_size=4)


@given(sides, sides, st.fractions(1, 4), st.booleans(), lists_of_boxes)
def test_written_boxes_lie_within_the_picture(
    width: int, height: int, factor: float, smaller: bool, boxes: list[Box]
) -> None:
    """Whatever stood in the XML: no box is empty, reaches out or gets lost uncounted."""
    scale = 1 / factor if smaller else factor
    stored = max(round(width * scale), 1), max(round(height * scale), 1)
    annotated = fitted(
        boxed(*boxes, width=width, height=height), width=stored[0], height=stored[1]
    )

    assert annotated.verdict is Verdict.MISMATCH or (
        all(
            0 <= xmin <= xmax < stored[0] and 0 <= ymin <= ymax < stored[1]
            for xmin, ymin, xmax, ymax in boxes_of(annotated)
        )
        and annotated.boxes == len(boxes_of(annotated)) >= annotated.clamped
        and annotated.boxes + annotated.dropped == len(boxes)
    )


@st.composite
def good_boxes(draw: st.DrawFn) -> tuple[int, int, list[Box]]:
    """A picture's size and boxes that lie within it."""
    width, height = draw(sides), draw(sides)
    across = st.tuples(st.integers(0, width - 1), st.integers(0, width - 1)).map(sorted)
    down = st.tuples(st.integers(0, height - 1), st.integers(0, height - 1)).map(sorted)
    pairs = draw(st.lists(st.tuples(across, down), min_size=1, max_size=4))
    return width, height, [(x[0], y[0], x[1], y[1]) for x, y in pairs]


@given(good_boxes())
def test_good_boxes_stay_on_a_picture_of_their_size(drawn: tuple[int, int, list[Box]]) -> None:
    """Nothing is moved, clamped or dropped."""
    width, height, boxes = drawn
    annotated = fitted(boxed(*boxes, width=width, height=height), width=width, height=height)

    assert (annotated.verdict, boxes_of(annotated), annotated.clamped) == (Verdict.AS_IS, boxes, 0)


@given(good_boxes(), st.integers(2, 7))
def test_boxes_return_from_a_larger_picture(
    drawn: tuple[int, int, list[Box]], factor: int
) -> None:
    """Scaled up and down again by a whole number, each is where it was."""
    width, height, boxes = drawn
    larger = fitted(
        boxed(*boxes, width=width, height=height), width=width * factor, height=height * factor
    )
    back = fitted(larger.xml or b"", width=width, height=height)

    assert (back.verdict, boxes_of(back)) == (Verdict.RESCALED, boxes)


@given(good_boxes(), st.fractions(1, 4))
def test_boxes_return_from_any_larger_picture_within_a_pixel(
    drawn: tuple[int, int, list[Box]], factor: float
) -> None:
    """Rounding to pixels on the larger picture costs one on the smaller at most."""
    width, height, boxes = drawn
    larger = fitted(
        boxed(*boxes, width=width, height=height),
        width=round(width * factor),
        height=round(height * factor),
    )
    back = fitted(larger.xml, width=width, height=height) if larger.xml else None

    assert back is None or all(
        abs(int(str(before)) - after) <= 1
        for old, new in zip(boxes, boxes_of(back)) for before, after in zip(old, new)
    )


@given(sides, sides, lists_of_boxes)
def test_what_was_written_is_written_again(width: int, height: int, boxes: list[Box]) -> None:
    """The same bytes come of the result, so a second run finds nothing to do."""
    first = fitted(boxed(*boxes, width=width, height=height), width=width, height=height)
    again = fitted(first.xml, width=width, height=height) if first.xml else first

    assert again.xml == first.xml

"""Boxes that are told as shares of a picture's sides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from imagenet_utils.annotations.beside_pictures import Unreadable, fitted
from imagenet_utils.annotations.annotate import Annotated
from imagenet_utils.annotations.relative import RelativeBox, Sides, Turn, relative_xml
from imagenet_utils.model import Picture, Verdict

THUMBNAIL = "https://flickr.example/a_z.jpg?zz=1&b='2'"

# Here indented by blanks, there by tabs.
WRITTEN = """\
<annotation>
    <folder>train</folder>
    <filename>a.jpg</filename>
    <source>
        <database>Open Images</database>
    </source>
    <size>
        <width>100</width>
        <height>80</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
    <object>
        <name>Dog &amp; &lt;co&gt;</name>
        <pose>Unspecified</pose>
        <truncated>1</truncated>
        <difficult>0</difficult>
        <bndbox>
            <xmin>10</xmin>
            <ymin>20</ymin>
            <xmax>49</xmax>
            <ymax>79</ymax>
        </bndbox>
        <group_of>1</group_of>
        <mid>/m/0b</mid>
    </object>
</annotation>
""".replace("    ", "\t")


def picture(width: int, height: int) -> Picture:
    return Picture("JPEG", "jpg", width, height, "0" * 64, 1000)


def on(
    width: int, height: int, *sides: Sides, turn: Turn | None = None, url: str = ""
) -> Annotated:
    boxes = [RelativeBox(f"box_{number}", each, {}) for number, each in enumerate(sides)]
    xml = relative_xml(boxes, database="Open Images", folder="train", turn=turn)
    return fitted(xml, "a.jpg", picture(width, height), {}.get, url=url)


def pixels(annotated: Annotated) -> list[tuple[int, ...]]:
    """xmin, xmax, ymin, ymax of each box."""
    root = etree.fromstring(annotated.xml or b"<annotation/>")
    return [tuple(int(box.findtext(edge)) for edge in ("xmin", "xmax", "ymin", "ymax"))
            for box in root.iter("bndbox")]


def test_the_xml_is_written_whole() -> None:
    """Pascal VOC's shape, pixels from 0 with the last one included, further elements behind."""
    box = RelativeBox("Dog & <co>", Sides(0.1, 0.5, 0.25, 1.0), {"group_of": "1", "mid": "/m/0b"},
                      is_truncated=True)
    xml = relative_xml([box], database="Open Images", folder="train")
    annotated = fitted(xml, "a.jpg", picture(100, 80), {}.get)

    assert (annotated.verdict, annotated.boxes) == (Verdict.AS_IS, 1)
    assert (annotated.xml or b"").decode() == WRITTEN


def test_boxes_beyond_the_picture_are_clamped() -> None:
    """And counted; one without a pixel is dropped, and counted too."""
    annotated = on(100, 80, Sides(-0.1, 0.5, 0.0, 1.2), Sides(0.2, 0.201, 0.0, 1.0),
                   Sides(0.0, 1.0, 0.0, 1.0))

    assert pixels(annotated) == [(0, 49, 0, 79), (0, 99, 0, 79)]
    assert (annotated.boxes, annotated.clamped, annotated.dropped) == (2, 1, 1)


def test_numbers_that_are_none() -> None:
    """A box whose edge is no number is dropped, and the picture has no annotation."""
    annotated = on(100, 80, Sides(float("nan"), 0.5, 0.0, 1.0))

    assert annotated == Annotated(Verdict.NONE, dropped=1)


@pytest.mark.parametrize(("degrees", "expected"), [
    (0, (10, 29, 8, 31)), (90, (10, 39, 56, 71)), (180, (70, 89, 48, 71)), (270, (60, 89, 8, 23)),
])
def test_where_pixels_are_turned(degrees: int, expected: tuple[int, ...]) -> None:
    """Boxes turn counterclockwise with the picture, at the place that is named and nowhere else."""
    box, turn = Sides(0.1, 0.3, 0.1, 0.4), Turn(degrees, THUMBNAIL)

    assert pixels(on(100, 80, box, turn=turn, url=THUMBNAIL)) == [expected]
    assert pixels(on(100, 80, box, turn=turn, url="https://mirror.example/a.jpg")) == [
        (10, 29, 8, 31)]


@pytest.mark.parametrize("rest", [
    b"/>", b"><size/></annotation>", b" turn='x' turned_at=''><a", b"",
])
def test_an_annotation_that_only_begins_so(rest: bytes) -> None:
    """A file of the user's is as good as none, and no reason to stumble."""
    found = fitted(b"<annotation relative='yes'" + rest, "a.jpg", picture(100, 80), {}.get)

    assert isinstance(found, Unreadable) and found.problem


SHARES = st.floats(0, 1).flatmap(
    lambda low: st.floats(low, 1).map(lambda high: (low, high)))


@settings(deadline=None)
@given(SHARES, SHARES, st.integers(1, 5000), st.integers(1, 5000),
       st.sampled_from([0, 90, 180, 270]))
def test_boxes_lie_within(
    across: tuple[float, float], down: tuple[float, float], width: int, height: int, degrees: int
) -> None:
    """Of any picture, however it is turned; what is at least a pixel wide and high is kept."""
    annotated = on(width, height, Sides(*across, *down), turn=Turn(degrees, THUMBNAIL),
                   url=THUMBNAIL)
    is_large = min(across[1] - across[0], down[1] - down[0]) * min(width, height) >= 1.01

    assert annotated.boxes or not is_large
    for left, right, top, bottom in pixels(annotated):
        assert 0 <= left <= right < width and 0 <= top <= bottom < height


@given(SHARES, SHARES)
def test_four_quarters_are_a_whole_turn(
    across: tuple[float, float], down: tuple[float, float]
) -> None:
    """And two of them a half."""
    box = Sides(*across, *down)

    assert box.turned(90).turned(90) == box.turned(180)
    assert box.turned(90).turned(270) == pytest.approx(box)


def test_the_place_of_a_turn_survives_as_it_is() -> None:
    """XML makes blanks of the tabs in an attribute, unless they are written as what they are."""
    url = "http://a.example/a\tb'c&d.jpg"
    xml = relative_xml([], database="d", folder="f", turn=Turn(90, url))

    assert etree.fromstring(xml).get("turned_at") == url

"""TFRecords: every Example of a whole export, by a reader of its own."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.small_results import DOG, FOX, SETTER, Results, boxed, jpeg
from tests.tf_records import Example, example_of, records

pytest.importorskip("google_crc32c", reason="google-crc32c, which --export tfrecord needs")

from imagenet_utils.exports.tfrecord import framed  # noqa: E402


def examples_of(results: Results, **options: object) -> dict[str, Example]:
    """All of a new export, by the name of their file."""
    results.export("tfrecord", **options)
    found = [example_of(message)
             for path in sorted((results.exports / "tfrecord").glob("[tv]*-of-*"))
             for message in records(path.read_bytes())]
    return {example["image/filename"][0].decode(): example for example in found}


def test_a_whole_example(results: Results) -> None:
    """With the keys that Inception's training reads."""
    body = jpeg(1)
    results.store("n02119789_1", boxed((0, 10, 24, 39), (5, 4, 49, 7)), body=body)

    example = examples_of(results)["n02119789_1.jpg"]
    assert example == {
        "image/filename": [b"n02119789_1.jpg"], "image/height": [40], "image/width": [50],
        "image/colorspace": [b"RGB"], "image/channels": [3], "image/format": [b"JPEG"],
        "image/class/label": [1], "image/class/labels": [1],
        "image/class/synset": [b"n02119789"],
        "image/class/text": [b"kit fox, Vulpes macrotis"],
        "image/object/bbox/xmin": pytest.approx([0, 0.1]),
        "image/object/bbox/xmax": pytest.approx([0.5, 1]),
        "image/object/bbox/ymin": pytest.approx([0.25, 0.1]),
        "image/object/bbox/ymax": pytest.approx([1, 0.2]),
        "image/object/bbox/label": [1, 1], "image/encoded": [body],
    }


@pytest.mark.parametrize("mode, format_name, expected", [
    ("L", "JPEG", [b"Gray", 1, b"JPEG"]),
    ("CMYK", "JPEG", [b"CMYK", 4, b"JPEG"]),
    ("RGBA", "PNG", [b"RGB", 4, b"PNG"]),
])
def test_colours_are_told_as_they_are(
    results: Results, mode: str, format_name: str, expected: list[object]
) -> None:
    """Not as three channels of RGB in a JPEG, whatever they be."""
    file = BytesIO()
    Image.new(mode, (50, 40)).save(file, format_name)
    results.store("a", body=file.getvalue(), extension="png" if format_name == "PNG" else "jpg")
    (example,) = examples_of(results).values()
    told = [example[f"image/{key}"][0] for key in ("colorspace", "channels", "format")]

    assert told == expected


@pytest.mark.parametrize("system, fox, setter", [
    ("sorted", 2, 1), ("ilsvrc2012", 279, 213), ("devkit", 1, 2)])
def test_both_label_systems(results: Results, system: str, fox: int, setter: int) -> None:
    """0 is the background in each of them; the kit fox is the first of the devkit's classes."""
    results.store("n02119789_1", body=jpeg(1))
    results.store("n02100735_1", code=SETTER, folder="English_setter", body=jpeg(2))
    examples = examples_of(results, label_system=system)

    assert [examples[f"{code}_1.jpg"]["image/class/label"] for code in (FOX, SETTER)] == [
        [fox], [setter]]


def test_a_picture_of_two_categories(results: Results) -> None:
    """It is there once, under the one that its id names; the other number is beside it."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", code=code, folder=folder)
    (example,) = examples_of(results).values()

    assert (example["image/class/label"], example["image/class/labels"]) == ([2], [2, 1])


def test_a_picture_whose_class_nobody_knows(results: Results) -> None:
    """As the test pictures of ILSVRC2012: -1, which is not the background."""
    results.store("ILSVRC2012_test_00000001", code="test", folder="test")
    (example,) = examples_of(results).values()

    assert (example["image/class/label"], example["image/class/synset"]) == ([-1], [b""])


def test_shards_of_each_split(results: Results) -> None:
    """As many as asked for; those that are written mix their classes."""
    for number in range(40):
        code, folder = ((FOX, "kit_fox"), (SETTER, "English_setter"))[number % 2]
        results.store(f"{code}_{number}", code=code, folder=folder, body=jpeg(number % 3))
    results.export("tfrecord", split_ratio=(70, 30, 0), shards=(2, 1))
    classes = {
        path.name: {example_of(message)["image/class/label"][0]
                    for message in records(path.read_bytes())}
        for path in (results.exports / "tfrecord").glob("[tv]*-of-*")}

    assert classes == {"train-00000-of-00002": {1, 2}, "train-00001-of-00002": {1, 2},
                       "validation-00000-of-00001": {1, 2}}


def test_what_is_no_picture_any_more_is_left_out(results: Results) -> None:
    """Of the same size, so that only its header tells."""
    path = results.store("a")
    path.write_bytes(b"x" * path.stat().st_size)
    told = results.export("tfrecord")

    assert "1 images that changed" in told and "0 images with 0 boxes" in told


@given(st.lists(st.lists(st.binary(max_size=200), min_size=1, max_size=3), max_size=4))
def test_records_come_back(messages: list[list[bytes]]) -> None:
    """Whole, with checksums that hold, in whichever parts they were given."""
    data = b"".join(part for parts in messages for part in framed(parts))

    assert list(records(data)) == [b"".join(parts) for parts in messages]

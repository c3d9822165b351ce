"""What exports see of a result: pictures, classes, splits and boxes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.annotations.annotate import BadAnnotation
from imagenet_utils.exports.boxes import boxes_in
from imagenet_utils.exports.classes import Classes
from imagenet_utils.exports.gallery import ExportPicture, Gallery
from imagenet_utils.exports.label_systems import LABEL_SYSTEMS
from imagenet_utils.exports.splits import split_of
from imagenet_utils.exports.stored_pictures import Order, stored_pictures
from imagenet_utils.model import SPLITS
from tests.small_results import DOG, FOX, HEIGHT, SETTER, WIDTH, Results, boxed, jpeg


def pictures_of(results: Results, order: Order = Order.BY_ID) -> list[ExportPicture]:
    results.ledger.commit()
    return list(Gallery(results.ledger.path, results.save_dir).pictures(order))


def test_rows_come_one_at_a_time(results: Results) -> None:
    """The walk begins before it has seen all, and the ledger goes on meanwhile."""
    for number in range(3):
        results.store(f"a{number}")
    results.ledger.commit()
    walk = stored_pictures(results.ledger.path, results.save_dir)
    first = next(walk)
    results.store("a9")
    results.ledger.commit()

    assert [Path(picture.path).stem for picture in (first, *walk)] == ["a0", "a1", "a2"]


def test_a_picture_with_two_rows_comes_once(results: Results) -> None:
    """Of a list, then of an archive: the later one counts."""
    results.store("n02119789_1")
    (row,) = results.ledger.rows_of(FOX)
    results.ledger.record(row._replace(url="tars/n02119789.tar#n02119789_1.JPEG", finished=9.0))
    (picture,) = pictures_of(results)

    assert [place.url for place in picture.places] == ["tars/n02119789.tar#n02119789_1.JPEG"]


def test_the_category_that_an_id_names_comes_first(results: Results) -> None:
    """Though the code of the other sorts before it."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", code=code, folder=folder)
    (picture,) = pictures_of(results)

    assert [each.label for each in picture.classes] == ["kit_fox", "dog"]


def test_one_id_with_two_pictures(results: Results) -> None:
    """Two sources had different bytes under it: two pictures, with names of their own."""
    results.store("n02119789_1", body=jpeg(1))
    results.store("n02119789_1", code=f"train/{FOX}", folder="train/kit_fox", body=jpeg(2))
    first, second = pictures_of(results)

    assert first.name == "n02119789_1.jpg"
    assert second.name == f"n02119789_1_{second.stored.sha256[:8]}.jpg"
    assert first.split == second.split == "train"


def test_ids_that_differ_in_case_alone(results: Results) -> None:
    """Some file systems would take one name for the other."""
    results.store("A_1", body=jpeg(1))
    results.store("a_1", code=SETTER, folder="English_setter", body=jpeg(2))
    names = [picture.name for picture in pictures_of(results)]

    assert names[0] == "A_1.jpg" and names[1].startswith("a_1_")


def test_a_shuffle_is_always_the_same(results: Results) -> None:
    """It has the same pictures, in another order than that of ids."""
    for number in range(10, 30):
        results.store(f"n02119789_{number}", body=jpeg(1))
    by_id = [picture.name for picture in pictures_of(results)]
    shuffled = [picture.name for picture in pictures_of(results, Order.SHUFFLED)]

    assert by_id == sorted(shuffled) != shuffled
    assert shuffled == [picture.name for picture in pictures_of(results, Order.SHUFFLED)]


def test_pictures_of_a_challenge_stay_in_their_split(results: Results) -> None:
    """Whatever the ratio says of the others."""
    results.store("n02119789_1", code=f"val/{FOX}", folder="val/kit_fox")
    results.store("ILSVRC2012_test_1", code="test", folder="test", body=jpeg(1))
    results.ledger.commit()
    gallery = Gallery(results.ledger.path, results.save_dir, ratio=(100, 0, 0))

    assert {picture.name[:4]: picture.split for picture in gallery.pictures()} == {
        "n021": "val", "ILSV": "test"}


IDS = st.text(max_size=20)
RATIOS = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted).map(
    lambda cuts: (cuts[0], cuts[1] - cuts[0], 100 - cuts[1]))


@given(IDS, RATIOS)
def test_every_id_has_a_split(image_id: str, ratio: tuple[int, int, int]) -> None:
    """One of those that the ratio gives anything to."""
    split = split_of(image_id, ratio)

    assert ratio[SPLITS.index(split)] > 0


def test_splits_are_as_large_as_they_should_be() -> None:
    """Within what chance allows for 5,000 ids."""
    counts = Counter(split_of(f"n02119789_{number}", (80, 10, 10)) for number in range(5000))

    assert 3850 < counts["train"] < 4150 and 400 < counts["val"] < 600


@given(st.lists(st.sampled_from([FOX, SETTER, DOG]), unique=True))
def test_classes_are_numbered_in_the_order_of_codes(codes: list[str]) -> None:
    """Of those that are exported, from 0, whatever order they come in."""
    classes = Classes({code: code for code in codes})

    assert [(each.number, each.code) for each in classes] == list(enumerate(sorted(codes)))


@pytest.mark.parametrize("name, first, last, fox", [
    ("ilsvrc2012", "n01440764", "n15075141", 278), ("devkit", FOX, "n03255030", 0),
])
def test_the_two_numberings_of_the_thousand(
    name: str, first: str, last: str, fox: int
) -> None:
    """All of them have a number, whatever is exported; others have none."""
    classes = Classes({FOX: "kit_fox", DOG: "dog"}, name)
    known = classes.of(FOX)

    assert len(classes) == 1000 and known and known.number == fox
    assert [each.code for each in classes][0] == first
    assert classes.of(DOG) is None
    assert LABEL_SYSTEMS[name].title


def test_codes_that_share_a_label_are_one_class() -> None:
    """As the table's column `label` makes them; it bears the first of their codes."""
    classes = Classes({DOG: "pet", FOX: "Pet", SETTER: "English_setter"})

    assert [(each.code, each.label) for each in classes] == [
        (DOG, "pet"), (SETTER, "English_setter")]
    assert classes.of(FOX) is classes.of(DOG)


def test_folders_that_are_called_by_codes() -> None:
    """Their classes have the catalogue's labels all the same."""
    classes = Classes({FOX: f"train/{FOX}", "/m/01g317": "_m_01g317"})

    assert [each.label for each in classes] == ["Person", "kit_fox"]


@pytest.mark.parametrize("name, expected", [
    ("kit_fox", FOX), ("KIT_FOX", FOX), (FOX, FOX), ("beagle", DOG), ("n02088364", DOG),
    ("Siberian_husky", DOG), ("tench", None), ("", None), ("no such thing", None),
])
def test_whose_box_it_is(name: str, expected: str | None) -> None:
    """By label or code; else that of the nearest class above."""
    found = Classes({FOX: "kit_fox", DOG: "dog"}).of_box(name)

    assert (found.code if found else None) == expected


@pytest.mark.parametrize("corners, expected", [
    ((0, 0, 49, 39), (0, 0, 49, 39)),
    ((9, 8, 5, 4), (5, 4, 9, 8)),
    ((-5, -5, 900, 900), (0, 0, 49, 39)),
    ((7, 7, 7, 7), (7, 7, 7, 7)),
    ((1.4, "2.5", " 9 ", 10), (1, 3, 9, 10)),
    ((50, 0, 60, 9), None),
    (("nan", 0, 5, 5), None),
])
def test_boxes_are_whole_pixels_of_the_picture(
    corners: tuple, expected: tuple[int, ...] | None
) -> None:
    """In order, clamped; one without a pixel is none."""
    found = [box[1:5] for box in boxes_in(boxed(corners), WIDTH, HEIGHT)]

    assert found == ([] if expected is None else [expected])


def test_an_annotation_of_another_size_is_refused() -> None:
    """Its boxes would lie anywhere."""
    with pytest.raises(BadAnnotation, match="another size"):
        list(boxes_in(boxed((0, 0, 9, 9), size=(500, 400)), WIDTH, HEIGHT))


@given(st.binary(max_size=300))
def test_hostile_annotations_are_told(noise: bytes) -> None:
    """Nothing but BadAnnotation is raised, and every box lies within."""
    try:
        boxes = list(boxes_in(boxed((0, 0, 9, 9)).replace(b"<object>", noise + b"<object>"),
                              WIDTH, HEIGHT))
    except BadAnnotation:
        boxes = []

    assert all(0 <= box.xmin <= box.xmax < WIDTH and 0 <= box.ymin <= box.ymax < HEIGHT
               for box in boxes)

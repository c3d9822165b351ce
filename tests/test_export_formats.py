"""The exports that are files beside each other: each held against the rules of its format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from imagenet_utils.exports.boxes import Box
from imagenet_utils.exports.yolo import _line
from tests.small_results import DOG, FOX, HEIGHT, SETTER, WIDTH, Results, boxed, jpeg, tree_of

SPLIT = (20, 80, 0)  # the first fox into train, the others into val


@pytest.fixture
def stored(results: Results) -> Results:
    """A fox with two boxes, one that dogs have, too, and a setter without a box."""
    results.store("n02119789_1", boxed((0, 0, 9, 19), (5, 5, 49, 39)), body=jpeg(1))
    results.store("n02100735_7", code=SETTER, folder="English_setter", body=jpeg(2))
    results.store("n02119789_3", boxed((1, 1, 2, 2)), body=jpeg(3))
    results.store("n02119789_3", boxed((1, 1, 2, 2), (3, 3, 4, 4)), code=DOG, folder="dog",
                  body=jpeg(3))
    return results


def names_in(folder: Path) -> list[str]:
    """Without markers, which are no part of the format."""
    return [name for name in tree_of(folder) if not name.startswith(".")]


# imagefolder


def test_imagefolder_by_split_and_code(stored: Results) -> None:
    """A picture that two categories have lies in the folders of both."""
    told = stored.export("imagefolder")

    assert names_in(stored.exports / "imagefolder") == [
        "class_to_idx.json", "classes.txt", "train/n02084071/n02119789_3.jpg",
        "train/n02100735/n02100735_7.jpg", "train/n02119789/n02119789_1.jpg",
        "train/n02119789/n02119789_3.jpg"]
    assert told.endswith("imagefolder: 4 images of 3 classes")


def test_imagefolder_numbers_the_sorted_folders(stored: Results) -> None:
    """As torchvision does, whatever the order of labels."""
    stored.export("imagefolder")
    home = stored.exports / "imagefolder"

    assert json.loads((home / "class_to_idx.json").read_bytes()) == {
        folder: number for number, folder in enumerate(sorted([FOX, SETTER, DOG]))}
    assert (home / "classes.txt").read_text() == (
        "n02084071 dog\nn02100735 English_setter\nn02119789 kit_fox\n")


def test_imagefolder_links(stored: Results) -> None:
    """No second copy of the bytes, where the file system has links."""
    stored.export("imagefolder")
    linked = stored.exports / "imagefolder" / "train" / FOX / "n02119789_1.jpg"

    assert linked.samefile(stored.save_dir / "kit_fox" / "Images" / "n02119789_1.jpg")


def test_imagefolder_copies_where_links_fail(
    stored: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on another disk."""
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("imagenet_utils.results.store.os.link", refuse)
    stored.export("imagefolder")
    copy = stored.exports / "imagefolder" / "train" / FOX / "n02119789_1.jpg"

    assert copy.read_bytes() == jpeg(1) and copy.stat().st_nlink == 1


def test_imagefolder_has_every_class_in_every_split(results: Results) -> None:
    """A class that one split lacks would move the numbers of all that follow."""
    results.store("n02100735_7", code=f"train/{SETTER}", folder="train/English_setter")
    results.store("n02119789_1", code=f"train/{FOX}", folder="train/kit_fox", body=jpeg(1))
    results.store("ILSVRC2012_val_1", code=f"val/{FOX}", folder="val/kit_fox", body=jpeg(2))
    told = results.export("imagefolder")
    val = results.exports / "imagefolder" / "val"

    assert sorted(path.name for path in val.iterdir()) == [SETTER, FOX]
    assert f"none in val of {SETTER}" in told


def test_imagefolder_keeps_test_pictures_apart(results: Results) -> None:
    """Nobody knows their classes."""
    results.store("ILSVRC2012_test_1", code="test", folder="test")
    results.export("imagefolder")

    assert names_in(results.exports / "imagefolder") == [
        "class_to_idx.json", "classes.txt", "test/unknown/ILSVRC2012_test_1.jpg"]


def test_imagefolder_leaves_gifs_out(results: Results) -> None:
    """Its readers pass over them, and a class of gifs alone would be an error."""
    results.store("n02119789_1", extension="gif")
    results.store("n02119789_2", extension="png")
    told = results.export("imagefolder")

    assert "train/n02119789/n02119789_2.png" in names_in(results.exports / "imagefolder")
    assert told.endswith("1 image of 1 class; 1 gif files were left out")


# voc


def voc(results: Results) -> Path:
    return results.exports / "voc" / "VOCdevkit" / "VOC2012"


def corners_in(path: Path) -> list[tuple[str, ...]]:
    root = etree.parse(str(path)).getroot()
    return [tuple(item.findtext(f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax"))
            for item in root.iterfind("object")]


def test_voc_lists_and_files(stored: Results) -> None:
    """Each picture once, an XML for each, and trainval is both."""
    told = stored.export("voc", split_ratio=SPLIT)
    lists = {path.stem: path.read_text().split()
             for path in (voc(stored) / "ImageSets" / "Main").iterdir()}

    assert sorted(lists["train"] + lists["val"]) == lists["trainval"] == [
        "n02100735_7", "n02119789_1", "n02119789_3"]
    assert lists["train"] and lists["val"] and lists["test"] == []
    assert [path.stem for path in sorted((voc(stored) / "Annotations").iterdir())] == [
        path.stem for path in sorted((voc(stored) / "JPEGImages").iterdir())] == lists["trainval"]
    assert told.endswith("voc: 4 boxes in 2 of 3 images")


@pytest.mark.parametrize("first_pixel, expected", [
    (0, ("0", "0", "9", "19")), (1, ("1", "1", "10", "20")),
])
def test_voc_begins_where_it_is_told(
    stored: Results, first_pixel: int, expected: tuple[str, ...]
) -> None:
    """At 0 as ImageNet does, or at 1 as PASCAL VOC."""
    stored.export("voc", first_pixel=first_pixel)

    assert corners_in(voc(stored) / "Annotations" / "n02119789_1.xml")[0] == expected


def test_voc_has_all_boxes_of_a_picture(stored: Results) -> None:
    """Those of both categories, each once."""
    stored.export("voc")

    assert corners_in(voc(stored) / "Annotations" / "n02119789_3.xml") == [
        ("1", "1", "2", "2"), ("3", "3", "4", "4")]


def test_voc_keeps_what_annotators_noted(results: Results) -> None:
    """Pose, truncated, difficult; and names stay what they are."""
    xml = boxed((0, 0, 9, 9), name="a &lt;fox&gt; &amp; co").replace(
        b"<bndbox>", b"<pose>Left</pose><truncated>1</truncated><difficult>1</difficult><bndbox>")
    results.store("n02119789_1", xml)
    results.export("voc")
    (item,) = etree.parse(
        str(voc(results) / "Annotations" / "n02119789_1.xml")).getroot().iterfind("object")

    assert [item.findtext(name) for name in ("name", "pose", "truncated", "difficult")] == [
        "a <fox> & co", "Left", "1", "1"]


def test_voc_takes_jpegs_alone(results: Results) -> None:
    """Its readers put .jpg behind each id."""
    results.store("n02119789_1", extension="png")

    assert results.export("voc").endswith("0 images; 1 png files were left out")


# coco


def instances(results: Results, split: str = "train") -> dict:
    path = results.exports / "coco" / "annotations" / f"instances_{split}.json"
    return json.loads(path.read_bytes())


def test_coco_whole(results: Results) -> None:
    """Boxes are x, y, width, height; categories count from 1, and know what they are kinds of."""
    results.store("n02119789_1", boxed((5, 6, 9, 19)))
    results.export("coco")

    assert instances(results) == {
        "info": {"description": "part of ImageNet", "version": "1.0.0"},
        "licenses": [],
        "categories": [{"id": 1, "name": "kit_fox", "supercategory": "fox", "wnid": FOX}],
        "images": [{"id": 1, "file_name": "n02119789_1.jpg", "width": WIDTH, "height": HEIGHT,
                    "url": f"http://a.example/{FOX}/n02119789_1", "category_ids": [1]}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 6, 5, 14],
                         "area": 70, "iscrowd": 0}],
    }


def test_coco_ids_are_unique_over_splits(stored: Results) -> None:
    """So that splits can be joined; and each picture is where its split says."""
    stored.export("coco", split_ratio=SPLIT)
    both = [instances(stored, split) for split in ("train", "val")]
    for key, count in (("images", 3), ("annotations", 4)):
        ids = [each["id"] for document in both for each in document[key]]

        assert sorted(ids) == list(range(1, count + 1))
    for split, document in zip(("train", "val"), both):
        assert names_in(stored.exports / "coco" / split) == [
            each["file_name"] for each in document["images"]]


def test_coco_leaves_no_other_file(stored: Results) -> None:
    """The list of annotations that waited is gone."""
    stored.export("coco")

    assert [path.name for path in (stored.exports / "coco" / "annotations").iterdir()] == [
        "instances_train.json"]


def test_coco_by_the_devkit(stored: Results) -> None:
    """Category ids are ILSVRC2012_ID then; what is none of the thousand is left out."""
    told = stored.export("coco", label_system="devkit")
    document = instances(stored)
    names = {each["id"]: each["name"] for each in document["categories"]}

    assert (len(names), names[1], names[449]) == (1000, "kit_fox", "tench")
    assert {each["category_id"] for each in document["annotations"]} == {1}
    assert [each["category_ids"] for each in document["images"]] == [[2], [1], [1]]
    assert "left out" not in told


def test_coco_boxes_of_others(results: Results) -> None:
    """A beagle is a dog where dogs are exported; of a sled nothing is known."""
    results.store("n02084071_1", boxed((0, 0, 9, 9), name="beagle"), code=DOG, folder="dog")
    results.store("n02084071_2", boxed((0, 0, 9, 9), name="n02088364"), code=DOG, folder="dog",
                  body=jpeg(2))
    results.store("n02084071_3", boxed((0, 0, 9, 9), name="dogsled"), code=DOG, folder="dog",
                  body=jpeg(3))
    told = results.export("coco")

    assert [each["image_id"] for each in instances(results)["annotations"]] == [1, 2]
    assert told.endswith("1 boxes of other categories were left out")


# yolo


def test_yolo_whole(stored: Results) -> None:
    """Boxes in parts of the picture; one without boxes has no text file."""
    stored.export("yolo")
    home = stored.exports / "yolo"

    assert names_in(home) == [
        "data.yaml", "images/train/n02100735_7.jpg", "images/train/n02119789_1.jpg",
        "images/train/n02119789_3.jpg", "labels/train/n02119789_1.txt",
        "labels/train/n02119789_3.txt"]
    assert (home / "labels/train/n02119789_1.txt").read_text() == (
        "2 0.100000 0.250000 0.200000 0.500000\n2 0.550000 0.562500 0.900000 0.875000\n")
    assert (home / "data.yaml").read_text() == """\
train: images/train
val: images/train  # which readers ask for; --split_ratio keeps pictures for it
names:
  0: "dog"
  1: "English_setter"
  2: "kit_fox"
"""


def test_yolo_names_the_splits_that_are_there(stored: Results) -> None:
    """Relative to data.yaml, so that the folder may be moved."""
    stored.export("yolo", split_ratio=SPLIT)

    assert (stored.exports / "yolo" / "data.yaml").read_text().startswith(
        "train: images/train\nval: images/val\nnames:\n")


def test_a_new_export_over_what_readers_left(stored: Results) -> None:
    """The caches of ultralytics are nobody's work."""
    stored.export("yolo")
    cache = stored.exports / "yolo" / "labels" / "train.cache"
    cache.write_bytes(b"theirs")
    stored.export("yolo")

    assert not cache.exists()


SIDES = st.integers(1, 100_000)


@given(st.data(), SIDES, SIDES)
def test_yolo_boxes_come_back(data: st.DataObject, width: int, height: int) -> None:
    """To the pixel, from the six digits that are written."""
    xmin, xmax = sorted(data.draw(st.tuples(*[st.integers(0, width - 1)] * 2)))
    ymin, ymax = sorted(data.draw(st.tuples(*[st.integers(0, height - 1)] * 2)))
    _number, *parts = _line(0, Box("a", xmin, ymin, xmax, ymax), width, height).split()
    x, y, across, down = map(float, parts)
    back = [(x - across / 2) * width, (y - down / 2) * height,
            (x + across / 2) * width - 1, (y + down / 2) * height - 1]

    assert all(0 <= part <= 1 for part in (x, y, across, down))
    assert all(abs(found - edge) < 0.2 for found, edge in zip(back, (xmin, ymin, xmax, ymax)))

"""Where the pictures of a class may come from, what is known of them, and their boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from imagenet_utils.annotations.beside_pictures import fitted
from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import Category, Expected, ImageId, Picture, Wnid
from imagenet_utils.open_images.box_traits import BOX_TRAITS, WantedBoxes
from imagenet_utils.open_images.image_places import IMAGE_PLACES, hex_of
from imagenet_utils.open_images.licenses import is_wanted, part_of_address
from imagenet_utils.sources.open_images_boxes import OpenImagesBoxes
from imagenet_utils.sources.open_images_records import AT_ONCE, Records
from tests.small_open_images import (
    BY, CAT, DOG, TREE, SmallMetadata, box, image_row, picture_id,
)

DOGS = Category(Wnid(DOG), "Dog", None, "train")
MIRROR = "https://mirror.example/images"
MD5, IN_HEX = "XKWUMkcNib71Ge6Yq1/0/g==", "5ca59432470d89bef519ee98ab5ff4fe"
THUMBNAIL = "https://flickr.example/1_z.jpg?zz=1"


def records(metadata: SmallMetadata, *places: str, ids: tuple[ImageId, ...] = ()) -> Records:
    return Records(metadata, DOGS, ids or tuple(row.image_id for row in metadata.images),
                   places=[IMAGE_PLACES[name] for name in places], mirror=MIRROR)


def test_places_in_the_order_asked_for() -> None:
    """The original's size and MD5 hold for the original alone; the mirror tells its own."""
    row = image_row(1, original_size=141489, original_md5=MD5, thumbnail_url=THUMBNAIL)
    record, = records(SmallMetadata([row]), "thumbnail", "original", "mirror")

    assert [location.url for location in record.locations] == [  # type: ignore[union-attr]
        THUMBNAIL, "https://flickr.example/1_o.jpg", f"{MIRROR}/train/{picture_id(1)}.jpg"]
    assert record.expected == (None, Expected(141489, IN_HEX), Expected(is_md5_in_etag=True))
    assert (record.code, record.image_id) == (DOGS.key, picture_id(1))


def test_a_place_that_has_none_is_passed_over() -> None:
    """Three thumbnails in a hundred are missing."""
    record, = records(SmallMetadata([image_row(1)]), "thumbnail", "original")

    assert [location.url for location in record.locations] == ["https://flickr.example/1_o.jpg"]
    assert record.expected == (None,)


def test_a_picture_that_images_csv_lacks() -> None:
    """The mirror has it all the same; where nothing does, the report says why."""
    known, unknown = picture_id(1), picture_id(2)
    metadata = SmallMetadata([image_row(1)])
    mirrored = [*records(metadata, "mirror", ids=(unknown,))]
    nowhere = [*records(metadata, "original", ids=(known, unknown))]

    assert mirrored[0].locations[0].url == f"{MIRROR}/train/{unknown}.jpg"
    assert nowhere[1].locations[0].url == f"images.csv tells no address of {unknown}"
    assert not getattr(nowhere[1].locations[0], "wire")


def test_records_are_made_as_they_are_wanted() -> None:
    """Ten of a class of thousands cost what ten cost."""
    numbers = range(10 * AT_ONCE)
    metadata = SmallMetadata([image_row(number) for number in numbers])
    made = records(metadata, "original")
    selector = Selector(how_many=10)
    chosen = [record.image_id for _place, record in selector.chosen(made)]

    assert chosen == [picture_id(number) for number in range(10)]
    assert (selector.seen, selector.left_out) == (len(numbers), len(numbers) - 10)
    assert made[-1].image_id == picture_id(numbers[-1])
    assert [record.image_id for record in made[2:4]] == [picture_id(2), picture_id(3)]


@pytest.mark.parametrize("md5", ["", "no digest", "XKWUMkc=", MD5[:-1], IN_HEX])
def test_a_digest_that_is_none(md5: str) -> None:
    """Proves nothing, and stops nothing."""
    assert hex_of(md5) is None


@given(st.text())
def test_any_digest_is_read(md5: str) -> None:
    """It is 16 bytes, or none."""
    found = hex_of(md5)

    assert found is None or len(bytes.fromhex(found)) == 16


@pytest.mark.parametrize(("wanted", "is_one"), [
    ("cc-by-2.0", True), ("CC BY 2.0", True), ("cc-by", True), ("by/2.0", True), (BY, True),
    ("cc-by-4.0", False), ("cc-by-nc", False), ("cc-by-sa-2.0", False), ("cc0", False),
])
def test_licences(wanted: str, is_one: bool) -> None:
    """By a short name, a part of the address, or the whole of it."""
    assert is_wanted(BY, [wanted]) is is_one
    assert is_wanted(BY, ["nobody's", wanted]) is is_one


def test_all_licences() -> None:
    """Where none is named; and one that nobody tells is none that is."""
    assert is_wanted("", []) and not is_wanted("", ["cc-by-2.0"])


@given(st.text())
def test_any_word_for_a_licence(wanted: str) -> None:
    """A part of an address is found in the address."""
    assert is_wanted(f"https://{part_of_address(wanted)}", [wanted])


@given(st.text())
def test_codes_of_both_kinds_differ(word: str) -> None:
    """A mid is safe as a word of a command line, and no path that goes up."""
    assert not is_mid(word) or ".." not in word and "\n" not in word
    assert not is_mid(f"n{word}")


def boxes_of(metadata: SmallMetadata, *, asked: dict[str, str] | None = None,
             excluded: tuple[str, ...] = (), is_turned: bool = False,
             labels: str = "") -> OpenImagesBoxes:
    names = {DOG: "Dog", CAT: "Cat", TREE: "Tree"}
    return OpenImagesBoxes(metadata, WantedBoxes(excluded, asked), names.__getitem__,
                           has_upright_pictures=is_turned, labels=labels)


def objects(xml: bytes) -> list[str]:
    """Label, mid and what is told of each."""
    root = etree.fromstring(xml)
    return [" ".join(f"{child.tag}={child.text}" for child in item
                     if child.tag not in ("pose", "difficult", "bndbox"))
            for item in root.iter("object")]


PICTURE = picture_id(1)
BOXES = {PICTURE: (box(DOG, truncated=True, group_of=False), box(CAT), box(TREE, occluded=True))}


def test_boxes_of_the_classes_asked_for() -> None:
    """All of these in one annotation, whichever category the picture is listed for."""
    asked = {DOG: "Dog", CAT: "Cat"}
    for_dogs = boxes_of(SmallMetadata(boxes=BOXES), asked=asked).of(DOGS).xmls[PICTURE]

    assert objects(for_dogs) == ["name=Dog truncated=1 group_of=0 mid=/m/0bt9lr",
                                 "name=Cat truncated=0 mid=/m/01yrx"]


def test_boxes_of_all_classes() -> None:
    """Those that nobody asked for go by their own names."""
    found = objects(boxes_of(SmallMetadata(boxes=BOXES)).of(DOGS).xmls[PICTURE])

    assert [each.split()[0] for each in found] == ["name=Dog", "name=Cat", "name=Tree"]
    assert "occluded=1" in found[2]


@pytest.mark.parametrize("trait", BOX_TRAITS)
def test_excluded_boxes(trait: str) -> None:
    """Are as if they were not there: a picture with no other of its category has no annotation."""
    only, other = picture_id(1), picture_id(2)
    metadata = SmallMetadata(boxes={
        only: (box(DOG, **{trait: True}), box(CAT)),
        other: (box(DOG, **{trait: True}), box(DOG, **{trait: False}), box(DOG)),
    })
    xmls = boxes_of(metadata, excluded=(trait,)).of(DOGS).xmls

    assert list(xmls) == [other] and len(xmls) == 1 and only not in xmls
    assert len(objects(xmls[other])) == 2


def test_boxes_are_read_as_they_are_wanted() -> None:
    """Once for each picture that is asked for."""
    metadata = SmallMetadata(boxes={picture_id(n): (box(),) for n in range(50)})
    xmls = boxes_of(metadata).of(DOGS).xmls

    assert xmls and len(xmls) == 50 and picture_id(9) in xmls and picture_id(99) not in xmls
    assert xmls.get(picture_id(7)) and xmls[picture_id(7)]
    assert metadata.asked == [picture_id(7)]


def test_a_version_without_boxes() -> None:
    """Has no annotations."""
    assert not boxes_of(SmallMetadata(boxes=BOXES, has_boxes=False)).of(DOGS).xmls


def test_boxes_on_a_turned_thumbnail() -> None:
    """Flickr turns thumbnails upright; originals and the mirror's pictures it left as they were."""
    row = image_row(1, rotation=90, thumbnail_url=THUMBNAIL)
    metadata = SmallMetadata([row], {PICTURE: (box(sides=(0.1, 0.3, 0.1, 0.4)),)})
    xml = boxes_of(metadata, is_turned=True).of(DOGS).xmls[PICTURE]
    found = {url: etree.fromstring(fitted(
        xml, "a.jpg", Picture("JPEG", "jpg", 100, 80, "", 1), {}.get, url=url).xml or b"")
        for url in (THUMBNAIL, row.original_url)}

    assert [found[url].findtext("object/bndbox/xmax") for url in found] == ["39", "29"]


def test_the_origin_of_annotations() -> None:
    """It changes with whatever changes them, and with nothing else."""
    def origin(**wishes: object) -> str:
        return boxes_of(SmallMetadata(boxes=BOXES), **wishes).of(DOGS).origin  # type: ignore

    asked = {DOG: "Dog"}
    others = [origin(), origin(asked=asked), origin(asked={**asked, CAT: "Cat"}),
              origin(asked=asked, excluded=("inside",)), origin(asked=asked, labels="Dog=dog")]

    assert origin(asked=asked) == others[1] and len({*others, ""}) == 6

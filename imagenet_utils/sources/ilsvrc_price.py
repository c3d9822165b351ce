"""How many pictures ILSVRC2012 has of a category, and what they cost in each form."""

from __future__ import annotations

from imagenet_utils.archives.known import Role, edition_of
from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.ilsvrc.numbering import (
    CLASSES,
    TEST_PICTURES,
    TRAINING_PICTURES,
    VALIDATION_PICTURES,
    classes_by_wnid,
)
from imagenet_utils.ilsvrc.shelf import Form, Place
from imagenet_utils.model import Category
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.ilsvrc_splits import SHARE_WORTH_A_PASS
from imagenet_utils.sources.names_first import LANES, trips_for_names
from imagenet_utils.sources.price import Once, Price, is_linkable, mean_of, measure_of
from imagenet_utils.sources.split_shapes import Split

OFFICIAL_BYTES = {  # of an archive; the last as the page of downloads rounds it
    Role.TRAIN: 147_897_477_120, Role.VAL: 6_744_924_160, Role.TEST: 13 * 2**30,
}
PICTURES = {
    Role.TRAIN: TRAINING_PICTURES, Role.VAL: VALIDATION_PICTURES, Role.TEST: TEST_PICTURES,
}
FORMS = {Form.ARCHIVE: "this disk", Form.TREE: "unpacked", Form.REMOTE: "the web"}


def count_of(category: Category) -> int:
    """As the challenge has them."""
    if category.split == "val":
        return VALIDATION_PICTURES // CLASSES
    known = classes_by_wnid().get(category.code)
    return known.train_images if known else TEST_PICTURES


def price_of(
    desk: Desk, place: Place, split: Split, category: Category, *, share: float, has_boxes: bool
) -> Price:
    """`share` of all classes is wanted.  A dry run looks at each picture that lies at hand."""
    measure = measure_of(split.listing(category)) if desk.workplace.is_draft else None
    byte_count = measure.byte_count if measure else split.byte_count(category)
    images = measure.images if measure else count_of(category) if byte_count != 0 else 0
    usual = OFFICIAL_BYTES[place.role] / PICTURES[place.role]
    mean = usual if byte_count is None else mean_of(byte_count, images, usual)
    once = _once(desk, place, category, share, is_known=byte_count is not None)
    is_walked = measure is None and place.form is Form.REMOTE and place.role is not Role.VAL and (
        not once.fetched)
    is_at_hand = place.form is not Form.REMOTE or once.fetched
    entry = built_in().get(category.code)
    annotated, boxes = (images, None) if category.split == "val" and has_boxes else (
        (entry.annotated, entry.boxes) if category.split == "train" and entry else (0, 0))
    is_link = place.form is Form.TREE and is_linkable(place.where, desk.workplace.save_dir)
    return Price(
        f"ILSVRC2012 {place.role.value}, {FORMS[place.form]}", images,
        is_exact=measure is not None or byte_count is not None,
        fetched_each=0 if is_at_hand else mean, stored_each=0 if is_link else mean,
        annotated=annotated, boxes=boxes, once=once,
        round_trips=trips_for_names(desk, category, images) if is_walked else 0,
        image_ids=measure.image_ids if measure else None,
        why_none="not in it" if byte_count == 0 else "",
    )


def _once(
    desk: Desk, place: Place, category: Category, share: float, *, is_known: bool
) -> Once:
    """The looks at headers that find classes or pictures, or the whole archive."""
    if place.form is not Form.REMOTE:
        return Once()
    known = edition_of(place.where.partition("?")[0].rpartition("/")[2])
    size = (known.byte_count if known else None) or OFFICIAL_BYTES[place.role]
    if desk.options.archives.keeps_archives:
        return Once(place.where, fetched=size, stored=size)
    if is_known or place.role is Role.TEST:
        return Once()
    if place.role is Role.TRAIN:
        return Once(place.where, round_trips=CLASSES)
    if share >= SHARE_WORTH_A_PASS and not desk.needs_every_name(category):
        return Once(place.where, fetched=size)
    return Once(place.where, round_trips=VALIDATION_PICTURES // LANES)

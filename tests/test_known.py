"""The official archives by name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.known import KNOWN, Known, Role, edition_of, known_archive, role_of


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_known_archive_is_found_by_its_name(known: Known) -> None:
    """In any case of letters, and as the second download of a browser."""
    stem, dot, ending = known.name.partition(".")

    assert known_archive(known.name) is known
    assert known_archive(known.name.upper()) is known
    assert known_archive(f"{stem} (2){dot}{ending}") is known


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_digest_is_one(known: Known) -> None:
    """32 hexadecimal digits, or nothing."""
    assert re.fullmatch(r"(?:[0-9a-f]{32})?", known.md5)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_an_archive_has_a_role_or_advice(known: Known) -> None:
    """Whoever names one that is of no use is told what to do with it."""
    assert (known.role is None) == bool(known.instead)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_an_official_archive(role: Role) -> None:
    """And its own word leads to it, as the variables of addresses spell it."""
    assert role in {known.role for known in KNOWN}
    assert role_of(f"{role.value}.tar") is role


def test_another_packing_is_the_same_edition() -> None:
    """Its role is known; its digest can't be that of the official file."""
    assert edition_of("ILSVRC2012_img_val.tar.xz") is known_archive("ILSVRC2012_img_val.tar")
    assert known_archive("ILSVRC2012_img_val.tar.xz") is None


@pytest.mark.parametrize(("name", "role"), [
    ("imagenet-train.tar", Role.TRAIN),
    ("Training_Images.TAR", Role.TRAIN),
    ("valid.tgz", Role.VAL),
    ("testing.tar", Role.TEST),
    ("ILSVRC2013_devkit.tgz", Role.DEVKIT),
    ("bboxes-val.tar.gz", Role.BBOX_VAL),
    ("test_bboxes.tar.gz", None),
    ("images.tar", None),
    ("latest.tar", None),
    ("trainval.tar", None),
    ("ILSVRC2012_img_train_t3.tar", None),
])
def test_a_role_by_words(name: str, role: Role | None) -> None:
    """Whole words count; two that contradict each other tell nothing."""
    assert role_of(name) is role


@given(st.text(max_size=80))
def test_any_text_may_be_asked_for(name: str) -> None:
    """A name comes from a disk or a URL."""
    known = edition_of(name)

    assert role_of(name) in (*Role, None)
    assert known is None or role_of(name) is known.role


def test_a_size_is_exact_where_it_was_published() -> None:
    """Else it is held against the rounded one."""
    train, boxes = known_archive("ILSVRC2012_img_train.tar"), known_archive(
        "ILSVRC2012_bbox_train_v2.tar.gz")
    assert train and boxes

    assert train.may_have(147_897_477_120) and not train.may_have(147_897_477_119)
    assert boxes.may_have(20_000_000) and not boxes.may_have(2_000_000)
    assert Known("any.tar", None).may_have(1)

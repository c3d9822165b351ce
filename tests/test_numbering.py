"""The built-in classes of ILSVRC2012, their numbers, and the program that packs them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.ilsvrc.devkit import Devkit, Synset
from imagenet_utils.ilsvrc.numbering import (
    CLASSES_FILE,
    TRAINING_PICTURES,
    IlsvrcClass,
    classes,
    classes_by_id,
    classes_by_wnid,
)
from imagenet_utils.ilsvrc.synsets_table import write_synsets_table
from imagenet_utils.model import Wnid


def test_there_are_a_thousand_in_the_order_of_codes() -> None:
    """Positions count them from 0."""
    found = classes()

    codes = [each.wnid for each in found]
    assert (len(codes), codes) == (1000, sorted(set(codes)))
    assert [each.position for each in found] == list(range(1000))


def test_ids_are_a_numbering_of_their_own() -> None:
    """Each from 1 to 1000 once, in an order that no other list has."""
    assert list(classes_by_id()) == list(range(1, 1001))
    assert [each.position for each in list(classes_by_id().values())[:4]] == [278, 212, 250, 193]


@pytest.mark.parametrize("wnid, id, position, pictures", [
    ("n02119789", 1, 278, 1300),  # kit fox
    ("n01440764", 449, 0, 1300),  # tench
    ("n03255030", 1000, 543, 1300),  # dumbbell
    ("n15075141", 889, 999, 1300),  # toilet tissue
])
def test_well_known_classes_have_their_numbers(
    wnid: str, id: int, position: int, pictures: int
) -> None:
    """First and last by either numbering."""
    found = classes_by_wnid()[wnid]

    assert found == IlsvrcClass(Wnid(wnid), id, position, pictures)


def test_training_pictures_are_as_many_as_the_archive_has() -> None:
    """From 732 to 1,300 a class, and in most of them all 1,300."""
    counts = [each.train_images for each in classes()]

    assert (sum(counts), min(counts), max(counts)) == (TRAINING_PICTURES, 732, 1300)
    assert counts.count(1300) == 895


def test_the_catalogue_knows_the_same_classes() -> None:
    """Its column `ilsvrc2012` is from elsewhere."""
    marked = {entry.code for entry in built_in() if entry.in_ilsvrc2012}

    assert marked == set(classes_by_wnid())


def test_building_gives_the_same_bytes(tmp_path: Path) -> None:
    """From the table of a devkit, whose order is by id, and which goes on behind the classes."""
    synsets = [Synset(each.id, each.wnid, "", "", each.train_images, 0, (), 0)
               for each in classes_by_id().values()]
    above = Synset(1001, Wnid("n00001740"), "entity", "", 0, 0, (), 18)
    write_synsets_table(Devkit((*synsets, above)), tmp_path / "synsets.csv")
    build = runpy.run_path(str(CLASSES_FILE.with_name("build_ilsvrc.py")))["build"]
    build(tmp_path / "synsets.csv", tmp_path / "built.csv")

    assert (tmp_path / "built.csv").read_bytes() == CLASSES_FILE.read_bytes()

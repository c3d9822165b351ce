"""What categories mean, and the program that packs it."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.glosses import GLOSSES_FILE, gloss_of, glosses, read_glosses
from imagenet_utils.data import build_glosses
from tests.small_wordnet import Kind, write_counts, write_data_noun

FOX, TENCH, TABBY = "n02119789", "n01440764", "n02123045"
KINDS = {
    FOX: Kind(("kit fox", "Vulpes macrotis"), gloss='a fox | small;  "a fox in a kit"'),
    TENCH: Kind(("tench",), gloss="a fish"),
    TABBY: Kind(("tabby",), gloss="a cat"),
}
MOST_BYTES = 2_000_000  # of all that is built in


def build(folder: Path) -> Path:
    counts = write_counts(folder / "counts.csv.xz", [FOX, TENCH])
    data_noun = write_data_noun(folder / "data.noun", KINDS)
    with mock.patch.object(build_glosses, "COUNTS", counts):
        build_glosses.build(data_noun, folder / "small.xz")
    return folder / "small.xz"


def test_every_category_has_a_gloss() -> None:
    """Those too that came to the 21,841 of 2011: WordNet 3.0 has them all."""
    blank = [code for code, gloss in glosses().items() if not gloss.strip()]

    assert list(glosses()) == [entry.code for entry in built_in()]
    assert blank == []


def test_a_gloss_is_wordnet_s() -> None:
    """Word for word."""
    assert gloss_of("n04399382") == (
        "plaything consisting of a child's toy bear (usually plush and stuffed with soft materials)"
    )


def test_unknown_codes_have_none() -> None:
    """A code that the catalogue lacks means nothing."""
    assert gloss_of("n00000000") == ""


def test_the_builder_takes_the_categories_alone(tmp_path: Path) -> None:
    """In the order of codes; bars and quotes belong to the gloss, blanks behind it don't."""
    assert read_glosses(build(tmp_path)) == ["a fish", 'a fox | small; "a fox in a kit"']


def test_building_glosses_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the time or the machine goes in."""
    once = build(tmp_path).read_bytes()

    assert build(tmp_path).read_bytes() == once


def test_what_is_built_in_is_small() -> None:
    """It travels with the program."""
    packed = [path for path in GLOSSES_FILE.parent.iterdir()
              if path.is_file() and path.suffix != ".py"]

    assert GLOSSES_FILE in packed
    assert sum(path.stat().st_size for path in packed) < MOST_BYTES


def test_the_notice_names_the_glosses_and_their_builder() -> None:
    """With what makes them."""
    notice = (GLOSSES_FILE.parent / "NOTICE").read_text(encoding="utf-8")

    assert "glosses.txt.xz" in notice and "imagenet_utils.data.build_glosses" in notice

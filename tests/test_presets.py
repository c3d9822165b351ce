"""Sets of categories that have a name: what is in them, and how they are found."""

from __future__ import annotations

import json
import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.hyponyms import levels_below
from imagenet_utils.categories.presets import (
    PRESETS_FILE,
    codes_of,
    is_preset,
    persons_in,
    preset_named,
    presets,
)
from imagenet_utils.categories.presets_file import SIGN, name_key
from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.preset_sheet import preset_sheet

SIZES = {
    "ilsvrc2012": 1000,
    "imagenette": 10,
    "imagewoof": 10,
    "imagewang": 20,
    "imagenet10": 10,
    "imagenet_dogs15": 15,
    "imagefruit": 10,
    "imagemeow": 10,
    "imagesquawk": 10,
    "imageyellow": 10,
    "imagenet50_scan": 50,
    "imagenet100": 100,
    "imagenet100_scan": 100,
    "imagenet200_scan": 200,
    "tiny_imagenet": 200,
    "mini_imagenet": 100,
    "tiered_imagenet": 608,
    "imagenet_a": 200,
    "imagenet_o": 200,
    "imagenet_r": 200,
    "imagenet_16class": 207,
    "imagenet9": 370,
    "imagenet_s50": 50,
    "imagenet_s300": 300,
    "imagenet_s919": 919,
    "objectnet": 125,
    "restricted_imagenet": 203,
    "living17": 17 * 4,
    "nonliving26": 26 * 4,
    "entity13": 13 * 20,
    "entity30": 30 * 8,
    "dogs": 118,
    "stanford_dogs": 120,
}
TENCH, TENCH_TO_PARACHUTE = "n01440764", (
    "n01440764", "n02102040", "n02979186", "n03000684", "n03028079",
    "n03394916", "n03417042", "n03425413", "n03445777", "n03888257",
)  # fmt: skip
DOG, DALMATIAN = "n02084071", "n02110341"
DINGO, DHOLE, AFRICAN_HUNTING_DOG = "n02115641", "n02115913", "n02116738"


def paragraphs() -> list[str]:
    """Of the file, without its head: comments and all."""
    return PRESETS_FILE.read_text(encoding="ascii").strip().split("\n\n")[1:]


def test_sizes() -> None:
    """Each preset has as many categories as its publishers say."""
    assert {name: len(preset.codes) for name, preset in presets().items()} == SIZES


@pytest.mark.parametrize("name", SIZES)
def test_each_is_a_part_of_the_challenge(name: str) -> None:
    """No code twice, all in their order, and all among the 1,000 of the catalogue."""
    codes = codes_of(SIGN + name)
    entries = list(map(built_in().get, codes))

    assert list(codes) == sorted(set(codes))
    assert all(entry is not None and entry.in_ilsvrc2012 for entry in entries)


def test_the_whole_challenge() -> None:
    """The very categories that the catalogue counts to it, its three persons too."""
    assert list(codes_of("@ilsvrc2012")) == [e.code for e in built_in() if e.in_ilsvrc2012]
    assert persons_in(presets()["ilsvrc2012"]) == 3


def test_imagenette() -> None:
    """From the tench to the parachute."""
    assert codes_of("@imagenette") == TENCH_TO_PARACHUTE


def test_imagewang_is_imagenette_and_imagewoof() -> None:
    """They share no category."""
    both = [*codes_of("@imagenette"), *codes_of("@imagewoof")]

    assert list(codes_of("@imagewang")) == sorted(both)


def test_dogs_are_what_lies_below_the_dog() -> None:
    """As WordNet's tree and the catalogue have it."""
    below = set(chain.from_iterable(levels_below(DOG)))

    assert set(codes_of("@dogs")) == below & set(codes_of("@ilsvrc2012"))


def test_stanford_dogs_differ_from_the_dogs_by_four() -> None:
    """The dalmatian is missing, and three wild ones are in."""
    dogs, stanford = set(codes_of("@dogs")), set(codes_of("@stanford_dogs"))

    assert dogs - stanford == {DALMATIAN}
    assert stanford - dogs == {DINGO, DHOLE, AFRICAN_HUNTING_DOG}


def test_larger_editions_of_imagenet_s_hold_the_smaller() -> None:
    """50 of the 300, and these of the 919."""
    small, middle, large = (set(codes_of(f"@imagenet_s{size}")) for size in (50, 300, 919))

    assert small < middle < large


@pytest.mark.parametrize(("name", "code", "is_in"), [
    ("imagewoof", DINGO, True),
    ("imagenet10", "n02056570", True),  # king penguin
    ("imagenet100", "n02869837", True),  # bonnet, the first line of its file
    ("imagenet100", TENCH, False),
    ("tiny_imagenet", "n12267677", True),  # acorn, its last
    ("tiny_imagenet", TENCH, False),
    ("living17", "n01629819", False),  # fire salamander, a fifth of which four were drawn
    ("restricted_imagenet", DINGO, False),
])  # fmt: skip
def test_known_members(name: str, code: str, is_in: bool) -> None:
    """Who is in and who is not, as the published lists have it."""
    assert (code in codes_of(SIGN + name)) is is_in


@pytest.mark.parametrize("paragraph", paragraphs(), ids=list(SIZES))
def test_each_says_where_it_is_from(paragraph: str) -> None:
    """A file at a commit with its digest; dogs follow from what is here."""
    permalink = r"^# https://github\.com/[^/\s]+/[^/\s]+/blob/[0-9a-f]{40}/\S+\n"
    digests = re.findall(rf"{permalink}#     sha256 [0-9a-f]{{64}}$", paragraph, re.MULTILINE)
    links = re.findall(r"^# https://github\.com", paragraph, re.MULTILINE)

    assert len(digests) == len(links)
    assert digests or re.search("^@dogs$", paragraph, re.MULTILINE)


@pytest.mark.parametrize("word", [
    "@tiny_imagenet", "@Tiny-ImageNet", " @TINYIMAGENET ", "@tiny-imagenet-200", "@tiny imagenet",
])  # fmt: skip
def test_spelling_does_not_matter(word: str) -> None:
    """Case, hyphens, underscores and blanks are all one, in its other names too."""
    assert is_preset(word)
    assert preset_named(word) is presets()["tiny_imagenet"]


@pytest.mark.parametrize("word", ["@imagenet-1k", "@ImageNet1k", "@ILSVRC"])
def test_other_names_of_the_challenge(word: str) -> None:
    """As papers and packages call it."""
    assert preset_named(word).name == "ilsvrc2012"


def test_an_unknown_preset_names_the_nearest() -> None:
    """With what these hold, and where all are listed."""
    with pytest.raises(ValueError) as caught:
        preset_named("@stanford_dog")

    assert str(caught.value) == (
        "is no preset; did you mean @stanford_dogs (120 categories: Stanford Dogs: @dogs without "
        "dalmatian, with dingo, dhole, African hunting dog)? "
        "python download_ncodes_imagenet.py --presets lists all 33"
    )


@pytest.mark.parametrize("word", ["@", "@ ", "@-_"])
def test_a_sign_alone_offers_nothing(word: str) -> None:
    """What is near to no name would be a guess."""
    with pytest.raises(ValueError, match=r"^is no preset; python download_ncodes_\w+.py --p"):
        preset_named(word)


def test_nothing_is_offered_for_what_is_near_to_none() -> None:
    """A guess would be marked by somebody."""
    with pytest.raises(ValueError, match=r"^is no preset; python .* lists all 33$"):
        preset_named("@zebra_crossings")


def is_unknown(name: str) -> bool:
    key = name_key(name)
    return bool(key) and key not in {
        name_key(each) for preset in presets().values() for each in (preset.name, *preset.also)
    }


@given(some.text(max_size=30).filter(is_unknown))
def test_any_other_preset_is_a_mistake(name: str) -> None:
    """Whatever is written behind the sign."""
    with pytest.raises(ValueError, match="^is no preset; "):
        preset_named(SIGN + name)


def test_the_listing() -> None:
    """A line for each: what one may name, how much it is, and where it is from."""
    lines = list(FORMATS["text"](preset_sheet(), Medium()))

    assert len(lines) == len(presets())
    assert lines[:2] == [
        "@ilsvrc2012          1000 3 1290127 626674 all of the challenge of 2012, ImageNet-1k"
        " -- https://image-net.org/challenges/LSVRC/2012/",
        "@imagenette            10 0   13921   5195 Imagenette, ten that are told apart"
        " easily -- https://github.com/fastai/imagenette",
    ]


def test_the_listing_counts() -> None:
    """URLs and boxes are the sums of what the catalogue says of the categories."""
    rows = json.loads("".join(FORMATS["json"](preset_sheet(), Medium())))
    entries = [built_in()[code] for code in codes_of("@dogs")]
    dogs = next(row for row in rows if row["preset"] == "@dogs")

    assert dogs["urls_2011"] == sum(entry.urls_2011 for entry in entries)
    assert dogs["boxes"] == sum(entry.boxes for entry in entries)


def test_other_names_are_in_the_other_forms() -> None:
    """They would take too much room on a terminal."""
    second = json.loads("".join(FORMATS["json"](preset_sheet(), Medium())))[1]

    assert (second["preset"], second["also"]) == ("@imagenette", "@imagenette2")


def test_a_name_as_csv_has_it() -> None:
    """An apostrophe stands before the sign there, so that no spreadsheet runs the cell."""
    assert is_preset("'@imagenette") and codes_of("'@imagenette") == codes_of("@imagenette")

"""The built-in categories, and the program that packs them."""

from __future__ import annotations

import lzma
import runpy
from pathlib import Path

import pytest

from imagenet_utils.categories.catalogue import (
    CATALOGUE_FILE,
    Catalogue,
    Entry,
    built_in,
    read_entries,
)

BUILDER = CATALOGUE_FILE.parent / "build_catalogue.py"

DATA_NOUN = """\
  1 This software and database is being provided to you, the LICENSEE, by
00007846 03 n 02 person 0 human_being 0 002 @ 00004475 n 0000 ~ 10000001 n 0000 | a human
00004475 03 n 01 organism 0 001 ~ 00007846 n 0000 | a living thing
10000001 18 n 01 actor 0 002 @ 00007846 n 0000 ~i 10000002 n 0000 | who acts
10000002 18 n 01 Kean 0 001 @i 10000001 n 0000 | an English actor
"""


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    """What the builder takes from timm and from WordNet, four categories small."""
    info = tmp_path / "_info"
    info.mkdir()
    codes = ["n10000002", "n00007846", "n10000001", "n00004475"]
    lemmas = "".join(f"{code}\tany, name\n" for code in codes)
    (info / "imagenet_synset_to_lemma.txt").write_text(lemmas)
    (info / "imagenet_synsets.txt").write_text("n00004475\n")
    data_noun = tmp_path / "data.noun"
    data_noun.write_text(DATA_NOUN)
    return info, data_noun


def build(packages: tuple[Path, Path], output: Path) -> bytes:
    functions = runpy.run_path(str(BUILDER))
    counts = output.with_suffix(".counts")
    lines = ["code,urls_2011,annotated,boxes", "n00004475,8,2,3", "n00007846,1,0,0"]
    lines += ["n10000001,0,0,0", "n10000002,0,0,0"]
    counts.write_bytes(lzma.compress("\n".join(lines).encode()))
    functions["build"].__globals__["COUNTS"] = counts
    functions["build"](*packages, output)
    return output.read_bytes()


def test_all_categories_are_there_once_and_in_order() -> None:
    """21,844 codes, sorted, each once."""
    codes = [entry.code for entry in built_in()]

    assert (len(codes), codes) == (21_844, sorted(set(codes)))


def test_an_entry_has_its_names_and_counts() -> None:
    """The kit fox: 829 URLs in 2011, 522 annotated pictures with 638 boxes, one of ILSVRC's."""
    entry = built_in().get("n02119789")

    names = "kit fox, Vulpes macrotis"
    assert entry == Entry(entry.code, names, 829, 522, 638, True, "") if entry else False


@pytest.mark.parametrize("code", ["n03931044", "n04399382", "n09859684"])
def test_categories_without_urls_are_there(code: str) -> None:
    """Three have boxes or belong to ILSVRC, but no rows in the URL list."""
    entry = built_in().get(code)

    assert entry is not None and entry.urls_2011 == 0 and entry.boxes > 0


def test_the_sums_are_those_of_the_sources() -> None:
    """URLs of the list, ILSVRC's thousand, and persons as WordNet has them below n00007846."""
    entries = list(built_in())

    sums = (
        sum(entry.urls_2011 for entry in entries),
        sum(entry.in_ilsvrc2012 for entry in entries),
        sum(entry.note == "person" for entry in entries),
    )
    assert sums == (14_197_114, 1000, 2837)


def test_persons_carry_the_note_and_others_none() -> None:
    """A scuba diver is a person, a teddy bear isn't."""
    notes = {code: entry.note for code in ("n00007846", "n10565667", "n04399382")
             if (entry := built_in().get(code))}

    assert notes == {"n00007846": "person", "n10565667": "person", "n04399382": ""}


def test_the_catalogue_is_small() -> None:
    """It travels with the program."""
    assert CATALOGUE_FILE.stat().st_size < 330_000


def test_nearest_finds_a_code_with_one_slip() -> None:
    """One digit off, and the category is among the few that are offered."""
    codes = [entry.code for entry in built_in().nearest("n02119788")]

    assert "n02119789" in codes


def test_nearest_finds_a_misspelt_name() -> None:
    """Names are compared one by one, not the whole list of them."""
    assert built_in().nearest("Vulpes makrotis")[0].code == "n02119789"


def test_nearest_puts_whole_names_first() -> None:
    """Every category of the very name comes before names that are merely like it."""
    codes = [entry.code for entry in built_in().nearest("Crane")[:2]]

    assert codes == ["n02012849", "n03126707"]


def test_nearest_finds_nothing_where_nothing_is_near() -> None:
    """No answer is better than a wild guess."""
    assert built_in().nearest("qqqqqqqqqqq") == ()


def test_unknown_codes_are_not_in_it() -> None:
    """Looking up what isn't there gives None."""
    assert Catalogue(()).get("n00000000") is None


def test_the_builder_follows_hyponyms_and_instances(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    """A person, what is below, and instances of it carry the note; what is above doesn't."""
    build(packages, tmp_path / "small.xz")

    notes = [(entry.names, entry.note) for entry in read_entries(tmp_path / "small.xz")]
    assert notes == [
        ("organism", ""),
        ("person, human being", "person"),
        ("actor", "person"),
        ("Kean", "person"),
    ]


def test_the_builder_keeps_counts_and_membership(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    """Counts come from the table beside it, membership from timm."""
    build(packages, tmp_path / "small.xz")

    first = next(iter(read_entries(tmp_path / "small.xz")))
    assert first == Entry(first.code, "organism", 8, 2, 3, True, "")


def test_building_twice_gives_the_same_bytes(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    """Nothing of the time or the machine goes in."""
    once = build(packages, tmp_path / "once.xz")

    assert build(packages, tmp_path / "twice.xz") == once


def test_the_notice_keeps_the_licence_and_the_way_back() -> None:
    """WordNet's notice is whole, and each file is named with what makes it."""
    notice = (CATALOGUE_FILE.parent / "NOTICE").read_text(encoding="utf-8")

    needed = ("WordNet 3.0 Copyright 2006 by Princeton University", "agrees to preserve same",
              "build_catalogue.py", "counts.csv.xz", "catalogue.txt.xz")
    assert [part for part in needed if part not in notice] == []

"""The classes of Open Images beside the categories of ImageNet: one table, one grammar."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import download_ncodes_imagenet
from imagenet_utils.categories.catalogues import CATALOGUES, IMAGENET, OPEN_IMAGES, entry_of
from imagenet_utils.categories.hyponyms import all_below, hypernyms, roots, tree
from imagenet_utils.categories.naming import code_meant, meaning_of
from imagenet_utils.categories.ncodes import read_marked
from imagenet_utils.categories.open_images import boxable, hierarchy
from imagenet_utils.categories.search import search
from imagenet_utils.command_line.open_images_classes import classes_of_open_images
from imagenet_utils.data.build_open_images import build
from imagenet_utils.errors import ExitCode
from tests.open_images_csvs import TULIP, write_csv

DOG, DOGS, VEHICLE, CAR = "/m/0bt9lr", "n02084071", "/m/07yv9", "/m/0k4j"


def unknown(code: str) -> bool:
    return False


def problem_of(word: str, *catalogues: str) -> list[str]:
    with pytest.raises(ValueError) as caught:
        meaning_of(word, unknown, catalogues=catalogues)
    return str(caught.value).splitlines()


def run(folder: Path, *words: str) -> int:
    return download_ncodes_imagenet.main(["-nc_dir", str(folder), *words])


def rows_in(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "ncodes.csv", newline="", encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_the_classes_that_have_boxes() -> None:
    """601 of them, none twice, and none with ImageNet's form of code."""
    codes = [entry.code for entry in boxable()]

    assert len(set(codes)) == len(codes) == 601
    assert codes == sorted(codes)


def test_the_tree_knows_the_classes_and_no_others() -> None:
    """Each is met from the roots, once."""
    met = [branch.code for branch in tree(*roots(OPEN_IMAGES))]

    assert sorted(met) == [entry.code for entry in boxable()]


def test_the_file_is_built_from_what_was_published(tmp_path: Path) -> None:
    """Kinds, not parts; a class with several kinds above it has them all; no root."""
    names = write_csv(tmp_path / "names.csv", b"label,class", [
        b"/m/1,Door", b"/m/2,Handle", b"/m/3,Tool", b"/m/4,Knob"])
    tree_file = tmp_path / "tree.json"
    tree_file.write_text(json.dumps({"LabelName": "/m/0bl9f", "Subcategory": [
        {"LabelName": "/m/1", "Part": [{"LabelName": "/m/2", "Subcategory": [
            {"LabelName": "/m/4"}]}]},
        {"LabelName": "/m/3", "Subcategory": [{"LabelName": "/m/4"}]}]}))
    build(names, tree_file, tmp_path / "built.csv")

    assert (tmp_path / "built.csv").read_text().splitlines()[1:] == [
        "/m/1,Door,", "/m/2,Handle,", "/m/3,Tool,", "/m/4,Knob,/m/2 /m/3"]


@pytest.mark.parametrize("word", ["Dog", "dog", " DOG ", DOG, "/M/0BT9LR", f'="{DOG}"'])
def test_a_class_by_its_name_or_its_code(word: str) -> None:
    """However a spreadsheet has left it."""
    assert meaning_of(word, unknown, catalogues=(OPEN_IMAGES,)).codes == (DOG,)


def test_a_code_says_by_itself_whose_it_is() -> None:
    """Whichever names are meant."""
    assert code_meant(DOG, catalogues=(IMAGENET,)) == DOG
    assert code_meant(DOGS, catalogues=(OPEN_IMAGES,)) == DOGS


@pytest.mark.parametrize("word", ["Vehicle/", f"{VEHICLE}/"])
def test_a_class_with_all_below_it(word: str) -> None:
    """The class, and whatever is a kind of it in Open Images' own tree."""
    codes = meaning_of(word, unknown, catalogues=(OPEN_IMAGES,)).codes

    assert codes[0] == VEHICLE
    assert CAR in codes
    assert set(codes) == set(all_below(VEHICLE)) == set(hierarchy().all_below(VEHICLE))


def test_a_name_that_both_have_is_ambiguous_where_both_are_meant() -> None:
    """A line for each bearer, to paste."""
    first, *offered = problem_of("dog", IMAGENET, OPEN_IMAGES)

    assert first == "is the name of 3 categories; say which by its code:"
    assert [line.split()[0] for line in offered] == [DOGS, "n02710044", DOG]
    assert offered[2] == "  /m/0bt9lr  # Dog (Open Images)"


def test_a_name_that_another_catalogue_has_is_told() -> None:
    """With whose it is, and its code."""
    assert problem_of("Doggy", OPEN_IMAGES)[0] == (
        "is no category of open_images, but of imagenet; take it by its code:")


def test_an_unknown_class_is_offered_near_ones() -> None:
    """By other forms of its words, or by its letters."""
    assert problem_of("Ladybags", OPEN_IMAGES)[1:] == ["  /m/0gj37  # Ladybug (Open Images)"]


def test_search_and_tree() -> None:
    """The same as for ImageNet."""
    found = [each.entry.code for each in search(["dogs"], catalogue=OPEN_IMAGES).found]

    assert found[0] == DOG
    assert VEHICLE in hypernyms("/m/01prls")


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_entries_are_found_by_their_code_alone(catalogue: str) -> None:
    """For every row of the table of catalogues."""
    entries = list(CATALOGUES[catalogue]())

    assert all(entry_of(entry.code) is entry for entry in entries[::100])


def test_table_of_open_images(tmp_path: Path) -> None:
    """Nobody knows the counts, and so none are written."""
    assert run(tmp_path, "--source", "open_images") == ExitCode.ALL_HERE
    assert len(rows_in(tmp_path)) == 601
    assert rows_in(tmp_path)[DOG] == {
        "code": DOG, "name": "Dog", "to_download": "False", "how_many": "-1", "urls_2011": "",
        "annotated": "", "boxes": "", "ilsvrc2012": "no", "note": ""}


def test_one_table_may_hold_both(tmp_path: Path) -> None:
    """The classes are added behind; labels of names that both have carry the class's code."""
    run(tmp_path, "--source", "ilsvrc2012")
    run(tmp_path, "--source", "open_images", "--add_missing", "--mark", "Lion", "Tortoise",
        "n02129165")
    marked = read_marked(tmp_path / "ncodes.csv")

    assert len(rows_in(tmp_path)) == 1601
    assert [(each.code, each.label) for each in marked.categories] == [
        ("n02129165", "lion"), ("/m/011k07", "Tortoise_m_011k07"), ("/m/096mb", "Lion_m_096mb")]


def test_marks_go_by_the_codes_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of Open Images alone needs no --source to understand its names."""
    run(tmp_path, "--source", "open_images")
    code = run(tmp_path, "--mark", "Vehicle/", "--except", "Land vehicle/", "--how_many", "5")
    marked = {code for code, row in rows_in(tmp_path).items() if row["to_download"] == "True"}

    assert code == ExitCode.ALL_HERE
    assert marked == set(all_below(VEHICLE)) - set(all_below("/m/01prls"))
    assert "5 of each" in capsys.readouterr().out


def test_a_name_in_doubt_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a table that has both."""
    run(tmp_path, "--source", "open_images")
    run(tmp_path, "--source", "imagenet", "--add_missing")
    before = (tmp_path / "ncodes.csv").read_bytes()
    code = run(tmp_path, "--mark", "dog")

    assert code == ExitCode.USAGE
    assert "/m/0bt9lr  # Dog (Open Images)" in capsys.readouterr().err
    assert (tmp_path / "ncodes.csv").read_bytes() == before


def test_all_classes_come_from_the_metadata(tmp_path: Path) -> None:
    """Where the names lie ready, nothing is fetched."""
    write_csv(tmp_path / "metadata" / "oidv7-class-descriptions.csv", b"LabelName,DisplayName",
              [f"{TULIP},Sprenger's tulip".encode()])
    code = run(tmp_path, "--source", "open_images", "--classes", "all", "--open_images_version",
               "V7", "--open_images_dir", str(tmp_path / "metadata"))

    assert code == ExitCode.ALL_HERE
    assert rows_in(tmp_path)[TULIP]["name"] == "Sprenger's tulip"
    assert len(rows_in(tmp_path)) == 602


def test_names_of_a_version_that_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line."""
    code = run(tmp_path, "--source", "open_images", "--classes", "all",
               "--open_images_version", "V1")

    assert code == ExitCode.USAGE
    assert capsys.readouterr().err == (
        "error: Open Images V1 has no list of its classes. Take a later version\n")


@pytest.mark.parametrize("option", [("--classes", "all"), ("--open_images_version", "V3")])
def test_options_of_open_images_need_it(
    tmp_path: Path, option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """They would change nothing."""
    assert run(tmp_path, *option) == ExitCode.USAGE
    assert "goes with --source open_images alone" in capsys.readouterr().err
    assert not (tmp_path / "ncodes.csv").exists()


def test_classes_are_not_asked_of_other_sources() -> None:
    """None: those that are built in."""
    from imagenet_utils.command_line.arguments import parse
    from imagenet_utils.command_line.console import Console
    from imagenet_utils.command_line.download_options import PROGRAM

    assert classes_of_open_images(parse(PROGRAM, []), Console()) is None

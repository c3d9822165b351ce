"""Unpacked archives in the shapes that people have them in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.known import Role
from imagenet_utils.ilsvrc import trees
from imagenet_utils.ilsvrc.trees import Findings, Tree, look_through, of_role
from imagenet_utils.model import Wnid

FOX, SETTER = Wnid("n02119789"), Wnid("n02100735")
VAL = "ILSVRC2012_val_0000000"


def lay(root: Path, *names: str) -> Path:
    """Empty files: a tree is told by names alone."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def found(root: Path) -> dict[str, tuple[str, bool]]:
    """Role -> folder below `root`, and whether it is sorted into classes."""
    return {tree.role.value: (tree.root.relative_to(root).as_posix(), tree.is_sorted)
            for tree in look_through(root).trees}


def test_train_and_sorted_validation(tmp_path: Path) -> None:
    """The tree that most training scripts ask for."""
    lay(tmp_path, f"train/{FOX}/{FOX}_1.JPEG", f"val/{FOX}/{VAL}1.JPEG")

    assert found(tmp_path) == {"train": ("train", True), "val": ("val", True)}


def test_flat_splits(tmp_path: Path) -> None:
    """As tar unpacks them, whatever the folders are called."""
    lay(tmp_path, f"a/{VAL}1.JPEG", "b/test/ILSVRC2012_test_00000001.JPEG")

    assert found(tmp_path) == {"val": ("a", False), "test": ("b/test", False)}


def test_classes_beside_other_things(tmp_path: Path) -> None:
    """Folders of classes need none above them, and hide nothing else."""
    lay(tmp_path, f"{FOX}/{FOX}_1.JPEG", f"val/{VAL}1.JPEG", "notes.txt")

    assert found(tmp_path) == {"train": (".", True), "val": ("val", False)}


def test_kaggles_tree(tmp_path: Path) -> None:
    """Pictures, boxes and solution, each where Kaggle has it."""
    kaggle = tmp_path / "imagenet-object-localization-challenge"
    lay(kaggle / "ILSVRC/Data/CLS-LOC", f"train/{FOX}/{FOX}_1.JPEG", f"val/{VAL}1.JPEG",
        "test/ILSVRC2012_test_00000001.JPEG")
    lay(kaggle / "ILSVRC/Annotations/CLS-LOC", f"train/{FOX}/{FOX}_1.xml", f"val/{VAL}1.xml")
    lay(kaggle, "LOC_val_solution.csv", "LOC_synset_mapping.txt")
    data = f"{kaggle.name}/ILSVRC/Data/CLS-LOC"
    boxes = f"{kaggle.name}/ILSVRC/Annotations/CLS-LOC"

    assert found(tmp_path) == {
        "train": (f"{data}/train", True), "val": (f"{data}/val", False),
        "test": (f"{data}/test", False), "bbox_train": (f"{boxes}/train", True),
        "bbox_val": (f"{boxes}/val", False),
    }
    assert look_through(tmp_path).files == [kaggle / "LOC_val_solution.csv"]


def test_detection_is_another_challenge(tmp_path: Path) -> None:
    """Its pictures have the names of ours, and are others."""
    lay(tmp_path / "Data", f"DET/val/{VAL}1.JPEG", f"VID/train/{FOX}/{FOX}_1.JPEG")

    assert found(tmp_path) == {}


def test_results_are_no_archive(tmp_path: Path) -> None:
    """What a run has stored is not read by the next as if it were the original."""
    lay(tmp_path, "partial_imagenet/.ledger.sqlite3",
        f"partial_imagenet/val/kit_fox/Images/{VAL}1.JPEG")

    assert found(tmp_path) == {}


@pytest.mark.parametrize("name", ["meta.mat", "meta_clsloc.mat",
                                  "ILSVRC2012_validation_ground_truth.txt",
                                  "ILSVRC2015_clsloc_validation_ground_truth.txt"])
def test_an_unpacked_devkit(tmp_path: Path, name: str) -> None:
    """Of any year, by the files that matter."""
    lay(tmp_path, f"ILSVRC2012_devkit_t12/data/{name}")

    assert found(tmp_path) == {"devkit_t12": ("ILSVRC2012_devkit_t12/data", False)}


def test_a_validation_folder_of_other_names(tmp_path: Path) -> None:
    """The folder says what the pictures' names don't, or contradict."""
    lay(tmp_path, f"val/{FOX}/{FOX}_9.JPEG", f"train/{FOX}/1.png")

    assert found(tmp_path) == {"val": ("val", True), "train": ("train", True)}


def test_pictures_of_no_split(tmp_path: Path) -> None:
    """A folder of somebody's photographs is none of ours."""
    lay(tmp_path, "holiday/beach.jpg", f"flat/{FOX}_1.JPEG", f"{SETTER}/readme.txt")

    assert look_through(tmp_path) == Findings()


def test_the_first_class_may_be_empty(tmp_path: Path) -> None:
    """Another one tells."""
    lay(tmp_path, f"train/{SETTER}/.DS_Store", f"train/{FOX}/{FOX}_1.JPEG")

    assert found(tmp_path) == {"train": ("train", True)}


def test_a_folder_of_class_tars(tmp_path: Path) -> None:
    """The outer archive unpacked, the inner ones not."""
    lay(tmp_path, f"winter/{FOX}.tar", f"winter/{SETTER}.tar")

    assert look_through(tmp_path) == Findings(class_tars=[tmp_path / "winter"])


def test_the_folder_with_the_right_name_comes_first(tmp_path: Path) -> None:
    """Of several that could be meant."""
    lay(tmp_path, f"mini/{FOX}/{FOX}_1.JPEG", f"train/{FOX}/{FOX}_1.JPEG")
    likely = of_role(look_through(tmp_path).trees, Role.TRAIN)

    assert [tree.root.name for tree in likely] == ["train", "mini"]


def test_a_class_is_listed_when_asked_for(tmp_path: Path) -> None:
    """Its pictures in order, whatever the case of the extension; the rest is passed over."""
    root = lay(tmp_path, f"{FOX}/{FOX}_2.jpeg", f"{FOX}/{FOX}_10.JPEG", f"{FOX}/b.Jpg",
               f"{FOX}/notes.txt", f"{FOX}/.hidden.jpg", f"{FOX}/deeper/c.jpg")
    pictures = Tree(Role.TRAIN, root, is_sorted=True).of_class(FOX)

    assert pictures.names == ("b.Jpg", f"{FOX}_10.JPEG", f"{FOX}_2.jpeg")
    assert list(pictures.paths())[0] == str(root / FOX / "b.Jpg")


def test_a_class_without_a_folder_has_no_pictures(tmp_path: Path) -> None:
    """An unpacked part of the archive is no error."""
    root = lay(tmp_path, f"{FOX}/{FOX}_1.JPEG", "n00000001")
    tree = Tree(Role.TRAIN, root, is_sorted=True)

    assert tree.of_class(SETTER).names == ()
    assert tree.of_class(Wnid("n00000001")).names == ()
    assert tree.codes() == (FOX,)


def test_looking_lists_no_more_than_it_must(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the classes' folders one tells what the split is."""
    codes = [f"n{number:08d}" for number in range(50)]
    lay(tmp_path, *(f"train/{code}/{code}_1.JPEG" for code in codes))
    scandir, listed = os.scandir, []
    monkeypatch.setattr(trees.os, "scandir", lambda path: listed.append(path) or scandir(path))
    look_through(tmp_path)

    assert listed == [tmp_path, tmp_path / "train", tmp_path / "train" / codes[0]]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    """To files and to folders; a broken one is no picture."""
    lay(tmp_path / "disk", f"{FOX}/{FOX}_1.JPEG")
    lay(tmp_path / "here", "readme.txt")
    (tmp_path / "here" / "train").symlink_to(tmp_path / "disk")
    (tmp_path / "here" / "again").symlink_to(tmp_path / "here")
    (tmp_path / "here" / "self").symlink_to("self")
    folder = tmp_path / "disk" / FOX
    (folder / f"{FOX}_2.JPEG").symlink_to(folder / f"{FOX}_1.JPEG")
    (folder / f"{FOX}_3.JPEG").symlink_to(f"{FOX}_3.JPEG")
    tree = look_through(tmp_path / "here").trees[0]

    assert tree.root == tmp_path / "here" / "train"
    assert tree.of_class(FOX).names == (f"{FOX}_1.JPEG", f"{FOX}_2.JPEG")


def test_a_forest_is_not_searched_for_ever(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is told."""
    monkeypatch.setattr(trees, "MOST_FOLDERS", 3)
    lay(tmp_path, *(f"{number}/x" for number in range(5)))

    assert look_through(tmp_path).problems == [
        f"{tmp_path}: only 3 folders of it were looked into; name the right one with --archive"]


def test_a_folder_that_cannot_be_listed_is_told(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the others are looked into all the same."""
    lay(tmp_path, f"locked/{VAL}1.JPEG", f"val/{VAL}1.JPEG")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(trees.os, "scandir", refuse)
    findings = look_through(tmp_path)

    assert [tree.root.name for tree in findings.trees] == ["val"]
    assert findings.problems == [
        f"{tmp_path / 'locked'}: cannot be listed: Permission denied"]


NAMES = st.text(st.characters(codec="utf-8", exclude_characters='\0/\\:*?"<>|'), min_size=1,
                max_size=40).filter(lambda name: name.strip(". ") == name)


@given(st.lists(st.one_of(NAMES, st.from_regex(trees.PICTURE, fullmatch=True)), max_size=6))
def test_names_of_any_kind_are_harmless(
        tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """What is given out are names of pictures, all of them below the folder."""
    root = lay(tmp_path_factory.mktemp("odd"), *(f"{FOX}/{name}" for name in names))
    tree = Tree(Role.TRAIN, root, is_sorted=True)
    look_through(root)

    assert all(Path(path).is_file() for path in tree.of_class(FOX).paths())
    assert all(trees.PICTURE.fullmatch(name) for name in tree.of_class(FOX).names)

"""The tables made of a devkit."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.ilsvrc.devkit import Devkit, Synset
from imagenet_utils.ilsvrc.synsets_table import write_synsets_table, write_val_labels
from imagenet_utils.model import Wnid

FOX, TENCH = Wnid("n02119789"), Wnid("n01440764")
DEVKIT = Devkit((
    Synset(1, FOX, "kit fox, Vulpes macrotis", 'a "small" fox', 1300, 0, (), 0),
    Synset(449, TENCH, "tench", "", 1300, None, (), None),
    Synset(1001, Wnid("n00001740"), "entity", "=what()", 0, 2, (1002, 1003), 18),
))
TABLE = """\
ILSVRC2012_ID,position,WNID,words,gloss,num_children,children,wordnet_height,num_train_images
1,1,n02119789,"kit fox, Vulpes macrotis","a ""small"" fox",0,,0,1300
449,0,n01440764,tench,,,,,1300
1001,,n00001740,entity,'=what(),2,1002 1003,18,0
"""


def test_the_table_has_both_numberings(tmp_path: Path) -> None:
    """What a year does not tell is blank, and so is the position of what is no class."""
    write_synsets_table(DEVKIT, tmp_path / "made" / "synsets.csv")

    assert (tmp_path / "made" / "synsets.csv").read_text(encoding="utf-8") == TABLE


def test_labels_have_both_numberings(tmp_path: Path) -> None:
    """Sorted by picture."""
    write_val_labels(tmp_path / "val.csv", {"b.JPEG": FOX, "a.JPEG": TENCH})

    assert (tmp_path / "val.csv").read_text(encoding="utf-8") == (
        "image,code,ILSVRC2012_ID,position\n"
        "a.JPEG,n01440764,449,0\n"
        "b.JPEG,n02119789,1,278\n"
    )


def test_an_older_table_is_written_anew(tmp_path: Path) -> None:
    """One that has the header of this one, as a spreadsheet saves it."""
    path = tmp_path / "synsets.csv"
    path.write_bytes(b"\xef\xbb\xbf" + TABLE.partition("449")[0].encode().replace(b"\n", b"\r\n"))
    write_synsets_table(DEVKIT, path)

    assert path.read_text(encoding="utf-8") == TABLE


def test_another_file_of_that_name_stays(tmp_path: Path) -> None:
    """It may be the user's work."""
    path = tmp_path / "synsets.csv"
    path.write_text("my notes\n")
    with pytest.raises(UsageError, match="found another file"):
        write_synsets_table(DEVKIT, path)

    assert path.read_text() == "my notes\n"


def test_a_code_beyond_the_challenge_has_no_numbers(tmp_path: Path) -> None:
    """Its line stays, for labels of the user's own may name such; the others keep their numbers."""
    write_val_labels(tmp_path / "val.csv", {"a.JPEG": FOX, "b.JPEG": Wnid("n00001740")})
    lines = (tmp_path / "val.csv").read_text(encoding="utf-8").splitlines()

    assert lines[1].startswith(f"a.JPEG,{FOX},1,")
    assert lines[2] == "b.JPEG,n00001740,,"


def test_a_place_that_takes_no_file_is_a_local_fault(tmp_path: Path) -> None:
    """Such as a folder below a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalFault, match="file"):

        write_synsets_table(DEVKIT, tmp_path / "file" / "synsets.csv")

"""Devkits of all years, in folders and archives."""

from __future__ import annotations

import io
import tarfile
from functools import cache
from pathlib import Path

import pytest

from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.devkit import (
    FILE_LIMIT,
    Synset,
    ground_truth_in,
    read_devkit,
    synsets_in,
)
from imagenet_utils.model import Wnid
from tests import small_devkit
from tests.mat_writer import mat, small_number, structs, text
from tests.small_devkit import ground_truth, make_devkit, meta

SOME = cache(meta)  # of a year


@pytest.mark.parametrize("year", small_devkit.SHAPES)
def test_every_year_has_the_thousand_classes(year: int) -> None:
    """Arrays that stand or lie, fields of either name, with or without what is above."""
    classes = synsets_in(SOME(year), "meta.mat")[:1000]

    first = classes[0]
    assert [each.id for each in classes] == list(range(1, 1001))
    assert (first.wnid, first.words, first.gloss) == ("n02119789", "thing 1", "what is called 1")
    assert sum(each.num_train_images for each in classes) == 1_281_167


def test_what_is_above_the_classes_has_its_children() -> None:
    """In the devkits of 2012 to 2014."""
    last = synsets_in(SOME(2012), "meta.mat")[-1]

    entity = Wnid(small_devkit.ENTITY)
    assert last == Synset(1001, entity, "entity", "what is", 0, 2, (1, 2), 2)


def test_what_a_year_does_not_tell_is_none() -> None:
    """From 2015 on there is no tree."""
    first = synsets_in(SOME(2015), "meta.mat")[0]

    assert (first.num_children, first.children, first.wordnet_height) == (None, (), None)


@pytest.fixture(scope="module")
def devkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of 2012, in a folder with other things."""
    return make_devkit(tmp_path_factory.mktemp("archives") / "ILSVRC2012_devkit_t12",
                       meta=SOME(2012))


@pytest.mark.parametrize("steps", [".", "data", ".."])
def test_a_folder_is_the_devkit_or_in_it_or_around_it(devkit: Path, steps: str) -> None:
    """Whatever of it the user names."""
    found = read_devkit(devkit / steps)

    assert (len(found.synsets), len(found.ground_truth), found.blacklist) == (1001, 50_000, ())


def test_an_archive_is_read_as_it_is(devkit: Path, tmp_path: Path) -> None:
    """Nothing is unpacked to the disk, and messages can name the member."""
    archive = tmp_path / "ILSVRC2012_devkit_t12.tar.gz"
    archive.write_bytes(small_devkit.tarred(devkit))
    found = read_devkit(archive)

    member = "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt"
    assert found.synsets == read_devkit(devkit).synsets
    assert found.origins["ground truth"] == f"{archive}#{member}"
    assert list(tmp_path.iterdir()) == [archive]


def test_one_devkit_has_what_another_lacks(tmp_path: Path) -> None:
    """The ground truth of 2012 and the blacklist of 2015, side by side."""
    make_devkit(tmp_path / "ILSVRC2012_devkit_t12", meta=SOME(2012))
    make_devkit(tmp_path / "devkit", 2015, meta=SOME(2015), truth=b"", blacklist=b"36\n50\n")
    found = read_devkit(tmp_path)

    assert (len(found.synsets), len(found.ground_truth)) == (1001, 50_000)
    assert found.blacklist == (36, 50)


def test_the_ground_truth_alone_is_a_devkit(tmp_path: Path) -> None:
    """The classes of its ids are known."""
    (tmp_path / "ILSVRC2012_validation_ground_truth.txt").write_bytes(ground_truth())
    found = read_devkit(tmp_path)

    assert (found.synsets, found.ground_truth[:3]) == ((), (1, 8, 15))


@pytest.mark.parametrize("change", [
    lambda text: text + b"\n",
    lambda text: text.replace(b"\n", b"\r\n"),
    lambda text: text.replace(b"\n", b"\r\n") + b"\r\n\r\n",
    lambda text: b"\xef\xbb\xbf" + text,
])
def test_line_ends_do_not_matter(change: object) -> None:
    """As an editor may have left them."""
    changed = change(ground_truth()) if callable(change) else b""

    assert ground_truth_in(changed, "truth.txt") == ground_truth_in(ground_truth(), "truth.txt")


def test_ids_that_are_none_are_told_by_line() -> None:
    """Each of them; line 3 and 5 here."""
    lines = ground_truth().split(b"\n")
    lines[2], lines[4] = b"1001", b"kit fox"
    with pytest.raises(UsageError) as error:
        ground_truth_in(b"\n".join(lines), "truth.txt")

    assert str(error.value).splitlines() == [
        "truth.txt: line 3: expected a number from 1 to 1000, found '1001'",
        "truth.txt: line 5: expected a number from 1 to 1000, found 'kit fox'",
    ]


ALTERED = {
    "found 999 in 1001 synsets": {7: {"ILSVRC2012_ID": small_number(8)},
                                  9: {"ILSVRC2012_ID": small_number(8)}},
    "expected a WNID like n02119789, found 'fox'": {1: {"WNID": text("fox")}},
    "expected text in the field gloss": {5: {"gloss": small_number(3)}},
    "expected numbers in the field children": {5: {"children": text("1")}},
}


@pytest.mark.parametrize("words", ALTERED)
def test_synsets_that_make_no_sense_are_told(words: str) -> None:
    """With the file's name."""
    with pytest.raises(UsageError, match=f"meta.mat: .*{words}"):

        synsets_in(meta(2012, ALTERED[words]), "meta.mat")


def test_another_numbering_is_the_devkits_own(tmp_path: Path) -> None:
    """In 2010 and 2011 the classes were others: a devkit's ground truth speaks of its own."""
    other = meta(2012, {3: {"WNID": text("n00007846")}})
    folder = make_devkit(tmp_path / "devkit", meta=other)

    assert read_devkit(folder).synsets[2].wnid == "n00007846"


def test_a_file_of_other_structs_is_told() -> None:
    """With the fields that it has instead."""
    other = mat(structs("synsets", [{"colour": text("red")}]))
    with pytest.raises(UsageError, match="no field like ILSVRC2012_ID, only colour"):

        synsets_in(other, "meta.mat")


def test_a_folder_without_a_devkit_is_told(tmp_path: Path) -> None:
    """With what was looked for."""
    with pytest.raises(UsageError, match="expected meta.mat or a validation ground truth"):

        read_devkit(tmp_path)


@pytest.mark.parametrize("content, words", [
    (b"<!DOCTYPE html><title>Log in</title>".ljust(2000), "not a tar archive"),
    (b"", "an empty file"),
])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    """A login page may have its name."""
    archive = tmp_path / "ILSVRC2012_devkit_t12.tar.gz"
    archive.write_bytes(content)
    with pytest.raises(UsageError, match=words):

        read_devkit(archive)


def test_an_archive_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As any file."""
    with pytest.raises(UsageError, match="No such file"):

        read_devkit(tmp_path / "devkit.tar.gz")


def test_a_member_of_any_size_is_not_read(tmp_path: Path) -> None:
    """It would be read into memory."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        large = tarfile.TarInfo("data/meta.mat")
        large.size = FILE_LIMIT + 1
        tar.addfile(large, io.BytesIO(bytes(large.size)))
    (tmp_path / "devkit.tgz").write_bytes(archive.getvalue())
    with pytest.raises(UsageError, match="is larger than"):

        read_devkit(tmp_path / "devkit.tgz")

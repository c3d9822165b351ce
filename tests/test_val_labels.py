"""Labels of the validation set, for pictures in any order and under any name."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import TableError, UsageError
from imagenet_utils.ilsvrc.devkit import Devkit, ground_truth_in
from imagenet_utils.ilsvrc.numbering import classes, classes_by_id
from imagenet_utils.ilsvrc.synsets_table import write_val_labels
from imagenet_utils.ilsvrc.val_labels import (
    ValLabels,
    labels_from_devkit,
    labels_in,
    labels_of_validation,
    read_val_labels,
)
from imagenet_utils.model import Wnid
from tests.small_devkit import ground_truth

FOX, SETTER, TENCH = "n02119789", "n02100735", "n01440764"


def numbered(number: int) -> str:
    return f"ILSVRC2012_val_{number:08d}.JPEG"


@pytest.fixture(scope="module")
def whole() -> ValLabels:
    """Those of a devkit: 50,000."""
    return labels_from_devkit(Devkit(ground_truth=ground_truth_in(ground_truth(), "truth")))


@pytest.mark.parametrize("name", ["ILSVRC2012_val_{:08d}.JPEG", "picture{:08d}.jpg"])
def test_all_labels_are_right_in_any_order(whole: ValLabels, name: str) -> None:
    """All 50,000 as a disk may list them: by their numbers, or by the order of other names."""
    pictures = [name.format(number) for number in range(1, 50_001)]
    shuffled = random.Random(3).sample(pictures, len(pictures))

    assert labels_of_validation(shuffled, whole) == dict(zip(pictures, whole.by_number))


ALL = tuple(classes_by_id()[at].wnid for at in [1000] * 49_992 + [1, 2, 3, 4, 5, 6, 7, 8])


@given(st.permutations(range(1, 9)), st.integers(0, 8))
def test_a_part_has_the_labels_of_the_whole(order: list[int], count: int) -> None:
    """By number, whichever are there, and whatever folder they are in."""
    labels = ValLabels("truth", by_number=ALL)
    names = [f"val/{numbered(49_992 + at)}" for at in order[:count]]

    expected = {name: classes_by_id()[at].wnid for name, at in zip(names, order)}
    assert labels_of_validation(names, labels) == expected


def test_the_ground_truth_counts_by_devkit_ids(whole: ValLabels) -> None:
    """1 is the kit fox, not the tench."""
    assert whole.by_number[0] == FOX


def test_sorted_trees_keep_their_numbers(whole: ValLabels) -> None:
    """The folder that a picture lies in does not matter, on Windows neither."""
    names = [f"val/{TENCH}/{numbered(2)}", f"val\\{SETTER}\\{numbered(1001)}"]

    eighth = classes_by_id()[8].wnid
    assert list(labels_of_validation(names, whole).values()) == [eighth, FOX]


def test_a_devkit_without_ground_truth_is_told() -> None:
    """With the option that helps."""
    with pytest.raises(UsageError, match="--val_labels"):

        labels_from_devkit(Devkit(origins={"synsets": "meta.mat"}))


FORMS = {
    "codes": f"{FOX}\n{TENCH}\n",
    "devkit ids": "1\n449",
    "codes and ids": f"{FOX}\r\n449\r\n",
    "names and codes": f"{numbered(2)} {TENCH}\n{numbered(1)}\t{FOX}\n",
    "names without ending": f"ILSVRC2012_val_00000002,{TENCH}\nILSVRC2012_val_00000001,{FOX}\n",
    "blank lines between": f"{numbered(2)} {TENCH}\n\n{numbered(1)} {FOX}\n\n",
    "Kaggle's": "ImageId,PredictionString\n"
                f"ILSVRC2012_val_00000002,{TENCH} 255 142 454 329 {TENCH} 44 21 322 295 \n"
                f"ILSVRC2012_val_00000001,{FOX} 1 2 3 4 \n",
    "quoted": f'"{numbered(1)}";"{FOX}"\n"{numbered(2)}";"{TENCH}"\n',
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str) -> None:
    """Two pictures, a fox and a tench."""
    labels = labels_in(FORMS[form].encode(), "labels.txt")
    found = labels_of_validation([numbered(2), numbered(1)], labels)

    assert found == {numbered(1): FOX, numbered(2): TENCH}


names = st.from_regex(r"[a-z0-9=_-]([a-z0-9 ,;\"'_-]{0,9}[a-z])?\.JPEG", fullmatch=True)
codes = st.sampled_from([each.wnid for each in classes()])


@given(st.dictionaries(names, codes, min_size=1, max_size=6))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, labels: dict[str, Wnid]
) -> None:
    """The table of a run gives the same labels to the next."""
    path = tmp_path_factory.getbasetemp() / "val_labels.csv"
    write_val_labels(path, labels)

    assert labels_of_validation(list(labels), read_val_labels(path)) == labels


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    """By one kind of error."""
    with pytest.raises(UsageError):

        labels_in(b"?" + noise, "labels.txt")


MISTAKES = {
    "0\n1\n": ["line 1: expected a code of ILSVRC2012 or an id from 1 to 1000, found '0'"],
    f"{FOX}\n\n{FOX}\n": ["line 2: expected a code of ILSVRC2012 or an id from 1 to 1000, "
                          "found nothing"],
    "a.jpg 65\n": ["line 1: expected a code behind the name, not a number, of which there are two "
                   "kinds, found '65'"],
    "n01440764 tench, Tinca\n": ["line 1: expected a picture's name before n01440764, found "
                                 "nothing"],
    "a.jpg tench\n": ["line 1: expected a code behind the name, found 'tench'"],
    f"a.jpg {FOX}\nb.jpg n00007846\na.png {TENCH}\n": [
        "line 2: expected a code of ILSVRC2012, found n00007846",
        "line 3: 'a.png' again, with another code"],
    f"a.jpg {FOX} 1 2 3 4 {TENCH} 1 2 3 4\n": [
        f"line 1: expected one code, found {TENCH} and {FOX}"],
    "1001\n" * 12: [
        *(f"line {line}: expected a code of ILSVRC2012 or an id from 1 to 1000, found '1001'"
          for line in range(1, 11)), "and 2 more"],
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_told_with_their_lines(text: str) -> None:
    """All at once, up to ten."""
    with pytest.raises(TableError) as error:
        labels_in(text.encode(), "labels.txt")

    assert str(error.value).splitlines() == [f"labels.txt: {each}" for each in MISTAKES[text]]


def labels_of(count: int) -> ValLabels:
    return labels_in(f"{FOX}\n".encode() * count, "labels.txt")


REFUSED = {
    "expected 50,000 lines, found 49,999": ([numbered(1), numbered(2)], labels_of(49_999)),
    "has 2 lines, none for this": ([numbered(1), numbered(3)], labels_of(2)),
    "expected 2 lines, one for each": (["a.jpg", "b.jpg"], labels_of(3)),
    "two pictures of one name": (["x/a.jpg", "y/a.jpg"], labels_of(2)),
    "none for this number": ([numbered(0)], labels_of(50_000)),
    "b.jpg: expected a name like": (["b.jpg", numbered(1)], labels_of(2)),
    "expected a line for c.jpg, found none; 2 pictures": (
        ["c.jpg", "a.jpg", "d.jpg"], labels_in(f"a.jpg {FOX}".encode(), "labels.txt")),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_told_is_refused(words: str) -> None:
    """A wrong label is worse than none."""
    with pytest.raises(UsageError, match=words):

        labels_of_validation(*REFUSED[words])


def test_no_pictures_need_no_labels() -> None:
    """Nothing is nothing's mistake."""
    assert labels_of_validation([], labels_of(3)) == {}


@pytest.mark.parametrize("content, words", [
    (b"\n\n", "is empty"), (b"1\n" * 1_000_001, "has more than 1,000,000 lines"),
    ("n0\n".encode("utf-16"), "line 1: expected UTF-8"),
])
def test_files_that_are_no_lists_are_told(tmp_path: Path, content: bytes, words: str) -> None:
    """With the file's name."""
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"labels.txt.*{words}"):

        read_val_labels(path)

"""Which categories a run is about: words of the command line, or marks of the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.categories.selection import Chosen, chosen_by_table, chosen_by_words
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Category, Wnid

HUSKY = Category(Wnid("n02110185"), "Siberian_husky", 100)


def unknown(code: str) -> bool:
    return False


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A husky, a beagle and a crane."""
    path = tmp_path / "ncodes.csv"
    path.write_text("code,to_download,how_many,label\nn02110185,yes,100,Siberian husky\n"
                    "n02088364,yes,5,\nn02012849,yes,,bird\n")
    return path


def named(chosen: Chosen) -> list[tuple[str, int | None]]:
    return [(category.label, category.how_many) for category in chosen.categories]


def test_words_become_categories() -> None:
    """With the label that their folder bears."""
    assert chosen_by_words(["Siberian husky=100"], unknown).categories == (HUSKY,)


def test_a_code_that_only_the_source_knows_is_one() -> None:
    """It is its own label."""
    found = chosen_by_words(["n99999999=3"], lambda code: code == "n99999999").categories

    assert found == (Category(Wnid("n99999999"), "n99999999", 3),)


def test_words_leave_out_others() -> None:
    """As where categories are marked."""
    found = chosen_by_words(["dog/=20"], unknown, excepted=["hunting dog/"])

    assert len(found.categories) == 88 and {each.how_many for each in found.categories} == {20}


def test_mistakes_of_both_options_are_told_at_once() -> None:
    """Each with its option."""
    with pytest.raises(UsageError) as caught:
        chosen_by_words(["qqqqqqqqqqq", "dog"], unknown, excepted=["dog=3"])

    assert str(caught.value).splitlines() == [
        "--categories: 'qqqqqqqqqqq' is no category; python download_ncodes_imagenet.py --search "
        "WORD finds some",
        "--except: 'dog=3' takes no number here; leave out =N",
    ]


def test_what_the_user_may_not_have_thought_of_is_remarked() -> None:
    """Persons in a tree, and an exception in vain."""
    found = chosen_by_words(["organism/"], unknown, excepted=["carton"])

    assert [remark.split(" ")[:2] for remark in found.remarks] == [
        ["--except", "carton"], ["organism/:", "2,837"]]


def test_marks_become_categories(table: Path) -> None:
    """In the table's order, with its labels."""
    found = chosen_by_table(table, unknown)

    assert named(found) == [("Siberian_husky", 100), ("beagle", 5), ("bird", None)]


def test_marks_leave_out_what_is_excepted(table: Path) -> None:
    """For one run; the table stays as it is."""
    found = chosen_by_table(table, unknown, excepted=["hunting dog/", "carton"])

    assert named(found) == [("Siberian_husky", 100), ("bird", None)]
    assert found.remarks == (
        "--except carton takes out nothing: it has none of what is marked",)


def test_to_leave_out_all_marks_is_a_mistake(table: Path) -> None:
    """Such a run would be about nothing."""
    with pytest.raises(UsageError, match="--except animal/ takes out all of what is marked"):
        chosen_by_table(table, unknown, excepted=["animal/"])

"""The same number of images of every category: what it overrules, and what is said at its end."""

from __future__ import annotations

import pytest

from imagenet_utils.categories.selection import Chosen
from imagenet_utils.errors import UsageError
from imagenet_utils.job.balance import balance_advice, balanced, refuse_uncategorised
from imagenet_utils.model import Category
from imagenet_utils.results.summary import CategoryResult
from tests.small_web import CAT, FOX

MARKED = (Category(FOX, "kit_fox", 300), Category(CAT, "cat", None))
IN_ANOTHER = "with another --save_dir: in this one nothing is deleted."


def result(folder: str, have: int, *, left: int = 0, is_unseen: bool = False) -> CategoryResult:
    return CategoryResult(folder, folder, folder, folder, 50, have, 0, 0, left, {}, have < 50,
                          is_unseen=is_unseen)


def advice(*have: int, left: int = 0, is_unseen: bool = False) -> list[str]:
    return balance_advice([result(f"c{number}", count, left=left, is_unseen=is_unseen)
                           for number, count in enumerate(have)], 50)


def test_every_category_gets_the_same() -> None:
    """Whatever the table or the command line says of one."""
    chosen = balanced(Chosen(MARKED, {}), 50)

    assert [category.how_many for category in chosen.categories] == [50, 50]


def test_which_number_holds() -> None:
    """One line, and none where nothing else was said."""
    told = [balanced(Chosen(categories, {}), count).remarks
            for categories, count in ((MARKED, 50), (MARKED[1:], 50), (MARKED[:1], 300))]

    assert told == [
        ("--balance 50 holds for every category, in place of kit_fox=300",), (), ()]


def test_pictures_of_no_category_cannot_be_balanced() -> None:
    """Those of the test split, of which nobody knows the classes."""
    with pytest.raises(UsageError, match="--balance 50: nobody knows the categories of test"):
        refuse_uncategorised([Category("test", "test", None)], 50)  # type: ignore[arg-type]


@pytest.mark.parametrize(("have", "told"), [
    ((50, 50), ["Balanced: 50 of every category."]),
    ((50, 37, 41), [f"Short of --balance 50: c1 37, c2 41. Balanced at 37? Use --balance 37"
                    f" {IN_ANOTHER}"]),
    ((50, 0, 41), [f"Short of --balance 50: c1 0, c2 41. Leave out what has none; then balanced"
                   f" at 41? Use --balance 41 {IN_ANOTHER}"]),
    ((37, 37), ["Short of --balance 50: c0 37, c1 37. It is balanced at 37 all the same."]),
    ((0, 0), ["Short of --balance 50: c0 0, c1 0. None has an image."]),
    ((80, 50), ["More than --balance 50 were here before, and nothing is deleted: c0 80."]),
])
def test_what_it_came_to(have: tuple[int, ...], told: list[str]) -> None:
    """Who fell short and by how much, the smallest first, and what makes the set a balanced one."""
    assert advice(*have) == told


def test_too_many_and_too_few() -> None:
    """Each has its line."""
    over, short = advice(80, 20)

    assert over.endswith(": c0 80.") and short.startswith("Short of --balance 50: c1 20.")


def test_another_run_may_bring_more() -> None:
    """The numbers are not the last word then, and no other is proposed."""
    assert advice(50, 37, left=2) == ["Short of --balance 50 so far: c1 37."]


@pytest.mark.parametrize("have", [(50, 37), (37, 37), (50, 0)])
def test_what_nobody_has_seen_may_bring_more(have: tuple[int, ...]) -> None:
    """An archive that refused, or gave no names: at what number all would be equal is unknown."""
    line, = advice(*have, is_unseen=True)

    assert line.startswith("Short of --balance 50 so far: ") and line.endswith(f" {have[-1]}.")


def test_what_is_unseen_of_a_category_that_is_met_is_not_missed() -> None:
    """The others alone say at what number it is balanced."""
    met = result("c0", 50, is_unseen=True)

    assert "Balanced at 37?" in balance_advice([met, result("c1", 37)], 50)[0]


def test_many_categories_in_one_line() -> None:
    """Ten of them, and how many others."""
    line, = advice(*range(1, 31), 50)

    assert "c9 10 and 20 others. Balanced at 1?" in line

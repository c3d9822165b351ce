"""Pictures that the user wants left out: their list, and what a run makes of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from imagenet_utils.demo.origin import Origin, Site
from imagenet_utils.errors import TableError, UsageError
from imagenet_utils.job.decide import EXCLUDED, Action, FoundFile, Rules, decide
from imagenet_utils.job.verdicts import excluded, new_row
from imagenet_utils.model import ImageId, ImageRecord, Reason, UrlLocation
from imagenet_utils.results.exclusions import read_exclusions, unknown_categories
from imagenet_utils.results.report import harmless
from imagenet_utils.results.row import Row
from tests.main_job import FOX, Job, pictures, site_files
from tests.small_web import SETTINGS

WORDS = strategies.text(
    strategies.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc")),
    min_size=1, max_size=12).filter(lambda word: word.strip() == word and word.isprintable())


def record(number: int = 1, urls: int = 1) -> ImageRecord:
    places = [f"http://pictures.example.org/{number}_{place}.jpg" for place in range(urls)]
    return ImageRecord(FOX, ImageId(f"{FOX}_{number}"),
                       tuple(UrlLocation(url, url) for url in places))


def rules(*ids: str, restore_removed: bool = False) -> Rules:
    return Rules(0.0, SETTINGS, restore_removed=restore_removed,
                 excluded=frozenset((FOX, image_id) for image_id in ids))


def stored_row() -> Row:
    return new_row(record(), 0, 0)._replace(reason=Reason.DOWNLOADED, file_name="a.jpg", bytes=9,
                                            mtime_ns=5)


@pytest.mark.parametrize("text", [
    "category,image_id\nn02119789,n02119789_1\n",
    "\ufeffImage ID;why;Category\r\nn02119789_1;blurred;n02119789\r\n\r\n",
    "sep=\t\ncategory\timage_id\nn02119789\tn02119789_1\n",
    '"category,image_id"\n"n02119789,n02119789_1"\n',
])
def test_lists_come_back_from_spreadsheets(tmp_path: Path, text: str) -> None:
    """With other separators, marks, columns and orders of them."""
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8", newline="")

    assert read_exclusions(path) == {(FOX, f"{FOX}_1")}


@settings(deadline=None, max_examples=60)
@given(strategies.sets(strategies.tuples(WORDS, WORDS), max_size=6))
def test_what_is_saved_is_read(tmp_path_factory: pytest.TempPathFactory,
                               wanted: set[tuple[str, str]]) -> None:
    """Whatever ids look like, formulas included."""
    text = io.StringIO()
    csv.writer(text).writerows([("category", "image_id"),
                                *(map(harmless, row) for row in sorted(wanted))])
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")

    assert read_exclusions(path) == wanted


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """With its row, what was expected and what was found."""
    path = tmp_path / "list.csv"
    path.write_text("category,image_id\nn02119789,\nn02119789,n02119789_1\n,x\n")
    with pytest.raises(TableError) as caught:
        read_exclusions(path)

    assert str(caught.value) == (
        f"{path}: row 2: expected a category and an image id, found 'n02119789' and nothing\n"
        f"{path}: row 4: expected a category and an image id, found nothing and 'x'")


@pytest.mark.parametrize(("data", "told"), [
    (b"", "has no header with the columns category, image_id"),
    (b"n02119789_1\n", "has no header with the columns category, image_id"),
    (b"category,id\n", "row 1: expected the columns category and image_id, found 'category', 'id'"),
    (b"\x89PNG\r\n\x1a\n\0\0", "is no text"),
])
def test_what_is_no_list(tmp_path: Path, data: bytes, told: str) -> None:
    """One line says what is wrong with the file."""
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_exclusions(path)

    assert told in str(caught.value)


def test_a_long_list_of_mistakes_ends(tmp_path: Path) -> None:
    """Nobody reads a thousand lines."""
    path = tmp_path / "list.csv"
    path.write_text("category,image_id\n" + "x,\n" * 1000)
    with pytest.raises(TableError) as caught:
        read_exclusions(path)

    assert str(caught.value).splitlines()[20:] == [f"{path}: and 980 other rows"]


def test_categories_of_other_runs() -> None:
    """They are named, for one of them may be mistyped."""
    assert unknown_categories(frozenset({("a", "1"), ("b", "2")}), ["a"]) == ["b"]


def test_a_stored_picture_is_left_out() -> None:
    """Though it lies there, as it was proven."""
    found = FoundFile("a.jpg", 9, 5)
    decision = decide(record(), [stored_row()], found, rules(f"{FOX}_1"), folder_stands=True)

    assert (decision.action, decision.row) == (Action.EXCLUDE, stored_row())


def test_a_second_chance_is_not_taken() -> None:
    """What was left out by one of its addresses is not fetched from another."""
    known = [excluded(stored_row(), 1.0), None]
    decision = decide(record(urls=2), known, None, rules(), folder_stands=True)

    assert decision.action is Action.SKIP


@pytest.mark.parametrize("folder_stands", [True, False])
def test_it_is_remembered(folder_stands: bool) -> None:
    """Without the list too, be the file still there or the whole folder gone."""
    found = FoundFile("a.jpg", 9, 5) if folder_stands else None
    decision = decide(record(), [excluded(stored_row(), 1.0)], found, rules(),
                      folder_stands=folder_stands)

    assert decision.action is Action.SKIP


def test_it_can_be_brought_back() -> None:
    """What lies there is proven again; it need not be fetched."""
    found = FoundFile("a.jpg", 9, 5)
    decision = decide(record(), [excluded(stored_row(), 1.0)], found, rules(restore_removed=True),
                      folder_stands=True)

    assert decision.action is Action.PROVE


def test_the_list_outdoes_restoring() -> None:
    """Of both options, the one that names the picture holds."""
    decision = decide(record(), [None], None, rules(f"{FOX}_1", restore_removed=True),
                      folder_stands=True)

    assert decision.action is Action.EXCLUDE


def test_a_row_that_is_left_out() -> None:
    """It is reported as removed, with nothing of the picture."""
    row = excluded(stored_row(), 7.0)

    assert (row.reason, row.hung_on, row.file_name, row.finished) == (
        Reason.REMOVED, EXCLUDED, None, 7.0)


@pytest.fixture
def excluding(tmp_path: Path) -> Iterator[Job]:
    """A table that wants four pictures of six, and a list with one of them, and one yet to come."""
    with Origin(Site(site_files(6))) as origin:
        job = Job(tmp_path, origin)
        job.mark(f"{FOX},kit fox,True,4")
        job.list_urls(*pictures(6))
        (tmp_path / "exclude_images.csv").write_text(
            f"category,image_id\n{FOX},{FOX}_1\n{FOX},{FOX}_4\n")
        yield job


def test_others_come_instead(excluding: Job) -> None:
    """A count of images is met with the next ones of the list; the file stays where it is."""
    excluding.run("--how_many_counts", "images")
    before = excluding.images()
    done = excluding.run("--how_many_counts", "images", "--exclude_images",
                         str(excluding.folder / "exclude_images.csv"))
    (row,) = [row for row in excluding.report() if row["image_code"] == f"{FOX}_1"]

    assert (done.code, before) == (0, [f"{FOX}_{number}.jpg" for number in (0, 1, 2, 3)])
    assert excluding.images() == [f"{FOX}_{number}.jpg" for number in (0, 1, 2, 3, 5)]
    assert (row["reason"], row["description"], row["file"]) == ("removed", "you left it out", "")


def test_left_out_until_it_is_brought_back(excluding: Job) -> None:
    """The next run remembers; --restore_removed takes what lies there, and asks nobody."""
    words = str(excluding.folder / "exclude_images.csv")
    excluding.run("--how_many_counts", "images")
    excluding.run("--how_many_counts", "images", "--exclude_images", words)
    remembered = excluding.run("--how_many_counts", "images")
    asked = excluding.origin.counts().requests
    restored = excluding.run("--how_many_counts", "images", "--restore_removed")

    assert "removed" in remembered.out and "downloaded," not in remembered.out
    assert "4 already_present" in restored.out
    assert excluding.origin.counts().requests == asked

"""Whole runs: what is fetched, what is kept, and what a later run makes of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from imagenet_utils.errors import ExitCode
from imagenet_utils.job import books
from imagenet_utils.model import Category, ImageId, Reason
from imagenet_utils.options import Selection
from imagenet_utils.results.layout import LEDGER
from tests.small_web import CAT, FOX, SETTINGS, Lists, SmallRun, SmallWeb, picture, record, xml_of

ALL_FOXES = Category(FOX, "fox", None)
ALL_CATS = Category(CAT, "cat", None)
IMAGES = Selection(0, counts_images=True, only_annotated=False)


@pytest.fixture
def job(tmp_path: Path) -> SmallRun:
    return SmallRun(tmp_path, SmallWeb(), Lists({FOX: [record(1), record(2), record(3)]}))


def test_all_that_is_listed(job: SmallRun) -> None:
    """Every listed image is fetched and reported in list order."""
    job.run(ALL_FOXES)

    assert job.files("fox") == ["n02119789_1.jpg", "n02119789_2.jpg", "n02119789_3.jpg"]
    assert job.reasons("fox") == ["downloaded"] * 3
    assert job.code is ExitCode.ALL_HERE


def test_second_run(job: SmallRun) -> None:
    """A second run asks for nothing and finds all of it present."""
    job.run(ALL_FOXES)
    result = job.run(ALL_FOXES)["fox"]

    assert job.web.asked == []
    assert (result.asked, result.have, result.new, result.gone, result.left) == (3, 3, 0, 0, 0)
    assert job.reasons("fox") == ["already_present"] * 3


@pytest.mark.parametrize("reason", [Reason.GONE, Reason.REFUSED, Reason.NOT_AN_IMAGE,
                                    Reason.DAMAGED, Reason.TOO_LARGE, Reason.OPTED_OUT])
def test_settled_reason(job: SmallRun, reason: Reason) -> None:
    """A settled failure is reported again without being asked again, unless it is asked for."""
    job.web["2.jpg"] = reason
    job.run(ALL_FOXES)
    again = job.run(ALL_FOXES)["fox"]

    assert (job.web.asked, again.gone, again.left) == ([], 1, 0)
    assert job.reasons("fox")[1] == reason.word
    assert job.code is ExitCode.ALL_HERE
    job.run(ALL_FOXES, retry_dead=True)
    assert job.web.asked == ["http://web.example/2.jpg"]


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.UNREACHABLE, Reason.SERVER_ERROR])
def test_passing_reason(job: SmallRun, reason: Reason) -> None:
    """A failure that may pass is worth another run, which tries it again and counts on."""
    job.web["2.jpg"] = reason
    job.run(ALL_FOXES)
    first_code = job.code
    job.run(ALL_FOXES)

    assert first_code is ExitCode.WORTH_ANOTHER_RUN
    assert job.web.asked == ["http://web.example/2.jpg"]
    assert job.report("fox")[1]["attempts"] == "2"


def test_void_when_its_option_changes(job: SmallRun) -> None:
    """A picture that was too small is asked for again when --min_side changes."""
    job.web["2.jpg"] = Reason.TOO_SMALL
    job.run(ALL_FOXES, settings={**SETTINGS, "min_side": 100})
    job.run(ALL_FOXES, settings={**SETTINGS, "min_side": 50})

    assert job.web.asked == ["http://web.example/2.jpg"]


def test_removed_stays_away(job: SmallRun) -> None:
    """What the user deleted comes back only by --restore_removed, not by --retry_dead."""
    job.run(ALL_FOXES)
    (job.save_dir / "fox/Images/n02119789_2.jpg").unlink()
    job.run(ALL_FOXES)
    asked, reasons = list(job.web.asked), job.reasons("fox")
    job.run(ALL_FOXES, retry_dead=True)

    assert (asked, job.web.asked) == ([], [])
    assert reasons == ["already_present", "removed", "already_present"]
    job.run(ALL_FOXES, restore_removed=True)
    assert job.web.asked == ["http://web.example/2.jpg"]


def test_removed_despite_a_second_chance(job: SmallRun) -> None:
    """A second URL does not bring back what the user deleted."""
    job.lists.lists[FOX] = [record(1, "1.jpg", "other.jpg")]
    job.run(ALL_FOXES)
    (job.save_dir / "fox/Images/n02119789_1.jpg").unlink()
    job.run(ALL_FOXES)
    job.run(ALL_FOXES)

    assert job.web.asked == [] and job.files("fox") == []


def test_folder_gone(job: SmallRun) -> None:
    """Where the whole category folder is gone, its images are fetched again."""
    job.run(ALL_FOXES)
    (job.save_dir / "fox").rename(job.save_dir / "elsewhere")
    result = job.run(ALL_FOXES)["fox"]

    assert len(job.web.asked) == 3
    assert (result.have, result.new) == (3, 3)


def test_second_chance(job: SmallRun) -> None:
    """Another URL of the same id is tried only when the first failed."""
    job.lists.lists[FOX] = [record(1, "a.jpg", "b.jpg"), record(2, "c.jpg", "d.jpg")]
    job.web["a.jpg"] = Reason.GONE
    result = job.run(ALL_FOXES)["fox"]

    assert sorted(url[-5:] for url in job.web.asked) == ["a.jpg", "b.jpg", "c.jpg"]
    assert (result.have, result.gone, result.left) == (2, 0, 0)


def test_counted_images(job: SmallRun) -> None:
    """Counted images are topped up from the list, never overshot, and then left alone."""
    job.lists.lists[FOX] = [record(number) for number in range(1, 10)]
    job.web["1.jpg"] = Reason.GONE
    job.web["2.jpg"] = Reason.TIMEOUT
    three = Category(FOX, "fox", 3)
    result = job.run(three, selection=IMAGES)["fox"]
    code = job.code
    job.run(three, selection=IMAGES)

    assert (result.asked, result.have, result.left) == (3, 3, 0)
    assert code is ExitCode.ALL_HERE
    assert job.web.asked == []
    assert len(job.files("fox")) == 3


def test_counted_images_fall_short(job: SmallRun) -> None:
    """A list that holds fewer images than were counted leaves the category short."""
    result = job.run(Category(FOX, "fox", 5), selection=IMAGES)["fox"]

    assert (result.asked, result.have, result.left) == (5, 3, 0)
    assert job.code is ExitCode.CATEGORY_SHORT


def test_counted_urls(job: SmallRun) -> None:
    """Counted URLs are those considered, whatever comes of them."""
    job.web["1.jpg"] = Reason.GONE
    job.run(Category(FOX, "fox", 2))

    assert job.reasons("fox") == ["gone", "downloaded"]


def test_fewer_wanted(job: SmallRun) -> None:
    """Lowering how_many deletes nothing, and the report keeps every URL."""
    job.run(ALL_FOXES)
    job.run(Category(FOX, "fox", 1))

    assert len(job.files("fox")) == 3
    assert len(job.report("fox")) == 3


def test_empty_category(job: SmallRun) -> None:
    """A category without any image, and nothing to hope for, has an exit code of its own."""
    for number in (1, 2, 3):
        job.web[f"{number}.jpg"] = Reason.GONE
    job.run(ALL_FOXES)

    assert job.code is ExitCode.CATEGORY_SHORT


def test_same_url_under_two_ids(job: SmallRun) -> None:
    """One URL under two ids of a category is fetched once and stored under both."""
    job.lists.lists[FOX] = [record(1, "same.jpg"), record(2, "same.jpg")]
    job.run(ALL_FOXES)

    assert job.web.asked == ["http://web.example/same.jpg"]
    assert job.files("fox") == ["n02119789_1.jpg", "n02119789_2.jpg"]


@pytest.mark.parametrize(("number", "ends"), [(errno.ENAMETOOLONG, False), (errno.ENOSPC, True)])
def test_a_second_place_that_cannot_be_written(
    job: SmallRun, monkeypatch: pytest.MonkeyPatch, number: int, ends: bool
) -> None:
    """A fault of one file costs that file; a full disk ends the run."""
    def refuse(source: str, target: str) -> int:
        raise OSError(number, os.strerror(number), target)

    monkeypatch.setattr(books, "link_or_copy", refuse)
    job.lists.lists[FOX] = [record(1, "same.jpg"), record(2, "same.jpg"), record(3)]
    try:
        job.run(ALL_FOXES)
        has_ended = False
    except OSError:
        has_ended = True

    assert has_ended is ends
    assert ends or [row["reason"] for row in job.report("fox")] == [
        "downloaded", "save_failed", "downloaded"]


def test_same_id_in_two_categories(job: SmallRun) -> None:
    """A picture of two categories is fetched once; each has an annotation of its own."""
    shared = ImageId(f"{FOX}_1")
    job.lists.lists[CAT] = [record(1, code=CAT, owner=FOX)]
    job.lists.xmls = {FOX: {shared: xml_of(shared)}, CAT: {shared: xml_of(shared, name=CAT)}}
    job.run(ALL_FOXES, ALL_CATS)
    cat_xml = (job.save_dir / f"cat/Annotation/{shared}.xml").read_text()

    assert job.web.asked.count("http://web.example/1.jpg") == 1
    assert os.path.samefile(job.save_dir / f"fox/Images/{shared}.jpg",
                            job.save_dir / f"cat/Images/{shared}.jpg")
    assert "<name>cat</name>" in cat_xml


def test_same_dead_url_in_two_categories(job: SmallRun) -> None:
    """A dead URL of two categories is asked for once."""
    job.web["1.jpg"] = Reason.GONE
    job.lists.lists[CAT] = [record(1, code=CAT)]
    job.run(ALL_FOXES, ALL_CATS)

    assert job.web.asked.count("http://web.example/1.jpg") == 1
    assert job.reasons("cat") == ["gone"]


def test_removed_here_is_not_removed_there(job: SmallRun) -> None:
    """What the user deleted in one category is still fetched for another."""
    job.run(ALL_FOXES)
    (job.save_dir / "fox/Images/n02119789_1.jpg").unlink()
    job.lists.lists[CAT] = [record(1, code=CAT)]
    job.run(ALL_FOXES, ALL_CATS)

    assert job.reasons("cat") == ["downloaded"]


def test_placeholder_in_many_places(job: SmallRun) -> None:
    """Eight URLs with one picture make it a placeholder; copies that were stored are taken back."""
    job.lists.lists = {FOX: [record(number) for number in range(1, 8)],
                       CAT: [record(8, code=CAT), record(9, code=CAT)]}
    for number in range(1, 9):
        job.web[f"{number}.jpg"] = picture("photo unavailable")
    job.lists.xmls = {FOX: {ImageId(f"{FOX}_1"): xml_of("1")}}
    before = job.run(ALL_FOXES)["fox"]
    result = job.run(ALL_FOXES, ALL_CATS)

    assert before.have == 7
    assert job.files("fox") == job.files("fox", "Annotation") == []
    assert job.files("cat") == [f"{CAT}_9.jpg"]
    assert set(job.reasons("fox")) == {"placeholder"}
    assert (result["fox"].have, result["fox"].gone, result["cat"].have) == (0, 7, 1)


def test_placeholder_of_an_unmarked_category(job: SmallRun) -> None:
    """Copies in categories that are no longer marked are taken back too, reports included."""
    job.lists.lists = {FOX: [record(number) for number in range(1, 8)],
                       CAT: [record(8, code=CAT)]}
    for number in range(1, 9):
        job.web[f"{number}.jpg"] = picture("photo unavailable")
    job.run(ALL_FOXES)
    job.run(ALL_CATS)

    assert job.files("fox") == []
    assert set(job.reasons("fox")) == {"placeholder"}


def test_edited_picture_that_proves(job: SmallRun) -> None:
    """A picture that the user edited is kept as it is."""
    job.run(ALL_FOXES)
    path = job.save_dir / "fox/Images/n02119789_2.jpg"
    path.write_bytes(picture("cropped"))
    job.run(ALL_FOXES)

    assert job.web.asked == []
    assert path.read_bytes() == picture("cropped")
    assert job.report("fox")[1]["reason"] == "already_present"


def test_broken_picture_of_ours(job: SmallRun) -> None:
    """A stored picture that no longer proves is fetched again."""
    job.run(ALL_FOXES)
    path = job.save_dir / "fox/Images/n02119789_2.jpg"
    path.write_bytes(b"")
    result = job.run(ALL_FOXES)["fox"]

    assert job.web.asked == ["http://web.example/2.jpg"]
    assert path.read_bytes().startswith(b"PICTURE")
    assert (result.have, result.new) == (3, 1)


def test_broken_picture_whose_link_is_dead(job: SmallRun) -> None:
    """A broken picture that can't be had any more is gone, and is not taken for the user's."""
    job.run(ALL_FOXES)
    (job.save_dir / "fox/Images/n02119789_2.jpg").write_bytes(b"")
    job.web["2.jpg"] = Reason.GONE
    job.run(ALL_FOXES)
    reasons = job.reasons("fox")
    job.run(ALL_FOXES)

    assert reasons[1] == "gone"
    assert job.web.asked == [] and job.reasons("fox") == reasons


def test_stray_picture(job: SmallRun) -> None:
    """A picture under an image's name that nobody knows is adopted."""
    folder = job.save_dir / "fox/Images"
    folder.mkdir(parents=True)
    (folder / "n02119789_2.jpeg").write_bytes(picture("mine"))
    job.run(ALL_FOXES)

    assert len(job.web.asked) == 2
    assert (folder / "n02119789_2.jpeg").read_bytes() == picture("mine")
    assert job.report("fox")[1]["file"] == "Images/n02119789_2.jpeg"


def test_broken_stray(job: SmallRun) -> None:
    """A broken file that is not ours stays; the others go on, and the exit code says so."""
    folder = job.save_dir / "fox/Images"
    folder.mkdir(parents=True)
    (folder / "n02119789_2.jpg").write_bytes(b"precious")
    job.run(ALL_FOXES)

    assert (folder / "n02119789_2.jpg").read_bytes() == b"precious"
    assert job.reasons("fox") == ["downloaded", "save_failed", "downloaded"]
    assert job.code is ExitCode.WORTH_ANOTHER_RUN


def test_a_stray_that_the_disk_fails(job: SmallRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report names what stands in the way, which is not the picture."""
    folder = job.save_dir / "fox/Images"
    folder.mkdir(parents=True)
    (folder / "n02119789_2.jpg").write_bytes(picture("mine"))
    monkeypatch.setattr(job.web, "_stored",
                        lambda task, _data: job.web._failed(task, Reason.SAVE_FAILED))
    job.run(ALL_FOXES)

    assert job.report("fox")[1]["description"] == "small web says save_failed"


def test_captions_beside_pictures(job: SmallRun) -> None:
    """A text that the user keeps beside a picture is not taken for it."""
    job.run(ALL_FOXES)
    (job.save_dir / "fox/Images/n02119789_2.txt").write_text("a fox")
    job.run(ALL_FOXES)

    assert job.reasons("fox") == ["already_present"] * 3


def test_ending_early(job: SmallRun) -> None:
    """A run that ends early reports what it considered and names every marked category."""
    job.ends_after = 0
    result = job.run(ALL_FOXES, ALL_CATS)

    assert (result["fox"].asked, result["fox"].left, result["fox"].have) == (3, 3, 0)
    assert result["cat"].asked == 0
    job.ends_after = 1
    result = job.run(ALL_FOXES)
    assert result["fox"].have + result["fox"].left == 3
    assert len(job.report("fox")) == 3


def test_rebuilt_ledger(job: SmallRun) -> None:
    """An unreadable ledger is set aside; tree and reports tell enough to fetch nothing again."""
    shared = ImageId(f"{FOX}_1")
    job.lists.xmls = {FOX: {shared: xml_of(shared)}}
    job.web["2.jpg"] = Reason.TOO_SMALL
    job.run(ALL_FOXES, settings={**SETTINGS, "min_side": 100})
    (job.save_dir / LEDGER).write_bytes(b"not a database, " * 100)
    job.lists.xmls = {}
    job.run(ALL_FOXES, settings={**SETTINGS, "min_side": 100})

    assert job.web.asked == []
    assert job.reasons("fox") == ["already_present", "too_small", "already_present"]
    assert job.report("fox")[0]["annotation"] == "as_is"
    assert [path.name for path in job.save_dir.glob(f"{LEDGER}.unreadable-*")]


def test_two_codes_with_one_label(job: SmallRun) -> None:
    """Two categories of one label share folder and report."""
    job.lists.lists[CAT] = [record(7, code=CAT)]
    job.run(ALL_FOXES, Category(CAT, "fox", None))
    job.run(ALL_FOXES, Category(CAT, "fox", None))

    assert [line["image_code"] for line in job.report("fox")] == [
        "n02119789_1.jpg", "n02119789_2.jpg", "n02119789_3.jpg", "n02121620_7.jpg"]


def test_many_categories_are_not_kept(job: SmallRun) -> None:
    """Categories without work are ended as they come, not held until the last one."""
    codes = [Category(f"n{number:08}", f"c{number}", None) for number in range(30)]
    job.lists.lists = {category.code: [record(1, code=category.code)] for category in codes}
    job.run(*codes)
    most = 0
    original = SmallRun._execution

    def watched(self, plans, books, *rest):  # type: ignore[no-untyped-def]
        def counted():  # type: ignore[no-untyped-def]
            nonlocal most
            for plan in plans:
                most = max(most, len(books.open_runs))
                yield plan
        return original(self, counted(), books, *rest)

    SmallRun._execution = watched  # type: ignore[method-assign]
    try:
        job.run(*codes)
    finally:
        SmallRun._execution = original  # type: ignore[method-assign]

    assert most == 0

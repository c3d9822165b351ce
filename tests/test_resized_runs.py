"""Runs that are asked for other sizes: what they make, remember, leave alone, and make again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from imagenet_utils.job.originals import Originals
from imagenet_utils.model import Category, ImageRecord, Reason, Wnid
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.resized_report import COLUMNS
from imagenet_utils.transform.asked import EDITED, MADE, REMOVED, Resizing
from tests.resizing import BOTH, CROP, KIT_FOX, ResizingRun, jpeg
from tests.small_web import CAT, FOX, record

NO_ORIGINALS = BOTH._replace(keeps_original=False)
FIRST = "Images_fill_crop_24/n02119789_0.jpg"
FIRST_XML = "Annotation_fill_crop_24/n02119789_0.xml"


@pytest.fixture
def run(tmp_path: Path) -> ResizingRun:
    return ResizingRun(tmp_path)


def place(run: ResizingRun, name: str) -> Path:
    return run.save_dir / "fox" / name


def state(run: ResizingRun, file: str = FIRST) -> str:
    return run.resized_report()[file]["state"]


def test_every_picture_is_made_in_every_size(run: ResizingRun) -> None:
    """Each in folders of its own, with boxes, beside the originals."""
    run.go()

    assert list(run.tree()) == [
        "Annotation/n02119789_0.xml", "Annotation/n02119789_1.xml",
        "Annotation_fill_crop_24/n02119789_0.xml", "Annotation_fill_crop_24/n02119789_1.xml",
        "Annotation_shrink_to_fit_32x16/n02119789_0.xml",
        "Annotation_shrink_to_fit_32x16/n02119789_1.xml",
        "Images/n02119789_0.jpg", "Images/n02119789_1.jpg",
        "Images_fill_crop_24/n02119789_0.jpg", "Images_fill_crop_24/n02119789_1.jpg",
        "Images_shrink_to_fit_32x16/n02119789_0.png",
        "Images_shrink_to_fit_32x16/n02119789_1.png",
    ]


def test_a_second_run_has_nothing_to_do(run: ResizingRun) -> None:
    """Nothing is asked, and no file written anew."""
    run.go()
    times = {path: path.stat().st_mtime_ns for path in run.save_dir.rglob("*.[jpx]*g")}
    asked = run.go()

    assert asked == []
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert run.reasons("fox") == ["already_present"] * 2


def test_a_further_size_comes_from_the_original_here(run: ResizingRun) -> None:
    """Asked for later, it is made without fetching anything."""
    run.go(BOTH._replace(resizes=(CROP,)))
    asked = run.go()

    assert asked == []
    assert len(run.files("fox", "Images_shrink_to_fit_32x16")) == 2


def test_without_originals_only_what_is_asked_for_is_kept(run: ResizingRun) -> None:
    """No `Images`, no `Annotation`; the report knows the picture as done all the same."""
    run.go(NO_ORIGINALS)
    line = run.report("fox")[0]

    assert {name.partition("/")[0] for name in run.tree()} == {
        "Annotation_fill_crop_24", "Annotation_shrink_to_fit_32x16",
        "Images_fill_crop_24", "Images_shrink_to_fit_32x16"}
    assert (line["reason"], line["description"]) == (
        "downloaded", "Success (kept in other sizes only)")
    assert (line["file"], line["width"], line["height"]) == ("", "40", "30")


def test_without_originals_a_second_run_has_nothing_to_do(run: ResizingRun) -> None:
    """What was asked for lies there, proven: the image is done."""
    run.go(NO_ORIGINALS)
    before = run.tree()

    assert run.go(NO_ORIGINALS) == []
    assert (run.tree(), run.reasons("fox")) == (before, ["already_present"] * 2)


@pytest.mark.parametrize("later", [BOTH, NO_ORIGINALS])
def test_what_no_original_was_kept_for_is_fetched_again(run: ResizingRun, later: object) -> None:
    """For a further size, or for the original itself."""
    run.go(NO_ORIGINALS._replace(resizes=(CROP,)))

    assert len(run.go(later)) == 2  # type: ignore[arg-type]
    assert len(run.files("fox", "Images_shrink_to_fit_32x16")) == 2
    assert len(run.files("fox")) == (2 if later is BOTH else 0)


def test_a_run_that_asks_for_no_size_wants_the_originals(run: ResizingRun) -> None:
    """What was never kept was never deleted by the user, either."""
    run.go(NO_ORIGINALS)

    assert len(run.go(None)) == 2
    assert len(run.files("fox")) == 2


def test_originals_that_are_here_stay(run: ResizingRun) -> None:
    """Not to save further ones is no wish to delete any."""
    run.go()
    before = run.tree()

    assert run.go(NO_ORIGINALS) == []
    assert run.tree() == before


def test_originals_may_be_thrown_away_afterwards(run: ResizingRun) -> None:
    """With their folder or without: where they need not be saved, they are not missed."""
    run.go()
    shutil.rmtree(place(run, "Images"))

    assert run.go(NO_ORIGINALS) == []
    assert run.reasons("fox") == ["already_present"] * 2


def test_a_resized_picture_that_the_user_deleted_stays_away(run: ResizingRun) -> None:
    """As an original does; its annotation goes with it, and the report says so."""
    run.go()
    place(run, FIRST).unlink()
    run.go()

    assert FIRST not in run.tree() and FIRST_XML not in run.tree()
    assert (state(run), run.reasons("fox")) == (REMOVED, ["already_present"] * 2)


def test_a_deleted_one_is_made_again_when_asked(run: ResizingRun) -> None:
    """`--restore_removed` brings it back, from the original that is here."""
    run.go()
    before = run.tree()
    place(run, FIRST).unlink()
    run.go()

    assert run.go(restore_removed=True) == []
    assert (run.tree(), state(run)) == (before, MADE)


def test_a_deleted_folder_is_made_again(run: ResizingRun) -> None:
    """Who deletes it whole wants it anew."""
    run.go()
    before = run.tree()
    shutil.rmtree(place(run, "Images_fill_crop_24"))

    assert run.go() == []
    assert run.tree() == before


def test_without_originals_deleting_all_sizes_deletes_the_image(run: ResizingRun) -> None:
    """Nothing of it is left, and it stays away."""
    run.go(NO_ORIGINALS)
    for name in [name for name in run.tree() if name.startswith("Images") and "_0." in name]:
        place(run, name).unlink()

    assert run.go(NO_ORIGINALS) == []
    assert run.reasons("fox") == ["removed", "already_present"]


def test_an_edited_picture_belongs_to_the_user(run: ResizingRun) -> None:
    """It is told once, and never written over; not even when all is proven again."""
    run.go()
    place(run, FIRST).write_bytes(b"mine")
    run.go()
    run.go(recheck=True)

    assert (run.tree()[FIRST], state(run)) == (b"mine", EDITED)


def test_a_file_of_the_users_in_the_way_stays(run: ResizingRun) -> None:
    """Another picture under that name is left alone; the image counts."""
    place(run, FIRST).parent.mkdir(parents=True)
    place(run, FIRST).write_bytes(b"mine")
    run.go()

    assert (run.tree()[FIRST], state(run)) == (b"mine", EDITED)
    assert run.reasons("fox") == ["downloaded"] * 2
    assert run.go() == []


def test_a_touched_file_is_known_by_its_digest(run: ResizingRun) -> None:
    """Another time of change is no reason to fetch or to make anything."""
    run.go(NO_ORIGINALS)
    os.utime(place(run, FIRST), ns=(1, 1))

    assert run.go(NO_ORIGINALS) == []
    assert (state(run), run.reasons("fox")) == (MADE, ["already_present"] * 2)


def test_what_a_power_cut_left_is_made_again(run: ResizingRun) -> None:
    """A file that was not on the disk for certain may be empty: it is ours, and replaced."""
    run.go()
    before = run.tree()
    place(run, FIRST).write_bytes(b"")
    ledger = Ledger(run.save_dir / LEDGER)
    for (image_id, _), resized in ledger.resized_of(FOX).items():
        ledger.record_resized(FOX, image_id, resized._replace(mtime_ns=0))
    ledger.close()

    assert run.go() == []
    assert (run.tree(), state(run)) == (before, MADE)


def test_a_killed_run_left_pictures_that_no_ledger_knows(run: ResizingRun) -> None:
    """They are made again in memory, found to be the same, and adopted."""
    run.go()
    before = run.tree()
    (run.save_dir / LEDGER).unlink()

    assert run.go() == []
    assert (run.tree(), state(run)) == (before, MADE)


def test_another_format_takes_the_place_of_the_former(run: ResizingRun) -> None:
    """The folder holds what was asked for last; the file of ours that it replaces goes."""
    run.go(BOTH._replace(resizes=(CROP,)))
    run.go(BOTH._replace(resizes=(CROP._replace(format="png", quality=None),)))

    assert run.files("fox", "Images_fill_crop_24") == ["n02119789_0.png", "n02119789_1.png"]
    assert b"<filename>n02119789_0.png</filename>" in run.tree()[FIRST_XML]


def test_another_format_brings_back_nothing_that_was_deleted(run: ResizingRun) -> None:
    """What the user has thrown out, or made something of, is theirs in every format."""
    run.go(BOTH._replace(resizes=(CROP,)))
    place(run, FIRST).unlink()
    second = FIRST.replace("_0.", "_1.")
    place(run, second).write_bytes(b"mine")
    run.go(BOTH._replace(resizes=(CROP._replace(format="png", quality=None),)))

    assert run.files("fox", "Images_fill_crop_24") == ["n02119789_1.jpg"]
    assert run.tree()[second] == b"mine"


def test_another_quality_is_made_anew(run: ResizingRun) -> None:
    """Ours may be written over, and nothing is fetched for it."""
    run.go()
    before = run.tree()[FIRST]
    asked = run.go(BOTH._replace(resizes=(CROP._replace(quality=20),)))

    assert asked == [] and len(run.tree()[FIRST]) < len(before)


def test_boxes_that_come_later_are_carried_along(tmp_path: Path) -> None:
    """Annotations fetched after the pictures reach every size, without originals too."""
    run = ResizingRun(tmp_path, boxes=False)
    run.go(NO_ORIGINALS)
    run.lists.xmls = ResizingRun(tmp_path / "other").lists.xmls
    asked = run.go(NO_ORIGINALS)

    assert asked == [] and FIRST_XML in run.tree()
    assert run.resized_report()[FIRST]["boxes"] == "1"


def test_an_edited_resized_annotation_stays(run: ResizingRun) -> None:
    """Even when the boxes of the originals are new."""
    run.go()
    place(run, FIRST_XML).write_bytes(b"<annotation>mine</annotation>")
    assert run.lists.xmls
    xmls = run.lists.xmls[FOX]
    xmls.update({image_id: xml.replace(b"<xmin>1", b"<xmin>2") for image_id, xml in xmls.items()})
    run.go()

    assert run.tree()[FIRST_XML] == b"<annotation>mine</annotation>"
    assert run.resized_report()[FIRST]["annotation"] == "edited"


def test_what_the_user_made_of_the_boxes_is_carried_along(run: ResizingRun) -> None:
    """A size that is made later shows the annotation as it was corrected."""
    run.go(BOTH._replace(resizes=(CROP,)))
    original = place(run, "Annotation/n02119789_0.xml")
    original.write_bytes(original.read_bytes().replace(b"<xmin>1", b"<xmin>5"))
    run.go()

    assert b"<xmin>3</xmin>" in run.tree()["Annotation_shrink_to_fit_32x16/n02119789_0.xml"]


def test_a_placeholder_goes_with_all_that_was_made_of_it(tmp_path: Path) -> None:
    """Many URLs give the same picture: every size of it is taken back."""
    run = ResizingRun(tmp_path, count=9)
    for number in range(9):
        run.web[f"{number}.jpg"] = jpeg(0)
    run.go(NO_ORIGINALS)

    assert run.tree() == {}
    assert set(run.reasons("fox")) == {"placeholder"}


@pytest.mark.parametrize("asked", [BOTH, NO_ORIGINALS])
def test_a_picture_of_two_categories_is_fetched_once(run: ResizingRun, asked: Resizing) -> None:
    """The second category's sizes are made of the first one's original, or linked to its sizes."""
    shared = ImageRecord(CAT, record(0).image_id, record(0).locations)
    run.lists.lists[CAT] = [shared]
    assert run.lists.xmls
    run.lists.xmls[CAT] = run.lists.xmls[FOX]
    run.run(KIT_FOX, Category(CAT, "cat", None), resizing=asked)

    assert run.web.asked == ["http://web.example/0.jpg", "http://web.example/1.jpg"]
    assert run.files("cat", "Images_fill_crop_24") == ["n02119789_0.jpg"]
    assert run.files("cat", "Annotation_fill_crop_24") == ["n02119789_0.xml"]
    assert run.report("cat")[0]["boxes"] == "1"


def test_a_twin_in_another_quality_is_not_taken(run: ResizingRun) -> None:
    """The category gets what was asked for, made by this tool and known as that."""
    run.go(NO_ORIGINALS._replace(resizes=(CROP._replace(quality=20),)))
    run.lists.lists[CAT] = [ImageRecord(CAT, record(0).image_id, record(0).locations)]
    run.run(Category(CAT, "cat", None), resizing=NO_ORIGINALS._replace(resizes=(CROP,)))
    ledger = Ledger(run.save_dir / LEDGER)
    made = ledger.resized_of(CAT)[record(0).image_id, CROP.name]
    ledger.close()

    assert (made.state, made.recipe) == (MADE, CROP.recipe)
    assert (run.save_dir / "cat" / FIRST).stat().st_size > place(run, FIRST).stat().st_size


def test_a_damaged_twin_is_no_reason_to_go_without(run: ResizingRun) -> None:
    """Where the other category's copy is no use any more, the picture is fetched."""
    run.go()
    place(run, "Images/n02119789_0.jpg").write_bytes(b"broken")
    run.lists.lists[CAT] = [ImageRecord(CAT, record(0).image_id, record(0).locations)]
    run.run(Category(CAT, "cat", None), resizing=BOTH)

    assert run.web.asked == ["http://web.example/0.jpg"]
    assert run.files("cat", "Images_fill_crop_24") == ["n02119789_0.jpg"]


@pytest.mark.parametrize("folder", ["fox/Images", "fox", FOX, "."])
def test_originals_elsewhere_are_not_fetched(run: ResizingRun, tmp_path: Path, folder: str) -> None:
    """In any of the ways in which people keep them; they stay where they are."""
    elsewhere = tmp_path / "mine" / folder
    elsewhere.mkdir(parents=True)
    (elsewhere / "n02119789_0.jpeg").write_bytes(jpeg(0))
    run.originals = Originals(tmp_path / "mine")
    asked = run.go(NO_ORIGINALS)

    assert asked == ["http://web.example/1.jpg"]
    assert run.files("fox", "Images_fill_crop_24") == ["n02119789_0.jpg", "n02119789_1.jpg"]
    assert (elsewhere / "n02119789_0.jpeg").read_bytes() == jpeg(0)


def test_originals_elsewhere_lie_below_their_folder(tmp_path: Path) -> None:
    """Also those of a category whose code looks like a path."""
    (tmp_path / "mine" / "_m_0bt9lr").mkdir(parents=True)
    (tmp_path / "mine" / "_m_0bt9lr" / "a.jpg").write_bytes(b"")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "b.jpg").write_bytes(b"")
    originals = Originals(tmp_path / "mine")
    found = [dict(originals.of(Category(Wnid(code), "Dog", None), "Dog"))
             for code in ("/m/0bt9lr", str(tmp_path / "theirs"))]

    assert found == [{"a": str(tmp_path / "mine" / "_m_0bt9lr" / "a.jpg")}, {}]


def test_an_original_elsewhere_outlives_its_link(run: ResizingRun, tmp_path: Path) -> None:
    """A dead link is no reason against a picture that is here."""
    run.web["0.jpg"] = Reason.GONE
    run.go()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "n02119789_0.jpg").write_bytes(jpeg(0))
    run.originals = Originals(tmp_path / "mine")

    assert run.go() == []
    assert run.reasons("fox") == ["downloaded", "already_present"]


def test_a_damaged_original_elsewhere_is_fetched(run: ResizingRun, tmp_path: Path) -> None:
    """What does not prove is told of nobody: the web is asked."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "n02119789_0.jpg").write_bytes(jpeg(0)[:-200])
    run.originals = Originals(tmp_path / "mine")
    run.go()

    assert sorted(run.web.asked) == ["http://web.example/0.jpg", "http://web.example/1.jpg"]
    assert run.reasons("fox") == ["downloaded"] * 2


def test_the_readme_tells_every_column() -> None:
    """Of the report of other sizes, in the section about them."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Other sizes\n")[2].partition("\n## ")[0]

    assert {column for column in COLUMNS if f"`{column}`" not in section} == set()

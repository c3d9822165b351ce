"""The small ImageNet of the demo."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagenet_utils.demo.annotations import sheet_for
from imagenet_utils.demo.dataset import (
    CATEGORIES, SMALLEST_DEMO, DemoImage, DemoPlan, PlannedImage, demo_site, draw_demo, write_demo,
)
from imagenet_utils.demo.drawing import Drawing, DrawnObject
from imagenet_utils.errors import UsageError
from imagenet_utils.model import ImageId, Reason, Verdict, Wnid

ORIGIN = "http://127.0.0.1:8123"
BALLOON, BEACON, MACHINE = Wnid("n02782093"), Wnid("n02814860"), Wnid("n03126707")


@pytest.fixture(scope="module")
def images() -> tuple[DemoImage, ...]:
    return draw_demo(SMALLEST_DEMO)


@pytest.fixture
def plan(tmp_path: Path, images: tuple[DemoImage, ...]) -> DemoPlan:
    return write_demo(tmp_path / "demo", ORIGIN, images)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def xmls_of(plan: DemoPlan, code: str) -> dict[str, ElementTree.Element]:
    """The annotations in a category's tarball, by member name."""
    with tarfile.open(plan.annotations_dir / f"{code}.tar.gz") as tar:
        return {
            member.name: ElementTree.fromstring(tar.extractfile(member).read())  # type: ignore
            for member in tar if member.isfile()
        }


def test_no_two_pictures_are_equal(images: tuple[DemoImage, ...]) -> None:
    """Ids, file names and bodies are all different."""
    assert len({image.image_id for image in images}) == len(images)
    assert len({image.file_name for image in images}) == len(images)
    assert len({image.file.body for image in images}) == len(images)


def test_a_quarter_or_so_is_ill(plan: DemoPlan) -> None:
    """Enough goes well for the pictures to be seen, enough goes wrong for the demo to tell."""
    ill = [one for one in plan.images if Reason.DOWNLOADED not in one.reasons]

    assert 0.2 < len(ill) / len(plan.images) < 0.5


def test_eight_urls_share_a_parked_domain(images: tuple[DemoImage, ...]) -> None:
    """Eight is the number that makes the same picture a placeholder."""
    parked = [image for image in images if image.fault == "parked" and image.is_considered]

    assert len(parked) == 8


def test_the_table_is_a_real_one(plan: DemoPlan) -> None:
    """Sorted codes, real names, some rows marked and some not."""
    rows = rows_of(plan.ncode_data)

    assert list(rows[0]) == ["code", "name", "to_download", "how_many"]
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert {row["code"] for row in rows if row["to_download"] == "True"} == {
        category.code for category in CATEGORIES}
    assert [row["name"] for row in rows].count("crane") == 2


def test_the_list_leads_to_the_site(plan: DemoPlan, images: tuple[DemoImage, ...]) -> None:
    """Every URL ends in a file that the origin has."""
    names = {row["img_url"].rpartition("/")[2] for row in rows_of(plan.url_data)}

    assert names == set(demo_site(images).files)


def test_the_list_is_grouped_by_code(plan: DemoPlan) -> None:
    """As the great list is."""
    codes = [row["code"] for row in rows_of(plan.url_data)]

    assert codes == sorted(codes)


def test_one_image_has_a_second_chance(plan: DemoPlan) -> None:
    """Its first URL is gone; the plan names the second, and expects the picture."""
    urls: dict[str, list[str]] = {}
    for row in rows_of(plan.url_data):
        urls.setdefault(row["img_code"], []).append(row["img_url"])
    (image_id, (first, second)), = ((key, value) for key, value in urls.items() if value[1:])
    planned = next(one for one in plan.images if one.image_id == image_id)

    assert "/faults/gone/" in first
    assert (planned.url, planned.reasons) == (second, (Reason.DOWNLOADED,))


def test_how_many_is_kept_to(plan: DemoPlan) -> None:
    """The plan ends where the table says that a category ends."""
    listed = [row["img_code"] for row in rows_of(plan.url_data) if row["code"] == MACHINE]
    planned = [one.image_id for one in plan.images if one.code == MACHINE]

    assert planned == listed[:10] != listed


def test_a_tarball_is_laid_out_as_the_real_ones(plan: DemoPlan) -> None:
    """Old GNU tar: the directory of the code first, then files in no order."""
    with tarfile.open(plan.annotations_dir / f"{BALLOON}.tar.gz") as tar:
        members = tar.getmembers()
    names = [member.name for member in members[1:]]

    assert members[0].isdir() and members[0].name == f"Annotation/{BALLOON}"
    assert all(name.startswith(f"Annotation/{BALLOON}/") for name in names)
    assert names != sorted(names)


def test_an_xml_reads_like_the_real_ones(tmp_path: Path) -> None:
    """Tabs, no declaration, the id without extension, the code as the object's name."""
    drawing = Drawing(Image.new("RGB", (500, 375)), (DrawnObject(BALLOON, (48, 0, 399, 358)),))
    sheet = sheet_for(drawing, ImageId("n02782093_7"), BALLOON, kind="fitting")

    assert sheet.as_xml() == """<annotation>
    <folder>n02782093</folder>
    <filename>n02782093_7</filename>
    <source>
        <database>ImageNet database</database>
    </source>
    <size>
        <width>500</width>
        <height>375</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
    <object>
        <name>n02782093</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>0</difficult>
        <bndbox>
            <xmin>48</xmin>
            <ymin>0</ymin>
            <xmax>399</xmax>
            <ymax>358</ymax>
        </bndbox>
    </object>
</annotation>""".replace("    ", "\t")


def test_a_tarball_holds_pictures_of_others(plan: DemoPlan) -> None:
    """A lighthouse with a balloon is annotated in both tarballs, and planned in both."""
    foreign = [name for name in xmls_of(plan, BALLOON) if f"/{BEACON}_" in name]
    ids = {name.rpartition("/")[2][:-len(".xml")] for name in foreign}
    planned = {one.image_id for one in plan.images
               if one.code == BALLOON and one.image_id.startswith(BEACON)}

    assert ids and ids == planned
    assert ids <= {one.image_id for one in plan.images if one.code == BEACON}


def test_every_kind_of_annotation_is_there(plan: DemoPlan) -> None:
    """Boxes that fit, that have to be rescaled, and that belong to another picture."""
    good = [one for one in plan.images if Reason.DOWNLOADED in one.reasons]

    assert {one.verdict for one in good} == {
        Verdict.AS_IS, Verdict.RESCALED, Verdict.MISMATCH, Verdict.NONE}


@given(
    xmin=st.integers(0, 400), ymin=st.integers(0, 300),
    width=st.integers(1, 100), height=st.integers(1, 75),
)
def test_a_doubled_box_comes_back(xmin: int, ymin: int, width: int, height: int) -> None:
    """Rescaled by half, min' = round(min/2), max' = round((max + 1)/2) - 1, it is the old box."""
    box = (xmin, ymin, xmin + width - 1, ymin + height - 1)
    drawing = Drawing(Image.new("L", (500, 375)), (DrawnObject(BALLOON, box),))
    sheet = sheet_for(drawing, ImageId("n02782093_7"), BALLOON, kind="doubled")
    left, top, right, bottom = sheet.objects[0].box

    assert (sheet.width, sheet.height) == (1000, 750)
    assert (round(left / 2), round(top / 2),
            round((right + 1) / 2) - 1, round((bottom + 1) / 2) - 1) == box


def test_an_overshooting_box_leaves_the_picture() -> None:
    """Its right edge lies three pixels beyond the last one."""
    drawing = Drawing(Image.new("L", (500, 375)), (DrawnObject(BALLOON, (1, 2, 30, 40)),))
    sheet = sheet_for(drawing, ImageId("n02782093_7"), BALLOON, kind="overshooting")

    assert sheet.objects[0].box == (1, 2, 502, 40)


def test_the_same_demo_twice(tmp_path: Path, images: tuple[DemoImage, ...]) -> None:
    """A demo may write over its own files, and writes the same bytes."""
    first = write_demo(tmp_path, ORIGIN, images)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    second = write_demo(tmp_path, ORIGIN, images)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert (first, before) == (second, after)


@pytest.mark.parametrize("name", ["ncodes.csv", ".ledger.sqlite3"])
def test_what_is_the_users_is_not_mixed_with_drawings(
    tmp_path: Path, images: tuple[DemoImage, ...], name: str
) -> None:
    """Where somebody's table or results lie, nothing is touched."""
    (tmp_path / name).write_text("mine")

    with pytest.raises(UsageError):
        write_demo(tmp_path, ORIGIN, images)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_demo_too_small_for_its_faults_is_refused() -> None:
    """Every fault needs an image of its own."""
    with pytest.raises(ValueError, match=str(SMALLEST_DEMO)):
        draw_demo(SMALLEST_DEMO - 1)


@pytest.mark.parametrize("reason, verdict, is_met", [
    (Reason.DOWNLOADED, Verdict.AS_IS, True),
    (Reason.ALREADY_PRESENT, Verdict.AS_IS, True),
    (Reason.DOWNLOADED, Verdict.RESCALED, False),
    (Reason.GONE, Verdict.NONE, False),
])
def test_a_good_picture_needs_its_verdict(reason: Reason, verdict: Verdict, is_met: bool) -> None:
    """Stored, in this run or an earlier one, with its boxes as planned."""
    planned = PlannedImage(BALLOON, ImageId("n_1"), "", (Reason.DOWNLOADED,), Verdict.AS_IS)

    assert planned.is_met_by(reason, verdict) is is_met


def test_a_fault_has_no_boxes_to_judge() -> None:
    """Of an image that is not stored, the reason is all."""
    planned = PlannedImage(BALLOON, ImageId("n_1"), "", (Reason.GONE,), Verdict.AS_IS)

    assert planned.is_met_by(Reason.GONE, Verdict.NONE)
    assert not planned.is_met_by(Reason.DOWNLOADED, Verdict.AS_IS)


def test_what_is_met_where_all_have_to_fit() -> None:
    """With --with_annotation, a picture that its boxes don't fit is refused, as it was planned."""
    misfit = PlannedImage(BALLOON, ImageId("n_1"), "", (Reason.DOWNLOADED,), Verdict.MISMATCH)
    fitting = PlannedImage(BALLOON, ImageId("n_1"), "", (Reason.DOWNLOADED,), Verdict.AS_IS)

    assert misfit.is_met_by(Reason.MISMATCH, Verdict.NONE)
    assert not fitting.is_met_by(Reason.MISMATCH, Verdict.NONE)

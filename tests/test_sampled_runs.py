"""Runs whose pictures are sampled or balanced: again, further, broken off, and topped up."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.errors import ExitCode
from imagenet_utils.job.sample import Sampled, Sampling, order_of
from imagenet_utils.model import Category, Reason
from imagenet_utils.options import Selection
from tests.small_web import CAT, FOX, Lists, SmallRun, SmallWeb, record, xml_of

RECORDS = [record(number) for number in range(30)]
RANDOM = Selection(0, False, False, Sampling("random", 5))
COUNTED = Selection(0, True, False, Sampling("random", 5))
ORDER = [RECORDS[place].image_id for place in order_of(
    [one.image_id for one in RECORDS], Sampled(RANDOM.sampling, FOX))]


@pytest.fixture
def job(tmp_path: Path) -> SmallRun:
    cats = [record(number, code=CAT) for number in range(8)]
    return SmallRun(tmp_path, SmallWeb(), Lists({FOX: list(RECORDS), CAT: cats}))


def fox(how_many: int | None) -> Category:
    return Category(FOX, "fox", how_many)


def files(*ids: str) -> list[str]:
    return sorted(f"{image_id}.jpg" for image_id in ids)


def test_a_shuffle_takes_its_first(job: SmallRun) -> None:
    """And the report has them in list order."""
    job.run(fox(6), selection=RANDOM)

    assert job.files("fox") == files(*ORDER[:6])
    numbers = [int(line["image_code"][len(FOX) + 1:-4]) for line in job.report("fox")]
    assert numbers == sorted(numbers) and len(numbers) == 6


def test_the_same_command_takes_the_same(job: SmallRun) -> None:
    """Nothing is asked for again."""
    job.run(fox(6), selection=RANDOM)
    job.run(fox(6), selection=RANDOM)

    assert job.web.asked == [] and job.reasons("fox") == ["already_present"] * 6


def test_more_of_them_keep_the_former_ones(job: SmallRun) -> None:
    """Only those that come on top are fetched."""
    job.run(fox(6), selection=RANDOM)
    result = job.run(fox(9), selection=RANDOM)["fox"]

    assert (len(job.web.asked), result.have, result.new) == (3, 9, 3)
    assert job.files("fox") == files(*ORDER[:9])


def test_a_longer_list_moves_few(job: SmallRun) -> None:
    """What it has besides takes its places in the sample; the others stay."""
    job.run(fox(20), selection=RANDOM)
    job.lists.lists[FOX] = [record(77), *RECORDS, record(78)]
    job.run(fox(20), selection=RANDOM)

    assert 0 < len(job.web.asked) <= 2
    assert {url[-6:-4] for url in job.web.asked} <= {"77", "78"}


def test_a_broken_run_goes_on(job: SmallRun) -> None:
    """It takes those that it would have taken undisturbed."""
    job.ends_after = 2
    job.run(fox(12), selection=RANDOM)
    begun = len(job.files("fox"))
    job.ends_after = None
    job.run(fox(12), selection=RANDOM)

    assert begun < 12
    assert job.files("fox") == files(*ORDER[:12])


def test_counted_images_go_on_in_the_sample(job: SmallRun) -> None:
    """Dead links are made up for by the next of the shuffle."""
    for image_id in ORDER[:3]:
        job.web[f"{image_id.partition('_')[2]}.jpg"] = Reason.GONE
    job.run(fox(5), selection=COUNTED)

    assert job.files("fox") == files(*ORDER[3:8])


def test_annotated_first(job: SmallRun) -> None:
    """Those with boxes, then as many others as it takes."""
    annotated = [RECORDS[number].image_id for number in (21, 4)]
    job.lists.xmls[FOX] = {image_id: xml_of(image_id) for image_id in annotated}
    job.run(fox(3), selection=Selection(0, False, False, Sampling("annotated_first")))

    assert job.files("fox") == files(*annotated, RECORDS[0].image_id)


def test_annotated_first_without_any(job: SmallRun) -> None:
    """It is told that there is nothing to prefer."""
    job.run(fox(1), selection=Selection(0, False, False, Sampling("annotated_first")))

    assert f"fox ({FOX}): no annotated image, so list order holds" in job.warnings


def test_balanced_categories_are_topped_up(job: SmallRun) -> None:
    """Until they are met or exhausted, and never beyond."""
    for number in range(3):
        job.web[f"{number}.jpg"] = Reason.GONE
    found = job.run(fox(6), Category(CAT, "cat", 6), selection=COUNTED)

    assert (found["fox"].have, found["cat"].have, job.code) == (6, 5, ExitCode.CATEGORY_SHORT)
    assert len(job.files("fox")) == 6


def test_present_images_count(job: SmallRun) -> None:
    """Whatever order they were taken in; more than are wanted stay."""
    job.run(fox(4))
    job.run(fox(6), selection=COUNTED)
    topped_up = len(job.web.asked)
    result = job.run(fox(3), selection=COUNTED)["fox"]

    assert topped_up == 2
    assert (result.have, len(job.files("fox")), job.web.asked) == (6, 6, [])

"""--shard_folders: pictures in folders of their ids' first letters, known wherever they lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from imagenet_utils.demo.origin import Address, Origin, Site
from tests.main_job import FOX, Job, pictures, site_files
from tests.small_web import xml_of

COUNT = 12
PLACES = [f"{number // 10 or number}/{FOX}_{number}" for number in range(COUNT)]
SMALL = ("--resize", "shrink_to_fit:80")


@pytest.fixture(scope="module")
def origin() -> Iterator[Address]:
    with Origin(Site(site_files(COUNT))) as address:
        yield address


@pytest.fixture
def job(tmp_path: Path, origin: Address) -> Job:
    """Twelve foxes with boxes, fetched into shards, and each made small."""
    job = Job(tmp_path, origin)
    job.list_urls(*pictures(COUNT))
    job.mark(f"{FOX},kit fox,True,-1")
    boxes = tmp_path / "annotation" / FOX
    boxes.mkdir(parents=True)
    for number in range(COUNT):
        (boxes / f"{FOX}_{number}.xml").write_bytes(
            xml_of(f"{FOX}_{number}", width=160, height=120))
    assert job.run("--shard_folders", "1", *SMALL).code == 0
    return job


def lying(job: Job, folder: str) -> list[str]:
    """Below it, without extensions."""
    top = job.save_dir / "kit_fox" / folder
    return sorted(path.relative_to(top).with_suffix("").as_posix()
                  for path in top.rglob("*") if path.is_file())


def asked(job: Job) -> int:
    return sum(job.origin.counts().requests.values())


def test_pictures_boxes_and_sizes_lie_alike(job: Job) -> None:
    """What belongs together has the same name in each folder; the annotation names the file."""
    xml = etree.parse(str(job.save_dir / "kit_fox" / "Annotation" / f"{PLACES[7]}.xml"))
    line = job.report()[7]

    for folder in ("Images", "Annotation", *(f"{each}_shrink_to_fit_80"
                                             for each in ("Images", "Annotation"))):
        assert lying(job, folder) == sorted(PLACES)
    assert xml.findtext("filename") == line["image_code"] == f"{FOX}_7.jpg"
    assert line["file"] == f"Images/7/{FOX}_7.jpg"


def test_they_are_known_without_the_option(job: Job) -> None:
    """A later run asks for nothing, moves nothing, and sees what the user deleted."""
    (job.save_dir / "kit_fox" / "Images" / "3" / f"{FOX}_3.jpg").unlink()
    before = asked(job)
    ended = job.run()
    reasons = job.reasons()

    assert (ended.code, asked(job)) == (0, before)
    assert (reasons.pop(3), set(reasons)) == ("removed", {"already_present"})
    assert lying(job, "Annotation") == sorted({*PLACES} - {PLACES[3]})


def test_who_forgets_the_option_is_told(job: Job) -> None:
    """New pictures go elsewhere then; where none are to be fetched, there is nothing to tell."""
    whole = job.run()
    (job.save_dir / "kit_fox" / "Images" / "3" / f"{FOX}_3.jpg").unlink()
    more = job.run("--restore_removed")

    assert "--shard_folders" not in whole.err
    assert more.err.count("--shard_folders N") == 1


def test_they_are_known_without_the_ledger(job: Job) -> None:
    """Reports and files tell the same; a picture that is fetched now lies where it is asked."""
    for path in job.save_dir.glob(".ledger*"):
        path.unlink()
    (job.save_dir / "kit_fox" / "Images" / "3" / f"{FOX}_3.jpg").rename(job.folder / "away.jpg")
    before = asked(job)
    ended = job.run("--restore_removed")

    assert (ended.code, asked(job)) == (0, before + 1)
    assert lying(job, "Images") == sorted({*PLACES, f"{FOX}_3"} - {PLACES[3]})
    assert {"downloaded", "already_present"} == set(job.reasons())


def test_they_are_known_after_a_kill(job: Job) -> None:
    """Nothing was written down: what lies there is adopted where it lies, whatever is asked now."""
    before = lying(job, "Images"), lying(job, "Annotation"), asked(job)
    for path in (*job.save_dir.glob(".ledger*"), *job.save_dir.rglob("*.csv")):
        path.unlink()
    half = job.save_dir / "kit_fox" / "Images" / "3" / f".{FOX}_3.jpg.0123456789ab.part"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    ended = job.run("--shard_folders", "3")

    assert (ended.code, set(job.reasons())) == (0, {"already_present"})
    assert (lying(job, "Images"), lying(job, "Annotation"), asked(job)) == before


def test_folders_of_the_user_are_no_shards(job: Job) -> None:
    """What lies in them is neither a picture of ours nor touched."""
    mine = job.save_dir / "kit_fox" / "Images" / "best" / f"{FOX}_3.jpg"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    (job.save_dir / "kit_fox" / "Images" / "3" / f"{FOX}_3.jpg").unlink()
    ended = job.run()

    assert (ended.code, job.reasons()[3], mine.read_bytes()) == (0, "removed", b"mine")


def test_exports_have_no_shards(job: Job) -> None:
    """Each format has its own folders."""
    ended = job.run_alone("--export_only", "--export", "imagefolder", "coco", "manifest", "voc")
    images = job.save_dir / "exports" / "imagefolder" / "train" / FOX
    voc = job.save_dir / "exports" / "voc"

    assert ended.code == 0
    assert {path.stem for path in images.iterdir()} == {Path(place).name for place in PLACES}
    assert len(list(voc.rglob(f"Annotations/{FOX}_*.xml"))) == COUNT

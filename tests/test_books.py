"""Annotations of stored images over many runs, and reports that can't be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.model import Category, ImageId
from imagenet_utils.results import report
from tests.small_web import FOX, Lists, SmallRun, SmallWeb, record, xml_of

FOXES = Category(FOX, "fox", None)
ID = ImageId(f"{FOX}_1")


@pytest.fixture
def job(tmp_path: Path) -> SmallRun:
    return SmallRun(tmp_path, SmallWeb(), Lists({FOX: [record(1)]}, {FOX: {ID: xml_of(ID)}}))


def xml_path(job: SmallRun) -> Path:
    return job.save_dir / f"fox/Annotation/{ID}.xml"


def verdict(job: SmallRun) -> str:
    return job.report("fox")[0]["annotation"]


def test_annotations_come_later(job: SmallRun) -> None:
    """Annotations that arrive after the images are added without fetching anything."""
    xmls, job.lists.xmls = job.lists.xmls, {}
    job.run(FOXES)
    before = verdict(job)
    job.lists.xmls = xmls
    job.run(FOXES)

    assert (before, verdict(job), job.web.asked) == ("none", "as_is", [])
    assert "<name>fox</name>" in xml_path(job).read_text()


def test_edited_annotation(job: SmallRun) -> None:
    """An XML that the user edited is reported as such and never touched, in any later run."""
    job.run(FOXES)
    xml_path(job).write_text("mine")
    job.run(FOXES)
    job.labels[FOX] = "renard"
    job.run(FOXES)

    assert verdict(job) == "edited"
    assert xml_path(job).read_text() == "mine"


def test_deleted_annotation(job: SmallRun) -> None:
    """An XML that the user deleted stays away."""
    job.run(FOXES)
    xml_path(job).unlink()
    job.run(FOXES)

    assert verdict(job) == "edited"
    assert not xml_path(job).exists()


def test_annotation_folder_gone(job: SmallRun) -> None:
    """Where the whole folder of annotations is gone, they are written again."""
    job.run(FOXES)
    xml_path(job).unlink()
    xml_path(job).parent.rmdir()
    job.run(FOXES)

    assert verdict(job) == "as_is"
    assert xml_path(job).exists()


def test_new_label(job: SmallRun) -> None:
    """XMLs of ours follow a label that the table gives anew."""
    job.run(FOXES)
    job.labels[FOX] = "renard"
    job.run(FOXES)

    assert "<name>renard</name>" in xml_path(job).read_text()
    assert verdict(job) == "as_is"


def test_annotation_of_a_removed_image(job: SmallRun) -> None:
    """The XML of ours goes with the image that the user deleted."""
    job.run(FOXES)
    (job.save_dir / f"fox/Images/{ID}.jpg").unlink()
    job.run(FOXES)

    assert not xml_path(job).exists()


def test_leftovers_of_killed_runs(job: SmallRun) -> None:
    """Half-written files of earlier runs are cleared away; hidden files of others stay."""
    import os

    job.run(FOXES)
    images = job.save_dir / "fox/Images"
    leftover, other = images / ".a.jpg.0123456789ab.part", images / ".notes.part"
    for path in (leftover, other):
        path.touch()
        os.utime(path, (1, 1))
    job.run(FOXES)

    assert not leftover.exists() and other.exists()


def test_one_warning_for_a_held_report(job: SmallRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that is open elsewhere is warned of once, with what to do."""
    job.run(FOXES)
    original = report.write_over

    def held(target: str, data: bytes) -> int:
        if target.endswith("_download_report.csv"):
            raise PermissionError(13, "held", target)
        return original(target, data)

    monkeypatch.setattr(report, "write_over", held)
    job.run(FOXES)
    told = [line for line in job.warnings if "open in another program" in line]

    assert len(told) == 1 and "Close it there" in told[0]


OLD_REPORT = "url,image_code,time-required,status,description\nhttp://a/1,fox_1,0.2,done,Success\n"


@pytest.mark.parametrize("text", [OLD_REPORT, "url;image_code\nhttp://a/1.jpg;look at this one\n"],
                         ids=["the older tool's", "edited and saved with semicolons"])
def test_a_report_of_another_form_is_kept(job: SmallRun, text: str) -> None:
    """It goes beside the new one, and a line says so; the next run leaves both alone."""
    path = job.save_dir / "fox/fox_download_report.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    job.run(FOXES)
    job.run(FOXES)

    assert not list(job.save_dir.glob("run_summary.before*"))
    assert path.with_name("fox_download_report.before_1.csv").read_text() == text
    assert job.report("fox")[0]["status"] == "done"
    assert len([line for line in job.warnings if "fox_download_report.before_1.csv" in line]) == 1


def test_a_summary_that_is_not_ours_is_kept(job: SmallRun) -> None:
    """Another program may have one of that name; two of them get two names."""
    path = job.save_dir / "run_summary.json"
    for number in (1, 2):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"run": {number}}}')
        job.run(FOXES)

    assert [path.with_name(f"run_summary.before_{number}.json").read_text() for number in (1, 2)
            ] == ['{"run": 1}', '{"run": 2}']

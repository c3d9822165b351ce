"""What the doctor says of Open Images: which of its files are there, and what a run would fetch."""

from __future__ import annotations

from pathlib import Path

from imagenet_utils.doctor.inputs import boxes
from imagenet_utils.doctor.patient import Patient
from tests.examined import OK, WARNING, only, patient
from tests.sourcing import options_of


def who_takes(folder: Path, *typed: str) -> Patient:
    options = options_of(folder, "--source", "open_images", "--categories", "Cat",
                         "--split", "validation", "--open_images_dir", str(folder / "oi"), *typed)
    return patient(folder, options=options)


def test_what_lacks_is_told_with_its_size(tmp_path: Path) -> None:
    """A run fetches it."""
    found = only(boxes, who_takes(tmp_path))

    assert found.level is WARNING
    assert "V7; a run first fetches boxes of validation and images of validation (" in found.found


def test_what_is_there_is_told(tmp_path: Path) -> None:
    """By whatever name it was fetched."""
    (tmp_path / "oi").mkdir()
    for name in ("validation-annotations-bbox.csv", "validation-images-with-rotation.csv"):
        (tmp_path / "oi" / name).touch()
    found = only(boxes, who_takes(tmp_path))

    assert (found.level, found.found.partition("; ")[2]) == (
        OK, "boxes of validation and images of validation are there")


def test_a_version_without_boxes_says_so(tmp_path: Path) -> None:
    """The first one has labels alone."""
    told = only(boxes, who_takes(tmp_path, "--open_images_version", "V1")).found

    assert "V1, which has no boxes: pictures come without; a run first fetches images" in told


def test_other_sources_have_no_metadata(tmp_path: Path) -> None:
    """It is ImageNet's annotations that are told of."""
    options = options_of(tmp_path, "--source", "synset_tars", "--categories", "n02119789")
    found = only(boxes, patient(tmp_path, options=options))

    assert found.found.endswith("annotation: none; pictures come without boxes")

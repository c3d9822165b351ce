"""images-success.csv and images-failure.csv: in the columns of images.csv, whole, and complete."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.model import ImageId, Reason
from imagenet_utils.open_images.values import IMAGE_COLUMNS
from imagenet_utils.results.row import Row
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.open_images_lists import AT_ONCE, DETAILS, write_lists
from tests.small_open_images import CAT, DOG, SmallMetadata, image_row, picture_id
from tests.sourcing import workplace_in


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with workplace_in(tmp_path / "result") as workplace:
        yield workplace


def remember(
    workplace: Workplace, number: int, reason: Reason, description: str = "Success", *,
    code: str = f"train/{DOG}", place: str = "original",
) -> None:
    finished = 2.0 if place == "mirror" else 1.0
    workplace.ledger.record(
        Row(code, picture_id(number), f"https://{place}.example/{number}", number, reason,
            description, finished=finished))


def lists_of(workplace: Workplace) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    found = []
    for name in ("success", "failure"):
        with open(workplace.save_dir / "train" / f"images-{name}.csv", newline="",
                  encoding="utf-8") as file:
            found.append(list(csv.DictReader(file)))
    return found[0], found[1]


def test_every_picture_stands_in_one_list(workplace: Workplace) -> None:
    """Stored anywhere, it is a success; of failures every place is told, and each once."""
    remember(workplace, 1, Reason.DOWNLOADED)
    remember(workplace, 1, Reason.REMOVED, "you deleted it", code=f"train/{CAT}")
    remember(workplace, 2, Reason.GONE, "HTTP 404")
    remember(workplace, 2, Reason.ALREADY_PRESENT, place="mirror")
    remember(workplace, 3, Reason.MISMATCH, "expected 10 bytes, found 9")
    remember(workplace, 3, Reason.GONE, "HTTP 404", place="mirror")
    remember(workplace, 3, Reason.GONE, "HTTP 404", place="mirror", code=f"train/{CAT}")
    remember(workplace, 4, Reason.NOT_TRIED, "not tried yet")
    why_not = write_lists(SmallMetadata(map(image_row, range(9))), "train", workplace, ends_at=None)
    success, failure = lists_of(workplace)

    assert not why_not
    assert [row["ImageID"] for row in success] == [picture_id(1), picture_id(2)]
    assert {row["ImageID"]: row[DETAILS] for row in failure} == {
        picture_id(3): "mismatch: expected 10 bytes, found 9; gone: HTTP 404",
        picture_id(4): "not_tried: not tried yet"}


def test_the_columns_of_images_csv(workplace: Workplace) -> None:
    """With licence, author and title as they stand there; what a spreadsheet would run is tamed."""
    told = image_row(7, split="train", title="=HYPERLINK(1)", original_size=12, rotation=90,
                     original_md5="XKWUMkcNib71Ge6Yq1/0/g==")
    remember(workplace, 7, Reason.DOWNLOADED)
    remember(workplace, 8, Reason.GONE, "HTTP 410")
    write_lists(SmallMetadata([told]), "train", workplace, ends_at=None)
    success, failure = lists_of(workplace)

    assert list(success[0]) == list(IMAGE_COLUMNS) and list(failure[0])[:-1] == list(success[0])
    assert success[0] == {
        "ImageID": picture_id(7), "Subset": "train", "OriginalURL": told.original_url,
        "OriginalLandingURL": told.landing_url, "License": told.license,
        "AuthorProfileURL": told.author_profile_url, "Author": "Ann, of \"O&#x27;Neil\"",
        "Title": "'=HYPERLINK(1)", "OriginalSize": "12", "OriginalMD5": told.original_md5,
        "Thumbnail300KURL": "", "Rotation": "90.0"}
    assert failure[0] == {**dict.fromkeys(IMAGE_COLUMNS, ""), "ImageID": picture_id(8),
                          "Subset": "train", DETAILS: "gone: HTTP 410"}


def test_pictures_of_others_are_left_out(workplace: Workplace) -> None:
    """Of ImageNet's categories and of other splits; where nothing is left, nothing is written."""
    remember(workplace, 1, Reason.DOWNLOADED, code="train/n02084071")
    remember(workplace, 2, Reason.DOWNLOADED, code=f"val/{DOG}")
    remember(workplace, 3, Reason.DOWNLOADED, code="n02084071")
    write_lists(SmallMetadata(), "train", workplace, ends_at=None)

    assert not (workplace.save_dir / "train").exists()


def test_where_there_is_no_time(workplace: Workplace) -> None:
    """The former lists stay whole."""
    remember(workplace, 1, Reason.DOWNLOADED)
    write_lists(SmallMetadata(), "train", workplace, ends_at=None)
    for number in range(2 * AT_ONCE):
        remember(workplace, number, Reason.GONE)
    why_not = write_lists(SmallMetadata(), "train", workplace, ends_at=time.monotonic())
    success, failure = lists_of(workplace)

    assert why_not == "the run was interrupted"
    assert ([row["ImageID"] for row in success], failure) == ([picture_id(1)], [])
    assert len(list((workplace.save_dir / "train").iterdir())) == 2


def test_many_pictures(workplace: Workplace) -> None:
    """None is lost between two looks into the metadata."""
    for number in range(AT_ONCE + 1):
        remember(workplace, number, Reason.DOWNLOADED if number % 2 else Reason.GONE)
    write_lists(SmallMetadata(), "train", workplace, ends_at=None)
    success, failure = lists_of(workplace)

    assert [len(success), len(failure)] == [AT_ONCE // 2, AT_ONCE // 2 + 1]
    assert sorted(ImageId(row["ImageID"]) for row in [*success, *failure]) == [
        picture_id(number) for number in range(AT_ONCE + 1)]

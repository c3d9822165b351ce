"""What is known of pictures whose archive was moved, or unpacked."""

from __future__ import annotations


import pytest

from imagenet_utils.job.moved_archives import MovedRows
from imagenet_utils.model import (
    ImageId, ImageRecord, Listed, MemberLocation, Reason, TreeLocation, UrlLocation,
)
from imagenet_utils.results.row import Row

ID, NAME = ImageId("n02119789_7"), "n02119789_7.JPEG"
ROW = Row("n02119789", ID, f"/old/n02119789.tar#{NAME}", 3, Reason.DOWNLOADED, "Success",
          attempts=1, sha256="ab", file_name="n02119789_7.jpg")
MOVED = MemberLocation(f"/new/n02119789.tar#{NAME}", "/new/n02119789.tar", 0, 5, NAME)


def record_at(place: Listed) -> ImageRecord:
    return ImageRecord("n02119789", ID, (place,))


@pytest.mark.parametrize("reason", [Reason.DOWNLOADED, Reason.ALREADY_PRESENT, Reason.REMOVED])
@pytest.mark.parametrize("place", [MOVED, TreeLocation(f"/tree/n02119789/{NAME}", "")])
def test_what_is_here_goes_along(place: Listed, reason: Reason) -> None:
    """A stored picture is known under the archive's new place, and so is a deleted one."""
    row = ROW._replace(reason=reason)

    assert MovedRows([row]).take(record_at(place)) == (row, row._replace(url=place.url))


def test_another_copy_may_be_whole() -> None:
    """What one archive had damaged is asked of the other."""
    found = MovedRows([ROW._replace(reason=Reason.DAMAGED)]).take(record_at(MOVED))

    assert found and (found[1].reason, found[1].attempts) == (Reason.NOT_TRIED, 1)


@pytest.mark.parametrize(("known", "place"), [
    (f"http://web.example/{NAME}", MOVED),
    (MOVED.url, MOVED),
    ("/old/n02119789.tar#n02119789_8.JPEG", MOVED),
    (ROW.url, UrlLocation(f"http://web.example/{NAME}", f"http://web.example/{NAME}")),
])
def test_others_stay(known: str, place: Listed) -> None:
    """URLs of a list are no archives, and another member is another picture."""

    assert MovedRows([ROW._replace(url=known)]).take(record_at(place)) is None


def test_one_row_goes_once() -> None:
    """A second record of the same picture finds nothing more to take."""
    rows = MovedRows([ROW])
    rows.take(record_at(MOVED))

    assert rows.take(record_at(MOVED)) is None

"""From an outcome to the row that is remembered and reported.  Pure."""

from __future__ import annotations

import time
from typing import Any

from imagenet_utils.job.category_run import Step
from imagenet_utils.job.decide import EXCLUDED, Action, FoundFile, is_excluded
from imagenet_utils.model import Boxes, Follow, ImageRecord, Outcome, Reason, Stored, Verdict
from imagenet_utils.results.row import Row

DAYS_UNTIL_GONE = 3  # of the same failure; the next day brings a dead host no nearer
NO_PICTURE: dict[str, Any] = {"file_name": None, "bytes": None, "width": None, "height": None,
                              "sha256": None, "mtime_ns": 0}
FAILS_BY_DAY = {Reason.UNREACHABLE, Reason.SERVER_ERROR}


def new_row(record: ImageRecord, location: int, position: int) -> Row:
    """A URL that is considered, and of which nothing is known yet."""
    return Row(record.code, record.image_id, record.locations[location].url, position,
               Reason.NOT_TRIED, "not tried yet")


def row_after(
    row: Row, outcome: Outcome, *, hung_on: str, attempts: int, now: float
) -> Row:
    """`attempts` are those of this run that asked for the URL."""
    row = Row._make((
        row.code, row.image_id, row.url, row.position, outcome.reason, outcome.description,
        outcome.http_status, row.attempts + attempts, outcome.seconds if attempts else None,
        *_cells_of(outcome.stored, row.xml_sha256), now, hung_on, _bad_days(row, outcome, now),
    ))
    if len(row.bad_days.split()) >= DAYS_UNTIL_GONE:
        row = row._replace(reason=Reason.GONE, bad_days="",
                           description=f"{outcome.reason.word} on {DAYS_UNTIL_GONE} different days")
    return row


def as_planned(step: Step, now: float) -> Row | None:
    """What is known of a record from now on; None: nothing."""
    row, action = step.decision.row, step.decision.action
    if action is Action.EXCLUDE:
        row = row or new_row(step.record, step.decision.location, step.position)
        row = row if is_excluded(row) else excluded(row, now)
    if row is None:
        return None
    if row.position != step.position:  # the list has changed
        row = row._replace(position=step.position)
    if row.reason.follow is Follow.KEPT and action is Action.SKIP:
        return removed(row, now)
    if row.reason.follow is Follow.KEPT and action is Action.FETCH:
        return missing(row)
    return row


def with_boxes(row: Row, boxes: Boxes) -> Row:
    return row._replace(**_cells_of_boxes(boxes))


def with_boxes_as_before(row: Row, before: Row) -> Row:
    """The annotations are not at hand: what we wrote of them still holds for the same picture."""
    is_same = (row.width, row.height) == (before.width, before.height)
    if row.verdict is not Verdict.NONE or not is_same or row.xml_sha256 != before.xml_sha256:
        return row
    return row._replace(verdict=before.verdict, boxes=before.boxes,
                        boxes_clamped=before.boxes_clamped, boxes_dropped=before.boxes_dropped)


def already_present(row: Row) -> Row:
    if row.reason is Reason.ALREADY_PRESENT and row.seconds is None:
        return row
    return row._replace(reason=Reason.ALREADY_PRESENT, description="Already present", seconds=None)


def removed(row: Row, now: float) -> Row:
    """The user deleted the image while its folder stands."""
    return _without_picture(row)._replace(reason=Reason.REMOVED, description="you deleted it",
                                          finished=now)


def excluded(row: Row, now: float) -> Row:
    """The user named it in --exclude_images; what lies there stays, and does not count."""
    return _without_picture(row)._replace(reason=Reason.REMOVED, description="you left it out",
                                          finished=now, hung_on=EXCLUDED)


def missing(row: Row) -> Row:
    """What was stored is no longer there, and to be fetched again."""
    return _without_picture(row)._replace(reason=Reason.NOT_TRIED,
                                          description="no longer there, and not tried again yet")


def taken_back(row: Row, description: str, now: float) -> Row:
    return _without_picture(row)._replace(reason=Reason.PLACEHOLDER, description=description,
                                          finished=now)


def still_refused(row: Row, found: FoundFile) -> Row:
    """A file of ours that does not count lies there; known again, it need not be proven again."""
    return row._replace(file_name=found.name, bytes=found.size, mtime_ns=found.mtime_ns)


def _without_picture(row: Row) -> Row:
    boxes = _cells_of_boxes(Boxes(xml_sha256=row.xml_sha256))
    return row._replace(**NO_PICTURE, **boxes, seconds=None, hung_on="")


def _cells_of(stored: Stored | None, xml_sha256: str | None) -> tuple[Any, ...]:
    """From `bytes` to `mtime_ns`, in the order of a row: by name it takes nearly twice as long."""
    if stored is None:
        return None, None, None, None, *Boxes(xml_sha256=xml_sha256), None, 0
    picture = stored.picture
    return (picture.byte_count, picture.width, picture.height, picture.sha256, *stored.boxes,
            stored.file_name, stored.mtime_ns)


def _cells_of_boxes(boxes: Boxes) -> dict[str, Any]:
    return {"verdict": boxes.verdict, "boxes": boxes.written, "boxes_clamped": boxes.clamped,
            "boxes_dropped": boxes.dropped, "xml_sha256": boxes.xml_sha256}


def _bad_days(row: Row, outcome: Outcome, now: float) -> str:
    if outcome.reason not in FAILS_BY_DAY:
        return ""
    days = row.bad_days.split() if row.reason is outcome.reason else []
    today = time.strftime("%Y-%m-%d", time.gmtime(now))
    return " ".join(dict.fromkeys([*days, today]))

"""What is remembered of one URL: the value that the ledger keeps and the report shows."""

from __future__ import annotations

from typing import NamedTuple

from imagenet_utils.model import Reason, Verdict


class Row(NamedTuple):
    """The last known state of one URL in one category."""

    code: str
    image_id: str
    url: str
    position: int  # in list order within the category
    reason: Reason
    description: str
    http_status: int = 0  # 0: none
    attempts: int = 0  # over all runs
    seconds: float | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    verdict: Verdict = Verdict.NONE
    boxes: int = 0
    boxes_clamped: int = 0
    boxes_dropped: int = 0
    xml_sha256: str | None = None  # of the XML we wrote
    file_name: str | None = None  # of the stored image
    mtime_ns: int = 0
    finished: float = 0.0  # seconds since 1970, UTC
    hung_on: str = ""  # the options the reason depends on, as they were
    bad_days: str = ""  # days on which it failed the same way, "2026-11-20 2026-11-21"

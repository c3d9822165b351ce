"""Archives that lie elsewhere by now: what is known of their pictures goes with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property

from imagenet_utils.model import Follow, ImageRecord, Reason, UrlLocation
from imagenet_utils.results.row import Row

_BEFORE_NAME = re.compile(r".*[#/\\]", re.DOTALL)


class MovedRows:
    """Of one category.  Looked through once, and not at all for a list of URLs."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows

    def take(self, record: ImageRecord) -> tuple[Row, Row] | None:
        """The row of this picture in an archive or a tree at another place, and what is made of it.

        Whether a picture is here stays as it was; one that an archive failed to give is not yet
        tried in this copy of it.
        """
        place = record.locations[0]
        if isinstance(place, UrlLocation):
            return None
        before = self._of_archives.pop((record.image_id, _name(place.url)), None)
        if before is None or before.url == place.url:
            return None
        after = before._replace(url=place.url)
        if after.reason.follow is not Follow.KEPT and after.reason is not Reason.REMOVED:
            after = after._replace(reason=Reason.NOT_TRIED, description="not tried in this archive")
        return before, after

    @cached_property
    def _of_archives(self) -> dict[tuple[str, str], Row]:
        """By image id and the name within the archive."""
        return {(row.image_id, _name(row.url)): row for row in self._rows
                if _is_of_archive(row.url)}


def _name(url: str) -> str:
    """Of the member or the file."""
    return _BEFORE_NAME.sub("", url)


def _is_of_archive(url: str) -> bool:
    """`<archive>#<member>`, or a path of a tree's."""
    return "#" in url or os.path.isabs(url)

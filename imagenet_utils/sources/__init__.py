"""Where categories and their images come from: a kind of source is a row in SOURCES."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from imagenet_utils.errors import Unobtainable
from imagenet_utils.model import ImageId, ImageRecord, Wnid
from imagenet_utils.options import Places
from imagenet_utils.sources.url_list import UrlListSource
from imagenet_utils.telling import OnProgress


class Source(Protocol):
    """Categories and image records; a record says where its bytes are."""

    def has(self, code: Wnid) -> bool: ...

    def count(self, code: Wnid) -> int:
        """Rows of a category, cheaply: repeated ones may be counted."""

    def records(self, code: Wnid, annotated: Collection[ImageId]) -> Sequence[ImageRecord]:
        """Its own, then those of pictures that it annotates but another category owns."""

    def remarks(self) -> Sequence[str]:
        """What the user should know of the source, a line each."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SourceKind:
    name: str
    title: str
    is_there: Callable[[Places], bool]
    open: Callable[[Places, OnProgress], Source]


SOURCES = (
    SourceKind("url_list", "a list of image URLs", UrlListSource.is_there, UrlListSource),
)

ADVICE = (
    "Fetch a list: python download_ncodes_imagenet.py --with_url_data True"
    " [--url_data_link PATH_OR_URL]; or name yours with --url_data"
)


def choose(name: str, places: Places) -> tuple[SourceKind, str]:
    """The kind of source and why; `auto` takes the first of the table that is there.

    Raises Unobtainable when there is none.
    """
    for kind in SOURCES:
        if name == kind.name and kind.is_there(places):
            return kind, "as --source says"
        if name == "auto" and kind.is_there(places):
            return kind, "it is there"
    raise Unobtainable(f"no URL list at {places.url_data}", ADVICE)

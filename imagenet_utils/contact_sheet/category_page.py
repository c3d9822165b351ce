"""The page of a category folder: every URL of it as a tile, drawn by the page's own script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.contact_sheet.boxes import boxes_beside
from imagenet_utils.contact_sheet.facts import Drawer, is_kept
from imagenet_utils.contact_sheet.pages import page
from imagenet_utils.contact_sheet.places import page_of, way_up
from imagenet_utils.contact_sheet.plots import KIND_OF
from imagenet_utils.contact_sheet.suspects import SUSPICIONS, Kin, suspicions_of
from imagenet_utils.contact_sheet.thumbnails import Thumbnails
from imagenet_utils.contact_sheet.words import moment_told
from imagenet_utils.model import Reason, Verdict
from imagenet_utils.passwords import without_login
from imagenet_utils.results.row import Row
from imagenet_utils.telling import counted
from imagenet_utils.transform.orientation import UPRIGHT

ROWS_A_PAGE = 10_000
MOST_KIN = 8  # that a picture points to

HAVE_XML = {Verdict.AS_IS, Verdict.RESCALED, Verdict.EDITED}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the result a picture is shown."""

    page: str  # below the folder of pages
    image_id: str


@dataclass(frozen=True, slots=True)
class Family:
    """Who shows the same as a picture, or nearly the same."""

    same: tuple[Spot, ...] = ()
    near: tuple[Spot, ...] = ()

    @property
    def kin(self) -> Kin:
        return Kin(len(self.same), len(self.near))


@dataclass(frozen=True, slots=True)
class Sight:
    """What a page needs to know beside the rows."""

    save_dir: Path
    title: str  # of the result
    thumbnails: Thumbnails
    family_of: Callable[[Row, Spot], Family]


def spots(drawer: Drawer) -> list[Spot]:
    """Of its rows, one for each."""
    return [Spot(page_of(drawer.folder, 1 + place // ROWS_A_PAGE), row.image_id)
            for place, row in enumerate(drawer.rows)]


def category_pages(drawer: Drawer, names: str, sight: Sight) -> Iterator[tuple[str, bytes]]:
    """Each with its path below the folder of pages, one at a time: a category may have many."""
    places = spots(drawer)
    for begin in range(0, len(drawer.rows), ROWS_A_PAGE):
        rows = drawer.rows[begin:begin + ROWS_A_PAGE]
        shown = [tile(row, spot, drawer, sight) for row, spot in zip(rows, places[begin:])]
        yield places[begin].page, _page(drawer, names, sight.title, shown, begin=begin)


def _page(
    drawer: Drawer, names: str, title: str, tiles: Sequence[Mapping[str, object]], *, begin: int
) -> bytes:
    number = 1 + begin // ROWS_A_PAGE
    last = 1 + (len(drawer.rows) - 1) // ROWS_A_PAGE
    data = {
        "root": way_up(drawer.folder), "folder": drawer.folder, "page": number, "pages": last,
        "suspicions": {each.name: each.title for each in SUSPICIONS},
        "reasons": {reason.word: KIND_OF[reason.follow] for reason in Reason},
        "tiles": tiles,
    }
    part = f", page {number} of {last}" if last > 1 else ""
    told = f"{counted(len(drawer.kept), 'picture')} of {counted(len(drawer.rows), 'URL')}{part}"
    return page("category", data, title=f"{drawer.folder}, {title}", folder=drawer.folder,
                names=names, told=told, home=f"{way_up(drawer.folder)}report.html")


def tile(row: Row, spot: Spot, drawer: Drawer, sight: Sight) -> dict[str, object]:
    """What is as it usually is has no key."""
    told = {"id": row.image_id, "category": row.code, "reason": row.reason.word,
            "url": without_login(row.url), "http": row.http_status,
            "finished": moment_told(row.finished) if row.finished else ""}
    if not is_kept(row):
        return _short({**told, "description": row.description})
    family = sight.family_of(row, spot)
    boxes = (boxes_beside(sight.save_dir, drawer.folder, row)
             if row.verdict in HAVE_XML else [])
    return _short({
        **told, "file": row.file_name, "thumbnail": sight.thumbnails.place_of(row.sha256),
        "turned": sight.thumbnails.orientation_of(row.sha256) - UPRIGHT,
        "width": row.width, "height": row.height, "bytes": row.bytes, "sha256": row.sha256,
        "annotation": row.verdict.value, "boxes": boxes,
        "suspicions": dict(suspicions_of(row, family.kin)),
        "kin": [[each.page, each.image_id] for each in (*family.same, *family.near)[:MOST_KIN]],
    })


def _short(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value}

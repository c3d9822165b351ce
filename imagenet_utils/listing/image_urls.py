"""The URLs of listed categories, out of a list of URLs by way of its index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.listing.sheet import Cell, Column, Sheet
from imagenet_utils.model import UrlLocation, Wnid
from imagenet_utils.telling import Teller
from imagenet_utils.url_lists.index import UrlIndex, open_url_index

COLUMNS = (Column("code", is_in_text=False), Column("id"), Column("url"))
NO_URLS = Sheet(COLUMNS, (), is_stream=True)


def url_list_at(named: tuple[str, ...], usual: Path) -> Path:
    """The one that --url_data_link names, else the one where the download puts it.

    Raises UsageError for what is not on this disk, Unobtainable where there is none.
    """
    if len(named) > 1:
        raise UsageError("--images reads one list of URLs", "Name one with --url_data_link")
    if named and "://" in named[0]:
        raise UsageError(
            f"--images reads a list that is on this disk, not {named[0]}",
            "Fetch it: python download_ncodes_imagenet.py --with_url_data --url_data_link "
            f"{named[0]}")
    path = Path(named[0]) if named else usual
    if not _is_there(path):
        raise Unobtainable(
            f"--images: there is no list of URLs {path}",
            "Fetch one: python download_ncodes_imagenet.py --with_url_data [--url_data_link "
            "PATH_OR_URL]; or name yours with --url_data_link")
    return path


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UsageError(f"--images: {path} can't be read: {error.strerror}",
                         "Name another list with --url_data_link") from error
    return True


def url_sheet(
    path: Path, codes: Iterable[str] | None, *, fallback_dir: Path, teller: Teller
) -> Sheet:
    """The URLs of these codes, or of all that the list has; its index is made where it has none."""
    with teller.progress("reading a list of image URLs", unit="byte") as progress:
        index = open_url_index(path, fallback_dir=fallback_dir, progress=progress.show)
    wanted = index.codes() if codes is None else list(codes)
    if not any(code in index for code in wanted):
        teller.warn(f"{path} has no URL of what is listed")
    if bad := index.bad_lines.count:
        teller.warn(f"{path}: lines without a URL, which were passed over: {bad:,}")
    return Sheet(COLUMNS, _rows(index, wanted), is_stream=True)


def _rows(index: UrlIndex, codes: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    with index:
        for code in codes:
            for record in index.records(Wnid(code)):
                for location in record.locations:
                    if isinstance(location, UrlLocation):
                        yield code, record.image_id, _plain(location)


def _plain(location: UrlLocation) -> str:
    """As the list has it, or where that is more than a word of ASCII, as it goes over the network.
    """
    url = location.url
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return location.wire or quote(url, safe="/:?&=%#+,;@!$'()*[]~", errors="replace")

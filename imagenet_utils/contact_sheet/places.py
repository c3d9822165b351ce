"""Where the contact sheet lies, below save_dir; what is not ours is left alone.

    report.html
    report_files/pages/<category folder>/1.html     further ones beyond 10,000 rows
    report_files/thumbnails/
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from imagenet_utils.errors import UsageError
from imagenet_utils.results.layout import CONTACT_SHEET, CONTACT_SHEET_FILES
from imagenet_utils.whole_files import make_folder, successor

PAGES = "pages"
THUMBNAILS = "thumbnails"
ABOUT = "about.txt"

OPENING = b"<!DOCTYPE html>\n<!-- contact sheet of part-of-imagenet"
ABOUT_TEXT = (b"Made by part-of-imagenet, --contact_sheet, for report.html beside this folder.\n"
              b"It may be deleted: the next run with that option makes it again.\n")


def refuse_what_is_not_ours(save_dir: Path) -> None:
    """Raises UsageError where the user would lose something."""
    page, folder = save_dir / CONTACT_SHEET, save_dir / CONTACT_SHEET_FILES
    cure = "Move it away, or leave --contact_sheet out"
    if page.exists() and not _begins_with(page, OPENING):
        raise UsageError(f"{page}: is there, but no contact sheet of this tool", cure)
    if folder.exists() and any(folder.iterdir()) and not _begins_with(folder / ABOUT, ABOUT_TEXT):
        raise UsageError(f"{folder}: is there, but holds no contact sheet of this tool", cure)


def make_ours(save_dir: Path) -> Path:
    """The folder of all but the first page.  Raises LocalFault and OSError."""
    folder = save_dir / CONTACT_SHEET_FILES
    make_folder(folder)
    write(folder / ABOUT, ABOUT_TEXT)
    return folder


def write(path: Path, data: bytes) -> None:
    with successor(path) as file:
        file.write(data)


def pages_folder(save_dir: Path) -> Path:
    return save_dir / CONTACT_SHEET_FILES / PAGES


def title_of(save_dir: Path) -> str:
    return save_dir.absolute().name or "results"


def page_of(folder: str, number: int = 1) -> str:
    """Below the folder of pages, with `/`, for category folders and files alike."""
    return f"{folder}/{number}.html"


def href(path: str) -> str:
    """A relative link to a path of ours.

    >>> href("wild cat#1/a.jpg")
    'wild%20cat%231/a.jpg'
    """
    return quote(path)


def way_up(folder: str) -> str:
    """From a page of that category folder to save_dir: a relative link that ends with `/`."""
    return "../" * (3 + folder.count("/"))


def delete_other_pages(folder: Path, pages: Collection[str]) -> None:
    """Those of category folders that are no longer there; `pages` are to stay."""
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).as_posix() not in pages:
            with suppress(OSError):
                path.unlink()


def _begins_with(path: Path, opening: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(opening)) == opening
    except OSError:
        return False

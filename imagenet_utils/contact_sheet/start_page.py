"""`report.html`: totals, what to look at first, plots, categories; while a run lasts, the news."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from imagenet_utils.contact_sheet.elements import Element, element
from imagenet_utils.contact_sheet.pages import page
from imagenet_utils.contact_sheet.places import PAGES, THUMBNAILS, href
from imagenet_utils.contact_sheet.plots import Bar, stacked
from imagenet_utils.contact_sheet.words import moment_told
from imagenet_utils.results.layout import CONTACT_SHEET_FILES
from imagenet_utils.telling import counted

STORED_LAST = "Stored last"

Figure = tuple[str, Element | None]  # its title; None: there is nothing to be seen


@dataclass(frozen=True, slots=True)
class Line:
    """A category folder, in the table of them."""

    folder: str
    page: str | None  # below the folder of pages; None: there is none yet
    kept: int
    again: int
    settled: int
    suspects: int = 0
    thumbnails: tuple[str, ...] = ()  # below the folder of thumbnails

    @property
    def considered(self) -> int:
        return self.kept + self.again + self.settled


@dataclass(frozen=True, slots=True)
class Suspect:
    page: str  # below the folder of pages
    image_id: str
    thumbnail: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """All that bear one suspicion."""

    title: str
    count: int
    shown: tuple[Suspect, ...]  # the first of them


@dataclass(frozen=True, slots=True)
class News:
    """Of a run that goes on, or was ended before all was done."""

    told: str
    is_running: bool
    stored: tuple[Element, ...]  # lines of tables
    failed: tuple[Element, ...]
    under_way: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    title: str
    written: float  # seconds since 1970
    totals: tuple[tuple[str, str], ...]  # (value, what it is)
    lines: tuple[Line, ...]
    category_count: int  # there may be more than lines
    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]
    news: News | None = None


def start_page(overview: Overview) -> bytes:
    news = overview.news
    data = {"root": "", "running": bool(news and news.is_running),
            "written": overview.written}
    return page(
        "start", data, title=overview.title, written=moment_told(overview.written),
        totals=_totals(overview.totals), news=_news(news) if news else (),
        groups=_groups(overview.groups, is_known=news is None),
        figures=tuple(_figure(title, plot) for title, plot in overview.figures if plot is not None),
        count=_count_told(overview),
        categories=_categories(overview.lines),
    )


def recent(folder: str, file: str | None, words: str, told: str) -> Element:
    """A line of the news, with the picture where there is one."""
    picture = None
    if file:
        path = href(f"{folder}/{file}")
        picture = element("a", element("img", src=path, alt=f"{words} in {folder}", loading="lazy",
                                       width=48, height=36), href=path)
    return element("tr", element("td", picture), element("td", words, class_="id"),
                   element("td", folder), element("td", told, class_="told"))


def _count_told(overview: Overview) -> str:
    told = counted(overview.category_count, "category", "categories")
    shown = len(overview.lines)
    return told if shown == overview.category_count else f"The last {shown:,} of {told}"


def _totals(totals: Iterable[tuple[str, str]]) -> tuple[Element, ...]:
    return tuple(element("div", element("dd", value), element("dt", what))
                 for value, what in totals)


def _figure(title: str, plot: Element) -> Element:
    return element("section", element("h3", title), plot, class_="card")


def _groups(groups: Sequence[Group], *, is_known: bool) -> tuple[Element, ...]:
    if groups:
        return tuple(map(_group, groups))
    told = ("Nothing looks odd." if is_known else
            "What looks odd is found when the run has ended.")
    return (element("p", told, class_="quiet"),)


def _group(group: Group) -> Element:
    heading = element("h3", group.title, " ", element("span", f"{group.count:,}", class_="badge"))
    shown = [element("li", element(
        "a", _thumbnail(each.thumbnail, f"{each.image_id}: {each.why}"),
        href=f"{CONTACT_SHEET_FILES}/{PAGES}/{href(each.page)}#picture={href(each.image_id)}",
        title=f"{each.image_id}, {PurePosixPath(each.page).parent}: {each.why}",
    )) for each in group.shown]
    return element("section", heading, element("ul", *shown, class_="strip"), class_="card")


def _categories(lines: Sequence[Line]) -> tuple[Element, ...]:
    longest = max((line.considered for line in lines), default=0) or 1
    return tuple(_category(line, longest) for line in lines)


def _category(line: Line, longest: int) -> Element:
    name: Element = element("span", line.folder)
    if line.page:
        name = element("a", line.folder, href=f"{CONTACT_SHEET_FILES}/{PAGES}/{href(line.page)}")
    bar = Bar(line.folder, (("kept", line.kept), ("again", line.again), ("settled", line.settled)))
    small = [_thumbnail(place, "") for place in line.thumbnails]
    return element(
        "tr", element("th", name, scope="row"),
        element("td", f"{line.kept:,}", class_="number"),
        element("td", f"{line.considered:,}", class_="number"),
        element("td", f"{line.suspects:,}" if line.suspects else "", class_="number"),
        element("td", stacked(bar, longest), class_="wide"),
        element("td", *small, class_="small", aria_hidden="true"))


def _thumbnail(place: str | None, alt: str) -> Element:
    if place is None:
        return element("span", alt or "no picture", class_="none")
    path = f"{CONTACT_SHEET_FILES}/{THUMBNAILS}/{href(place)}"
    return element("img", src=path, alt=alt, loading="lazy", width=96, height=72)


def _news(news: News) -> tuple[Element, ...]:
    tables = ((STORED_LAST, news.stored), ("Failed last", news.failed),
              ("Under way", news.under_way))
    return (
        element("p", element("span", "running" if news.is_running else "", class_="state"),
                " ", news.told, class_="banner", role="status",
                data_running="yes" if news.is_running else "no"),
        *(element("details", element("summary", f"{title} ({len(rows):,})"),
                  element("div", element("table", element("tbody", *rows)), class_="scroll"),
                  class_="card", open="open" if title == STORED_LAST else None)
          for title, rows in tables if rows),
    )

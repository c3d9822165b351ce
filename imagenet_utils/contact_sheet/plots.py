"""Plots as inline SVG that scales with the page; words stay outside of it, so that they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from imagenet_utils.contact_sheet.elements import Element, element
from imagenet_utils.contact_sheet.survey import last_stretch
from imagenet_utils.contact_sheet.words import moment_told
from imagenet_utils.model import Follow, Reason

MOST_BARS = 12
MOST_COLUMNS = 60
BESIDE = 2  # empty columns on either side
SIDES = (32, 64, 128, 192, 256, 320, 384, 448, 512, 768, 1024, 2048)  # pixels, where bins end

KIND_OF = {Follow.KEPT: "kept", Follow.AGAIN: "again", Follow.SETTLED: "settled"}
KIND_TITLES = {"kept": "stored", "again": "worth another run", "settled": "not to be had"}


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    parts: tuple[tuple[str, int], ...]  # (kind, how many)

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.parts)


def reasons_plot(reasons: Mapping[Reason, int]) -> Element:
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return bars(Bar(reason.word, ((KIND_OF[reason.follow], count),))
                for reason, count in ordered if count)


def origins_plot(stored: Mapping[str, int], failed: Mapping[str, int]) -> Element:
    """Hosts and archives, those with the most URLs first."""
    counts = Counter(stored)
    counts.update(failed)
    shown = [Bar(name, (("kept", stored.get(name, 0)), ("settled", failed.get(name, 0))))
             for name, _count in counts.most_common(MOST_BARS)]
    plot = bars(shown)
    left = len(counts) - len(shown)
    if left:
        plot.append(element("li", f"and {left:,} others", class_="more"))
    return plot


def bars(rows: Iterable[Bar]) -> Element:
    """A list of bars, the longest as wide as there is room."""
    rows = list(rows)
    longest = max((bar.total for bar in rows), default=0) or 1
    return element("ul", *(
        element("li", element("span", bar.name, class_="name", title=bar.name),
                stacked(bar, longest), element("span", f"{bar.total:,}", class_="count"))
        for bar in rows), class_="bars")


def stacked(bar: Bar, longest: int) -> Element:
    """One bar in its parts; it says in words what it shows."""
    told = ", ".join(f"{count:,} {KIND_TITLES[kind]}" for kind, count in bar.parts if count)
    drawn, left = [element("title", told)], 0.0
    for kind, count in bar.parts:
        width = 100 * count / longest
        drawn.append(element("rect", class_=kind, x=f"{left:.3f}", y=0, width=f"{width:.3f}",
                             height=10))
        left += width
    return element("svg", *drawn, class_="bar", role="img", viewBox="0 0 100 10",
                   preserveAspectRatio="none", aria_label=told)


def throughput_plot(moments: Sequence[float]) -> Element | None:
    """Pictures by time, of the last run alone; None: there is nothing to be seen."""
    stretch = last_stretch(moments)
    if len(stretch) < 2 or stretch[-1] - stretch[0] < 1:
        return None
    begin, seconds = stretch[0], stretch[-1] - stretch[0]
    width = max(1, ceil(seconds / MOST_COLUMNS))
    counts = Counter(int((moment - begin) / width) for moment in stretch)
    values = [counts[place] for place in range(int(seconds / width) + 1)]
    unit = "second" if width == 1 else f"{width:,} seconds"
    return columns(values, f"{len(stretch):,} pictures, by {unit}; at most {max(values):,}",
                   (moment_told(begin), moment_told(stretch[-1])))


def sides_plot(sides: Iterable[int]) -> Element | None:
    """By the shorter side, in uneven bins; None: there is nothing to be seen."""
    counts = Counter(next((place for place, end in enumerate(SIDES) if side < end), len(SIDES))
                     for side in sides)
    if not counts:
        return None
    first = max(0, min(counts) - BESIDE)
    last = min(len(SIDES), max(counts) + BESIDE)
    values = [counts[place] for place in range(first, last + 1)]
    begin = SIDES[first - 1] if first else 1
    end = f"under {SIDES[last]:,} px" if last < len(SIDES) else f"{SIDES[-1]:,} px and more"
    most = max(counts, key=lambda place: counts[place])
    told = f"{counts[most]:,} of {sum(values):,} have {_side_told(most)}"
    return columns(values, told, (f"from {begin:,} px", end))


def columns(values: Sequence[int], told: str, ends: tuple[str, str]) -> Element:
    """Columns from left to right, what they show in words, and what both ends are."""
    highest = max(values) or 1
    drawn = [element("rect", class_="kept", x=f"{place + 0.08:.2f}", width="0.84",
                     y=f"{100 - 100 * value / highest:.2f}",
                     height=f"{100 * value / highest:.2f}")
             for place, value in enumerate(values) if value]
    plot = element("svg", element("title", told), *drawn, class_="columns", role="img",
                   viewBox=f"0 0 {len(values)} 100", preserveAspectRatio="none", aria_label=told)
    return element("div", plot,
                   element("p", *(element("span", end) for end in ends), class_="ends"),
                   element("p", told, class_="told"))


def _side_told(place: int) -> str:
    if place == len(SIDES):
        return f"a shorter side of {SIDES[-1]:,} pixels and more"
    begin = SIDES[place - 1] if place else 1
    return f"a shorter side of {begin:,} to {SIDES[place] - 1:,} pixels"

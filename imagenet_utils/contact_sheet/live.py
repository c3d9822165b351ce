"""`report.html` while a run goes on: rewritten now and then from what the run knows anyway.

Nothing is read from the ledger, and no picture opened: the page shows the stored files themselves.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.contact_sheet.elements import Element
from imagenet_utils.contact_sheet.places import page_of, pages_folder, title_of, write
from imagenet_utils.contact_sheet.plots import KIND_OF, columns, reasons_plot
from imagenet_utils.contact_sheet.start_page import Line, News, Overview, recent, start_page
from imagenet_utils.contact_sheet.words import bytes_told, moment_told
from imagenet_utils.model import REASON_BY_WORD, ImageId
from imagenet_utils.passwords import without_login
from imagenet_utils.results.layout import CONTACT_SHEET, IMAGES
from imagenet_utils.results.row import Row
from imagenet_utils.results.summary import CategoryResult
from imagenet_utils.telling import counted

MOST_STEPS = 60  # of the plot, a page each
MOST_UNDER_WAY = 100  # that are shown
MOST_CATEGORIES = 100  # that are shown, the latest ones


@dataclass(frozen=True, slots=True)
class UnderWay:
    folder: str
    image_id: ImageId
    url: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What a run knows when a page is written."""

    results: Sequence[CategoryResult]
    stored: Iterable[Row]  # the last ones, the newest at the end
    failed: Iterable[Row]
    under_way: Sequence[UnderWay]
    new: int  # pictures since the run began
    received_bytes: int
    ended: str = ""  # how; empty: it goes on


class LiveSheet:
    def __init__(self, save_dir: Path) -> None:
        self._save_dir = save_dir
        self._begun = time.time()
        self._counted = 0  # pictures, when the last page was written
        self._steps: deque[int] = deque(maxlen=MOST_STEPS)  # pictures between pages

    def write(self, moment: Moment) -> None:
        """Raises OSError."""
        self._steps.append(moment.new - self._counted)
        self._counted = moment.new
        write(self._save_dir / CONTACT_SHEET, start_page(self._overview(moment, time.time())))

    def _overview(self, moment: Moment, now: float) -> Overview:
        reasons: Counter[str] = Counter()
        for result in moment.results:
            reasons.update(result.reasons)
        by_reason = {REASON_BY_WORD[word]: count for word, count in reasons.items()}
        kept = sum(result.have for result in moment.results)
        return Overview(
            title=title_of(self._save_dir), written=now,
            totals=((f"{kept:,}", "pictures"), (f"{moment.new:,}", "of them new"),
                    (f"{sum(reasons.values()):,}", "URLs considered"),
                    (bytes_told(moment.received_bytes), "received")),
            lines=tuple(map(self._line, moment.results[-MOST_CATEGORIES:])), groups=(),
            category_count=len(moment.results),
            figures=(("What became of the URLs", reasons_plot(by_reason)),
                     ("Pictures from page to page", self._plot(now))),
            news=self._news(moment, now),
        )

    def _plot(self, now: float) -> Element:
        told = f"{self._steps[-1]:,} since the last one, at most {max(self._steps):,}"
        return columns(list(self._steps), told, (moment_told(self._begun), moment_told(now)))

    def _line(self, result: CategoryResult) -> Line:
        counts: Counter[str] = Counter()
        for word, count in result.reasons.items():
            counts[KIND_OF[REASON_BY_WORD[word].follow]] += count
        page = page_of(result.folder)
        has_page = (pages_folder(self._save_dir) / page).exists()  # of an earlier run
        return Line(result.folder, page if has_page else None, counts["kept"], counts["again"],
                    counts["settled"])

    def _news(self, moment: Moment, now: float) -> News:
        folders = {result.key: result.folder for result in moment.results}
        seconds = max(now - self._begun, 1.0)
        told = (f"{moment.new / seconds:,.1f} pictures and"
                f" {bytes_told(int(moment.received_bytes / seconds))} a second since"
                f" {moment_told(self._begun)}; {counted(len(moment.under_way), 'URL')} under way")
        return News(
            f"{moment.ended}: {told}" if moment.ended else told, not moment.ended,
            tuple(recent(folders.get(row.code, ""),
                         f"{IMAGES}/{row.file_name}" if row.file_name else None, row.image_id,
                         f"{row.width} \u00d7 {row.height}") for row in reversed([*moment.stored])),
            tuple(recent(folders.get(row.code, ""), None, row.image_id,
                         f"{row.reason.word}: {row.description}")
                  for row in reversed([*moment.failed])),
            tuple(recent(each.folder, None, each.image_id, without_login(each.url))
                  for each in moment.under_way[:MOST_UNDER_WAY]),
        )

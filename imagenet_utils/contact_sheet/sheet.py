"""The order of the stages, over all category folders twice:

    rows -> figures, thumbnails -> who looks like whom -> pages -> the first page
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.contact_sheet.category_page import Sight, category_pages
from imagenet_utils.contact_sheet.facts import Drawer, drawers, wanted
from imagenet_utils.contact_sheet.families import Families
from imagenet_utils.contact_sheet.highlights import Highlights
from imagenet_utils.contact_sheet.places import (
    THUMBNAILS,
    delete_other_pages,
    make_ours,
    pages_folder,
    refuse_what_is_not_ours,
    title_of,
    write,
)
from imagenet_utils.contact_sheet.plots import (
    origins_plot,
    reasons_plot,
    sides_plot,
    throughput_plot,
)
from imagenet_utils.contact_sheet.start_page import Overview, start_page
from imagenet_utils.contact_sheet.survey import Survey
from imagenet_utils.contact_sheet.thumbnails import Thumbnails
from imagenet_utils.contact_sheet.words import bytes_told
from imagenet_utils.results.layout import CONTACT_SHEET, CONTACT_SHEET_FILES
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.telling import Teller, counted
from imagenet_utils.whole_files import local_faults, make_folder


def write_contact_sheet(save_dir: Path, ledger: Ledger, teller: Teller) -> None:
    """Of what is stored so far.  Raises LocalFault and UsageError."""
    refuse_what_is_not_ours(save_dir)
    begun = time.monotonic()
    with local_faults(save_dir / CONTACT_SHEET_FILES):
        thumbnails = Thumbnails(make_ours(save_dir) / THUMBNAILS)
        survey, families = Survey(), Families()
        _look_through(drawers(ledger), survey, families)
        _make_thumbnails(thumbnails, drawers(ledger), save_dir, teller)
        families.find_alike(thumbnails.fingerprints(families.digests))
        sight = Sight(save_dir, title_of(save_dir), thumbnails, families.of)
        highlights = Highlights(sight)
        _write_pages(drawers(ledger), sight, highlights)
        write(save_dir / CONTACT_SHEET, start_page(_overview(sight.title, survey, highlights)))
        thumbnails.forget_others(families.digests)
    suspects = sum(line.suspects for line in highlights.lines)
    teller.say(f"{save_dir / CONTACT_SHEET}: {counted(len(survey.sides), 'picture')} to look at,"
               f" {suspects:,} of them first ({time.monotonic() - begun:.1f} s)")


def _look_through(found: Iterable[Drawer], survey: Survey, families: Families) -> None:
    for drawer in found:
        survey.add(drawer)
        families.add(drawer)


def _make_thumbnails(
    thumbnails: Thumbnails, found: Iterable[Drawer], save_dir: Path, teller: Teller
) -> None:
    missing = thumbnails.missing(each for drawer in found for each in wanted(save_dir, drawer))
    with teller.progress("thumbnails") as progress:
        done = 0
        for count in thumbnails.make(missing):
            done += count
            progress.show(done, len(missing))


def _write_pages(found: Iterable[Drawer], sight: Sight, highlights: Highlights) -> None:
    folder = pages_folder(sight.save_dir)
    written: set[str] = set()
    for drawer in found:
        highlights.add(drawer)
        for place, data in category_pages(drawer, _names_of(drawer), sight):
            make_folder((folder / place).parent)
            write(folder / place, data)
            written.add(place)
    delete_other_pages(folder, written)


def _names_of(drawer: Drawer) -> str:
    """The catalogue's, with the codes."""
    entries = [(code, built_in().get(code)) for code in dict.fromkeys(drawer.codes)]
    return "; ".join(f"{entry.names} ({code})" if entry else code for code, entry in entries)


def _overview(title: str, survey: Survey, highlights: Highlights) -> Overview:
    failed = sum(survey.failed_from.values())
    return Overview(
        title=title, written=time.time(),
        totals=((f"{len(survey.sides):,}", "pictures"), (f"{failed:,}", "URLs without one"),
                (f"{survey.boxes:,}", "boxes"), (bytes_told(survey.bytes), "on the disk")),
        lines=tuple(highlights.lines), category_count=len(highlights.lines),
        groups=tuple(highlights.groups()),
        figures=(
            ("What became of the URLs", reasons_plot(survey.reasons)),
            ("Pictures by time, last run", throughput_plot(survey.moments)),
            ("Where they come from", origins_plot(survey.stored_from, survey.failed_from)),
            ("Shorter sides", sides_plot(survey.sides)),
        ),
    )

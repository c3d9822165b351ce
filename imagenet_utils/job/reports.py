"""The reports of category folders, from the ledger and from what is open: which of them no longer
tell the truth, and what others wrote under their names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.job.resized_books import ResizedBooks
from imagenet_utils.job.verdicts import new_row
from imagenet_utils.results.layout import (
    SUMMARY, SUMMARY_BEGINNING, report_path, resized_report_path,
)
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.report import BEGINNING, write_report
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import make_folder, put_foreign_aside


class Reports:
    """Several categories may share a folder, and its report."""

    def __init__(
        self, ledger: Ledger, save_dir: Path, open_runs: Mapping[str, CategoryRun],
        resized: ResizedBooks,
    ) -> None:
        """`open_runs`: by the key of the category, as they are at any time."""
        self.stale: set[str] = set()  # folders whose report no longer tells the truth
        self.warnings: list[str] = []
        self._ledger = ledger
        self._save_dir = save_dir
        self._open = open_runs
        self._resized = resized
        self._warned_of: set[str] = set()  # reports that were held open
        self._codes_in: dict[str, list[str]] = defaultdict(list)  # folder name -> codes
        for code, folder in ledger.folders().items():
            self._codes_in[folder].append(code)

    def keep_foreign_summary(self) -> None:
        """What another program wrote in the place of ours."""
        self._make_way(self._save_dir / SUMMARY, SUMMARY_BEGINNING)

    def begin(self, code: str, folder: str) -> None:
        """A category has opened, whose report lies in this folder."""
        if code not in self._codes_in[folder]:
            self._codes_in[folder].append(code)
        path = report_path(self._save_dir / folder)
        self._make_way(path, BEGINNING)
        if not path.exists():
            self.stale.add(folder)

    def write(self, folders: Iterable[str] | None = None) -> None:
        """Bring the reports of these folders up to date; all that are stale by default."""
        stale = self.stale | self._resized.stale
        for folder in sorted(stale if folders is None else stale & set(folders)):
            rows = self._rows_in(folder)
            target = self._save_dir / folder
            is_open = any(code in self._open for code in self._codes_in[folder])
            if rows and (is_open or target.is_dir()):
                make_folder(target)
                self._tell_where(write_report(target, rows), report_path(target))
                if folder in self._resized.stale:
                    self._tell_where(self._resized.report(target, self._codes_in[folder]),
                                     resized_report_path(target))
            self.stale.discard(folder)
            self._resized.stale.discard(folder)

    def _make_way(self, path: Path, beginning: str) -> None:
        """The older tool has a report of this name, and what was edited may have another form."""
        aside = put_foreign_aside(path, beginning)
        if aside:
            self.warnings.append(f"{path} was not as this tool writes it: it is kept as"
                                 f" {aside.name}")

    def _tell_where(self, path: Path, wanted: Path) -> None:
        if path != wanted and wanted.name not in self._warned_of:
            self._warned_of.add(wanted.name)
            self.warnings.append(
                f"{wanted} is open in another program: the report is beside it, in {path.name}."
                " Close it there, and the next run brings it up to date.")

    def _rows_in(self, folder: str) -> list[Row]:
        """In list order; what was never asked included, and no URL of an image twice."""
        rows: dict[tuple[str, str], Row] = {}
        for code in sorted(self._codes_in[folder]):
            run = self._open.get(code)
            known = (self._ledger.rows_of(code) if run is None else
                     sorted([*run.rows.values(), *never_asked(run)], key=_place_in_list))
            for row in known:
                rows.setdefault((row.image_id, row.url), row)
        return list(rows.values())


def _place_in_list(row: Row) -> tuple[int, str, str]:
    return row.position, row.image_id, row.url


def never_asked(run: CategoryRun) -> list[Row]:
    """Rows of what is considered, and of which nothing is known."""
    return [new_row(step.record, step.decision.location, step.position)
            for step in run.considered() if not any(run.rows_of(step.record))]

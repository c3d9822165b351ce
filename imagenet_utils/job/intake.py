"""The categories of a run as they come, and what each has to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagenet_utils.archives.supply import Supply
from imagenet_utils.engine.keeping import make_category_folders
from imagenet_utils.errors import LocalFault
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun, Step, Work, decide_more
from imagenet_utils.job.opening import Opening

LONGEST_WAIT_SECONDS = 0.25
LONGEST_WAIT_FOR_RECORDS_SECONDS = 0.02  # while an archive that is read may give some


class Intake:
    """The next category opens while the last one's stragglers finish."""

    def __init__(self, coming: Iterator[CategoryRun], books: Books, opening: Opening) -> None:
        self._open_runs: list[CategoryRun] = []
        self._ready: list[CategoryRun] = []  # of these, those with something to do
        self._stirred: dict[str, CategoryRun] = {}  # likewise, those that may have ended; by key
        self._coming = coming
        self._books = books
        self._opening = opening
        self._is_exhausted = False  # no category is left to open

    @property
    def is_done(self) -> bool:
        return self._is_exhausted and not self._open_runs

    @property
    def is_growing(self) -> bool:
        """Archives that are read may give records."""
        return any(run.is_growing for run in self._open_runs)

    @property
    def patience(self) -> float:
        """Seconds that a wait for answers may take."""
        return LONGEST_WAIT_FOR_RECORDS_SECONDS if self.is_growing else LONGEST_WAIT_SECONDS

    def next_step(self) -> tuple[CategoryRun, Step] | None:
        for run in self._ready:
            step = run.next_step()
            if step:
                return run, step
        self._ready = [run for run in self._ready if run.to_do]
        return None

    def take_arrivals(self) -> None:
        """Records that archives gave since the last look.

        A pass over an archive has a thousand categories open: one without news costs nothing.
        """
        for run in self._open_runs:
            if run.supply is not None and run.supply.has_news:
                self._take(run, run.supply)

    def settled(self, work: Work) -> None:
        """Nothing more is to be done for the record; and for its category?"""
        supply = work.run.supply
        if supply is not None:
            supply.release(work.url)
        self._stir(work.run)

    def open_next(self, now: float) -> bool:
        """False: there is none, or none may be opened yet."""
        if self._is_exhausted or not self._opening.allows(self._open_runs, now):
            return False
        run = next(self._coming, None)
        if run is None:
            self._is_exhausted = True
            return False
        self._open(run)
        return True

    def ended(self) -> list[CategoryRun]:
        """Those with nothing left to do; they are told once."""
        over = [run for run in self._stirred.values() if run.is_over]
        self._stirred.clear()
        if over:
            self._open_runs = [run for run in self._open_runs if not _is_in(over, run)]
            self._ready = [run for run in self._ready if not _is_in(over, run)]
        for run in over:
            if run.supply is not None:
                run.supply.close()
        return over

    def _open(self, run: CategoryRun) -> None:
        self._books.open(run)
        self._open_runs.append(run)
        self._stir(run)
        if not (run.to_do or run.is_growing):
            return
        self._ready.append(run)
        try:
            make_category_folders(str(run.folder), self._books.rules.resizing)
        except OSError as error:
            raise LocalFault(f"{error.filename or run.folder}: {error.strerror}",
                             "Free the way or give write permission, and run again.") from error
        if run.supply is not None and run.is_growing:
            run.supply.begin(run.selector.still_wanted)

    def _take(self, run: CategoryRun, supply: Supply) -> None:
        records = supply.arrived()
        self._books.take_stock(run, decide_more(run, records, self._books.rules))
        awaited = {step.record.locations[0].url for step in run.pending()} if records else set()
        for record in records:
            url = record.locations[0].url
            if url not in awaited:
                supply.release(url)
        if run.to_do and not _is_in(self._ready, run):
            self._ready.append(run)
        self._stir(run)

    def _stir(self, run: CategoryRun) -> None:
        """It may have ended, or have enough."""
        self._stirred[run.category.key] = run
        if run.supply is not None and not run.is_growing:
            run.supply.enough()


def _is_in(runs: Sequence[CategoryRun], run: CategoryRun) -> bool:
    """Two runs that look alike are still two, and comparing them all through would take long."""
    return any(each is run for each in runs)

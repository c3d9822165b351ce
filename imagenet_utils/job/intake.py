"""The categories of a run as they come, and what each has to do next."""

from __future__ import annotations

from collections.abc import Iterator

from imagenet_utils.engine.worker import make_category_folders
from imagenet_utils.errors import LocalFault
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun, Step, decide_more
from imagenet_utils.job.opening import Opening

LONGEST_WAIT_SECONDS = 0.25
LONGEST_WAIT_FOR_RECORDS_SECONDS = 0.02  # while an archive that is read may give some


class Intake:
    """The next category opens while the last one's stragglers finish."""

    def __init__(self, coming: Iterator[CategoryRun], books: Books, opening: Opening) -> None:
        self._open_runs: list[CategoryRun] = []
        self._giving: list[CategoryRun] = []  # open, with steps to come
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
        return any(run.is_growing for run in self._giving)

    @property
    def patience(self) -> float:
        """Seconds that a wait for answers may take."""
        return LONGEST_WAIT_FOR_RECORDS_SECONDS if self.is_growing else LONGEST_WAIT_SECONDS

    def next_step(self) -> tuple[CategoryRun, Step] | None:
        for run in self._giving:
            step = run.next_step()
            if step:
                return run, step
        self._giving = [run for run in self._giving if run.to_do or run.is_growing]
        return None

    def take_arrivals(self) -> None:
        """Records that archives gave since the last look."""
        for run in self._giving:
            if run.supply is None:
                continue
            records = run.supply.arrived()
            steps = decide_more(run, records, self._books.rules)
            self._books.take_stock(run, steps)
            to_fetch = {step.record.image_id for step in run.to_do} if records else set()
            for record in records:
                if record.image_id not in to_fetch:
                    run.supply.release(record.locations[0].url)
            if not run.is_growing:
                run.supply.enough()

    def open_next(self, now: float) -> bool:
        """False: there is none, or none may be opened yet."""
        if not self._opening.allows(self._giving, now):
            return False
        run = next(self._coming, None)
        if run is None:
            self._is_exhausted = True
            return False
        self._open(run)
        return True

    def ended(self) -> list[CategoryRun]:
        """Those with nothing left to do; they are told once."""
        over = [run for run in self._open_runs if run.is_over]
        if over:
            self._open_runs = [run for run in self._open_runs if not run.is_over]
        for run in over:
            if run.supply is not None:
                run.supply.close()
        return over

    def _open(self, run: CategoryRun) -> None:
        self._books.open(run)
        self._open_runs.append(run)
        if not (run.to_do or run.is_growing):
            if run.supply is not None:
                run.supply.enough()
            return
        self._giving.append(run)
        try:
            make_category_folders(str(run.folder))
        except OSError as error:
            raise LocalFault(f"{error.filename or run.folder}: {error.strerror}",
                             "Free the way or give write permission, and run again.") from error
        if run.supply is not None and run.is_growing:
            run.supply.begin(run.selector.still_wanted)

"""What an outcome settles: a row in the books, an image more, or the next thing to try."""

from __future__ import annotations

import time

from imagenet_utils.errors import LocalFault
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import Work
from imagenet_utils.job.decide import stands
from imagenet_utils.job.verdicts import new_row, row_after, still_refused, with_boxes_as_before
from imagenet_utils.model import Follow, Outcome, Reason, Stored, UrlLocation
from imagenet_utils.results.row import Row

# A proof's answers that are about the options; fetching the same picture again would not help.
REFUSED_BY_OPTIONS = {Reason.TOO_SMALL, Reason.TOO_LARGE, Reason.MISMATCH}


class Settlement:
    """Writes verdicts down; starts nothing itself."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._rules = books.rules

    def settle(self, work: Work, outcome: Outcome, *, attempts: int) -> Work | None:
        """What the record needs next: its place fetched after all, the file there proven again as
        one from another place, or a second chance.

        None: it is done with.  Raises LocalFault where the outcome ends the run.
        """
        if elsewhere := _as_of_next_place(work, outcome):
            return elsewhere
        if work.file_name and not outcome.stored and not self._is_verdict_on_ours(work, outcome):
            told = (outcome.description if outcome.reason is Reason.SAVE_FAILED else
                    f"{work.file_name} is there, not ours, and {outcome.reason.word}: move it away")
            work = work._replace(file_name=None)
            if work.step.decision.is_ours:
                return work
            outcome, attempts = unasked(Reason.SAVE_FAILED, told), 0
        if work.original and not outcome.stored and not outcome.ends_run:
            return work._replace(original="")
        if work.file_name and outcome.stored:
            outcome = outcome._replace(reason=Reason.ALREADY_PRESENT,
                                       description="Already present")
        self._write(work, outcome, attempts)
        if outcome.stored and self._is_counted_in(work, outcome.stored):
            return None
        following = None if outcome.reason is Reason.SAVE_FAILED else self._next_chance(work)
        if following is None:
            work.run.under_way.pop(work.step.position, None)
        return following

    def _is_verdict_on_ours(self, work: Work, outcome: Outcome) -> bool:
        if not work.step.decision.is_ours:
            return False
        if work.expected is not None and outcome.reason is Reason.MISMATCH:
            return True  # it was ours, until the user made another picture of it
        work.run.refused.add(work.step.position)
        return outcome.reason in REFUSED_BY_OPTIONS

    def _write(self, work: Work, outcome: Outcome, attempts: int) -> None:
        row = self._row(work, outcome, attempts)
        self._books.write(work.run, row)
        tally = self._books.tally
        tally.reasons[row.reason] += 1
        (tally.stored if outcome.stored else tally.failed).append(row)
        if outcome.stored and not work.file_name:
            tally.stored_bytes += outcome.stored.picture.byte_count
        if outcome.stored and outcome.stored.resized:
            self._books.resized.write(work.run, row.image_id, outcome.stored.resized)
        if outcome.ends_run:
            raise LocalFault(outcome.description, "Free some space or give write permission,"
                             " and run again: it goes on where it stopped.")

    def _row(self, work: Work, outcome: Outcome, attempts: int) -> Row:
        known = work.known_row
        if known and not attempts and _tells_nothing_new(known, outcome):
            return known
        row = known or new_row(work.step.record, work.location, work.step.position)
        expected = work.step.record.expected_at(work.location)
        row = row_after(row, outcome, hung_on=self._rules.hung_on(outcome.reason, expected),
                        attempts=attempts, now=time.time())
        found = work.step.decision.found
        if known and outcome.stored and work.step.record.image_id not in work.run.xmls:
            row = with_boxes_as_before(row, known)
        if found and not outcome.stored and work.step.position in work.run.refused:
            row = still_refused(row, found)
        return row

    def _is_counted_in(self, work: Work, stored: Stored) -> bool:
        """One more proven image; unless it is one too many of the same."""
        run = work.run
        del run.under_way[work.step.position]
        run.have += 1
        if work.file_name:
            self._books.tally.present += 1
        else:
            run.new += 1
            self._books.tally.new += 1
        is_of_the_web = isinstance(work.listed, UrlLocation)  # an archive has what was once chosen
        if not is_of_the_web or not (
                self._books.is_placeholder(stored) or self._books.became_placeholder(stored)):
            return True
        self._books.take_back(stored.picture.sha256)
        rows = run.rows_of(work.step.record)
        is_here = any(row and row.reason.follow is Follow.KEPT for row in rows)
        if not is_here:
            run.under_way[work.step.position] = work.step
        return is_here

    def _next_chance(self, work: Work) -> Work | None:
        record = work.step.record
        rows = work.run.rows_of(record)
        for location in range(work.location + 1, len(rows)):
            row = rows[location]
            if row is None or not stands(row, self._rules, record.expected_at(location)):
                return Work(work.run, work.step, location)
        return None


def _as_of_next_place(work: Work, outcome: Outcome) -> Work | None:
    """A file of which the ledger knows nothing may have come from any place of its record; a run
    that was killed left it so."""
    record = work.step.record
    is_unknown = work.file_name is not None and not work.step.decision.is_ours
    is_other = outcome.reason is Reason.MISMATCH and bool(record.expected)
    if is_unknown and is_other and work.location + 1 < len(record.locations):
        return work._replace(location=work.location + 1)
    return None


def unasked(reason: Reason, description: str, http_status: int = 0) -> Outcome:
    """The outcome of a URL that nobody asked."""
    return Outcome(0, reason, description, http_status=http_status)


def _tells_nothing_new(known: Row, outcome: Outcome) -> bool:
    """A URL that was left alone keeps its verdict; a host that stays dead is a new day of it."""
    if not known.finished or known.reason.follow is not Follow.AGAIN:
        return False
    if outcome.reason is Reason.UNREACHABLE:
        return known.reason is not Reason.UNREACHABLE
    return outcome.reason in (Reason.THROTTLED, Reason.NOT_TRIED)

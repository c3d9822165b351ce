"""What all archives of a run share: the index of members, memory for pictures, and manners."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from imagenet_utils.archives.access import WAYS_TO_LOG_IN, Access, Prompt, access_to
from imagenet_utils.archives.member_index import MemberIndex
from imagenet_utils.archives.meter import Meter
from imagenet_utils.archives.remote import RemoteArchive, RemoteFacts
from imagenet_utils.archives.supply import Problem, ProblemKind, Room
from imagenet_utils.errors import ExitCode, Unobtainable
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import Category, Follow, ImageId, ImageRecord
from imagenet_utils.network.allowance import BYTES_PER_MBIT
from imagenet_utils.obtaining.answers import Asking
from imagenet_utils.obtaining.obtain import Expected, fetch_file
from imagenet_utils.obtaining.refusals import Changed, CutShort, NeedsAccess
from imagenet_utils.options import RunOptions
from imagenet_utils.passwords import without_passwords
from imagenet_utils.results.layout import ARCHIVE_INDEX
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.tar_feed import problem_of

MOST_STREAMS = 4  # archives or stretches that are read over the network at once
COMMIT_SECONDS = 0.5
MEMBERS_AT_ONCE = 64  # of archives, for each process: they wait for nobody
KINDS: dict[type[Exception], ProblemKind] = {
    CutShort: ProblemKind.CUT_SHORT, NeedsAccess: ProblemKind.NEEDS_ACCESS,
}


class Desk:
    """Made when the run is alone on its save_dir."""

    def __init__(
        self, options: RunOptions, workplace: Workplace, categories: Sequence[Category] = ()
    ) -> None:
        """`categories`: those that this run is about."""
        self.options = options
        self.workplace = workplace
        self.most_image_bytes = options.engine.transfer.max_image_bytes
        self.room = Room()
        cap = options.engine.max_bandwidth_mbit
        self.meter = Meter(bytes_per_second=cap * BYTES_PER_MBIT if cap else None,
                           most_bytes=options.budgets.max_total_bytes)
        self.index = MemberIndex(workplace.save_dir / ARCHIVE_INDEX, is_draft=workplace.is_draft)
        if self.index.set_aside:
            workplace.teller.warn("The index of archives could not be read: it is now"
                                  f" {self.index.set_aside.name}, and a new one begins.")
        self.most_streams = min(MOST_STREAMS, options.engine.manners.per_host or MOST_STREAMS)
        need_names = sum(map(self.needs_every_name, categories))
        self.most_walks = max(1, min(self.most_streams, need_names))  # for names, at once
        self._prompt = Prompt(os.environ)
        self._waiting: deque[Callable[[], None]] = deque()
        self._readers = 0
        self._lock = threading.Lock()
        self._is_closed = False
        self._committed_at = time.monotonic()
        self._out_of_reach: Problem | None = None
        self._facts: dict[str, RemoteFacts] = {}  # by address, as this run has seen them

    def remote(self, address: str, stop: Callable[[], bool] = lambda: False) -> RemoteArchive:
        return RemoteArchive(address, asking=self.asking_of(address), meter=self.meter,
                             prompt=self._prompt, stop=lambda: self._is_closed or stop(),
                             known=self._facts)

    def asking_of(self, address: str) -> Asking:
        transfer = self.options.engine.transfer
        return Asking(credentials=self.access_to(address), user_agent=transfer.user_agent,
                      proxy=transfer.proxy)

    def access_to(self, address: str) -> Access:
        return self._prompt.known(access_to(address, environment=os.environ,
                                            cookie_file=self.options.archives.cookie_file))

    def fetch(self, address: str, target: Path, expected: Expected) -> None:
        """The whole of it, into a file that is kept, within the cap and the budget of the run.

        Raises Unobtainable with what to do, BudgetSpent.
        """
        shown = without_passwords(address)
        came: list[int] = []  # how far it was at the latest look

        def look(done: int, total: int | None) -> None:
            progress.show(done, total)
            # What an earlier run has fetched costs nothing.
            fresh = max(0, done - came[-1]) if came else 0
            came[:] = [done]
            self.meter.count(fresh)
            time.sleep(self.meter.seconds_to_wait(fresh))

        with self.workplace.teller.progress(f"fetching {shown}", unit="byte") as progress:
            try:
                fetch_file(address, target, expected=expected, asking=self.asking_of(address),
                           on_progress=look)
            except Unobtainable as refusal:
                raise type(refusal)(refusal.problem, _cure_of(refusal, target)) from None
        self.workplace.teller.say(f"{target}: fetched from {shown}")

    def read_in_thread(self, work: Callable[[], None]) -> None:
        """At most `most_streams` at once.  No exit waits: what is not delivered is read again."""
        with self._lock:
            self._waiting.append(work)
            if self._readers < self.most_streams:
                self._readers += 1
                threading.Thread(target=self._read_on, daemon=True).start()

    def problem(self, error: Exception, archive: str, what_else: str = "") -> Problem:
        """Why a stream ended; where nobody gives anything at all, others need not try."""
        found = problem_of(error, archive)
        if isinstance(error, Changed):
            return Problem(f"{error}. Run again", ExitCode.WORTH_ANOTHER_RUN)
        if found.code is ExitCode.UNOBTAINABLE and what_else:
            found = replace(found, text=f"{found.text}. {what_else}")
        found = replace(found, kind=KINDS.get(type(error)))
        if isinstance(error, CutShort) and self.meter.byte_count:
            return replace(found, code=ExitCode.WORTH_ANOTHER_RUN)
        if isinstance(error, CutShort) or (isinstance(error, NeedsAccess) and not self._facts):
            self._out_of_reach = found
        return found

    @property
    def out_of_reach(self) -> Problem | None:
        return self._out_of_reach

    def needs_every_name(self, category: Category) -> bool:
        """Whether none of its pictures is taken before all are known."""
        return self.options.selection.needs_every_name(category.how_many)

    def has_settled(self, category: Category, records: Sequence[ImageRecord]) -> bool:
        """Whether nothing of them needs to be fetched."""
        return len(self.first_settled(category, records)) == len(records)

    def first_settled(
        self, category: Category, records: Sequence[ImageRecord]
    ) -> list[ImageRecord]:
        """Up to the first one on which no former run has a verdict."""
        rows = self.workplace.ledger.rows_of(category.key)
        settled = {row.image_id for row in rows if row.reason.follow is not Follow.AGAIN}
        return list(takewhile(lambda record: record.image_id in settled, records))

    def has_settled_sample(
        self, category: Category, records: Sequence[ImageRecord], annotated: Collection[ImageId]
    ) -> bool:
        """Whether nothing needs to be fetched of those that the run takes, where these are all."""
        if not self.needs_every_name(category):
            return False
        selector = Selector(annotated, category.how_many, self.options.selection,
                            code=category.code)
        chosen = {record.image_id for _, record in selector.chosen(records)}
        rows = [row for row in self.workplace.ledger.rows_of(category.key)
                if row.image_id in chosen]
        kept = {row.image_id for row in rows if row.reason.follow is Follow.KEPT}
        if selector.image_limit is not None and len(kept) >= selector.image_limit:
            return True
        return chosen == {row.image_id for row in rows if row.reason.follow is not Follow.AGAIN}

    def tick(self) -> None:
        """Keep what was found, now and then; the run's own thread alone writes the index."""
        if time.monotonic() - self._committed_at >= COMMIT_SECONDS:
            self.index.commit()
            self._committed_at = time.monotonic()

    def close(self) -> None:
        """Threads that still read come to their end by themselves."""
        self._is_closed = True
        with self._lock:
            self._waiting.clear()
        self.room.close()
        self.index.close()

    def _read_on(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._readers -= 1
                    return
                work = self._waiting.popleft()
            work()


def _cure_of(refusal: Unobtainable, target: Path) -> str:
    if isinstance(refusal, NeedsAccess):
        return f"{WAYS_TO_LOG_IN}; or fetch it by hand to {target}"
    return f"Check the address, or fetch it by hand to {target}"

"""Plain tars on the web: what is known of one at once, by Range; the rest by a stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from imagenet_utils.archives.local_tar import Packing, packing_of
from imagenet_utils.archives.member_index import Stretch, Walked
from imagenet_utils.archives.remote import RemoteArchive, RemoteFacts
from imagenet_utils.archives.supply import Find, Problem, Supply
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.errors import Unobtainable
from imagenet_utils.model import Category, ImageId, ImageRecord, Listed, PassingLocation
from imagenet_utils.model import RangeLocation
from imagenet_utils.obtaining.refusals import Changed, Missing, Stopped
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.holdings import WHOLE, ended_supply, no_such_file
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.members import range_in, record_of, records_of, url_of
from imagenet_utils.sources.names_first import lanes_for_each, members_on_the_web, no_names_first
from imagenet_utils.sources.tar_feed import feed, spans


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said where an archive can't be had."""

    what_else: str = ""  # can be tried
    why_missing: Callable[[], str] = str  # empty: the address may be wrong


class RemoteHolding:
    """A tar, or a stretch of one; packed ones and servers without ranges in one go."""

    def __init__(self, desk: Desk, address: str, advice: Advice = Advice()) -> None:
        self.desk = desk
        self.address = address
        self.advice = advice

    def listing(
        self, category: Category, stretch: Stretch | None = None, *,
        annotated: Collection[ImageId] = (),
    ) -> Listing:
        """What is known of it at once; the rest by a stream, unless all is known.

        Of a whole archive, what is known holds if it is still the same one: before any of its
        pictures is asked for, the stream asks that, and then gives them.
        """
        known = self.known(stretch)
        records = records_of(known.members, category.key, self.place_of)
        is_settled = stretch is not None or self.desk.has_settled(category, records) or (
            known.is_whole and self.desk.has_settled_sample(category, records, annotated))
        if known.is_whole and is_settled or self.desk.workplace.is_draft:
            return Listing(records, None, f"no picture in {self.address}",
                           is_whole=known.is_whole)
        if self.desk.out_of_reach is not None:
            problem = replace(self.desk.out_of_reach, is_all=known.is_whole)
            return Listing(records, ended_supply(self.desk, problem))
        stream = _Stream(self, category, known, unlisted=() if is_settled else known.members)
        return Listing(records if is_settled else [], stream.supply)

    def known(self, stretch: Stretch | None = None) -> Known:
        code = stretch.code if stretch else WHOLE
        identity = self.desk.index.identity_of(self.address)
        start, end = (stretch.start, stretch.end) if stretch else (0, None)
        if identity is None:
            return Known(code, start, end, start)
        index = self.desk.index.archive(self.address, identity)
        if code not in index.stretches():
            return Known(code, start, end, start, identity)
        walked = index.walked_in(code)
        return Known(code, start, end, max(start, walked.front), identity,
                     index.members_of(code), walked.is_whole)

    def place_of(self, member: Member) -> RangeLocation:
        return range_in(self.address, member)


@dataclass(frozen=True, slots=True)
class Known:
    """What the index has of a stretch."""

    code: str
    start: int
    end: int | None  # None: of the file
    front: int  # where a walk goes on
    identity: str | None = None
    members: Sequence[Member] = ()
    is_whole: bool = False


def identity_of(facts: RemoteFacts) -> str:
    return f"{facts.byte_count} {facts.validator}"


def is_seekable(facts: RemoteFacts) -> bool:
    """Whether any of its bytes can be had at once."""
    return facts.takes_ranges and packing_of(facts.head) is Packing.PLAIN


class _Stream:
    """One stretch of one archive on the web, read by a thread for one category."""

    def __init__(
        self, holding: RemoteHolding, category: Category, known: Known, *,
        unlisted: Sequence[Member],
    ) -> None:
        """`unlisted` are known, and given once it is certain that they are still there."""
        self.supply = Supply(holding.desk.room, start=self._start, note=self._note)
        self._holding = holding
        self._desk = holding.desk
        self._address = holding.address
        self._category = category
        self._known = known
        self._unlisted = unlisted
        self._facts: RemoteFacts | None = None
        self._has_told_all = False  # although nobody answers

    def _start(self, supply: Supply, wanted: int | None) -> None:
        self._desk.read_in_thread(partial(self._read, wanted))

    def _read(self, wanted: int | None) -> None:
        try:
            problem = self._read_through(wanted)
        except Exception as fault:
            self.supply.fail(fault)
        else:
            self.supply.end(problem)

    def _read_through(self, wanted: int | None) -> Problem | None:
        """Why it ended early.  Raises what is the program's own fault."""
        try:
            with self._desk.remote(self._address, lambda: not self.supply.is_wanted) as remote:
                self._feed(remote, wanted)
        except Stopped:
            pass
        except Missing as missing:
            why = self._holding.advice.why_missing()
            return Problem(f"{missing}. {why}", None) if why else no_such_file(missing)
        except Exception as error:
            problem = self._desk.problem(error, self._address, self._holding.advice.what_else)
            return replace(problem, is_all=problem.is_all or self._has_told_all)
        return None

    def _feed(self, remote: RemoteArchive, wanted: int | None) -> None:
        try:
            facts = remote.facts()
        except Unobtainable:
            self._deliver_known()
            self._has_told_all = self._known.is_whole
            raise
        start = self._known.start
        if is_seekable(facts):
            self._facts = facts
            if identity_of(facts) == self._known.identity:
                start = self._known.front
                self._deliver_known()
                if self._known.is_whole:
                    return
        if self._known.code != WHOLE and (
                self._facts is None or identity_of(facts) != self._known.identity):
            raise Changed(f"{self._address} is no longer what it was at the begin of this run",
                          "Run again")
        if self._desk.needs_every_name(self._category):
            self._deliver_names(start, facts.head)
            return
        chunks = self._chunks(remote, start, wanted)
        feed(self.supply, chunks, self._record_of, base=start,
             most_bytes=self._desk.most_image_bytes, is_rest=start > self._known.start)

    def _deliver_known(self) -> None:
        """Without their bytes, and unless they were listed at once."""
        for member in self._unlisted:
            record = record_of(member, self._category.key, self._holding.place_of)
            if record is not None and not self.supply.deliver(Find(record, member)):
                return

    def _deliver_names(self, start: int, head: bytes) -> None:
        """Which of them will be taken is known when all have come; their bytes are asked for then.

        Raises UsageError where names can't be had alone.
        """
        end = self._known.end
        if end is None and self._facts is not None:
            end = self._facts.byte_count
        if self._facts is None or end is None:
            raise no_names_first(self._desk.options.selection, self._address,
                                 can_be_kept=packing_of(head) is Packing.PLAIN)
        if start > end:  # its last member said so
            raise BrokenTar("cut")
        found = members_on_the_web(
            self._desk, self._address, (start, end), lanes=lanes_for_each(self._desk),
            stop=lambda: not self.supply.is_wanted)
        with closing(found):
            for member in found:
                record = self._record_of(member)
                if record is not None and not self.supply.deliver(Find(record, member)):
                    return

    def _chunks(self, remote: RemoteArchive, start: int, wanted: int | None) -> Iterator[bytes]:
        facts = remote.facts()
        end = facts.byte_count if self._known.end is None else self._known.end
        if self._facts is None or end is None:
            yield from remote.stream(start, end)
            return
        if start > end:  # its last member said so
            raise BrokenTar("cut")
        for first, last in spans(start, end, wanted):
            if not self.supply.is_wanted:
                return
            yield from remote.stream(first, last)

    def _record_of(self, member: Member) -> ImageRecord | None:
        return record_of(member, self._category.key, self._place_of)

    def _place_of(self, member: Member) -> Listed:
        if self._facts is None:
            return PassingLocation(url_of(self._address, member.name), member.size)
        return self._holding.place_of(member)

    def _note(self, finds: Sequence[Find], is_whole: bool) -> None:
        if self._facts is None:
            return
        index = self._desk.index.archive(self._address, identity_of(self._facts))
        if self._known.code == WHOLE:
            size = self._facts.byte_count or 0
            index.add_stretches([Stretch(WHOLE, 0, size)], walked=Walked(size, True))
        index.add_members(self._known.code, [find.member for find in finds], is_whole=is_whole)
        self._desk.tick()

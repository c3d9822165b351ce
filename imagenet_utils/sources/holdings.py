"""Archives that hold pictures, and what each says of one category.

    LocalHolding      a plain tar on this disk      members by seek, read by workers at their offset
    RemoteHolding     a plain tar on the web        streamed; what is known already, by Range
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from imagenet_utils.archives.local_tar import LocalTar, Packing, packing_of
from imagenet_utils.archives.member_index import ArchiveIndex, Stretch, Walked
from imagenet_utils.archives.remote import RemoteArchive, RemoteFacts
from imagenet_utils.archives.supply import Find, Problem, ProblemKind, Supply
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.errors import ExitCode, Unobtainable
from imagenet_utils.model import (
    Category,
    ImageRecord,
    Listed,
    MemberLocation,
    PassingLocation,
    RangeLocation,
    TreeLocation,
)
from imagenet_utils.obtaining.refusals import Changed, Missing, Stopped
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.members import image_id_of, range_in, record_of, records_of, url_of
from imagenet_utils.sources.tar_feed import feed, spans
from imagenet_utils.telling import OnProgress

WHOLE = "*"  # the stretch that is all of an archive


class LocalHolding:
    """A plain tar on this disk."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self._desk = desk
        self._path = path

    @property
    def is_plain(self) -> bool:
        with LocalTar(self._path) as tar:
            return tar.is_plain

    def place_of(self, member: Member) -> MemberLocation:
        return MemberLocation(url_of(str(self._path), member.name), str(self._path),
                              member.header, member.size, member.name)

    def listing(self, category: Category, stretch: Stretch | None = None) -> Listing:
        """Of one that is damaged, what stands before the damage."""
        supply = None
        with LocalTar(self._path) as tar:
            part = stretch or Stretch(WHOLE, 0, tar.size)
            index = self._index(tar, part)
            try:
                self._walk(tar, index, part)
            except Unobtainable as damage:
                supply = ended_supply(self._desk, Problem(str(damage), damage.exit_code))
            records = records_of(index.members_of(part.code), category.key, self.place_of)
        return Listing(records, supply, f"no picture in {self._path}")

    def members(self, on_progress: OnProgress) -> list[Member]:
        """All there are.  Raises Unobtainable, having kept what stands before the damage."""
        with LocalTar(self._path) as tar:
            whole = Stretch(WHOLE, 0, tar.size)
            index = self._index(tar, whole)
            self._walk(tar, index, whole, on_progress)
            return index.members_of(WHOLE)

    def _walk(
        self, tar: LocalTar, index: ArchiveIndex, part: Stretch,
        on_progress: OnProgress = lambda done, total: None,
    ) -> None:
        """Look for the members that the index does not have yet, which it has then."""
        walked = index.walked_in(part.code)
        if walked.is_whole:
            return
        found: list[Member] = []
        is_whole = False
        try:
            for member in tar.members(max(walked.front, part.start), part.end):
                found.append(member)
                on_progress(member.end, part.end)
            is_whole = True
        finally:
            index.add_members(part.code, found, is_whole=is_whole)
            self._desk.tick()

    def _index(self, tar: LocalTar, part: Stretch) -> ArchiveIndex:
        index = self._desk.index.archive(str(self._path), tar.identity)
        if part.code == WHOLE:
            index.add_stretches([part], walked=Walked(part.end, True))
        return index


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said where an archive can't be had."""

    what_else: str = ""  # can be tried
    why_missing: Callable[[], str] = str  # empty: the address may be wrong


class RemoteHolding:
    """A tar on the web, or a stretch of one; packed ones and servers without ranges in one go."""

    def __init__(self, desk: Desk, address: str, advice: Advice = Advice()) -> None:
        self.desk = desk
        self.address = address
        self.advice = advice

    def listing(self, category: Category, stretch: Stretch | None = None) -> Listing:
        """What is known of it at once; the rest by a stream, unless all is known.

        Of a whole archive, what is known holds if it is still the same one: before any of its
        pictures is asked for, the stream asks that, and then gives them.
        """
        known = self.known(stretch)
        records = records_of(known.members, category.key, self.place_of)
        is_settled = stretch is not None or self.desk.has_settled(category, records)
        if known.is_whole and is_settled or self.desk.workplace.is_draft:
            return Listing(records, None, f"no picture in {self.address}",
                           is_whole=known.is_whole)
        if self.desk.out_of_reach is not None:
            return Listing(records, ended_supply(self.desk, self.desk.out_of_reach))
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
            return self._desk.problem(error, self._address, self._holding.advice.what_else)
        return None

    def _feed(self, remote: RemoteArchive, wanted: int | None) -> None:
        try:
            facts = remote.facts()
        except Unobtainable:
            self._deliver_known()
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
        chunks = self._chunks(remote, start, wanted)
        feed(self.supply, chunks, self._record_of, base=start,
             most_bytes=self._desk.most_image_bytes, is_rest=start > self._known.start)

    def _deliver_known(self) -> None:
        """Without their bytes, and unless they were listed at once."""
        for member in self._unlisted:
            record = record_of(member, self._category.key, self._holding.place_of)
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


def records_in_tree(paths: Iterable[str], category: Category) -> list[ImageRecord]:
    """Pictures in a folder of the user's."""
    found = []
    for path in paths:
        image_id = image_id_of(os.path.basename(path))
        if image_id is not None:
            found.append(ImageRecord(category.key, image_id, (TreeLocation(path, path),)))
    return found


def no_such_file(missing: Unobtainable) -> Problem:
    """One may well not be there; if none is, the address is to blame."""
    return Problem(f"{missing.problem}: no such file; is the address right?", None,
                   ProblemKind.NO_SUCH_FILE, code_if_all=ExitCode.UNOBTAINABLE)


def ended_supply(desk: Desk, problem: Problem) -> Supply:
    """One that will never bring anything, and says why."""
    supply = Supply(desk.room, start=lambda supply, wanted: None)
    supply.end(problem)
    return supply

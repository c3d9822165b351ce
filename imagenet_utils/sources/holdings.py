"""Archives that hold pictures, and what each says of one category.

    LocalHolding      a plain tar on this disk      members by seek, read by workers at their offset
    RemoteHolding     a plain tar on the web        streamed; what is known already, by Range
    PassHolding       any other                     read from end to end

The last two are in modules of their own.
"""

from __future__ import annotations

from pathlib import Path

from imagenet_utils.archives.local_tar import LocalTar
from imagenet_utils.archives.member_index import ArchiveIndex, Stretch, Walked
from imagenet_utils.archives.supply import Problem, ProblemKind, Supply
from imagenet_utils.archives.tar_headers import Member
from imagenet_utils.errors import ExitCode, Unobtainable
from imagenet_utils.model import Category, MemberLocation
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.members import records_of, url_of
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
                problem = Problem(str(damage), damage.exit_code, is_all=True)
                supply = ended_supply(self._desk, problem)
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


def no_such_file(missing: Unobtainable) -> Problem:
    """One may well not be there; if none is, the address is to blame."""
    return Problem(f"{missing.problem}: no such file; is the address right?", None,
                   ProblemKind.NO_SUCH_FILE, code_if_all=ExitCode.UNOBTAINABLE)


def ended_supply(desk: Desk, problem: Problem) -> Supply:
    """One that will never bring anything, and says why."""
    supply = Supply(desk.room, start=lambda supply, wanted: None)
    supply.end(problem)
    return supply

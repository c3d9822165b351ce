"""An archive that is read from end to end, once, for all categories that want something of it.

Packed archives, servers that give no parts of files, and archives of which nearly everything is
wanted.  Nothing of it is stored but the pictures of marked categories.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from imagenet_utils.archives.local_tar import LocalTar, Packing
from imagenet_utils.archives.member_index import ArchiveIndex, Stretch, Walked
from imagenet_utils.archives.supply import Find, Problem, Supply
from imagenet_utils.archives.tar_headers import BrokenTar, Kind, Member
from imagenet_utils.archives.tar_stream import TarStream
from imagenet_utils.errors import LocalFault
from imagenet_utils.ilsvrc.trees import CLASS_TAR
from imagenet_utils.model import Category, ImageRecord, Listed, PassingLocation
from imagenet_utils.obtaining.refusals import Stopped
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.members import record_of, records_of, url_of
from imagenet_utils.sources.tar_feed import LARGEST_ARCHIVE

CHUNK = 2**18
MOST_SEEN = 200_000  # members that wait to be noted: four times those of a split

KeyOf = Callable[[str], str | None]  # name of a picture's member -> key of its category
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Passage:
    """What is read, and what of it is wanted."""

    archive: str
    chunks: Callable[[Stop], Iterator[bytes]]  # in the thread that reads
    base: int = 0  # offset of the first byte
    place_of: Callable[[Member], Listed] | None = None  # None: it can't be found again
    note: Callable[[Sequence[Member], bool], None] | None = None  # told in the run's own thread
    identity: str = ""  # changes with the archive; empty: what it gave is not remembered


class PassHolding:
    """`expected` categories are listed before the reading begins."""

    breadth: int | None = None

    def __init__(self, desk: Desk, passage: Passage, key_of: KeyOf, expected: int) -> None:
        self._desk = desk
        self._passage = passage
        self._key_of = key_of
        self._expected = expected
        self._supplies: dict[str, Supply] = {}  # by the category's key
        self._seen: deque[Member] = deque()
        self._sees_all = True
        self._complete: set[str] = set()  # keys of those that nothing more can come for
        self._has_begun = False
        self._is_whole = False

    def listing(self, category: Category) -> Listing:
        """What a former run found of it, up to where something has to be fetched."""
        known, is_whole = self._remembered(category)
        settled = self._desk.first_settled(category, known)
        supply = None
        if is_whole and len(settled) == len(known):
            self._expected -= 1
        else:
            note = partial(self._note, category.key)
            supply = self._supplies[category.key] = Supply(self._desk.room, start=self._start,
                                                           note=note)
        self._begin_when_complete()
        return Listing(settled, supply, f"no picture of it in {self._passage.archive}")

    def byte_count(self, category: Category) -> int | None:
        return None

    def _start(self, supply: Supply, wanted: int | None) -> None:
        self._has_begun = True
        self._begin_when_complete()

    def _begin_when_complete(self) -> None:
        if self._has_begun and len(self._supplies) == self._expected:
            self._expected = -1
            self._desk.read_in_thread(self._read)

    def _read(self) -> None:
        try:
            problem = self._read_through()
        except Exception as fault:
            for supply in self._left():
                supply.fail(fault)
        else:
            for supply in self._left():
                supply.end(problem)

    def _read_through(self) -> Problem | None:
        """Why it ended early.  Raises what is the program's own fault."""
        try:
            self._is_whole = self._deliver()
        except Stopped:
            pass
        except Exception as error:
            return self._desk.problem(error, self._passage.archive)
        return None

    def _left(self) -> Iterator[Supply]:
        """Of the categories that something may yet come for."""
        return (supply for key, supply in self._supplies.items() if key not in self._complete)

    def _deliver(self) -> bool:
        """False: nobody wanted the rest."""
        chunks = self._passage.chunks(self._is_satisfied)
        tar = TarStream(chunks, limit=LARGEST_ARCHIVE, base=self._passage.base)
        for member in tar.members():
            if CLASS_TAR.fullmatch(member.name.rpartition("/")[2]):
                self._deliver_class(tar, member)
            else:
                self._deliver_one(tar, member)
            if self._is_satisfied():
                return False
        return True

    def _deliver_class(self, tar: TarStream, outer: Member) -> None:
        """Those of a class's tar within the archive, if the class is wanted; it has no others."""
        code = outer.name.rpartition("/")[2].partition(".")[0]
        key = self._key_of(f"{code}_0.JPEG") or ""
        supply = self._supplies.get(key)
        if supply is None or not supply.is_wanted or key in self._complete:
            return
        inner = TarStream(tar.pieces(outer.size), limit=outer.size, base=outer.body)
        problem = None
        try:
            for member in inner.members():
                self._deliver_one(inner, member)
        except BrokenTar as damage:  # the others may be whole, if there is more to come at all
            deque(tar.pieces(outer.body_end - tar.position), maxlen=0)
            problem = self._desk.problem(damage, url_of(self._passage.archive, outer.name))
        self._complete.add(key)
        supply.end(problem)

    def _deliver_one(self, tar: TarStream, member: Member) -> None:
        if self._passage.note and member.kind is Kind.FILE:
            self._see(member)
        key = self._key_of(member.name)
        supply = self._supplies.get(key or "")
        if key is None or supply is None or not supply.is_wanted:
            return
        record = record_of(member, key, self._passage.place_of or self._passing)
        if record is not None:
            is_fit = member.size <= self._desk.most_image_bytes
            supply.deliver(Find(record, member, tar.read(member.size) if is_fit else None))

    def _see(self, member: Member) -> None:
        """Behind one that found no room nothing is noted, for it would never be looked for."""
        self._sees_all = self._sees_all and len(self._seen) < MOST_SEEN
        if self._sees_all:
            self._seen.append(member)

    def _is_satisfied(self) -> bool:
        return not any(supply.is_wanted for supply in self._left())

    def _passing(self, member: Member) -> PassingLocation:
        return PassingLocation(url_of(self._passage.archive, member.name), member.size)

    def _remembered(self, category: Category) -> tuple[list[ImageRecord], bool]:
        """What it holds of the category, and whether that is all."""
        index = self._memory()
        if index is None or category.key not in index.stretches():
            return [], False
        found = records_of(index.members_of(category.key), category.key, self._passing)
        return found, index.walked_in(category.key).is_whole

    def _memory(self) -> ArchiveIndex | None:
        if not self._passage.identity:
            return None
        return self._desk.index.archive(f"passed by: {self._passage.archive}",
                                        self._passage.identity)

    def _note(self, key: str, finds: Sequence[Find], is_whole: bool) -> None:
        if memory := self._memory():
            memory.add_stretches([Stretch(key, 0, 0)], walked=Walked(0, False))
            memory.add_members(key, [find.member for find in finds], is_whole=is_whole)
            self._desk.tick()
        if self._passage.note:
            seen = [self._seen.popleft() for _ in range(len(self._seen))]
            self._passage.note(seen, self._is_whole and self._sees_all and not self._seen)


def local_passage(path: Path) -> Passage:
    """Raises Unobtainable."""
    with LocalTar(path) as tar:
        return Passage(str(path), partial(local_chunks, path, tar.packing), identity=tar.identity)


def local_chunks(path: Path, packing: Packing, stop: Stop) -> Iterator[bytes]:
    """Unpacked, where it is packed by bzip2 or xz; gzip is the tar reader's business.

    Raises BrokenTar, and LocalFault where the disk refuses.
    """
    import bz2
    import lzma

    unpackers: dict[Packing, Callable[[BinaryIO], Any]] = {
        Packing.BZIP2: bz2.open, Packing.XZ: lzma.open}
    try:
        with open(path, "rb") as plain:
            file = unpackers[packing](plain) if packing in unpackers else plain
            for chunk in iter(partial(file.read, CHUNK), b""):
                if stop():
                    raise Stopped
                yield chunk
    except (EOFError, lzma.LZMAError) as error:
        raise BrokenTar(f"cannot be unpacked: {error}") from error
    except OSError as error:
        if error.errno is None:  # bzip2's word for bytes that make no sense
            raise BrokenTar(f"cannot be unpacked: {error}") from error
        raise LocalFault(f"{path}: cannot be read: {error}",
                         "Fetch it again, or name another copy of it") from error

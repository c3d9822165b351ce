"""The splits of ILSVRC2012: where the pictures of a class are, in whichever form they are had.

    train      a tar for each class within one tar        the outer one is walked along its headers
    val        50,000 pictures in a row, in any order     labels tell whose they are
    test       100,000 pictures that nobody labels
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from imagenet_utils.archives.local_tar import LocalTar
from imagenet_utils.archives.member_index import ArchiveIndex, Stretch, Walked
from imagenet_utils.archives.remote import RemoteArchive
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.archives.tar_lanes import walk_in_lanes
from imagenet_utils.archives.tar_walk import Read, members
from imagenet_utils.ilsvrc.shelf import Form, Place
from imagenet_utils.ilsvrc.trees import CLASS_TAR
from imagenet_utils.model import Category, Wnid
from imagenet_utils.passwords import without_passwords
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.holdings import (
    WHOLE,
    LocalHolding,
    RemoteHolding,
    identity_of,
    is_seekable,
)
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.pass_holding import Passage, PassHolding
from imagenet_utils.sources.split_shapes import (
    All,
    Classes,
    Folders,
    Labelling,
    LabelledFiles,
    LabelledMembers,
    Split,
    Stretches,
    Unasked,
    by_label,
    by_name,
    files_of,
    passing,
    remote_chunks,
)

MEMBERS_BETWEEN_COMMITS = 256
LANES = 8  # connections that look for headers at once
SHARE_WORTH_A_PASS = 0.25  # of the classes: then all of a split is read rather than parts of it


def train_of(desk: Desk, place: Place, categories: Sequence[Category]) -> Split:
    """Raises Unobtainable."""
    wanted = {category.code for category in categories}
    if place.form is Form.TREE:
        return Folders(place)
    key_of = by_name(categories)
    if place.form is Form.ARCHIVE:
        path = Path(place.where)
        with LocalTar(path) as tar:
            if tar.is_plain:
                index = desk.index.archive(str(path), tar.identity)
                classes = _classes(desk, index, wanted, tar.read, tar.size)
                return Stretches(desk, place, LocalHolding(desk, path), _told(classes, place))
        return passing(desk, place, key_of, categories)
    if desk.workplace.is_draft:
        return Unasked(RemoteHolding(desk, place.where), desk.index.stretches_of(place.where))
    with desk.remote(place.where) as remote:
        facts = remote.facts()
        if not is_seekable(facts) or facts.byte_count is None:
            return passing(desk, place, key_of, categories)
        index = desk.index.archive(place.where, identity_of(facts))
        classes = _classes(desk, index, wanted, remote.read, facts.byte_count)
    split = Stretches(desk, place, RemoteHolding(desk, place.where), _told(classes, place))
    split.breadth = desk.most_streams
    return split


def val_of(
    desk: Desk, place: Place, categories: Sequence[Category], labelling: Labelling, share: float
) -> Split:
    """`share` of all classes is wanted."""
    if place.form is Form.TREE and place.tree is not None:
        if place.tree.is_sorted:
            return Folders(place)
        paths = {Path(path).name: path for path in place.tree.flat().paths()}
        return LabelledFiles(place, paths, labelling.of_all(list(paths)))
    if place.form is Form.ARCHIVE:
        path = Path(place.where)
        holding = LocalHolding(desk, path)
        if not holding.is_plain:
            return passing(desk, place, by_label(categories, labelling), categories,
                           is_by_label=True)
        with desk.workplace.teller.progress(f"looking through {path.name}", unit="byte") as shown:
            for member in holding.walk():
                shown.show(member.end, path.stat().st_size)
        return LabelledMembers(place, holding.known(), labelling, holding)
    return _remote_val(desk, place, categories, labelling, share)


def test_of(desk: Desk, place: Place, categories: Sequence[Category]) -> Split:
    if place.form is Form.TREE:
        return LabelledFiles(place, files_of(place), {})
    if place.form is Form.ARCHIVE:
        holding = LocalHolding(desk, Path(place.where))
        if holding.is_plain:
            return All(holding)
        return passing(desk, place, lambda name: "test", categories)
    split = All(RemoteHolding(desk, place.where))
    split.breadth = desk.most_streams
    return split


def _told(classes: Classes, place: Place) -> Classes:
    if not classes.damage:
        return classes
    return replace(classes, damage=f"{without_passwords(place.where)}: {classes.damage}. Fetch the"
                                   " archive again, or name another copy of it")


def _classes(
    desk: Desk, index: ArchiveIndex, wanted: set[Wnid], read: Read, size: int
) -> Classes:
    """Where the classes' tars are; the walk ends once all that are wanted are found."""
    walked = index.walked()
    missing = wanted - index.stretches().keys()
    if walked.is_whole or not missing:
        return Classes(index.stretches())
    found: list[Stretch] = []
    front, is_whole, damage = walked.front, False, ""
    with desk.workplace.teller.progress("looking for the classes", unit="byte") as shown:
        try:
            for member in members(read, walked.front, size):
                front = member.end
                shown.show(front, size, note=f"{len(missing)} to find")
                if CLASS_TAR.fullmatch(member.name.rpartition("/")[2]):
                    code = member.name.rpartition("/")[2].partition(".")[0]
                    found.append(Stretch(code, member.body, member.body_end))
                    missing.discard(Wnid(code))
                if not missing:
                    break
            else:
                is_whole = True
        except BrokenTar as error:
            damage = f"{error}, of {size:,}"
        finally:
            index.add_stretches(found, walked=Walked(front, is_whole))
            desk.index.commit()
    return Classes(index.stretches(), damage)


def _remote_val(
    desk: Desk, place: Place, categories: Sequence[Category], labelling: Labelling, share: float
) -> Split:
    """The index first, by looks at headers; all of it, where nearly all of it is wanted."""
    key_of = by_label(categories, labelling)
    if desk.workplace.is_draft:
        holding = RemoteHolding(desk, place.where)
        known = holding.known()
        if not known.is_whole:
            return Unasked(holding, {})
        return LabelledMembers(place, known.members, labelling, holding)
    with desk.remote(place.where) as remote:
        facts = remote.facts()
        if not is_seekable(facts) or facts.byte_count is None:
            return passing(desk, place, key_of, categories, is_by_label=True)
        index = desk.index.archive(place.where, identity_of(facts))
        index.add_stretches([Stretch(WHOLE, 0, facts.byte_count)],
                            walked=Walked(facts.byte_count, True))
        walked = index.walked_in(WHOLE)
        holding = RemoteHolding(desk, place.where)
        if not walked.is_whole and share >= SHARE_WORTH_A_PASS:
            return _RestOfVal(desk, place, categories, labelling, index)
        if not walked.is_whole:
            _walk_val(desk, place, index, facts.byte_count)
    return LabelledMembers(place, index.members_of(WHOLE), labelling, holding)


def _walk_val(desk: Desk, place: Place, index: ArchiveIndex, size: int) -> None:
    front = index.walked_in(WHOLE).front
    found: list[Member] = []
    is_whole = False
    remotes: list[RemoteArchive] = []

    def make_read() -> Callable[[int, int], bytes]:
        remotes.append(desk.remote(place.where))
        return remotes[-1].read

    with desk.workplace.teller.progress("looking for the pictures", unit="byte") as shown:
        try:
            for member in walk_in_lanes(make_read, front, size, lanes=LANES,
                                        tell=lambda done, total: shown.show(done, total)):
                found.append(member)
                if len(found) >= MEMBERS_BETWEEN_COMMITS:  # each was a round trip
                    index.add_members(WHOLE, found)
                    desk.index.commit()
                    found.clear()
            is_whole = True
        finally:
            index.add_members(WHOLE, found, is_whole=is_whole)
            desk.index.commit()
            for remote in remotes:
                remote.hang_up()  # lanes may be reading still
                remote.close()


class _RestOfVal:
    """What is known of a validation archive on the web, and a pass over what is not."""

    breadth: int | None = None

    def __init__(
        self, desk: Desk, place: Place, categories: Sequence[Category], labelling: Labelling,
        index: ArchiveIndex,
    ) -> None:
        holding = RemoteHolding(desk, place.where)
        front = index.walked_in(WHOLE).front
        self._known = LabelledMembers(place, index.members_of(WHOLE), labelling, holding)

        def note(seen: Sequence[Member], is_whole: bool) -> None:
            index.add_members(WHOLE, seen, is_whole=is_whole)
            desk.tick()

        passage = Passage(place.where, partial(remote_chunks, desk, place.where, front), front,
                          holding.place_of, note)
        self._pass = PassHolding(desk, passage, by_label(categories, labelling), len(categories))

    def listing(self, category: Category) -> Listing:
        return Listing(self._known.listing(category).records,
                       self._pass.listing(category).supply)

    def byte_count(self, category: Category) -> int | None:
        return None

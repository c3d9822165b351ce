"""The splits of ILSVRC2012: where the pictures of a class are, in whichever form they are had.

    train      a tar for each class within one tar        the outer one is walked along its headers
    val        50,000 pictures in a row, in any order     labels tell whose they are
    test       100,000 pictures that nobody labels
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from imagenet_utils.archives.known import Role
from imagenet_utils.archives.local_tar import LocalTar
from imagenet_utils.archives.member_index import ArchiveIndex, Stretch, Walked
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.archives.tar_walk import Read, members
from imagenet_utils.ilsvrc.shelf import Form, Place
from imagenet_utils.ilsvrc.trees import CLASS_TAR
from imagenet_utils.model import Category, Wnid
from imagenet_utils.passwords import without_passwords
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.holdings import WHOLE, LocalHolding
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.names_first import lanes_to_one_host, members_on_the_web
from imagenet_utils.sources.pass_holding import Passage, PassHolding
from imagenet_utils.sources.remote_holding import RemoteHolding, identity_of, is_seekable
from imagenet_utils.sources.split_shapes import (
    UNLABELLED,
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
SHARE_WORTH_A_PASS = 0.25  # of the classes: then all of a split is read rather than parts of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of one split."""

    categories: Sequence[Category]
    share: float = 0.0  # of all classes
    labelling: Labelling = UNLABELLED  # of validation pictures

    @property
    def codes(self) -> set[Wnid]:
        return {category.code for category in self.categories}


def open_split(desk: Desk, place: Place, wanted: Wanted) -> Split:
    """Raises Unobtainable."""
    return _OPENERS[place.role, place.form](desk, place, wanted)


def _train_tree(desk: Desk, place: Place, wanted: Wanted) -> Split:
    return Folders(place)


def _train_here(desk: Desk, place: Place, wanted: Wanted) -> Split:
    path = Path(place.where)
    with LocalTar(path) as tar:
        if tar.is_plain:
            index = desk.index.archive(str(path), tar.identity)
            classes = _classes(desk, index, wanted.codes, tar.read, tar.size)
            return Stretches(desk, place, LocalHolding(desk, path), _told(classes, place))
    return passing(desk, place, by_name(wanted.categories), wanted.categories)


def _train_on_the_web(desk: Desk, place: Place, wanted: Wanted) -> Split:
    if desk.workplace.is_draft:
        return Unasked(RemoteHolding(desk, place.where), desk.index.stretches_of(place.where))
    with desk.remote(place.where) as remote:
        facts = remote.facts()
        if not is_seekable(facts) or facts.byte_count is None:
            return passing(desk, place, by_name(wanted.categories), wanted.categories)
        index = desk.index.archive(place.where, identity_of(facts))
        classes = _classes(desk, index, wanted.codes, remote.read, facts.byte_count)
    split = Stretches(desk, place, RemoteHolding(desk, place.where), _told(classes, place))
    split.breadth = desk.most_streams
    return split


def _val_tree(desk: Desk, place: Place, wanted: Wanted) -> Split:
    if place.tree is not None and place.tree.is_sorted:
        return Folders(place)
    paths = files_of(place)
    return LabelledFiles(place, paths, wanted.labelling.of_all(list(paths)))


def _val_here(desk: Desk, place: Place, wanted: Wanted) -> Split:
    path = Path(place.where)
    holding = LocalHolding(desk, path)
    if not holding.is_plain:
        return _passing_val(desk, place, wanted)
    with desk.workplace.teller.progress(f"looking through {path.name}", unit="byte") as shown:
        found = holding.members(shown.show)
    return LabelledMembers(place, found, wanted.labelling, holding)


def _val_on_the_web(desk: Desk, place: Place, wanted: Wanted) -> Split:
    """The index first, by looks at headers; all of it, where nearly all of it is wanted."""
    holding = RemoteHolding(desk, place.where)
    if desk.workplace.is_draft:
        known = holding.known()
        if not known.is_whole:
            return Unasked(holding, {})
        return LabelledMembers(place, known.members, wanted.labelling, holding)
    with desk.remote(place.where) as remote:
        facts = remote.facts()
        if not is_seekable(facts) or facts.byte_count is None:
            return _passing_val(desk, place, wanted)
        index = desk.index.archive(place.where, identity_of(facts))
        index.add_stretches([Stretch(WHOLE, 0, facts.byte_count)],
                            walked=Walked(facts.byte_count, True))
        is_whole = index.walked_in(WHOLE).is_whole
        is_pass = wanted.share >= SHARE_WORTH_A_PASS and not any(
            map(desk.needs_every_name, wanted.categories))
        if not is_whole and is_pass:
            return _RestOfVal(desk, place, wanted, index)
        if not is_whole:
            _walk_val(desk, place, index, facts.byte_count)
    return LabelledMembers(place, index.members_of(WHOLE), wanted.labelling, holding)


def _passing_val(desk: Desk, place: Place, wanted: Wanted) -> Split:
    key_of = by_label(wanted.categories, wanted.labelling)
    return passing(desk, place, key_of, wanted.categories, is_by_label=True)


def _test_tree(desk: Desk, place: Place, wanted: Wanted) -> Split:
    return LabelledFiles(place, files_of(place), {})


def _test_here(desk: Desk, place: Place, wanted: Wanted) -> Split:
    holding = LocalHolding(desk, Path(place.where))
    if holding.is_plain:
        return All(holding)
    return passing(desk, place, lambda name: "test", wanted.categories)


def _test_on_the_web(desk: Desk, place: Place, wanted: Wanted) -> Split:
    split = All(RemoteHolding(desk, place.where))
    split.breadth = desk.most_streams
    return split


_OPENERS = {
    (Role.TRAIN, Form.TREE): _train_tree,
    (Role.TRAIN, Form.ARCHIVE): _train_here,
    (Role.TRAIN, Form.REMOTE): _train_on_the_web,
    (Role.VAL, Form.TREE): _val_tree,
    (Role.VAL, Form.ARCHIVE): _val_here,
    (Role.VAL, Form.REMOTE): _val_on_the_web,
    (Role.TEST, Form.TREE): _test_tree,
    (Role.TEST, Form.ARCHIVE): _test_here,
    (Role.TEST, Form.REMOTE): _test_on_the_web,
}


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


def _walk_val(desk: Desk, place: Place, index: ArchiveIndex, size: int) -> None:
    front = index.walked_in(WHOLE).front
    found: list[Member] = []
    is_whole = False
    with desk.workplace.teller.progress("looking for the pictures", unit="byte") as shown:
        try:
            walk = members_on_the_web(desk, place.where, (front, size),
                                      lanes=lanes_to_one_host(desk),
                                      tell=lambda done, total: shown.show(done, total))
            with closing(walk):
                for member in walk:
                    found.append(member)
                    if len(found) >= MEMBERS_BETWEEN_COMMITS:  # each was a round trip
                        index.add_members(WHOLE, found)
                        desk.index.commit()
                        found.clear()
            is_whole = True
        finally:
            index.add_members(WHOLE, found, is_whole=is_whole)
            desk.index.commit()


class _RestOfVal:
    """What is known of a validation archive on the web, and a pass over what is not."""

    breadth: int | None = None

    def __init__(
        self, desk: Desk, place: Place, wanted: Wanted, index: ArchiveIndex
    ) -> None:
        holding = RemoteHolding(desk, place.where)
        front = index.walked_in(WHOLE).front
        self._known = LabelledMembers(place, index.members_of(WHOLE), wanted.labelling, holding)

        def note(seen: Sequence[Member], is_whole: bool) -> None:
            index.add_members(WHOLE, seen, is_whole=is_whole)
            desk.tick()

        passage = Passage(place.where, partial(remote_chunks, desk, place.where, front), front,
                          holding.place_of, note)
        key_of = by_label(wanted.categories, wanted.labelling)
        self._pass = PassHolding(desk, passage, key_of, len(wanted.categories))

    def listing(self, category: Category) -> Listing:
        return Listing(self._known.listing(category).records,
                       self._pass.listing(category).supply)

    def byte_count(self, category: Category) -> int | None:
        return None

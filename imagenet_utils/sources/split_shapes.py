"""The forms in which a split's pictures lie, and what each says of a category."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from imagenet_utils.archives.local_tar import Packing, packing_of
from imagenet_utils.archives.member_index import Stretch
from imagenet_utils.archives.supply import Problem
from imagenet_utils.archives.tar_headers import Member
from imagenet_utils.errors import ExitCode
from imagenet_utils.ilsvrc.shelf import Form, Place
from imagenet_utils.model import Category, ImageRecord, TreeLocation, Wnid
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.holdings import LocalHolding, ended_supply
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.members import image_id_of, records_of
from imagenet_utils.sources.names_first import no_names_first
from imagenet_utils.sources.pass_holding import KeyOf, Passage, PassHolding, local_passage
from imagenet_utils.sources.remote_holding import RemoteHolding, identity_of


@dataclass(frozen=True, slots=True)
class Labelling:
    """Whose a validation picture is; those that are left out have no code."""

    of_all: Callable[[Sequence[str]], Mapping[str, Wnid]]  # names of pictures -> code of each
    of_one: Callable[[str], Wnid | None]  # its name -> its code


UNLABELLED = Labelling(lambda names: {}, lambda name: None)


class Split(Protocol):
    breadth: int | None  # categories that may wait for records at once; None: any number

    def listing(self, category: Category) -> Listing: ...

    def byte_count(self, category: Category) -> int | None:
        """Of its pictures, where that is known without looking for each."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Where the classes' tars are in a tar of them."""

    stretches: Mapping[str, Stretch]  # by code
    damage: str = ""  # why there may be others


class Stretches:
    """A tar of a tar for each class."""

    breadth: int | None = None

    def __init__(
        self, desk: Desk, place: Place, holding: LocalHolding | RemoteHolding, classes: Classes
    ) -> None:
        self._desk = desk
        self._where = place.where
        self._holding = holding
        self._classes = classes

    def listing(self, category: Category) -> Listing:
        stretch = self._classes.stretches.get(category.code)
        if stretch is None and self._classes.damage:
            problem = Problem(self._classes.damage, ExitCode.UNOBTAINABLE)
            return Listing([], ended_supply(self._desk, problem))
        if stretch is None:
            return Listing([], why_empty=f"no {category.code}.tar in {self._where}")
        return self._holding.listing(category, stretch)

    def byte_count(self, category: Category) -> int | None:
        stretch = self._classes.stretches.get(category.code)
        return stretch.end - stretch.start if stretch else 0


class Unasked:
    """An archive on the web in a dry run, which asks nobody: what former runs found."""

    breadth: int | None = None

    def __init__(
        self, holding: RemoteHolding | None, known: Mapping[str, Stretch]
    ) -> None:
        self._holding = holding
        self._known = known

    def listing(self, category: Category) -> Listing:
        stretch = self._known.get(category.code)
        if stretch is None or self._holding is None:
            return Listing([], is_whole=False)
        return self._holding.listing(category, stretch)

    def byte_count(self, category: Category) -> int | None:
        stretch = self._known.get(category.code)
        return stretch.end - stretch.start if stretch else None


class All:
    """Every picture of an archive."""

    breadth: int | None = None

    def __init__(self, holding: LocalHolding | RemoteHolding) -> None:
        self._holding = holding

    def listing(self, category: Category) -> Listing:
        return self._holding.listing(category)

    def byte_count(self, category: Category) -> int | None:
        return None


class Folders:
    """A folder for each class."""

    breadth: int | None = None

    def __init__(self, place: Place) -> None:
        assert place.tree is not None
        self._tree = place.tree

    def listing(self, category: Category) -> Listing:
        paths = self._tree.of_class(category.code).paths()
        return Listing(_records_in_tree(paths, category),
                       why_empty=f"no picture in {self._tree.root / category.code}")

    def byte_count(self, category: Category) -> int | None:
        return None


class LabelledMembers:
    """Pictures in a row, of which labels tell whose they are."""

    breadth: int | None = None

    def __init__(
        self, place: Place, known: Sequence[Member], labelling: Labelling,
        holding: LocalHolding | RemoteHolding,
    ) -> None:
        pictures = {member.name: member for member in known if image_id_of(member.name)}
        self._where = place.where
        self._holding = holding
        self._of_class: dict[str, list[Member]] = defaultdict(list)
        for name, code in labelling.of_all(list(pictures)).items():
            self._of_class[code].append(pictures[name])

    def listing(self, category: Category) -> Listing:
        own = sorted(self._of_class[category.code], key=lambda member: member.header)
        return Listing(records_of(own, category.key, self._holding.place_of),
                       why_empty=f"no picture of it in {self._where}")

    def byte_count(self, category: Category) -> int | None:
        return sum(member.size for member in self._of_class[category.code])


class LabelledFiles:
    """The same, unpacked; of the test split nobody knows the labels."""

    breadth: int | None = None

    def __init__(
        self, place: Place, paths: Mapping[str, str], labels: Mapping[str, Wnid]
    ) -> None:
        self._where = place.where
        self._paths = paths
        self._labels = labels

    def listing(self, category: Category) -> Listing:
        own = [path for name, path in sorted(self._paths.items())
               if self._labels.get(name, category.code) == category.code]
        return Listing(_records_in_tree(own, category),
                       why_empty=f"no picture of it in {self._where}")

    def byte_count(self, category: Category) -> int | None:
        return None


def files_of(place: Place) -> dict[str, str]:
    assert place.tree is not None
    return {Path(path).name: path for path in place.tree.flat().paths()}


def passing(
    desk: Desk, place: Place, key_of: KeyOf, categories: Sequence[Category], *,
    is_by_label: bool = False,
) -> PassHolding:
    """`is_by_label`: whose a picture is may be otherwise in the next run.

    Raises UsageError where no picture can be taken before all names are known.
    """
    can_be_kept = False
    if place.form is Form.REMOTE:
        with desk.remote(place.where) as remote:
            facts = remote.facts()
        passage = Passage(place.where, partial(remote_chunks, desk, place.where, 0),
                          identity=identity_of(facts))
        can_be_kept = packing_of(facts.head) is Packing.PLAIN
    else:
        passage = local_passage(Path(place.where))
    if any(map(desk.needs_every_name, categories)):
        raise no_names_first(desk.options.selection, place.where, can_be_kept=can_be_kept)
    if is_by_label:
        passage = replace(passage, identity="")
    return PassHolding(desk, passage, key_of, len(categories))


def remote_chunks(
    desk: Desk, address: str, start: int, stop: Callable[[], bool]
) -> Iterator[bytes]:
    with desk.remote(address, stop) as remote:
        yield from remote.stream(start, None)


def by_name(categories: Sequence[Category]) -> KeyOf:
    """Training pictures bear their class's code."""
    keys = {str(category.code): category.key for category in categories}
    return lambda name: keys.get((image_id_of(name) or "").partition("_")[0])


def by_label(categories: Sequence[Category], labelling: Labelling) -> KeyOf:
    keys = {str(category.code): category.key for category in categories}
    return lambda name: keys.get(labelling.of_one(name) or "") if image_id_of(name) else None


def _records_in_tree(paths: Iterable[str], category: Category) -> list[ImageRecord]:
    """Pictures in a folder of the user's."""
    found = []
    for path in paths:
        image_id = image_id_of(os.path.basename(path))
        if image_id is not None:
            found.append(ImageRecord(category.key, image_id, (TreeLocation(path, path),)))
    return found

"""ILSVRC2012: its archives on this disk or on the web, or trees that somebody unpacked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from imagenet_utils.annotations.at_hand import Annotations, boxes_for
from imagenet_utils.annotations.ilsvrc_boxes import IlsvrcBoxes, owner_of
from imagenet_utils.archives.access import Accesses
from imagenet_utils.archives.known import Role
from imagenet_utils.categories.near_classes import outside_text
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.devkit import Devkit, read_devkit
from imagenet_utils.ilsvrc.numbering import classes_by_wnid
from imagenet_utils.ilsvrc.shelf import Form, Shelf
from imagenet_utils.ilsvrc.synsets_table import write_synsets_table, write_val_labels
from imagenet_utils.ilsvrc.val_labels import ValLabels, all_labels, code_of
from imagenet_utils.model import Category, ImageId, Wnid
from imagenet_utils.network.credentials import Credentials
from imagenet_utils.options import RunOptions
from imagenet_utils.passwords import without_passwords
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.desk import MEMBERS_AT_ONCE, Desk
from imagenet_utils.sources.ilsvrc_labels import blacklist_for, labelling_by, labels_for
from imagenet_utils.sources.ilsvrc_price import count_of, price_of
from imagenet_utils.sources.ilsvrc_splits import Wanted, open_split
from imagenet_utils.sources.ilsvrc_stock import Stock
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.price import Price
from imagenet_utils.sources.shelves import alternatives, shelf_of
from imagenet_utils.sources.source import Open, SourceKind
from imagenet_utils.sources.split_boxes import SplitBoxes
from imagenet_utils.sources.split_shapes import Split, Unasked
from imagenet_utils.telling import OnProgress, Teller

ROLES = {"train": Role.TRAIN, "val": Role.VAL, "test": Role.TEST}
BOX_ROLES = {"train": Role.BBOX_TRAIN, "val": Role.BBOX_VAL}
TEST = Category(Wnid("test"), "test", None)  # of which nobody knows the classes
OWN_OPTIONS = ("split", "val_labels", "skip_blacklisted")
SYNSETS_TABLE = "synsets.csv"
VAL_LABELS = "val_labels.csv"

CURE = (
    "Name its archives with --archive PATH_OR_URL, put them into --archives_dir, or set"
    " DOWNLOAD_URL_train, DOWNLOAD_URL_val and so on to their addresses"
)


def splits_of(options: RunOptions) -> tuple[str, ...]:
    """Those that are asked for; else training, or what there is if that is not there."""
    if options.archives.splits:
        return options.archives.splits
    shelf = shelf_of(options)
    there = tuple(split for split, role in ROLES.items() if shelf.place_of(role))
    return there if there and "train" not in there else ("train",)


def roles_of(splits: Sequence[str], shelf: Shelf) -> list[Role]:
    """What a run on these splits wants, as far as there is any."""
    roles = [ROLES[split] for split in splits]
    roles += [BOX_ROLES[split] for split in splits if split in BOX_ROLES]
    if "val" in splits or shelf.place_of(Role.DEVKIT):
        roles.append(Role.DEVKIT)
    return roles


def where(options: RunOptions) -> str:
    shelf = shelf_of(options)
    places = [shelf.place_of(ROLES[split]) for split in splits_of(options)]
    shown = [without_passwords(place.where) for place in places if place]
    return ", ".join(shown) or "; ".join([str(options.archives.directory), *shelf.remarks])


def is_meant(options: RunOptions) -> str:
    for name in OWN_OPTIONS:
        if name in options.given:
            return f"--{name} speaks of it"
    if options.archives.named and any(
            place.why.startswith("--archive") for place in shelf_of(options).places):
        return "--archive names it"
    return ""


def is_there(options: RunOptions) -> str:
    shelf = shelf_of(options)
    for split in splits_of(options):
        place = shelf.place_of(ROLES[split])
        if place is not None:
            return place.why
    return ""


class Ilsvrc2012Source:
    manifest = None

    def __init__(
        self, options: RunOptions, progress: OnProgress, shelf: Shelf | None = None
    ) -> None:
        self._options = options
        self._shelf = shelf or shelf_of(options)
        self._splits: dict[str, Split] = {}
        self._labels: ValLabels | None = None
        self._chosen: tuple[Category, ...] = ()
        self._desk: Desk | None = None
        self._stock: Stock | None = None
        self._skipped: Collection[int] = ()
        self.batch: int | None = MEMBERS_AT_ONCE

    @property
    def breadth(self) -> int | None:
        """One split that is read in a single pass has to know all its categories."""
        breadths = [split.breadth for split in self._splits.values()]
        return None if None in breadths else min(filter(None, breadths), default=None)

    @property
    def received(self) -> int:
        return self._desk.meter.byte_count if self._desk else 0

    @property
    def access(self) -> Credentials | None:
        if self._desk is None or self._stock is None:
            return None
        places = [self._stock.place_of(ROLES[split]) for split in splits_of(self._options)]
        remote = [place.where for place in places if place and place.form is Form.REMOTE]
        return Accesses(tuple(map(self._desk.access_to, remote))) if remote else None

    def has(self, code: Wnid) -> bool:
        return code in classes_by_wnid()

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        found: list[Category] = []
        for split in splits_of(self._options):
            found += [TEST] if split == "test" else [
                replace(category, split=split) for category in chosen]
        self._chosen = tuple(found)
        return self._chosen

    def begin(self, workplace: Workplace) -> None:
        desk = self._desk = Desk(self._options, workplace, self._chosen)
        splits = splits_of(self._options)
        for line in (*self._shelf.remarks, *self._shelf.choices()):
            workplace.teller.warn(line)
        stock = self._stock = Stock(desk, self._shelf)
        stock.provide(roles_of(splits, self._shelf))
        for split in splits:
            stock.needed(ROLES[split])
        devkit = self._devkit(stock)
        if "val" in splits and not (workplace.is_draft and self._is_devkit_to_come):
            archives = self._options.archives
            self._labels = labels_for(archives, self._shelf, devkit)
            self._skipped = blacklist_for(archives, devkit)
        if not workplace.is_draft:
            self._write_tables(workplace, devkit)
        for split in splits:
            self._splits[split] = self._opened(split)

    def annotations(self, teller: Teller) -> Annotations:
        assert self._stock is not None
        paths = {split: self._stock.path_of(role) for split, role in BOX_ROLES.items()}
        boxes = {
            split: IlsvrcBoxes([path] if path else [], code_of=self._code_of_picture(split))
            for split, path in paths.items()
        }
        to_come = {split for split, role in BOX_ROLES.items()
                   if not paths[split] and self._stock.place_of(role)}
        train_is_wanted = any(category.split == "train" for category in self._chosen)
        fallback = boxes_for(self._options, teller) if (
            train_is_wanted and boxes["train"].is_empty and "train" not in to_come) else None
        return SplitBoxes(boxes, fallback, teller, to_come=to_come)

    def count(self, category: Category) -> int:
        return count_of(category)

    def price(self, category: Category) -> Price:
        assert self._desk is not None and self._stock is not None
        split = category.split or TEST.label
        return price_of(
            self._desk, self._stock.needed(ROLES[split]), self._splits[split], category,
            share=self._share(split), has_boxes=self._stock.place_of(Role.BBOX_VAL) is not None)

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing:
        listing = self._splits[category.split or TEST.label].listing(category)
        if category.split and not self.has(category.code) and not listing.records:
            listing = self._outside(category, listing)
        is_cut = category.split == "val" and self._skipped
        return replace(listing, expected=None if is_cut else count_of(category))

    def remarks(self) -> Sequence[str]:
        return ()

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """The reports tell all."""

    def close(self) -> None:
        if self._desk:
            self._desk.close()

    def _outside(self, category: Category, listing: Listing) -> Listing:
        """An archive of somebody's own may have it all the same; one that is read tells later."""
        told = outside_text(category.code)
        if listing.supply is not None and self._desk is not None:
            self._desk.workplace.teller.warn(f"{category.label} ({category.code}): {told}")
        return replace(listing, why_empty=f"{listing.why_empty}: {told}")

    def _opened(self, split: str) -> Split:
        assert self._desk is not None and self._stock is not None
        place = self._stock.needed(ROLES[split])
        wanted = Wanted(self._own(split), self._share(split))
        if split == "val":
            if self._labels is None:
                return Unasked(None, {})
            wanted = replace(wanted, labelling=labelling_by(self._labels, self._skipped))
        return open_split(self._desk, place, wanted)

    def _own(self, split: str) -> list[Category]:
        return [category for category in self._chosen if (category.split or TEST.label) == split]

    def _share(self, split: str) -> float:
        """Of all classes, those that are wanted."""
        return len(self._own(split)) / len(classes_by_wnid())

    @property
    def _is_devkit_to_come(self) -> bool:
        """It is on the web, and no dry run fetches it."""
        place = self._shelf.place_of(Role.DEVKIT)
        return place is not None and place.form is Form.REMOTE

    def _devkit(self, stock: Stock) -> Devkit | None:
        path = stock.path_of(Role.DEVKIT)
        return read_devkit(path) if path else None

    def _write_tables(self, workplace: Workplace, devkit: Devkit | None) -> None:
        """What the classes are called and how they are numbered; a file of the user's stays."""
        try:
            if devkit and devkit.synsets:
                write_synsets_table(devkit, workplace.save_dir / SYNSETS_TABLE)
            if self._labels and self._labels.by_number:
                write_val_labels(workplace.save_dir / VAL_LABELS, all_labels(self._labels))
        except UsageError as error:
            workplace.teller.warn(str(error))

    def _code_of_picture(self, split: str):  # type: ignore[no-untyped-def]
        if split == "train" or self._labels is None:
            return owner_of
        return partial(code_of, labels=self._labels)


def ways(options: RunOptions) -> Sequence[Open]:
    roles = [ROLES[split] for split in splits_of(options)]
    return [partial(Ilsvrc2012Source, shelf=shelf)
            for shelf in alternatives(shelf_of(options), roles)]


ILSVRC2012 = SourceKind(
    "ilsvrc2012", "the archives of ILSVRC2012", where, is_meant, is_there, Ilsvrc2012Source, CURE,
    ways, OWN_OPTIONS, splits_without_categories=("test",),
)

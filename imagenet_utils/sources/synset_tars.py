"""A tar for each category, from ImageNet itself, a mirror, or a folder on this disk."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from imagenet_utils.annotations.at_hand import Annotations, boxes_for
from imagenet_utils.archives.known import PUBLIC_TARS
from imagenet_utils.archives.supply import Problem, ProblemKind
from imagenet_utils.archives.terms import notice_if_new
from imagenet_utils.categories.catalogue import built_in, is_person
from imagenet_utils.categories.withdrawn import withdrawn_text
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.ilsvrc.shelf import SynsetTars
from imagenet_utils.model import Category, ImageId, Wnid
from imagenet_utils.network.addresses import url_parts
from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.network.credentials import Credentials
from imagenet_utils.obtaining.obtain import Expected
from imagenet_utils.obtaining.refusals import Missing
from imagenet_utils.options import RunOptions
from imagenet_utils.passwords import without_passwords
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.desk import MEMBERS_AT_ONCE, Desk
from imagenet_utils.sources.holdings import LocalHolding, ended_supply, no_such_file
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.names_first import no_names_first, trips_for_names
from imagenet_utils.sources.pass_holding import PassHolding, local_passage
from imagenet_utils.sources.price import Once, Price, mean_of, measure_of
from imagenet_utils.sources.remote_holding import Advice, RemoteHolding
from imagenet_utils.sources.shelves import shelf_of
from imagenet_utils.sources.source import Open, SourceKind
from imagenet_utils.telling import OnProgress, Teller

PUBLIC = SynsetTars(PUBLIC_TARS)
OTHER_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
CODE = re.compile(r"n\d{8}", re.ASCII)

CURE = "Name a folder of <wnid>.tar or an address like https://a.example/<wnid>.tar with --archive"
WHAT_ELSE = (
    "What else can be tried: --proxy; a mirror or a folder, --archive '.../<wnid>.tar'; a list of"
    " URLs, --url_data; the archives of ILSVRC2012, --source ilsvrc2012 --archive"
)


def tars_of(options: RunOptions) -> SynsetTars:
    """Raises UsageError where --archive names something else, and these tars are asked for."""
    found = shelf_of(options).synset_tars
    if not found and options.archives.named and options.source == "synset_tars":
        raise UsageError(f"--source synset_tars: --archive names no such tar: {_named(options)}",
                         f"{CURE}; without --archive, ImageNet's own serve")
    return found[0] if found else PUBLIC


def where(options: RunOptions) -> str:
    return without_passwords(tars_of(options).template)


def is_meant(options: RunOptions) -> str:
    if options.archives.named and tars_of(options) != PUBLIC:
        return "--archive names it"
    return ""


def is_there(options: RunOptions) -> str:
    if tars_of(options) != PUBLIC:
        return (f"there is no URL list, and {options.archives.directory} has such tars; ImageNet's"
                " own serve for those that it lacks")
    return ("there is neither a URL list nor an archive on this disk, and ImageNet gives these out"
            " without a login")


class SynsetTarsSource:
    manifest = None

    def __init__(
        self, options: RunOptions, progress: OnProgress, tars: SynsetTars | None = None
    ) -> None:
        self._options = options
        self._tars = tars or tars_of(options)
        self._on_the_web = _on_the_web(options, self._tars)
        self._chosen: tuple[Category, ...] = ()
        self._desk: Desk | None = None
        self._doubted: set[Path] = set()  # tars that seem to be another category's
        self.breadth: int | None = None
        self.batch: int | None = MEMBERS_AT_ONCE

    @property
    def received(self) -> int:
        return self._desk.meter.byte_count if self._desk else 0

    @property
    def access(self) -> Credentials | None:
        if self._desk is None or self._on_the_web is None:
            return None
        return self._desk.access_to(self._on_the_web.place_of("n"))

    def has(self, code: Wnid) -> bool:
        return CODE.fullmatch(code) is not None and (
            code in built_in() or not self._tars.is_remote and self._path(code) is not None)

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        self._chosen = tuple(chosen)
        return self._chosen

    def begin(self, workplace: Workplace) -> None:
        """Raises UsageError for a packed tar of which no names can be had first."""
        self._desk = Desk(self._options, workplace, self._chosen)
        self._refuse_packed(self._desk)
        self.breadth = self._desk.most_streams
        if self._on_the_web == PUBLIC and not workplace.is_draft:
            notice = notice_if_new(workplace.ledger, datetime.now(timezone.utc))
            if notice:
                workplace.teller.say(notice)

    def annotations(self, teller: Teller) -> Annotations:
        return boxes_for(self._options, teller)

    def count(self, category: Category) -> int:
        entry = built_in().get(category.code)
        return entry.urls_2011 if entry else 0

    def price(self, category: Category) -> Price:
        """By what is known of the tar; a dry run looks through one that lies at hand."""
        assert self._desk is not None
        path = None if self._tars.is_remote else self._path(category.code)
        tars = self._tars if path else self._on_the_web
        # Most likely: of the 2,832 synsets of persons 2,674 were withdrawn.
        is_gone = tars is None or (tars == PUBLIC and is_person(category.code))
        measure = measure_of(self.listing(category, ())) if self._desk.workplace.is_draft else None
        images = measure.images if measure else 0 if is_gone else self.count(category)
        mean = mean_of(measure.byte_count, images, MEAN_IMAGE_BYTES) if measure else (
            mean_of(path.stat().st_size, images, MEAN_IMAGE_BYTES) if path else MEAN_IMAGE_BYTES)
        why_none = "withdrawn" if tars else "no tar there"
        return replace(
            self._price(category, path, images, mean, is_exact=measure is not None),
            image_ids=measure.image_ids if measure else None,
            why_none=why_none if is_gone else "none in its tar" if measure else "none in 2011")

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing:
        assert self._desk is not None
        path = None if self._tars.is_remote else self._path(category.code)
        if path is None and self._on_the_web:
            return self._remote_listing(self._desk, category, self._on_the_web, annotated)
        if path is None:
            return Listing([], why_empty=f"no {self._tars.place_of(category.code)}")
        holding = LocalHolding(self._desk, path)
        if holding.is_plain:
            listing = holding.listing(category)
            self._doubt(path, category.code, listing)
            return listing
        passage = local_passage(path)
        return PassHolding(self._desk, passage, lambda name: category.key, 1).listing(category)

    def _doubt(self, path: Path, code: str, listing: Listing) -> None:
        """Names of pictures tell whose they are; one tar may have been saved as another."""
        assert self._desk is not None
        owners = {record.image_id.partition("_")[0] for record in listing.records}
        owner = owners.pop() if len(owners) == 1 else code
        if owner != code and CODE.fullmatch(owner) and path not in self._doubted:
            self._doubted.add(path)
            self._desk.workplace.teller.warn(
                f"{path}: all its pictures are called {owner}_…, so it may be the tar of {owner},"
                f" not of {code}")

    def remarks(self) -> Sequence[str]:
        return shelf_of(self._options).remarks

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """The reports tell all."""

    def close(self) -> None:
        if self._desk:
            self._desk.close()

    def _price(
        self, category: Category, path: Path | None, images: int, mean: float, *, is_exact: bool
    ) -> Price:
        assert self._desk is not None
        is_kept = path is None and self._options.archives.keeps_archives
        size = int(images * mean)
        entry = built_in().get(category.code)
        host = url_parts(self._on_the_web.template) if self._on_the_web else None
        return Price(
            f"synset tars, {host.host if host and path is None else 'this disk'}", images, is_exact,
            fetched_each=0 if path or is_kept else mean, stored_each=mean,
            annotated=entry.annotated if entry else 0, boxes=entry.boxes if entry else 0,
            once=Once(category.code, fetched=size, stored=size) if is_kept else Once(),
            round_trips=0 if path or is_kept or is_exact else trips_for_names(
                self._desk, category, images),
        )

    def _remote_listing(
        self, desk: Desk, category: Category, tars: SynsetTars, annotated: Collection[ImageId]
    ) -> Listing:
        address = tars.place_of(category.code)
        if self._options.archives.keeps_archives and not desk.workplace.is_draft:
            return self._kept_listing(desk, category, address, is_public=tars == PUBLIC)
        why_missing = partial(withdrawn_text, category.code) if tars == PUBLIC else str
        holding = RemoteHolding(desk, address, Advice(WHAT_ELSE, why_missing))
        return holding.listing(category, annotated=annotated)

    def _kept_listing(
        self, desk: Desk, category: Category, address: str, *, is_public: bool
    ) -> Listing:
        """The whole tar is fetched first, and stays in the folder of archives."""
        target = self._options.archives.directory / f"{category.code}.tar"
        try:
            if not target.exists():
                desk.fetch(address, target, Expected(is_archive=True))
        except Missing as missing:
            told = Problem(f"{missing.problem}. {withdrawn_text(category.code)}", None)
            return Listing([], ended_supply(desk, told if is_public else no_such_file(missing)))
        except Unobtainable as trouble:
            told = Problem(f"{trouble}. {WHAT_ELSE}", trouble.exit_code, ProblemKind.NOT_FETCHED)
            return Listing([], ended_supply(desk, told))
        return LocalHolding(desk, target).listing(category)

    def _refuse_packed(self, desk: Desk) -> None:
        for category in filter(desk.needs_every_name, self._chosen):
            path = None if self._tars.is_remote else self._path(category.code)
            if path is not None and not LocalHolding(desk, path).is_plain:
                raise no_names_first(self._options.selection, str(path), can_be_kept=False)

    def _path(self, code: str) -> Path | None:
        """As the template has it, or packed."""
        path = Path(self._tars.place_of(code)).expanduser()
        stem = path.name.removesuffix(".tar")
        paths = [path, *(path.with_name(stem + ending) for ending in OTHER_ENDINGS)]
        return next((path for path in paths if path.is_file()), None)


def _named(options: RunOptions) -> str:
    """What it names in their place."""
    shelf = shelf_of(options)
    found = [f"{without_passwords(place.where)} is {place.role.value} of ILSVRC2012"
             for place in shelf.places if place.why.startswith("--archive")]
    found += [f"{path} holds addresses" for path in shelf.addresses_files]
    return ", ".join(found) or ", ".join(map(without_passwords, options.archives.named))


def _on_the_web(options: RunOptions, tars: SynsetTars) -> SynsetTars | None:
    """Where the tars are that this disk lacks.  A folder that is named is all there is; that of
    archives may hold the few that were kept."""
    if tars.is_remote:
        return tars
    return None if options.archives.named else PUBLIC


def ways(options: RunOptions) -> Sequence[Open]:
    tars = dict.fromkeys((*shelf_of(options).synset_tars, PUBLIC))
    return [partial(SynsetTarsSource, tars=each) for each in tars]


SYNSET_TARS = SourceKind(
    "synset_tars", "a tar for each category", where, is_meant, is_there, SynsetTarsSource, CURE,
    ways,
)

"""The pictures of a manifest, and no others: by their URLs, or out of the archives they lay in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from imagenet_utils.annotations.at_hand import Annotations, boxes_for
from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.archives.known import PUBLIC_TARS
from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.model import Category, Expected, ImageId, ImageRecord, Listed, Wnid
from imagenet_utils.network.credentials import Credentials
from imagenet_utils.open_images.metadata import LocalMetadata, open_metadata
from imagenet_utils.options import RunOptions
from imagenet_utils.results.manifest import Manifest
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.ilsvrc2012 import ILSVRC2012
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.open_images import boxes_of
from imagenet_utils.sources.price import Price
from imagenet_utils.sources.source import Open, Source, SourceKind
from imagenet_utils.sources.synset_tars import SYNSET_TARS
from imagenet_utils.telling import OnProgress, Teller
from imagenet_utils.url_lists.wire import url_location

IsOf = Callable[[Category], bool]

ARCHIVES = {kind.name: kind for kind in (ILSVRC2012, SYNSET_TARS)}


class ManifestSource:
    """What came out of archives is looked up in them by the source that knows them."""

    def __init__(self, options: RunOptions, progress: OnProgress) -> None:
        assert options.places.manifest is not None
        self._options = options
        self.manifest = Manifest(options.places.manifest, progress)
        self._archives: Source | None = None
        self._unlisted: Sequence[Category] = ()  # that it would list besides
        self._chosen: tuple[Category, ...] = ()
        self._metadata: LocalMetadata | None = None  # of Open Images

    @property
    def breadth(self) -> int | None:
        return self._archives.breadth if self._archives else None

    @property
    def batch(self) -> int | None:
        is_all = all(map(self._is_of_archives, self._chosen))
        return self._archives.batch if self._archives and is_all else None

    @property
    def received(self) -> int:
        return self._archives.received if self._archives else 0

    @property
    def access(self) -> Credentials | None:
        return self._archives.access if self._archives else None

    def has(self, code: Wnid) -> bool:
        return any(category.code == code for category in self.manifest.categories)

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        """Each as the manifest names it, once for each of its splits there."""
        found: dict[str, list[Category]] = {}
        for category in self.manifest.categories:
            found.setdefault(category.code, []).append(category)
        self._chosen = tuple(
            replace(own, how_many=category.how_many)
            for category in chosen for own in found.get(category.code, [category]))
        self._open_archives([each for each in self._chosen if self._is_of_archives(each)])
        return self._chosen

    def begin(self, workplace: Workplace) -> None:
        for category in self._chosen:
            is_new = workplace.ledger.folder_of(category.key) is None
            if is_new and self.manifest.has(category.key):
                workplace.ledger.give_folder(category.key, self.manifest.folder_of(category.key))
        if self._archives is None:
            return
        self._archives.begin(workplace)
        for category in self._unlisted:  # one pass over an archive waits for all that it knows of
            supply = self._archives.listing(category, ()).supply
            if supply is not None:
                supply.close()

    def annotations(self, teller: Teller) -> Annotations:
        """Of pictures of the challenge and of Open Images, their own; of others what lies in the
        folder of annotations."""
        of_archives = self._archives.annotations(teller) if self._archives else None
        if of_archives is not None and all(map(self._is_of_archives, self._chosen)):
            return of_archives
        own: list[tuple[IsOf, Annotations]] = []
        if of_archives is not None:
            own.append((self.is_of_challenge, of_archives))
        if of_open_images := self._boxes_of_open_images(teller):
            own.append((_is_of_open_images, of_open_images))
            if all(map(_is_of_open_images, self._chosen)):
                return of_open_images
        return _Annotations(own, boxes_for(self._options, teller))

    def count(self, category: Category) -> int:
        return self.manifest.count(category.key)

    def price(self, category: Category) -> Price:
        images = self.count(category)
        if not images:
            return Price("manifest", 0, is_exact=True, fetched_each=0, stored_each=0,
                         why_none="not listed")
        mean = self.manifest.byte_count(category.key) / images
        if self._archives is None or not self._is_of_archives(category):
            return Price("manifest", images, is_exact=True, fetched_each=mean, stored_each=mean)
        price = self._archives.price(category)
        return replace(price, images=images, is_exact=True, stored_each=mean, image_ids=None,
                       fetched_each=mean if price.fetched_each else 0)

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing:
        """Of a picture with several lines, each is a chance to have it."""
        places: dict[ImageId, list[tuple[Listed, Expected]]] = {}
        of_archives: dict[ImageId, Expected] = {}
        for row in self.manifest.rows_of(category.key):
            if row.is_of_archive:
                of_archives.setdefault(row.image_id, row.expected)
            else:
                location = url_location(row.url.encode())
                places.setdefault(row.image_id, []).append((location, row.expected))
        records = [_record(category, image_id, found) for image_id, found in places.items()]
        if self._archives is None or not of_archives:
            return Listing(records, why_empty=f"not in {self.manifest.path}")
        listing = self._archives.listing(category, annotated)
        records += [record._replace(expected=(of_archives[record.image_id],))
                    for record in listing.records if record.image_id in of_archives]
        vouched = of_archives | {record.image_id: Expected() for record in records
                                 if record.image_id in places}
        return replace(listing, records=records, expected=None,
                       vouched=vouched if listing.supply else None)

    def remarks(self) -> Sequence[str]:
        return ()

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """The reports tell all."""

    def close(self) -> None:
        self.manifest.close()
        if self._archives:
            self._archives.close()
        if self._metadata:
            self._metadata.close()

    def is_of_challenge(self, category: Category) -> bool:
        return ILSVRC2012.name in self.manifest.sources_of(category.key)

    def _boxes_of_open_images(self, teller: Teller) -> Annotations | None:
        """None where no picture is of it, or where nothing that lies there tells its boxes."""
        chosen = [each for each in self._chosen if _is_of_open_images(each)]
        if not chosen:
            return None
        wishes = self._options.open_images
        splits = tuple(dict.fromkeys(each.split for each in chosen))
        try:
            self._metadata = open_metadata(
                replace(wishes.metadata, splits=splits), mids=[each.code for each in chosen],
                fallback_dir=self._options.places.save_dir, may_fetch=False)
        except (Unobtainable, UsageError) as error:
            teller.warn(f"Pictures of Open Images come without boxes: {error.problem}. With its"
                        " metadata in --open_images_dir, boxes come along")
            return None
        return boxes_of(self._metadata, wishes, chosen, has_upright_pictures=True)

    def _is_of_archives(self, category: Category) -> bool:
        return not self.manifest.sources_of(category.key).isdisjoint(ARCHIVES)

    def _open_archives(self, categories: Sequence[Category]) -> None:
        """Raises Unobtainable where there are none, UsageError where two kinds are needed."""
        kinds = {name for category in categories
                 for name in self.manifest.sources_of(category.key) if name in ARCHIVES}
        if not kinds:
            return
        if len(kinds) > 1:
            raise UsageError(
                f"{self.manifest.path}: has pictures of {' and of '.join(sorted(kinds))}, which"
                " are not read in one run", "Name the categories of one of them with --categories")
        kind = ARCHIVES[kinds.pop()]
        options = self._options_for(categories)
        if not kind.is_there(options):
            raise Unobtainable(f"{self.manifest.path}: has pictures of {kind.title}: nothing at"
                               f" {kind.where(options)}", kind.cure)
        self._archives = kind.open(options, lambda done, total: None)
        keys = {category.key for category in categories}
        asked = {category.code: replace(category, split="") for category in categories
                 if category.code != "test"}
        self._unlisted = [each for each in self._archives.categories(tuple(asked.values()))
                          if each.key not in keys]

    def _options_for(self, categories: Sequence[Category]) -> RunOptions:
        """What the user names wins over the addresses that the manifest has; of archives on a disk
        it has but the names."""
        archives = self._options.archives
        addresses = [each for each in self.manifest.archives if each != PUBLIC_TARS]
        splits = dict.fromkeys(each.split or "test" for each in categories
                               if self.is_of_challenge(each))
        return replace(self._options, source="auto", archives=replace(
            archives, named=archives.named or tuple(addresses), splits=tuple(splits)))


class _Annotations:
    """Those of the first that a category is of; else the others."""

    def __init__(self, own: Sequence[tuple[IsOf, Annotations]], others: Annotations) -> None:
        self._parts = [*own, (lambda category: True, others)]

    def prepare(self, categories: Sequence[Category]) -> None:
        for is_of, part in self._parts:
            if of_part := [each for each in categories if is_of(each)]:
                part.prepare(of_part)
            categories = [each for each in categories if not is_of(each)]

    def of(self, category: Category) -> CategoryBoxes:
        return next(part.of(category) for is_of, part in self._parts if is_of(category))


def _is_of_open_images(category: Category) -> bool:
    return is_mid(category.code)


def _record(
    category: Category, image_id: ImageId, places: Sequence[tuple[Listed, Expected]]
) -> ImageRecord:
    by_url: Mapping[str, tuple[Listed, Expected]] = {place[0].url: place for place in places}
    locations, expected = zip(*by_url.values())
    return ImageRecord(category.key, image_id, locations, expected)


def where(options: RunOptions) -> str:
    return str(options.places.manifest or "no manifest")


def is_there(options: RunOptions) -> str:
    return "--from_manifest names it" if options.places.manifest else ""


def ways(options: RunOptions) -> Sequence[Open]:
    return [ManifestSource] if is_there(options) else []


MANIFEST = SourceKind(
    "manifest", "the pictures that a manifest lists", where, is_there, is_there, ManifestSource,
    "Name one with --from_manifest", ways,
    ("from_manifest", "val_labels", "open_images_dir", "open_images_version", "boxes",
     "exclude_boxes"), stands_alone=True,
)

"""A list of image URLs, by way of its index."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from imagenet_utils.annotations.at_hand import Annotations, boxes_for
from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.model import Category, ImageId, Wnid
from imagenet_utils.network.batch import MEAN_IMAGE_BYTES
from imagenet_utils.options import RunOptions
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.price import Price
from imagenet_utils.sources.source import Open, SourceKind
from imagenet_utils.telling import OnProgress, Teller
from imagenet_utils.url_lists.index import open_url_index

ALIVE = 0.5  # of the links of 2011, about

CURE = (
    "Fetch a list: python download_ncodes_imagenet.py --with_url_data True"
    " [--url_data_link PATH_OR_URL]; or name yours with --url_data"
)


def where(options: RunOptions) -> str:
    return str(options.places.url_data)


def is_meant(options: RunOptions) -> str:
    return "--url_data names it" if "url_data" in options.given else ""


def is_there(options: RunOptions) -> str:
    return "it is there" if options.places.url_data.exists() else ""


class UrlListSource:
    breadth: int | None = None
    batch: int | None = None
    received = 0  # bytes: workers alone fetch anything
    access = None
    manifest = None

    def __init__(self, options: RunOptions, progress: OnProgress) -> None:
        self._options = options
        places = options.places
        self._index = open_url_index(places.url_data, fallback_dir=places.save_dir,
                                     progress=progress)

    def has(self, code: Wnid) -> bool:
        return code in self._index

    def begin(self, workplace: Workplace) -> None:
        """All that it needs is open."""

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        return tuple(chosen)

    def annotations(self, teller: Teller) -> Annotations:
        return boxes_for(self._options, teller)

    def count(self, category: Category) -> int:
        return self._index.row_count(category.code)

    def price(self, category: Category) -> Price:
        entry = built_in().get(category.code)
        return Price(
            "URL list", self.count(category), is_exact=True, fetched_each=MEAN_IMAGE_BYTES,
            stored_each=MEAN_IMAGE_BYTES, alive=ALIVE, annotated=entry.annotated if entry else 0,
            boxes=entry.boxes if entry else 0,
        )

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing:
        """Its own, then those of pictures that it annotates but another category owns."""
        own = self._index.records(category.code)
        owned = {record.image_id for record in own}
        foreign = [image_id for image_id in annotated if image_id not in owned]
        records = [*own, *self._index.records_of(foreign, category.code)]
        return Listing(records, why_empty="no URL in the list")

    def remarks(self) -> Sequence[str]:
        bad = self._index.bad_lines
        if not bad.count:
            return ()
        examples = "; ".join(map(str, bad.examples))
        told = f"{bad.count:,} lines of the URL list hold no URL and were passed over: {examples}"
        return (told,)

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """The reports tell all."""

    def close(self) -> None:
        self._index.close()


def ways(options: RunOptions) -> Sequence[Open]:
    return [UrlListSource] if is_there(options) else []


URL_LIST = SourceKind(
    "url_list", "a list of image URLs", where, is_meant, is_there, UrlListSource, CURE, ways,
)

"""Open Images: pictures by their classes, out of its metadata, from Flickr or from the mirror."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from imagenet_utils.annotations.at_hand import Annotations
from imagenet_utils.categories.catalogues import OPEN_IMAGES as CATALOGUE
from imagenet_utils.categories.ncodes import labels_of, marked_codes
from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.categories.spreadsheet import ZIP
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Category, ImageId, Wnid
from imagenet_utils.open_images.class_names import classes_there
from imagenet_utils.open_images.files import FileShelf
from imagenet_utils.open_images.box_traits import WantedBoxes
from imagenet_utils.open_images.image_places import IMAGE_PLACES
from imagenet_utils.open_images.licenses import is_wanted
from imagenet_utils.open_images.metadata import chosen_version, open_metadata
from imagenet_utils.open_images.values import Metadata
from imagenet_utils.options import OpenImagesOptions, RunOptions
from imagenet_utils.results.layout import success_list
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.open_images_boxes import OpenImagesBoxes
from imagenet_utils.sources.open_images_lists import write_lists
from imagenet_utils.sources.open_images_records import Records
from imagenet_utils.sources.price import Price
from imagenet_utils.sources.source import Open, SourceKind
from imagenet_utils.telling import OnProgress, Teller

EXCLUSIVE_OPTIONS = (
    "image_from", "mirror", "boxes", "exclude_boxes", "licenses", "open_images_version",
    "open_images_dir", "labels_from", "min_confidence",
)
OWN_OPTIONS = (*EXCLUSIVE_OPTIONS, "split")


def boxes_of(
    metadata: Metadata, wishes: OpenImagesOptions, chosen: Sequence[Category], *,
    has_upright_pictures: bool,
) -> OpenImagesBoxes:
    """`has_upright_pictures`: some of them may have come as thumbnails."""
    asked: dict[str, str] = {category.code: category.label for category in chosen}
    labels = labels_of()
    wanted = WantedBoxes(wishes.excluded_boxes, None if wishes.has_boxes_of_all else asked)
    return OpenImagesBoxes(
        metadata, wanted, lambda mid: asked.get(mid) or labels.label_of(mid),
        has_upright_pictures=has_upright_pictures, labels=repr(sorted(asked.items())))


class OpenImagesSource:
    breadth: int | None = None
    batch: int | None = None
    received = 0  # bytes: workers alone fetch anything
    access = None
    manifest = None

    def __init__(self, options: RunOptions, progress: OnProgress) -> None:
        """Nothing is fetched yet: which classes are wanted is not known.

        Raises UsageError where boxes are spoken of and this version has none.
        """
        _refuse_boxes_that_are_not(options)
        self._wishes = options.open_images
        self._save_dir = options.places.save_dir
        self._places = [IMAGE_PLACES[name] for name in self._wishes.image_from]
        metadata = self._wishes.metadata
        there = classes_there(chosen_version(metadata), FileShelf(metadata.directory, False))
        self._classes = frozenset(entry.code for entry in there)
        self._chosen: Sequence[Category] = ()
        self._opened: Metadata | None = None

    def has(self, code: Wnid) -> bool:
        return code in self._classes

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        self._chosen = chosen
        return tuple(replace(category, split=split)
                     for split in self._wishes.metadata.splits for category in chosen)

    def begin(self, workplace: Workplace) -> None:
        """What the metadata lack is fetched and indexed, but for a dry run."""
        with workplace.teller.progress("metadata of Open Images", unit="byte") as progress:
            self._opened = open_metadata(
                self._wishes.metadata, fallback_dir=self._save_dir,
                mids=[category.code for category in self._chosen],
                may_fetch=not workplace.is_draft, on_progress=progress.show)
        for remark in self._metadata.remarks():
            workplace.teller.warn(remark)

    @property
    def _metadata(self) -> Metadata:
        assert self._opened is not None, "it has begun"
        return self._opened

    def annotations(self, teller: Teller) -> Annotations:
        return boxes_of(self._metadata, self._wishes, self._chosen,
                        has_upright_pictures=any(place.is_upright for place in self._places))

    def count(self, category: Category) -> int:
        return self._metadata.count(category.code, category.split)

    def price(self, category: Category) -> Price:
        first, count = self._places[0], self.count(category)
        boxed = count if self._metadata.has_boxes else 0
        return Price(
            f"Open Images, {first.name}", count, is_exact=True, fetched_each=first.mean_bytes,
            stored_each=first.mean_bytes, alive=first.alive, annotated=boxed,
            why_none="none in the metadata",
        )

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing:
        ids = tuple(self._metadata.images_of(category.code, category.split))
        licensed = self._licensed(ids, category)
        why_empty = "no picture of it has such a licence" if ids else "no picture in the metadata"
        records = Records(self._metadata, category, licensed, places=self._places,
                          mirror=self._wishes.mirror)
        return Listing(records, why_empty=why_empty)

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """Lists for which there is no time, or that another program holds, are left as they are."""
        for split in self._metadata.splits if self._opened is not None else ():
            try:
                why = write_lists(self._metadata, split, workplace, ends_at=ends_at)
            except OSError as error:
                why = error.strerror or str(error)
            if why:
                workplace.teller.warn(f"{success_list(workplace.save_dir, split)} and"
                                      f" images-failure.csv are not up to date ({why}): the next"
                                      " run renews them")

    def remarks(self) -> Sequence[str]:
        return ()  # they are told when it has begun

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _licensed(self, ids: Sequence[ImageId], category: Category) -> Sequence[ImageId]:
        """Those of a wanted licence; a picture whose licence nobody tells is of none."""
        wanted = self._wishes.licenses
        if not wanted:
            return ids
        return tuple(row.image_id for row in self._metadata.rows(ids, category.split)
                     if is_wanted(row.license, wanted))


def _refuse_boxes_that_are_not(options: RunOptions) -> None:
    version = chosen_version(options.open_images.metadata)
    if version.has_boxes:
        return
    spoken_of: list[str] = [name for name in ("boxes", "exclude_boxes") if name in options.given]
    if options.selection.needs_annotations:
        spoken_of.append("with_annotation" if options.selection.only_annotated else "sample")
    if spoken_of:
        raise UsageError(f"--{spoken_of[0]}: {version.name} of Open Images has no boxes",
                         "Leave it out, or take a later version")


def where(options: RunOptions) -> str:
    wishes = options.open_images.metadata
    return f"{chosen_version(wishes).name}, metadata in {wishes.directory}"


def is_meant(options: RunOptions) -> str:
    spoken_of = next((name for name in EXCLUSIVE_OPTIONS if name in options.given), None)
    if spoken_of:
        return f"--{spoken_of} speaks of it"
    words = [word.partition("=")[0].rstrip(" /") for word in options.categories]
    asked = words or _marked(options.places.table)
    return "the categories asked for are its classes" if asked and all(map(is_mid, asked)) else ""


def is_there(options: RunOptions) -> str:
    return "what its metadata lack can be fetched"


def ways(options: RunOptions) -> Sequence[Open]:
    return [OpenImagesSource]


def _marked(table: Path) -> Sequence[str]:
    """Codes; read only where there may be a mid among them."""
    try:
        content = table.read_bytes() if table.is_file() else b""
    except OSError:
        return ()
    letters = content.replace(b"\0", b"")  # which UTF-16 has between them
    may_have = content.startswith(ZIP) or b"/m/" in letters or b"/g/" in letters
    return marked_codes(table) if may_have else ()


OPEN_IMAGES = SourceKind(
    "open_images", "Open Images", where, is_meant, is_there, OpenImagesSource, cure="", ways=ways,
    own_options=OWN_OPTIONS, is_default=False, catalogue=CATALOGUE,
)

"""The metadata of one version, each of its files found, fetched and indexed when it is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from imagenet_utils.categories.open_images import is_boxable
from imagenet_utils.errors import UsageError
from imagenet_utils.model import SPLITS, ImageId
from imagenet_utils.open_images.class_names import classes_there
from imagenet_utils.open_images.files import FileShelf
from imagenet_utils.open_images.index import CsvIndex, open_csv_index
from imagenet_utils.open_images.rows import BadRow, box_row, image_row
from imagenet_utils.open_images.values import (
    LABELS_FROM, SUBSETS, BoxRow, ImageRow, MetadataWishes, Mid, OpenImagesClass,
)
from imagenet_utils.open_images.versions import (
    VERSIONS, Kind, MetadataFile, Version, newest_with_boxes,
)
from imagenet_utils.telling import OnProgress, counted
from imagenet_utils.url_lists.files import fingerprint
from imagenet_utils.url_lists.index_format import BadLines

NEEDED = {
    Kind.IMAGES: ("ImageID", "OriginalURL"),
    Kind.LABELLED: ("ImageID", "OriginalURL"),
    Kind.BOXES: ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"),
    Kind.HUMAN: ("ImageID", "LabelName", "Confidence"),
    Kind.MACHINE: ("ImageID", "LabelName", "Confidence"),
}
LABELS = dict(zip(LABELS_FROM, (Kind.HUMAN, Kind.MACHINE)))


def open_metadata(
    wishes: MetadataWishes,
    *,
    fallback_dir: Path,
    mids: Collection[str] = (),
    may_fetch: bool = True,
    on_progress: OnProgress = lambda done, total: None,
) -> LocalMetadata:
    """`mids`: the classes that will be asked for; what they need is found, fetched and indexed at
    once.  `fallback_dir`: where indexes go, if not beside the files.

    Raises UsageError for a version or a file that cannot be what was meant, Unobtainable for what
    cannot be had (all that is missing, unless `may_fetch`), LocalFault, Locked.
    """
    shelf = FileShelf(wishes.directory, may_fetch, on_progress)
    metadata = LocalMetadata(chosen_version(wishes), wishes, shelf, fallback_dir)
    try:
        metadata.provide(mids)
    except BaseException:
        metadata.close()
        raise
    return metadata


def chosen_version(wishes: MetadataWishes) -> Version:
    """As asked; else the newest whose boxes lie there; else the newest that has boxes."""
    if wishes.version:
        return VERSIONS[wishes.version]
    shelf = FileShelf(wishes.directory, may_fetch=False)
    for version in reversed(VERSIONS.values()):
        boxes = [version.file(Kind.BOXES, split) for split in wishes.splits]
        if all(file and shelf.has(file) for file in boxes):
            return version
    return newest_with_boxes()


class LocalMetadata:
    """As `values.Metadata` has it."""

    def __init__(
        self, version: Version, wishes: MetadataWishes, shelf: FileShelf, fallback_dir: Path
    ) -> None:
        self.version = version
        self._wishes = wishes
        self._shelf = shelf
        self._fallback_dir = fallback_dir
        self._indexes: dict[MetadataFile, CsvIndex] = {}
        self._unreadable: dict[tuple[Path, ImageId], str] = {}  # what rows turned out to be

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(split for split in SPLITS if split in self._wishes.splits)

    @property
    def has_boxes(self) -> bool:
        return self.version.has_boxes

    def provide(self, mids: Collection[str]) -> None:
        """Whatever is asked of these classes later is there; without any, of the boxable ones."""
        for split in self.splits:
            for mid in mids or ("",):
                self._indexes_of(mid, split)
            self._picture_indexes(split, any(not self._is_by_boxes(mid) for mid in mids))

    def classes(self) -> tuple[OpenImagesClass, ...]:
        """The 601 boxable ones, and the others where their names lie there."""
        return tuple(OpenImagesClass(Mid(entry.code), entry.names, is_boxable(entry.code))
                     for entry in classes_there(self.version, self._shelf))

    def count(self, mid: str, split: str) -> int:
        indexes = self._indexes_of(mid, split)
        if len(indexes) == 1:
            return indexes[0].count(mid, self._least(mid))
        return sum(1 for _ in self.images_of(mid, split))

    def images_of(self, mid: str, split: str) -> Iterator[ImageId]:
        indexes = self._indexes_of(mid, split)
        seen: set[int] = set()
        for index in indexes:
            for number in index.pictures(mid, self._least(mid)):
                if len(indexes) == 1:
                    yield ImageId(f"{number:016x}")
                elif number not in seen:
                    seen.add(number)
                    yield ImageId(f"{number:016x}")

    def rows(self, ids: Iterable[ImageId], split: str) -> Iterator[ImageRow]:
        for image_id in ids:
            for index in self._picture_indexes(split, is_by_labels=False):
                if row := self._image_row(index, image_id, split):
                    yield row
                    break

    def boxes_of(self, image_id: ImageId, split: str) -> tuple[BoxRow, ...]:
        file = self.version.file(Kind.BOXES, split)
        if not file:
            return ()
        index, boxes = self._index(file, Kind.BOXES), []
        for lines in index.lines_of(int(image_id, 16)):
            for line in lines.splitlines():
                try:
                    owner, box = box_row(line, index.header)
                except BadRow as bad:
                    self._unreadable[index.path, image_id] = str(bad)
                    continue
                if owner == image_id:
                    boxes.append(box)
        return tuple(boxes)

    def edition(self, split: str) -> str:
        file = self.version.file(Kind.BOXES, split)
        return fingerprint((self._index(file, Kind.BOXES).path,)).hex() if file else ""

    def remarks(self) -> tuple[str, ...]:
        told = [f"{index.path}: {_told(index.bad_lines)}" for index in self._indexes.values()
                if index.bad_lines.count]
        for (path, image_id), problem in list(self._unreadable.items())[:1]:
            told.append(f"{path}: {len(self._unreadable):,} pictures have a row that makes no "
                        f"sense and is left out; of {image_id}: {problem}")
        return tuple(told + self._odd_sizes())

    def _odd_sizes(self) -> list[str]:
        """A line about files that are not as large as they were published."""
        odd = [(index.path, size, file.byte_count) for file, index in self._indexes.items()
               if file.byte_count and not file.member
               and (size := index.path.stat().st_size) != file.byte_count]
        if not odd:
            return []
        path, size, published = odd[0]
        more = f"; likewise {counted(len(odd) - 1, 'other file')}" if odd[1:] else ""
        return [f"{path}: {size:,} bytes, where {published:,} were published{more}. Taken as it is;"
                " if nobody cut it on purpose, delete it, and the next run fetches the whole"]

    def close(self) -> None:
        for index in self._indexes.values():
            index.close()

    def _is_by_boxes(self, mid: str) -> bool:
        return self.has_boxes and (not mid or is_boxable(mid))

    def _least(self, mid: str) -> int:
        """Hundredths of confidence that a picture's label needs."""
        return 0 if self._is_by_boxes(mid) else round(100 * self._wishes.min_confidence)

    def _indexes_of(self, mid: str, split: str) -> list[CsvIndex]:
        """Of boxes, or of the labels that were wished for.  Raises UsageError for a version that
        has none of them."""
        kinds = [Kind.BOXES] if self._is_by_boxes(mid) else [
            LABELS[name] for name in self._wishes.labels]
        files = [(kind, file) for kind in kinds if (file := self.version.file(kind, split))]
        if not files:
            offered = [name for name, kind in LABELS.items() if self.version.file(kind, split)]
            cure = f"Say --labels_from {offered[0]}" if offered else "Take another version or split"
            raise UsageError(f"Open Images {self.version.name} has no {kinds[0].value} for "
                             f"{SUBSETS[split]}", cure)
        return [self._index(file, kind) for kind, file in files]

    def _picture_indexes(self, split: str, is_by_labels: bool) -> list[CsvIndex]:
        """That of all pictures besides, where classes without boxes were asked for."""
        found = []
        for kind in (Kind.IMAGES, Kind.LABELLED):
            file = self.version.file(kind, split)
            if file and (kind is Kind.IMAGES or is_by_labels or file in self._indexes):
                found.append(self._index(file, kind))
        if not found:
            raise UsageError(f"Open Images {self.version.name} has no split {SUBSETS[split]}",
                             "Take another version or split")
        return found

    def _index(self, file: MetadataFile, kind: Kind) -> CsvIndex:
        if file not in self._indexes:
            self._indexes[file] = open_csv_index(
                self._shelf.csv(file), needed=NEEDED[kind], fallback_dir=self._fallback_dir,
                progress=self._shelf.on_progress)
        return self._indexes[file]

    def _image_row(self, index: CsvIndex, image_id: ImageId, split: str) -> ImageRow | None:
        """The first that makes sense."""
        for lines in index.lines_of(int(image_id, 16)):
            try:
                row = image_row(lines, index.header, split)
            except BadRow as bad:
                self._unreadable[index.path, image_id] = str(bad)
                continue
            if row.image_id == image_id:
                return row
        return None


def _told(bad: BadLines) -> str:
    what = "line is no row and is" if bad.count == 1 else "lines are no rows and are"
    return f"{bad.count:,} {what} left out, such as {bad.examples[0]}"

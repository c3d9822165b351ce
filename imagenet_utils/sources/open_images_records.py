"""A class of Open Images as records: each picture, and the places it may come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from imagenet_utils.model import Category, ImageId, ImageRecord, UrlLocation
from imagenet_utils.open_images.image_places import ImagePlace, Sought
from imagenet_utils.open_images.values import ImageRow, Metadata
from imagenet_utils.url_lists.wire import url_location

AT_ONCE = 64  # rows that are looked up together


class Records(Sequence[ImageRecord]):
    """Made as they are asked for; a class may have 300,000 of them, of which a run wants ten."""

    def __init__(
        self, metadata: Metadata, category: Category, ids: Sequence[ImageId], *,
        places: Sequence[ImagePlace], mirror: str,
    ) -> None:
        self._metadata = metadata
        self._category = category
        self.ids = ids
        self._places = places
        self._mirror = mirror

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[ImageRecord]: ...

    def __getitem__(self, place: int | slice) -> ImageRecord | Sequence[ImageRecord]:
        if isinstance(place, slice):
            return list(self._described(self.ids[place]))
        return next(self._described([self.ids[place]]))

    def __iter__(self) -> Iterator[ImageRecord]:
        for begin in range(0, len(self.ids), AT_ONCE):
            yield from self._described(self.ids[begin:begin + AT_ONCE])

    def _described(self, ids: Sequence[ImageId]) -> Iterator[ImageRecord]:
        rows = {row.image_id: row for row in self._metadata.rows(ids, self._category.split)}
        return (self._record(image_id, rows.get(image_id)) for image_id in ids)

    def _record(self, image_id: ImageId, row: ImageRow | None) -> ImageRecord:
        sought = Sought(image_id, self._category.split, row, self._mirror)
        told = [(place, address) for place in self._places if (address := place.address_of(sought))]
        if not told:
            return ImageRecord(self._category.key, image_id, (_nowhere(image_id),))
        return ImageRecord(
            self._category.key, image_id,
            tuple(url_location(address.encode("utf-8", "replace")) for _place, address in told),
            tuple(place.expected_of(sought) for place, _address in told),
        )


def _nowhere(image_id: ImageId) -> UrlLocation:
    """For the report: it is refused, since it is no URL."""
    return UrlLocation(f"images.csv tells no address of {image_id}", "")

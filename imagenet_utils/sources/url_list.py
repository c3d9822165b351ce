"""A list of image URLs, by way of its index."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from imagenet_utils.model import ImageId, ImageRecord, Wnid
from imagenet_utils.options import Places
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.index import open_url_index


class UrlListSource:
    def __init__(self, places: Places, progress: OnProgress) -> None:
        self._index = open_url_index(places.url_data, fallback_dir=places.save_dir,
                                     progress=progress)

    @staticmethod
    def is_there(places: Places) -> bool:
        return places.url_data.exists()

    def has(self, code: Wnid) -> bool:
        return code in self._index

    def count(self, code: Wnid) -> int:
        return self._index.row_count(code)

    def records(self, code: Wnid, annotated: Collection[ImageId]) -> Sequence[ImageRecord]:
        own = self._index.records(code)
        owned = {record.image_id for record in own}
        foreign = [image_id for image_id in annotated if image_id not in owned]
        return [*own, *self._index.records_of(foreign, code)]

    def remarks(self) -> Sequence[str]:
        bad = self._index.bad_lines
        if not bad.count:
            return ()
        examples = "; ".join(map(str, bad.examples))
        told = f"{bad.count:,} lines of the URL list hold no URL and were passed over: {examples}"
        return (told,)

    def close(self) -> None:
        self._index.close()

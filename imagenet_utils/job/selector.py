"""Which records of a category a run considers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sized

from imagenet_utils.job.sample import Sampled, order_of
from imagenet_utils.model import ImageId, ImageRecord
from imagenet_utils.options import AS_LISTED, Selection


class Selector:
    """Annotation filter, sample, offset, how_many, in this order, whenever the records come."""

    def __init__(
        self, annotated: Collection[ImageId] = (), how_many: int | None = None,
        selection: Selection | None = None, *, code: str = "",
    ) -> None:
        """`annotated`: those that have boxes; `code` is the category's."""
        selection = selection or AS_LISTED
        self.image_limit = how_many if selection.counts_images else None
        self.needs_every_name = selection.needs_every_name(how_many)
        self._sampled = Sampled(selection.sampling, code, annotated)
        self._record_limit = None if selection.counts_images else how_many
        self._only = annotated if selection.only_annotated else None
        self._to_pass = selection.offset
        self._place = 0  # of the next record in the list
        self._taken = 0
        self.left_out = 0  # records behind the last that is considered

    @property
    def is_full(self) -> bool:
        return self._record_limit is not None and self._taken >= self._record_limit

    @property
    def seen(self) -> int:
        """Records that came, whether or not they are considered."""
        return self._place

    @property
    def still_wanted(self) -> int | None:
        """Records, at least; None: all there are."""
        limit = self.image_limit if self._record_limit is None else self._record_limit
        if limit is None or self._only is not None or self.needs_every_name:
            return None
        return limit - self._taken + self._to_pass

    def chosen(self, records: Iterable[ImageRecord]) -> Iterator[tuple[int, ImageRecord]]:
        """Those to consider, with their places in the list.

        Where it needs every name, `records` are all of them.
        """
        if self.needs_every_name:
            records = list(records)
            order = order_of([record.image_id for record in records], self._sampled)
            first = self._place
            self._place += len(records)
            yield from self._part((first + place, records[place]) for place in order)
        else:
            yield from self._part(self._placed(records))

    def _placed(self, records: Iterable[ImageRecord]) -> Iterator[tuple[int, ImageRecord]]:
        """Records may be made as they are asked for: those that nobody wants are only counted."""
        for passed, record in enumerate(records):
            if self.is_full and isinstance(records, Sized):
                left_out = len(records) - passed
                self._place += left_out
                self.left_out += left_out
                return
            place, self._place = self._place, self._place + 1
            yield place, record

    def _part(
        self, placed: Iterable[tuple[int, ImageRecord]]
    ) -> Iterator[tuple[int, ImageRecord]]:
        """What neither filter, offset nor how_many leaves out."""
        for place, record in placed:
            if self.is_full:
                self.left_out += 1
            elif self._only is not None and record.image_id not in self._only:
                continue
            elif self._to_pass:
                self._to_pass -= 1
            else:
                self._taken += 1
                yield place, record

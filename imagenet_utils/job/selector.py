"""Which records of a category a run considers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Sized

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
        first = self._place
        if self.needs_every_name:
            records = records if isinstance(records, Sequence) else list(records)
            order = order_of(_ids_of(records), self._sampled)
            yield from self._part(((first + place, records[place]) for place in order), len(order))
        else:
            count = len(records) if isinstance(records, Sized) else None
            yield from self._part(enumerate(records, first), count)

    def _part(
        self, placed: Iterable[tuple[int, ImageRecord]], count: int | None
    ) -> Iterator[tuple[int, ImageRecord]]:
        """What neither filter, offset nor how_many leaves out.

        Records may be made as they are asked for: behind the last that is considered, and where
        it is known how many there are, none is.
        """
        self._place += count or 0
        for passed, (place, record) in enumerate(placed):
            self._place += count is None
            if self.is_full and count is not None:
                self.left_out += count - passed
                return
            if self.is_full:
                self.left_out += 1
            elif self._only is not None and record.image_id not in self._only:
                continue
            elif self._to_pass:
                self._to_pass -= 1
            else:
                self._taken += 1
                yield place, record


def _ids_of(records: Sequence[ImageRecord]) -> Sequence[ImageId]:
    """Some know them without making the records."""
    ids: Sequence[ImageId] | None = getattr(records, "ids", None)
    return [record.image_id for record in records] if ids is None else ids

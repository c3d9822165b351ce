"""An export in several files, of which one of each split is open at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from math import ceil
from types import TracebackType
from typing import Generic, TypeVar

from imagenet_utils.exports.export_job import ExportJob

SPLIT_WORDS = {"train": "train", "val": "validation", "test": "test"}  # as trainers spell them

Writer = TypeVar("Writer")


@dataclass(frozen=True, slots=True)
class Shard:
    split: str
    number: int  # from 0
    count: int  # of the split's shards

    @property
    def name(self) -> str:
        """
        >>> Shard("val", 3, 128).name
        'validation-00003-of-00128'
        """
        return f"{SPLIT_WORDS[self.split]}-{self.number:05}-of-{self.count:05}"


class Shards(Generic[Writer]):
    """Of each split, its pictures fill one shard after the other, each with an even share.

    A context manager: when its block ends well, every shard is there.
    """

    def __init__(
        self, job: ExportJob, pictures_per_shard: int,
        opened: Callable[[Shard], AbstractContextManager[Writer]],
    ) -> None:
        """Raises LocalFault."""
        self._opened = opened
        self._totals = job.counts_by_split()
        self._counts = {
            split: job.options.shards_of(split) or ceil(total / pictures_per_shard)
            for split, total in self._totals.items()}
        self._taken: Counter[str] = Counter()
        self._begun: Counter[str] = Counter()  # how many shards of a split
        self._files: dict[str, tuple[ExitStack, Writer]] = {}

    def writer_for(self, split: str) -> Writer:
        """That of the shard which the next picture of this split goes to."""
        count, total = self._counts[split], self._totals[split]
        number = min(self._taken[split] * count // total, count - 1)
        self._taken[split] += 1
        self._begin(split, number + 1)
        return self._files[split][1]

    def __enter__(self) -> Shards[Writer]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for split, count in self._counts.items() if kind is None else ():
                self._begin(split, count)
        finally:
            for stack, _writer in self._files.values():
                stack.__exit__(kind, error, trace)

    def _begin(self, split: str, count: int) -> None:
        """Those that a split has begun are at least so many."""
        while self._begun[split] < count:
            if split in self._files:
                self._files.pop(split)[0].close()
            stack = ExitStack()
            shard = Shard(split, self._begun[split], self._counts[split])
            self._files[split] = stack, stack.enter_context(self._opened(shard))
            self._begun[split] += 1

"""Shards: which picture goes into which file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.exports.shards import Shard, Shards
from imagenet_utils.options import ExportOptions

Files = dict[str, list[int]]


def job_of(totals: dict[str, int], shards: tuple[int, ...] = ()) -> Any:
    """What of a job matters here."""
    return SimpleNamespace(options=ExportOptions(shards=shards),
                           counts_by_split=lambda: Counter(totals))


def filled(job: Any, splits: list[str], per_shard: int = 10) -> tuple[Files, int]:
    """What went where, and how many files were open at once."""
    files: Files = {}
    now: set[str] = set()
    most = 0

    @contextmanager
    def opened(shard: Shard) -> Iterator[list[int]]:
        nonlocal most
        now.add(shard.name)
        most = max(most, len(now))
        yield files.setdefault(shard.name, [])
        now.remove(shard.name)

    with Shards(job, per_shard, opened) as shards:
        for number, split in enumerate(splits):
            shards.writer_for(split).append(number)

    assert not now
    return files, most


def test_each_gets_its_share() -> None:
    """In the order in which they come; splits are named as trainers spell them."""
    files, _most = filled(job_of({"train": 5, "val": 1}, (2, 1)),
                          ["train", "train", "val", "train", "train", "train"])

    assert files == {"train-00000-of-00002": [0, 1, 3], "train-00001-of-00002": [4, 5],
                     "validation-00000-of-00001": [2]}


@given(st.integers(1, 500), st.integers(1, 60))
def test_shares_are_even(total: int, count: int) -> None:
    """To a picture; a shard that nothing is left for is there, too."""
    files, most = filled(job_of({"train": total}, (count,)), ["train"] * total)
    sizes = {len(numbers) for numbers in files.values()}

    assert (len(files), most) == (count, 1)
    assert max(sizes) - min(sizes) <= 1
    assert sum(files.values(), []) == list(range(total))


@pytest.mark.parametrize("total, count", [(1, 1), (10, 1), (11, 2), (100, 10)])
def test_without_an_option_as_many_as_it_takes(total: int, count: int) -> None:
    """So that none holds more than is usual."""
    files, _most = filled(job_of({"train": total}), ["train"] * total)

    assert len(files) == count


def test_fewer_than_were_counted() -> None:
    """Some were deleted meanwhile: the last shards have fewer, and all are there."""
    files, _most = filled(job_of({"train": 9}, (3,)), ["train"] * 4)

    assert [len(numbers) for numbers in files.values()] == [3, 1, 0]


def test_a_failure_closes_what_is_open() -> None:
    """And begins nothing more."""
    seen: list[str] = []

    @contextmanager
    def opened(shard: Shard) -> Iterator[str]:
        seen.append(shard.name)
        try:
            yield shard.name
        finally:
            seen.append("closed")

    with pytest.raises(OSError), Shards(job_of({"train": 9}, (3,)), 1, opened) as shards:
        shards.writer_for("train")
        raise OSError("disk full")

    assert seen == ["train-00000-of-00003", "closed"]

"""Where every file of a result goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.results.layout import MOST_SHARD_LETTERS, file_stem, is_shard, new_place


@given(st.text(min_size=1))
def test_safe_stems(image_id: str) -> None:
    """No id leads out of its folder or hides."""
    stem = file_stem(image_id)

    assert stem and not stem.startswith(".") and not set("/\\:\0") & set(stem)


@given(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=30))
def test_unique_stems(ids: list[str]) -> None:
    """Different ids have different stems, also where case is folded away, but for plain words."""
    odd = [one for one in ids if not one.isalnum()]

    assert len({file_stem(one).casefold() for one in odd}) == len(odd)


@given(st.text(min_size=1), st.integers(1, MOST_SHARD_LETTERS))
def test_shards_are_safe_and_known_again(image_id: str, letters: int) -> None:
    """By the name of what lies in them; ids that differ in case alone share one."""
    shard, stem = new_place(image_id, letters).split("/")

    assert stem == file_stem(image_id) and is_shard(shard, stem)
    assert shard == shard.lower() and not shard.startswith(".") and not set("\\:\0") & set(shard)

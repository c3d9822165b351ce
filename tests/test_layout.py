"""Where every file of a result goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.results.layout import file_stem


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

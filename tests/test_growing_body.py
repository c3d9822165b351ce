"""A body is what came, in the order in which it came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.network.growing_body import LARGE_BYTES, GrowingBody

CHUNK = bytes(range(256)) * 64  # 16 kB, as libcurl gives them


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_whole_is_all_that_came(chunks: list[bytes]) -> None:
    """Empty chunks and none at all included."""
    body = GrowingBody()
    for chunk in chunks:
        body.add(chunk)

    assert bytes(body.whole()) == b"".join(chunks)
    assert body.byte_count == sum(map(len, chunks))


def test_a_large_one_is_no_different() -> None:
    """Wherever it stops being ordinary."""
    count = 2 * LARGE_BYTES // len(CHUNK)
    body = GrowingBody()
    for _ in range(count):
        body.add(CHUNK)

    assert bytes(body.whole()) == CHUNK * count
    assert body.byte_count == len(CHUNK) * count


def test_a_large_one_is_in_memory_once() -> None:
    """Its bytes are not joined again at the end: it is a thing that has grown."""
    body = GrowingBody()
    for _ in range(2 * LARGE_BYTES // len(CHUNK)):
        body.add(CHUNK)

    assert body.whole() is body.whole()

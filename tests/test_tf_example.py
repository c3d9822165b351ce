"""Examples as TensorFlow has them on the wire."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.exports.tf_example import (
    bytes_feature,
    example_with_body,
    floats_feature,
    ints_feature,
)
from tests.tf_records import example_of

NAMES = st.text(max_size=40)
INTS = st.lists(st.integers(-2**63, 2**63 - 1), max_size=9)
FLOATS = st.lists(st.floats(width=32, allow_nan=False), max_size=9)


def test_the_very_bytes() -> None:
    """As protobuf's own encoder makes them."""
    head, body = example_with_body([ints_feature("a", 300, -1)], "b", b"xyz")

    assert (head + body).hex() == (
        "0a250a150a016112101a0e0a0cac02ffffffffffffffffff010a0c0a016212070a050a0378797a")


@given(NAMES, st.binary(max_size=300), INTS, FLOATS, st.binary(max_size=20_000))
def test_whatever_goes_in_comes_out(
    name: str, some: bytes, ints: list[int], floats: list[float], body: bytes
) -> None:
    """Under its name, in its order."""
    features = [bytes_feature(f"b{name}", some), ints_feature(f"i{name}", *ints),
                floats_feature(f"f{name}", *floats)]
    message = b"".join(example_with_body(features, f"e{name}", body))

    assert example_of(message) == {
        f"b{name}": [some], f"i{name}": ints, f"f{name}": floats, f"e{name}": [body]}


def test_the_body_is_not_copied() -> None:
    """It is the second part itself."""
    body = b"x" * 1000

    assert example_with_body([], "image/encoded", body)[1] is body


def test_what_32_bits_cannot_hold_is_refused() -> None:
    """Rather than written as infinity."""
    with pytest.raises((OverflowError, struct.error)):
        floats_feature("a", 1e300)

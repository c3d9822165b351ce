"""The list of validation pictures whose boxes don't count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.blacklist import blacklist_in, read_blacklist


@given(st.sets(st.integers(1, 50_000), max_size=30), st.sampled_from(["\n", "\r\n"]),
       st.booleans())
def test_numbers_are_read(numbers: set[int], line_end: str, is_ended: bool) -> None:
    """With any line ends, and with or without the last."""
    text = line_end.join(map(str, sorted(numbers))) + (line_end if is_ended else "")

    assert blacklist_in(text.encode(), "blacklist.txt") == tuple(sorted(numbers))


@given(st.binary(max_size=100))
def test_noise_is_refused(noise: bytes) -> None:
    """By one kind of error."""
    with pytest.raises(UsageError):

        blacklist_in(b"x" + noise, "blacklist.txt")


@pytest.mark.parametrize("text, told", [
    ("36\n50\n50\n", "line 3: expected a number above 50, found 50"),
    ("36\n50\n49\n", "line 3: expected a number above 50, found 49"),
    ("0\n", "line 1: expected a number from 1 to 50000, found '0'"),
    ("36\n50001\n", "line 2: expected a number from 1 to 50000, found '50001'"),
    ("36\n\n50\n", "line 2: expected a number from 1 to 50000, found nothing"),
    ("36\n5e1\n", "line 2: expected a number from 1 to 50000, found '5e1'"),
    ("9" * 5000, f"line 1: expected a number from 1 to 50000, found '{'9' * 40}...'"),
])
def test_mistakes_are_told_with_their_lines(tmp_path: Path, text: str, told: str) -> None:
    """And with the file."""
    path = tmp_path / "blacklist.txt"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        read_blacklist(path)

    assert str(error.value) == f"{path}: {told}"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As any file."""
    with pytest.raises(UsageError, match="No such file"):

        read_blacklist(tmp_path / "none.txt")

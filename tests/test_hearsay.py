"""What has not been heard of is known without a question to the disk."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.results.hearsay import Hearsay

WORDS = st.lists(st.text(max_size=20), max_size=30)


@settings(deadline=None, max_examples=50)
@given(WORDS)
def test_what_was_heard(words: list[str]) -> None:
    """It never denies a word that it was told."""
    heard = Hearsay(words)

    assert all(heard.has(word) for word in words)


def test_what_was_not_heard() -> None:
    """Of ten thousand strange words it takes hardly one for a word that it knows."""
    heard = Hearsay(f"n02119789_{number}" for number in range(10_000))
    mistaken = sum(heard.has(f"http://a.example/{number}.jpg") for number in range(10_000))

    assert mistaken < 10


def test_what_comes_again() -> None:
    """Hearing a word tells whether it is the first time."""
    heard = Hearsay()

    assert (heard.hear("fox"), heard.hear("fox")) == (False, True)


def test_believing_all() -> None:
    """One that has not listened from the beginning denies nothing."""
    assert Hearsay(believes_all=True).has("fox")

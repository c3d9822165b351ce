"""Pictures that stand in for the one that was asked for."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.proof import placeholders
from imagenet_utils.proof.placeholders import is_placeholder_address, placeholder_meaning


@pytest.mark.parametrize(
    "url",
    [
        "https://s.yimg.com/pw/images/en-us/photo_unavailable.png",
        "https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png",
        "https://s.yimg.com/pw/images/de-de/PHOTO_Unavailable.png?size=l#top",
        "//s.yimg.com/photo_unavailable.png",
        "/pw/images/photo_unavailable.png",
        "photo_unavailable.gif",
    ],
)
def test_address_of_a_placeholder(url: str) -> None:
    """Flickr's placeholder is known by its name, in every size, language and way of linking."""

    assert is_placeholder_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://farm1.static.flickr.com/12/34_56.jpg",
        "http://photo_unavailable.example",
        "http://photo_unavailable.example?photo_unavailable.png",
        "http://example.org/photo_unavailable/kit_fox.jpg",
        "http://example.org/kit_fox.jpg?from=/photo_unavailable.png",
        "http://example.org/kit_fox.jpg#/photo_unavailable.png",
        "http://example.org/my_photo_unavailable.png",
    ],
)
def test_address_of_a_photograph(url: str) -> None:
    """The name counts only where it is the last part of the path."""

    assert not is_placeholder_address(url)


@given(st.text())
def test_any_text_is_an_address_or_not(url: str) -> None:
    """No address, however broken, raises."""

    assert is_placeholder_address(url) in (True, False)


@pytest.mark.parametrize("view", [bytes, bytearray, memoryview])
def test_known_digest(monkeypatch: pytest.MonkeyPatch, view: type) -> None:
    """A body whose digest is listed is named by what it shows."""
    body = b"a sign that says no"
    digest = hashlib.md5(body).hexdigest()
    monkeypatch.setitem(placeholders.PLACEHOLDERS, digest, "a sign")

    assert placeholder_meaning(view(body)) == "a sign"


def test_large_bodies_are_not_digested(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the size of signs and logos is none of them."""
    body = bytes(placeholders.LARGEST_PLACEHOLDER_BYTES + 1)
    monkeypatch.setitem(placeholders.PLACEHOLDERS, hashlib.md5(body).hexdigest(), "a sign")

    assert placeholder_meaning(body) is None


@given(st.binary())
def test_other_bodies(body: bytes) -> None:
    """What is not listed is no placeholder."""

    assert placeholder_meaning(body) is None


def test_flickrs_picture_is_listed() -> None:
    """The digest that one URL in nine of an old list led to."""

    assert "Flickr" in placeholders.PLACEHOLDERS["880a7a58e05d3e83797f27573bb6d35c"]

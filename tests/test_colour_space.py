"""Colours: what a picture's header says of them."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagenet_utils.proof.colour_space import Colours, colours_of
from imagenet_utils.proof.verify import KINDS


def drawn(mode: str, name: str, **options: object) -> bytes:
    file = BytesIO()
    Image.new(mode, (9, 7)).save(file, name, **options)
    return file.getvalue()


@pytest.mark.parametrize("mode, name, extension, expected", [
    ("RGB", "JPEG", "jpg", ("RGB", 3)),
    ("L", "JPEG", "jpg", ("Gray", 1)),
    ("CMYK", "JPEG", "jpg", ("CMYK", 4)),
    ("RGB", "PNG", "png", ("RGB", 3)),
    ("RGBA", "PNG", "png", ("RGB", 4)),
    ("LA", "PNG", "png", ("Gray", 2)),
    ("P", "PNG", "png", ("RGB", 3)),
    ("1", "PNG", "png", ("Gray", 1)),
    ("I;16", "PNG", "png", ("Gray", 1)),
    ("RGB", "BMP", "bmp", ("RGB", 3)),
    ("RGB", "WEBP", "webp", ("RGB", 3)),
    ("CMYK", "TIFF", "tif", ("CMYK", 4)),
])
def test_each_kind(mode: str, name: str, extension: str, expected: tuple[str, int]) -> None:
    """As whoever decodes the picture sees it."""
    assert colours_of(drawn(mode, name), extension) == Colours(*expected)


def test_a_transparent_palette_has_a_fourth_channel() -> None:
    """Decoders give it one."""
    assert colours_of(drawn("P", "PNG", transparency=0), "png") == Colours("RGB", 4)


def test_an_unknown_extension_is_told() -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="extension exe"):
        colours_of(b"", "exe")


@given(st.binary(max_size=200), st.sampled_from(sorted(KINDS)))
def test_hostile_bytes_raise_nothing_else(noise: bytes, extension: str) -> None:
    """A ValueError or an answer, whatever follows the beginning of a JPEG."""
    try:
        found = colours_of(b"\xff\xd8\xff\xe0" + noise, extension)
    except ValueError:
        found = Colours("RGB", 3)

    assert found.channels in (1, 2, 3, 4)

"""Pixels of any picture: proven as ever, upright, RGB, in the size that is asked for."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imagenet_utils.model import Failure, Picture, Reason
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect
from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.formats import FORMATS, encoded
from imagenet_utils.transform.metadata import ORIENTATION, Metadata
from imagenet_utils.transform.modes import MODES, placed
from imagenet_utils.transform.pixels import EIGHTHS, WHOLE, Pixels, proven_pixels
from tests.resizing import jpeg

WHITE, RED = (255, 255, 255), (255, 0, 0)


def a_resize(mode: str, width: int, height: int, *, enlarges: bool = False) -> Resize:
    return Resize(mode, width, height, "png", None, enlarges)


def proven(body: bytes) -> Picture:
    found = inspect(body, ProofOptions())
    assert isinstance(found, Picture), found
    return found


def pixels_of(body: bytes, *resizes: Resize) -> Pixels:
    found = proven_pixels(body, proven(body), resizes or [a_resize("fill_distort", 8, 8)])
    assert isinstance(found, Pixels), found
    return found


def made(body: bytes, resize: Resize) -> Image.Image:
    pixels = pixels_of(body, resize)
    return pixels.cut(placed(resize, pixels.upright_size))


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def corners(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A colour in each corner, so that every way of holding a picture looks different."""
    image = Image.new("RGB", size, WHITE)
    half = (size[0] // 2, size[1] // 2)
    image.paste((200, 0, 0), (0, 0, *half))
    image.paste((0, 200, 0), (half[0], 0, size[0], half[1]))
    image.paste((0, 0, 200), (0, half[1], half[0], size[1]))
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean over all values, 0 to 255."""
    assert (one.size, one.mode) == (other.size, other.mode)
    pairs = zip(one.tobytes(), other.tobytes())
    return sum(abs(a - b) for a, b in pairs) / len(one.tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright(kind: str, orientation: int) -> None:
    """However the camera was held, and whichever format says so: as Pillow turns it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    how = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    body = saved(corners(), kind, exif=exif, **how)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(body))).convert("RGB")
    size = (expected.width // 2, expected.height // 2)
    found = made(body, a_resize("fill_distort", *size))

    assert difference(found, expected.resize(size, Image.Resampling.HAMMING)) < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_cut_is_taken_of_the_upright_picture(orientation: int) -> None:
    """Its centre is the same, whichever way the pixels are stored."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    body = saved(corners((65, 48)), "PNG", exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    resize = a_resize("fill_crop", 48, 48)
    placement = placed(resize, upright.size)
    box = (placement.left, placement.top, placement.left + 48, placement.top + 48)

    assert made(body, resize).tobytes() == upright.crop(box).tobytes()


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff",
                                  b"Exif\0\0" + bytes(100)])
def test_broken_exif_is_no_fault(exif: bytes) -> None:
    """The picture passes, as it lies."""
    body = jpeg(3)
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif

    assert pixels_of(body[:2] + segment + body[2:]).orientation == 1


def ink() -> bytes:
    return saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG", quality=95)


def palette() -> bytes:
    image = Image.new("P", (40, 30), 1)
    image.putpalette([0, 0, 0, *RED])
    return saved(image, "GIF")


@pytest.mark.parametrize(("body", "colour"), [
    (ink(), RED),
    (saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "TIFF"), RED),
    (saved(Image.new("LAB", (40, 30), (255, 128, 128)), "TIFF"), WHITE),
    (palette(), RED),
    (saved(Image.new("L", (40, 30), 90), "JPEG"), (90, 90, 90)),
    (saved(Image.new("RGBA", (40, 30), (255, 0, 0, 0)), "PNG"), WHITE),
    (saved(Image.new("RGBA", (40, 30), (255, 0, 0, 255)), "WEBP", lossless=True), RED),
    (saved(Image.new("I;16", (40, 30), 90 * 257), "PNG"), (90, 90, 90)),
    (saved(Image.new("1", (40, 30), 1), "TIFF"), WHITE),
], ids=["ink", "ink of a TIFF", "lab", "palette", "gray", "transparent", "opaque", "deep gray",
        "black and white"])
def test_all_pictures_become_rgb(body: bytes, colour: tuple[int, int, int]) -> None:
    """Inks, palettes, grays; what is transparent lies on white."""
    image = made(body, a_resize("fill_distort", 8, 6))
    pixel = image.getpixel((4, 3))

    assert image.mode == "RGB" and isinstance(pixel, tuple)
    assert max(abs(a - b) for a, b in zip(pixel, colour)) <= 3


@pytest.mark.parametrize("side", [12, 25, 50, 75, 110, 160, 200])
def test_a_jpeg_is_decoded_no_larger_than_it_needs(side: int) -> None:
    """And never smaller; what comes of it is what the whole picture would give."""
    body = saved(corners((200, 203)), "JPEG", quality=95, subsampling=0)
    resize = a_resize("fill_distort", side, side)
    pixels = pixels_of(body, resize)
    whole = Image.open(io.BytesIO(body)).resize((side, side), Image.Resampling.HAMMING)

    assert pixels.scale[0] * WHOLE in (*EIGHTHS, WHOLE)
    assert pixels.image.width >= side and pixels.image.height >= side
    assert difference(pixels.cut(placed(resize, pixels.upright_size)), whole) < 3


def test_the_largest_size_says_how_much_is_decoded() -> None:
    """One decoding serves all sizes."""
    sizes = [a_resize("fill_distort", 20, 20), a_resize("fill_crop", 120, 120)]

    assert pixels_of(jpeg(1, (240, 200)), *sizes).image.width >= 120 * 240 / 200


@given(st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_no_damage_passes_that_the_proof_refuses(seed: int) -> None:
    """Whatever befell a JPEG on its way: at every scale the verdict is that of the proof."""
    chance = random.Random(seed)
    body = bytearray(jpeg(seed % 5, (96, 80), progressive=seed % 2 == 0))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(2, len(body))
        body[place:place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    found = inspect(bytes(body), ProofOptions())
    if isinstance(found, Failure):
        return
    side = chance.choice((5, 20, 40, 70, 96))
    pixels = proven_pixels(bytes(body), found, [a_resize("fill_distort", side, side)])

    assert isinstance(pixels, Failure) == (decode_failure(bytes(body), found) is not None)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_what_does_not_decode_is_refused(kind: str) -> None:
    """In the words of the proof."""
    body = saved(Image.effect_noise((40, 30), 80), kind)
    broken = body[:len(body) // 2] + bytes(len(body) - len(body) // 2 - 12) + body[-12:]
    found = inspect(broken, ProofOptions())
    if not isinstance(found, Failure):
        verdict = decode_failure(broken, found)
        assert proven_pixels(broken, found, [a_resize("fill_crop", 8, 8)]) == verdict or not verdict
        found = verdict or Failure(Reason.DAMAGED, "of no use here")

    assert found.reason in (Reason.DAMAGED, Reason.NOT_AN_IMAGE)


@given(st.sampled_from(list(MODES)), st.tuples(*[st.integers(1, 60)] * 4), st.integers(1, 8),
       st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_picture_gets_the_size_that_was_said(
    mode: str, sides: tuple[int, int, int, int], orientation: int, enlarges: bool
) -> None:
    """Whatever is asked, of a picture of any size that is held in any way."""
    resize = a_resize(mode, *sides[:2], enlarges=enlarges)
    stored = sides[2:]
    pixels = Pixels(Image.new("RGB", stored), stored, (1.0, 1.0), Metadata(orientation))
    placement = placed(resize, pixels.upright_size)

    assert pixels.cut(placement).size == placement.size


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written(name: str) -> None:
    """As what its row calls it, with nothing but pixels in it."""
    row = FORMATS[name]
    image = corners()
    image.info = {"exif": b"Exif\0\0secret", "comment": b"secret"}
    body = encoded(image, name, row.quality, None)

    assert (proven(body).format, proven(body).extension) == (row.pillow, row.extension)
    assert b"secret" not in body


def test_quality_is_heeded() -> None:
    """Less of it gives a smaller file."""
    image = Image.effect_noise((64, 64), 90).convert("RGB")

    assert len(encoded(image, "jpg", 40, None)) < len(encoded(image, "jpg", 95, None))


def profile(colours: bytes = b"RGB ", words: bytes = b"Adobe RGB (1998)") -> bytes:
    return bytes(16) + colours + bytes(16) + words


@pytest.mark.parametrize(("given_profile", "is_kept"), [
    (profile(), True), (profile(words=b"sRGB IEC61966-2.1"), False), (profile(b"CMYK"), False),
    (profile() + bytes(2**16), False),
])
def test_a_profile_is_kept_where_it_tells_something(given_profile: bytes, is_kept: bool) -> None:
    """sRGB is what is taken for granted; inks have none any more once they are RGB."""
    body = saved(corners(), "JPEG", icc_profile=given_profile)

    assert pixels_of(body).metadata == Metadata(1, given_profile if is_kept else None)
    assert (b"Adobe" in encoded(corners(), "jpg", 95, pixels_of(body).metadata.profile)) == is_kept

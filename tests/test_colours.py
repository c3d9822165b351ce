"""CMYK and PNG made RGB JPEGs: the right colours, at the same place."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat

from imagenet_utils.model import Failure, Picture, Reason
from imagenet_utils.proof.colours import repaired
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect

SIZE = (96, 64)
ADOBE = b"\xff\xee\x00\x0eAdobe"
ORIENTATION_6 = (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")


def drawn(mode: str = "RGB") -> Image.Image:
    """Four fields of different colours, so that none can take another's place unseen."""
    image = Image.new("RGB", SIZE, (200, 40, 30))
    draw = ImageDraw.Draw(image)
    draw.rectangle((48, 0, 95, 31), (20, 130, 60))
    draw.rectangle((0, 32, 47, 63), (30, 50, 190))
    draw.rectangle((48, 32, 95, 63), (240, 230, 220))
    return image.convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, form, **options)
    return body.getvalue()


def picture_of(body: bytes) -> Picture:
    found = inspect(body, ProofOptions())
    assert isinstance(found, Picture)
    return found


def after_repair(body: bytes) -> tuple[bytes, Picture]:
    done = repaired(body, picture_of(body))
    assert isinstance(done, tuple)
    return done


def fields(image: Image.Image) -> list[list[int]]:
    """The mean colour of each field, away from its edges."""
    boxes = [(x + 8, y + 8, x + 40, y + 24) for y in (0, 32) for x in (0, 48)]
    return [[round(mean) for mean in ImageStat.Stat(image.crop(box)).mean] for box in boxes]


def farthest(body: bytes, expected: Image.Image) -> int:
    """How far the colours of any field are from what they ought to be."""
    pairs = zip(fields(Image.open(io.BytesIO(body))), fields(expected))
    return max(abs(one - other) for found, right in pairs for one, other in zip(found, right))


def without_adobe(body: bytes) -> bytes:
    """The marker taken out, and the inks no longer their complement."""
    at = body.index(ADOBE)
    return body[:at] + body[at + 16 :]


def with_orientation(jpeg: bytes) -> bytes:
    segment = b"\xff\xe1" + (len(ORIENTATION_6) + 2).to_bytes(2, "big") + ORIENTATION_6
    return jpeg[:2] + segment + jpeg[2:]


CMYK = saved(drawn("CMYK"), "JPEG", quality=95)
HALF_CLEAR = drawn("RGBA")
HALF_CLEAR.paste((0, 0, 0, 0), (0, 0, 48, 64))
ON_WHITE = drawn()
ON_WHITE.paste("white", (0, 0, 48, 64))
GRAY_16 = Image.new("I;16", SIZE, 0x8000)

REPAIRED = {
    "CMYK as Adobe stores it": (CMYK, drawn()),
    "CMYK without Adobe's marker": (
        without_adobe(saved(ImageChops.invert(drawn("CMYK")), "JPEG", quality=95)), drawn()),
    "an RGB PNG": (saved(drawn(), "PNG"), drawn()),
    "a PNG with a palette": (saved(drawn("P"), "PNG"), drawn("P").convert("RGB")),
    "a gray PNG": (saved(drawn("L"), "PNG"), drawn("L").convert("RGB")),
    "a PNG of two colours": (saved(drawn("1"), "PNG"), drawn("1").convert("RGB")),
    "a PNG of 16 bits": (saved(GRAY_16, "PNG"), Image.new("RGB", SIZE, (128, 128, 128))),
    "a PNG with alpha": (saved(HALF_CLEAR, "PNG"), ON_WHITE),
    "a PNG with a transparent colour": (
        saved(HALF_CLEAR.convert("RGB"), "PNG", transparency=(0, 0, 0)), ON_WHITE),
}
LEFT_ALONE = {
    "an RGB JPEG": saved(drawn(), "JPEG"),
    "a gray JPEG": saved(drawn("L"), "JPEG"),
    "a GIF": saved(drawn(), "GIF"),
    "a WebP": saved(drawn(), "WEBP"),
    "a PNG too long for a JPEG": saved(Image.new("1", (65_501, 1)), "PNG"),
}


@pytest.mark.parametrize("body, expected", REPAIRED.values(), ids=REPAIRED)
def test_colours_are_right(body: bytes, expected: Image.Image) -> None:
    """As they were drawn; transparent parts are white."""
    assert farthest(after_repair(body)[0], expected) <= 2


@pytest.mark.parametrize("body, expected", REPAIRED.values(), ids=REPAIRED)
def test_what_is_said_of_it_is_what_the_proof_finds(body: bytes, expected: Image.Image) -> None:
    """Format, size, digest and length."""
    jpeg, picture = after_repair(body)

    assert (picture, picture.format, picture.extension) == (picture_of(jpeg), "JPEG", "jpg")
    assert (picture.width, picture.height, decode_failure(jpeg, picture)) == (*expected.size, None)


@pytest.mark.parametrize("body", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_others_stay_as_they_are(body: bytes) -> None:
    """Only CMYK and PNG are made anew."""
    assert repaired(body, picture_of(body)) is None


def test_once_is_enough() -> None:
    """What was repaired needs no repair."""
    assert repaired(*after_repair(CMYK)) is None


@pytest.mark.parametrize("body", [
    with_orientation(CMYK), saved(drawn(), "PNG", exif=ORIENTATION_6)], ids=["CMYK", "PNG"])
def test_pixels_stay_where_the_boxes_are(body: bytes) -> None:
    """An orientation is neither applied nor handed on."""
    jpeg, picture = after_repair(body)

    assert farthest(jpeg, drawn()) <= 2
    assert ((picture.width, picture.height), Image.open(io.BytesIO(jpeg)).getexif().get(274)) == (
        SIZE, None)


def test_notes_and_profiles_do_not_go_along() -> None:
    """A profile speaks of colours that the picture no longer has."""
    body = saved(drawn("CMYK"), "JPEG", icc_profile=b"a profile of inks", comment=b"a comment")
    jpeg, _ = after_repair(body)

    assert b"profile" not in jpeg and b"comment" not in jpeg


@pytest.mark.parametrize("body", [CMYK, bytearray(CMYK), memoryview(CMYK)],
                         ids=["bytes", "bytearray", "memoryview"])
def test_any_kind_of_bytes_will_do(body: bytes | bytearray | memoryview) -> None:
    """The same bytes give the same JPEG."""
    assert repaired(body, picture_of(CMYK)) == after_repair(CMYK)


def test_a_cut_picture_is_damaged() -> None:
    """One that was not decoded before may be found out here."""
    body = saved(Image.effect_noise(SIZE, 90).convert("CMYK"), "JPEG")
    found = repaired(body[: len(body) // 2], picture_of(body))

    assert isinstance(found, Failure) and found.reason is Reason.DAMAGED


def test_a_size_that_was_not_proven_is_not_decoded() -> None:
    """A header that says 65,000 times 65,000 pixels would ask for 17 GB."""
    frame = CMYK.index(b"\xff\xc0") + 5
    body = CMYK[:frame] + b"\xfd\xe8\xfd\xe8" + CMYK[frame + 4 :]
    found = repaired(body, picture_of(CMYK))

    assert isinstance(found, Failure) and "size" in found.description


HOSTILE = st.sampled_from([CMYK, saved(drawn("P"), "PNG")])


@given(HOSTILE, st.integers(0, 900), st.binary(max_size=9))
def test_hostile_bodies_never_raise(body: bytes, at: int, noise: bytes) -> None:
    """They are repaired, fail, or are none of those that need it."""
    hostile = body[:at] + noise + body[at + len(noise) :]
    found = repaired(hostile, picture_of(body))

    assert found is None or isinstance(found, (tuple, Failure))

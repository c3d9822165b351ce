"""Fingerprints: what counts as looking alike."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies
from PIL import Image

from imagenet_utils.contact_sheet.likeness import BITS, FAR_APART, alike, fingerprint
from imagenet_utils.contact_sheet.thumbnails import LONGEST_SIDE, thumbnail_of

BIT_PATTERNS = strategies.integers(0, 2**BITS - 1)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn picture with some grain, as a PNG."""
    grain = Image.effect_noise((320, 240), 40).convert("RGB")
    shape = Image.radial_gradient("L").resize((320, 240)).convert("RGB")
    path = tmp_path_factory.mktemp("scene") / "scene.png"
    Image.blend(shape, grain, 0.2).save(path)
    return path


def changed(path: Path, scale: float, quality: int) -> Path:
    with Image.open(path) as image:
        size = (int(image.width * scale), int(image.height * scale))
        target = path.with_name(f"{scale}_{quality}.jpg")
        image.resize(size).save(target, quality=quality)
    return target


def bits_of(path: Path) -> int:
    bits = thumbnail_of(str(path)).fingerprint
    assert bits is not None
    return bits


@pytest.mark.parametrize(("scale", "quality"), [(0.5, 75), (1.0, 40), (0.4, 85), (2.0, 90)])
def test_the_same_picture_in_another_size(scene: Path, scale: float, quality: int) -> None:
    """Scaled or compressed anew, it is still known."""
    apart = (bits_of(scene) ^ bits_of(changed(scene, scale, quality))).bit_count()

    assert apart < FAR_APART


def test_another_picture(scene: Path) -> None:
    """One that is turned over is another one."""
    with Image.open(scene) as image:
        image.crop((0, 0, 160, 120)).save(scene.with_name("part.png"))

    assert (bits_of(scene) ^ bits_of(scene.with_name("part.png"))).bit_count() > 2 * FAR_APART


def test_plain_pictures_are_like_none() -> None:
    """Of one colour with a little noise: what they share is nothing."""
    assert fingerprint([100 + place % 5 for place in range(81)]) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_thumbnails_of_any_mode(tmp_path: Path, mode: str) -> None:
    """Whatever the colours, a small RGB JPEG comes of it."""
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    Image.new("L", (640, 480), 128).convert("I").convert("I;16").save(path) if mode == "I;16" else (
        Image.new("RGB", (640, 480), "red").convert(mode).save(path))
    with Image.open(io.BytesIO(thumbnail_of(str(path)).jpeg)) as small:
        found = (small.format, small.mode, max(small.size))

    assert found == ("JPEG", "RGB", LONGEST_SIDE)


def test_transparency_is_shown_on_white(tmp_path: Path) -> None:
    """A JPEG has none."""
    path = tmp_path / "a.png"
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(path)
    with Image.open(io.BytesIO(thumbnail_of(str(path)).jpeg)) as small:
        colour = small.getpixel((25, 25))

    assert colour == (255, 255, 255)


def test_groups() -> None:
    """Who is near to somebody of a group belongs to it; whom nobody is near to is in none."""
    near = {"a": 0b0, "b": 0b1111, "c": 0b11111111, "far": 2**BITS - 1}

    assert [sorted(group) for group in alike(near)] == [["a", "b", "c"]]


@pytest.mark.parametrize("turned", [False, True])
def test_one_part_in_common_is_enough(turned: bool) -> None:
    """Seven bits in seven parts: the pair is met once alone, in either order."""
    pairs = [("a", 0), ("b", sum(1 << 16 * part for part in range(FAR_APART - 1)))]
    groups = alike(dict(pairs[::-1] if turned else pairs))

    assert [sorted(group) for group in groups] == [["a", "b"]]


@settings(deadline=None, max_examples=60)
@given(BIT_PATTERNS, strategies.lists(strategies.integers(0, BITS - 1), max_size=FAR_APART - 1))
def test_a_few_bits_are_always_found(bits: int, flipped: list[int]) -> None:
    """Whichever bits they are."""
    other = bits
    for place in set(flipped):
        other ^= 1 << place

    assert [sorted(group) for group in alike({"a": bits, "b": other})] == [["a", "b"]]


@settings(deadline=None, max_examples=40)
@given(strategies.dictionaries(strategies.text(min_size=1, max_size=3), BIT_PATTERNS, max_size=12))
def test_groups_share_no_member(fingerprints: dict[str, int]) -> None:
    """Each picture looks like those of one group alone."""
    members = [key for group in alike(fingerprints) for key in group]

    assert len(members) == len(set(members))
    assert set(members) <= set(fingerprints)

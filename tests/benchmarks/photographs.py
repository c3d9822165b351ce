"""Pictures as they are in ImageNet: drawn, not photographed, but as heavy to move and to decode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image

DRAWN = 64  # pictures that differ by more than a comment
SIZE, SMALL = (500, 375), (64, 48)
QUALITY = 89
LEAST_GRAIN, GRAINS = 38, 23  # so that files have 93 to 110 kB


def photographs(count: int) -> Iterator[bytes]:
    """500x375 pixels, 93 to 110 kB, none like another."""
    drawn = [drawn_jpeg(SIZE, number) for number in range(min(count, DRAWN))]
    return made_distinct(drawn, count)


def thumbnails(count: int) -> Iterator[bytes]:
    """64x48 pixels, about 3 kB, none like another: for runs in which their number matters."""
    return made_distinct([drawn_jpeg(SMALL, number) for number in range(DRAWN)], count)


def nothing(_count: int) -> Iterator[bytes]:
    """For cases that need no pictures, or draw their own."""
    return iter(())


def made_distinct(drawn: Sequence[bytes], count: int) -> Iterator[bytes]:
    """A comment makes each JPEG a file with a digest of its own."""
    for number in range(count):
        body = drawn[number % len(drawn)]
        words = f"picture {number}".encode()
        comment = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words
        yield body[:2] + comment + body[2:]


def drawn_jpeg(size: tuple[int, int], number: int, *, progressive: bool = False) -> bytes:
    """As heavy as a photograph of that size: soft colours under some grain."""
    grain = Image.effect_noise(size, LEAST_GRAIN + number % GRAINS).convert("RGB")
    colour = Image.new("RGB", size, (number * 37 % 256, number * 101 % 256, number * 59 % 256))
    waves = Image.radial_gradient("L").resize(size).convert("RGB")
    file = BytesIO()
    Image.blend(Image.blend(waves, colour, 0.4), grain, 0.6).save(
        file, "JPEG", quality=QUALITY, progressive=progressive)
    return file.getvalue()

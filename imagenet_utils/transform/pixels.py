"""The pixels of a picture, had once: the decoding for a smaller size is the proof as well.

* A JPEG is decoded as strictly as its proof does, at n/8 of its size where that is enough: libjpeg
  leaves out what a smaller picture does not show.
* What is transparent lies on white, inks and grays become RGB, as for --repair_colors.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from imagenet_utils.model import Failure, Picture
from imagenet_utils.proof.colours import as_rgb
from imagenet_utils.proof.verify import (
    KINDS,
    Body,
    decode_failure,
    decode_fault,
    opened_by_pillow,
)
from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.metadata import Metadata, metadata_of, read_metadata
from imagenet_utils.transform.modes import Placement, Size, cut_of, placed
from imagenet_utils.transform.orientation import INVERSE, TRANSPOSITION, UPRIGHT, turned, upright

Image = Any  # one of Pillow's

WHOLE = 8
EIGHTHS = (1, 2, 3, 4, 5, 6)  # of libjpeg-turbo's scales, those that save time
# At n/8 a picture is a little softer than it could be: less so where something is left to shrink.
MARGIN = 1.1


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as it was stored, or the same at a fraction of its size."""

    image: Image  # RGB or L
    size: Size  # as stored
    scale: tuple[float, float]  # of the image, across and down; its last pixels may be cut ones
    metadata: Metadata

    @property
    def orientation(self) -> int:
        return self.metadata.orientation

    @property
    def upright_size(self) -> Size:
        return upright(self.size, self.orientation)

    def as_stored(self) -> Pixels:
        """Without what stood beside them, in a picture that is stored without it."""
        return replace(self, metadata=Metadata())

    def cut(self, placement: Placement) -> Image:
        """What the placement of the upright picture shows: RGB, upright, in its size."""
        back = INVERSE[self.orientation]
        box = turned(cut_of(placement, self.upright_size), self.upright_size, back)
        across, down = self.scale
        # What rounding carries beyond the edges, Pillow would refuse.
        box = (max(0.0, box[0] * across), max(0.0, box[1] * down),
               min(self.image.width, box[2] * across), min(self.image.height, box[3] * down))
        image = _scaled(self.image, upright(placement.size, back), box)
        if self.orientation != UPRIGHT:
            image = image.transpose(TRANSPOSITION[self.orientation])
        return image if image.mode == "RGB" else image.convert("RGB")


def proven_pixels(body: Body, picture: Picture, resizes: Iterable[Resize]) -> Pixels | Failure:
    """Of a body that `inspect` found to be `picture`; refused as `decode_failure` would."""
    decoder = _Decoder(picture, tuple(resizes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failure = decode_failure(body, picture, decoder.fault)
    if failure is not None:
        return failure
    assert decoder.pixels is not None
    return decoder.pixels


class _Decoder:
    def __init__(self, picture: Picture, resizes: tuple[Resize, ...]) -> None:
        self.pixels: Pixels | None = None
        self._picture = picture
        self._resizes = resizes

    def fault(self, body: memoryview) -> str | None:
        """What is wrong with the body; its pixels where nothing is."""
        if self._picture.extension != "jpg":
            self.pixels = self._by_pillow(body)
            return None
        try:
            self.pixels = self._of_jpeg(body, is_strict=True)
            return None
        except (ImportError, KeyError, ValueError):
            pass  # damaged, odd, or not for this decoder: the proof knows which
        fault = decode_fault(body, self._picture)
        if fault is None:
            self.pixels = self._of_odd_jpeg(body)
        return fault

    def _of_odd_jpeg(self, body: memoryview) -> Pixels:
        try:
            return self._of_jpeg(body, is_strict=False)
        except (ImportError, KeyError, ValueError):
            return self._by_pillow(body)

    def _of_jpeg(self, body: memoryview, *, is_strict: bool) -> Pixels:
        """Raises ValueError, KeyError or ImportError, as `jpeg_decode_fault` does."""
        import simplejpeg
        from PIL.Image import frombuffer

        height, width, colours, _ = simplejpeg.decode_jpeg_header(body, strict=False)
        if colours in ("CMYK", "YCCK"):
            raise ValueError("inks are for Pillow")
        metadata = metadata_of(body)
        eighths = self._eighths((width, height), metadata.orientation)
        is_gray = colours == "Gray"
        pixels = simplejpeg.decode_jpeg(
            body, "GRAY" if is_gray else "RGB", strict=is_strict,
            min_width=-(-width * eighths // WHOLE), min_height=-(-height * eighths // WHOLE),
        )
        mode = "L" if is_gray else "RGB"
        size = (pixels.shape[1], pixels.shape[0])
        image = frombuffer(mode, size, pixels, "raw", mode, 0, 1)
        return Pixels(image, (width, height), (eighths / WHOLE, eighths / WHOLE), metadata)

    def _eighths(self, size: Size, orientation: int) -> int:
        """The fewest that leave as many pixels as each of the resizes needs."""
        scales = [placed(resize, upright(size, orientation)).scaled for resize in self._resizes]
        needed = [upright(scaled, INVERSE[orientation]) for scaled in scales]
        share = max(max(sides[0] / size[0], sides[1] / size[1]) for sides in needed)
        return next((each for each in EIGHTHS if each >= share * MARGIN * WHOLE), WHOLE)

    def _by_pillow(self, body: memoryview) -> Pixels:
        with opened_by_pillow(KINDS[self._picture.extension], body) as image:
            metadata = read_metadata(image)
            image.load()
            if self._picture.format != "TIFF":
                metadata = read_metadata(image)  # a PNG's may stand behind its pixels
            elif metadata.orientation != UPRIGHT:  # Pillow has set it upright
                image = image.transpose(TRANSPOSITION[INVERSE[metadata.orientation]])
            rgb = as_rgb(image)
        size = (self._picture.width, self._picture.height)
        return Pixels(rgb, size, (rgb.width / size[0], rgb.height / size[1]), metadata)


def _scaled(image: Image, size: Size, box: tuple[float, float, float, float]) -> Image:
    """Sharper than a mere mean where it shrinks, at the cost of one; smooth where it grows."""
    from PIL.Image import Resampling

    if image.size == size and box == (0, 0, *size):
        return image
    grows = size[0] > box[2] - box[0] or size[1] > box[3] - box[1]
    return image.resize(size, Resampling.BICUBIC if grows else Resampling.HAMMING, box=box)

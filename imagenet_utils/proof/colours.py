"""Pictures that trainers read wrongly or not at all, made anew as RGB JPEGs.

Two kinds hide among the JPEGs of ImageNet: CMYK or YCCK ones, which have four components, and
PNGs.  They are known by their content, not by a list of names.

* The pixels stay where they are: no orientation is applied and no EXIF goes along, so boxes fit.
* ICC profiles are left out, as the decoders of training frameworks do: the picture looks as it
  would have looked to them, and no parser meets the profile.
* What is transparent becomes white, as on the page that the picture was made for.
"""

from __future__ import annotations

import hashlib
import warnings
from io import BytesIO
from typing import Any

from imagenet_utils.model import Failure, Picture, Reason

JPEG_NAMES = ("JPEG", "MPO")
# With chroma at full size: nearer to the original than quality 100 with chroma halved (44 dB to
# 38 dB for a portrait), at three quarters of the bytes.
QUALITY = 95
FULL_CHROMA = 0  # Pillow's number for 4:4:4
LONGEST_SIDE = 65_500  # pixels; JPEG_MAX_DIMENSION of libjpeg

Image = Any  # one of Pillow's


def repaired(
    body: bytes | bytearray | memoryview, picture: Picture
) -> tuple[bytes, Picture] | Failure | None:
    """The RGB JPEG and what it is; None where `picture` may stay as it is.

    A Failure where its pixels can't be had.  Sides too long for a JPEG are no reason to fail.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jpeg = _repaired(body, picture)
    except MemoryError:
        size = f"{picture.width}x{picture.height}"
        return Failure.of(Reason.TOO_LARGE, f"not enough memory to convert {size} pixels")
    except Exception as problem:  # whatever a decoder makes of hostile bytes
        told = f"{picture.format}, its colours cannot be converted: {problem or 'damaged'}"
        return Failure.of(Reason.DAMAGED, told)
    if jpeg is None:
        return None
    digest = hashlib.sha256(jpeg).hexdigest()
    return jpeg, picture._replace(format="JPEG", extension="jpg", sha256=digest,
                                  byte_count=len(jpeg))


def oddity_of(body: bytes | bytearray, picture: Picture) -> str:
    """What `repaired` would mend, in a word, by the header alone; empty where there is nothing."""
    import simplejpeg

    if picture.format not in JPEG_NAMES:
        return "PNG" if picture.format == "PNG" else ""
    try:
        colours = simplejpeg.decode_jpeg_header(body)[2]
    except ValueError:
        return ""
    return colours if colours in ("CMYK", "YCCK") else ""


def as_rgb(image: Image) -> Image:
    """One of Pillow's in any mode, on white where it is transparent."""
    if image.mode == "CMYK" and image.format in JPEG_NAMES:
        return _of_inks(image)
    return _of_lab(image) if image.mode == "LAB" else _of_others(image)


def _repaired(body: bytes | bytearray | memoryview, picture: Picture) -> bytes | None:
    if max(picture.width, picture.height) > LONGEST_SIDE:
        return None
    image = _opened(body, picture)
    if image is None:
        return None
    if image.size != (picture.width, picture.height):  # nor has anybody held it against a limit
        raise ValueError("its size is not the one that was proven")
    return _encoded(as_rgb(image))


def _opened(body: bytes | bytearray | memoryview, picture: Picture) -> Image | None:
    """With its header read; None for what needs no repair."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    if picture.format == "PNG":
        return PngImageFile(BytesIO(body))
    if picture.format not in JPEG_NAMES:
        return None
    try:
        image = JpegImageFile(BytesIO(body))
    except (OSError, SyntaxError):
        return None  # of a kind that Pillow doesn't know, so without four components
    return image if image.mode == "CMYK" else None


def _of_inks(image: Image) -> Image:
    """Adobe stores inks as their complement, which Pillow takes every such JPEG to do."""
    from PIL.ImageChops import invert

    return (image if "adobe" in image.info else invert(image)).convert("RGB")


def _of_lab(image: Image) -> Image:
    """A TIFF's; of itself Pillow does not convert it."""
    from PIL.ImageCms import createProfile, profileToProfile

    return profileToProfile(image, createProfile("LAB"), createProfile("sRGB"), outputMode="RGB")


def _of_others(image: Image) -> Image:
    if image.mode.startswith("I"):  # 16 bits of gray, of which `convert` would keep the lower ones
        return image.convert("I").point(lambda gray: gray * (1 / 257)).convert("L").convert("RGB")
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def _on_white(image: Image) -> Image:
    from PIL.Image import new

    ground = new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _encoded(image: Image) -> bytes:
    jpeg = BytesIO()
    image.info = {}  # EXIF, ICC and comments would go along
    image.save(jpeg, "JPEG", quality=QUALITY, subsampling=FULL_CHROMA)
    return jpeg.getvalue()

"""What stands beside a picture's pixels and goes on to its resized ones: which side is up, and the
colour profile."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

from imagenet_utils.proof.jpeg import header_of
from imagenet_utils.transform.orientation import UPRIGHT

ORIENTATION = 0x0112  # the tag of EXIF and TIFF
LARGEST_PROFILE = 2**16  # bytes; those of monitors and printers are not for small pictures
SRGB = ("sRGB".encode(), "sRGB".encode("utf-16-be"))  # as profiles describe themselves

Image = Any  # one of Pillow's


class Metadata(NamedTuple):
    orientation: int = UPRIGHT  # 1 to 8
    profile: bytes | None = None  # of RGB, where it says something else than sRGB


def metadata_of(jpeg: memoryview) -> Metadata:
    """Most have none of it, and no parser then."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        header = bytes(header_of(jpeg))
        if b"Exif\0\0" not in header and b"ICC_PROFILE\0" not in header:
            return Metadata()
        with JpegImageFile(BytesIO(header)) as image:
            return read_metadata(image)
    except Exception:  # whatever a parser makes of hostile bytes: the pixels are none the worse
        return Metadata()


def read_metadata(image: Image) -> Metadata:
    return Metadata(_orientation_of(image), _profile_of(image))


def _orientation_of(image: Image) -> int:
    from PIL.Image import Exif

    try:
        if image.format == "TIFF":
            found = image.tag_v2.get(ORIENTATION, UPRIGHT)
        else:
            exif = Exif()
            exif.load(image.info.get("exif", b""))
            found = exif.get(ORIENTATION, UPRIGHT)
        return found if found in range(1, 9) else UPRIGHT
    except Exception:  # broken EXIF is no fault of a picture
        return UPRIGHT


def _profile_of(image: Image) -> bytes | None:
    """Of inks and grays it is of no use once they are RGB."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) > LARGEST_PROFILE:
        return None
    is_rgb = profile[16:20] == b"RGB " and image.mode not in ("CMYK", "L")
    return profile if is_rgb and not any(name in profile for name in SRGB) else None

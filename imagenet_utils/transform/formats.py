"""The formats that resized pictures are written in, one row in FORMATS each."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

LONGEST_SIDE = 16_383  # pixels; WebP's limit, the narrowest of these

Image = Any  # one of Pillow's


class Format(NamedTuple):
    extension: str
    pillow: str  # what Pillow calls it
    quality: int | None  # where none is said; None: it has none


# Of JPEG and WebP the chroma has half the size, as trainers' own tools write them.
FORMATS = {
    "jpg": Format("jpg", "JPEG", 95),
    "png": Format("png", "PNG", None),
    "webp": Format("webp", "WEBP", 90),
}


def encoded(image: Image, name: str, quality: int | None, profile: bytes | None) -> bytes:
    """An RGB picture as a file, with nothing beside its pixels but a colour profile."""
    said: dict[str, Any] = {} if quality is None else {"quality": quality}
    if profile is not None:
        said["icc_profile"] = profile
    file = BytesIO()
    image.info = {}  # EXIF and comments would go along
    image.save(file, FORMATS[name].pillow, **said)
    return file.getvalue()

"""The colours that a picture really has, by its header alone.

Trainers that take three channels for granted read a gray or CMYK JPEG wrongly or not at all, so
what is told of it has to be true.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from imagenet_utils.proof.colours import JPEG_NAMES
from imagenet_utils.proof.verify import KINDS, Body, opened_by_pillow


class Colours(NamedTuple):
    space: str  # Gray, RGB or CMYK
    channels: int  # transparency is one of them


GRAY, RGB, CMYK = Colours("Gray", 1), Colours("RGB", 3), Colours("CMYK", 4)

# YCbCr and YCCK are how JPEG stores the other two: whoever decodes them sees these.
_OF_JPEG = {"Gray": GRAY, "YCbCr": RGB, "RGB": RGB, "CMYK": CMYK, "YCCK": CMYK}
_OF_PILLOW = {"CMYK": CMYK, "LA": Colours("Gray", 2), "RGBA": Colours("RGB", 4),
              "PA": Colours("RGB", 4)}


def colours_of(body: Body, extension: str) -> Colours:
    """Of a proven picture with this extension.

    Raises ValueError where the bytes are not what was proven.
    """
    kind = KINDS.get(extension)
    if kind is None:
        raise ValueError(f"no format has the extension {extension}")
    if kind.name in JPEG_NAMES and (found := _of_jpeg(body)):
        return found
    try:
        with opened_by_pillow(kind, memoryview(body)) as image:
            return _of_image(image)
    except Exception as problem:  # whatever a decoder makes of hostile bytes
        raise ValueError(f"no {kind.name} any more: {problem}") from None


def _of_jpeg(body: Body) -> Colours | None:
    """None: of a kind that simplejpeg doesn't know."""
    import simplejpeg

    try:
        return _OF_JPEG.get(simplejpeg.decode_jpeg_header(body, strict=False)[2])
    except (KeyError, ValueError):
        return None


def _of_image(image: Any) -> Colours:
    if image.mode == "1" or image.mode[0] in "LIF" and image.mode not in ("LA", "LAB"):
        return GRAY
    if image.mode == "P" and "transparency" in image.info:
        return Colours("RGB", 4)
    return _OF_PILLOW.get(image.mode, RGB)

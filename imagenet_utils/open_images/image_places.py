"""Where the pixels of a picture may come from: a kind of place is a row in IMAGE_PLACES."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from imagenet_utils.model import Expected, ImageId
from imagenet_utils.open_images.values import SUBSETS, ImageRow

MIRROR = "https://open-images-dataset.s3.amazonaws.com"  # of the Common Visual Data Foundation
MD5_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sought:
    """One picture, and all that may lead to it."""

    image_id: ImageId
    split: str
    row: ImageRow | None  # None: images.csv has none
    mirror: str  # address of what holds `<subset>/<id>.jpg`


@dataclass(frozen=True, slots=True)
class ImagePlace:
    name: str
    title: str
    address_of: Callable[[Sought], str]  # empty: none is told
    expected_of: Callable[[Sought], Expected | None]
    mean_bytes: int  # of a picture, about
    alive: float  # the share that can still be had, about
    is_upright: bool = False  # pictures are turned as `Rotation` says; elsewhere, boxes fit as told


def _original(sought: Sought) -> str:
    return sought.row.original_url if sought.row else ""


def _expected_original(sought: Sought) -> Expected | None:
    row = sought.row
    if row is None:
        return None
    expected = Expected(byte_count=row.original_size, md5=hex_of(row.original_md5))
    return None if expected == Expected() else expected


def hex_of(md5: str) -> str | None:
    """From base64, as images.csv has it; None where it is none.

    >>> hex_of("XKWUMkcNib71Ge6Yq1/0/g=="), hex_of("no digest")
    ('5ca59432470d89bef519ee98ab5ff4fe', None)
    """
    try:
        raw = base64.b64decode(md5, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == MD5_BYTES else None


def _thumbnail(sought: Sought) -> str:
    return sought.row.thumbnail_url if sought.row else ""


def _mirrored(sought: Sought) -> str:
    return f"{sought.mirror}/{SUBSETS[sought.split]}/{quote(sought.image_id, safe='')}.jpg"


def _nothing(sought: Sought) -> None:
    """Flickr makes thumbnails anew, and not always alike."""


def _md5_in_etag(sought: Sought) -> Expected:
    return Expected(is_md5_in_etag=True)


IMAGE_PLACES = {place.name: place for place in (
    ImagePlace("original", "Flickr's originals, proven by size and MD5", _original,
               _expected_original, 2_050_000, 0.95),
    ImagePlace("thumbnail", "Flickr's thumbnails of about 640x480", _thumbnail, _nothing,
               110_000, 0.95, is_upright=True),
    ImagePlace("mirror", "the public mirror, longest side 1024", _mirrored, _md5_in_etag,
               300_000, 1.0),
)}  # fmt: skip

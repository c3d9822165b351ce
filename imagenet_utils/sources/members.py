"""From members of a tar to records of pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from imagenet_utils.archives.tar_headers import Kind, Member
from imagenet_utils.model import ImageId, ImageRecord, Listed, RangeLocation
from imagenet_utils.passwords import without_passwords

PICTURE = re.compile(r"[A-Za-z0-9][\w.() -]{0,199}\.(?:jpe?g|png|gif|webp|bmp|tiff?)", re.I | re.A)

PlaceOf = Callable[[Member], Listed]


def image_id_of(name: str) -> ImageId | None:
    """Of a picture, whatever the folders before its name; None for anything else.

    >>> image_id_of("test/ILSVRC2012_test_00000001.JPEG"), image_id_of("._n02119789_1.JPEG")
    ('ILSVRC2012_test_00000001', None)
    """
    base = PurePosixPath(name.replace("\\", "/")).name
    return ImageId(base.rpartition(".")[0]) if PICTURE.fullmatch(base) else None


def record_of(member: Member, key: str, place_of: PlaceOf) -> ImageRecord | None:
    """None for what is no picture."""
    image_id = image_id_of(member.name) if member.kind is Kind.FILE else None
    if image_id is None:
        return None
    return ImageRecord(key, image_id, (place_of(member),))


def records_of(members: Iterable[Member], key: str, place_of: PlaceOf) -> list[ImageRecord]:
    """Of two members that are one image, the first."""
    found: dict[ImageId, ImageRecord] = {}
    for member in members:
        record = record_of(member, key, place_of)
        if record is not None:
            found.setdefault(record.image_id, record)
    return list(found.values())


def range_in(address: str, member: Member) -> RangeLocation:
    return RangeLocation(url_of(address, member.name), address, member.header, member.size,
                         member.name)


def url_of(archive: str, member: str) -> str:
    """`<archive>#<member>`; what follows a `?` is a pass for one day, or a secret.

    >>> url_of("https://me:key@a.example/x.tar?token=1", "x_1.JPEG")
    'https://***@a.example/x.tar#x_1.JPEG'
    """
    is_address = "://" in archive
    shown = without_passwords(archive.partition("?")[0]) if is_address else archive
    return f"{shown}#{PurePosixPath(member).name}"

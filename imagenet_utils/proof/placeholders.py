"""Pictures that hosts send instead of the one that was asked for, with HTTP 200."""

from __future__ import annotations

import hashlib
import re

# md5 of whole bodies, as public block lists of ImageNet downloaders have them.
PLACEHOLDERS = {
    "880a7a58e05d3e83797f27573bb6d35c": "Flickr's picture for a photo that is gone",  # 2,051 bytes
    "596246739a83bb45e30e13437e0810d9": "a warning sign instead of the picture",
    "969e595182a947c7fdaaef4a34401760": "a forbidden sign instead of the picture",
    "af5db09e39ca35d8930b4e59962e09e5": "the logo of a dealer in parked domains",
    "d835884373f4d6c8f24742ceabe74946": "imgur's picture for a removed image",
    "eebc93350a68a64022b7482f460017ba": "imgur's picture for a removed image",
}

# Signs and logos are small.  A photograph is seldom, and shall not pay for a second digest.
LARGEST_PLACEHOLDER_BYTES = 32_768

_UNAVAILABLE = re.compile(r"photo_unavailable", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def placeholder_meaning(body: bytes | bytearray | memoryview) -> str | None:
    """What the known placeholder `body` is; None for everything else."""
    if len(body) > LARGEST_PLACEHOLDER_BYTES:
        return None
    return PLACEHOLDERS.get(hashlib.md5(body, usedforsecurity=False).hexdigest())


def is_placeholder_address(url: str) -> bool:
    """Whether a redirect to `url`, absolute or relative, leads to Flickr's placeholder.

    The picture has several sizes and languages, all named alike, and not all digests are known.

    >>> is_placeholder_address("https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png?v=2")
    True
    >>> is_placeholder_address("https://photo_unavailable.example/kit_fox.jpg")
    False
    """
    path = _SCHEME.sub("", re.split(r"[?#]", url, maxsplit=1)[0], count=1)
    if path.startswith("//"):
        path = path[2:].partition("/")[2]
    return _UNAVAILABLE.match(path.rpartition("/")[2]) is not None

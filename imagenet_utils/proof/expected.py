"""Whether a picture is the very one that its source speaks of."""

from __future__ import annotations

import hashlib
import re

from imagenet_utils.model import Expected, Failure, Picture, Reason

# With a `-` it is a digest of digests: what was stored in parts.
_MD5_AS_ETAG = re.compile(r'"([0-9a-f]{32})"')


def mismatch_of(
    body: bytes | bytearray, picture: Picture, expected: Expected, *, etag: str = ""
) -> Failure | None:
    """`picture` is what the proof found in the body; the first thing in which it differs.

    `etag` is the server's own, as it came with the body.

    >>> picture = Picture("JPEG", "jpg", 4, 3, "0" * 64, 1200)
    >>> mismatch_of(b"", picture, Expected(byte_count=1000)).description
    'expected 1,000 bytes, found 1,200'
    """
    if expected.byte_count not in (None, picture.byte_count):
        return _other(f"{expected.byte_count:,} bytes", f"{picture.byte_count:,}")
    if expected.sha256 not in (None, picture.sha256):
        return _other(f"sha256 {expected.sha256}", picture.sha256)
    told = _MD5_AS_ETAG.fullmatch(etag) if expected.is_md5_in_etag else None
    expected_md5 = told[1] if told else expected.md5
    if expected_md5 is not None:
        md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
        if md5 != expected_md5:
            return _other(f"MD5 {expected_md5}", md5)
    return None


def _other(expected: str, found: str) -> Failure:
    return Failure.of(Reason.MISMATCH, f"expected {expected}, found {found}")

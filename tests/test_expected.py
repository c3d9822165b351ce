"""Whether a picture is the very one that its source, or its server, speaks of."""

from __future__ import annotations

import hashlib

import pytest

from imagenet_utils.model import Expected, Failure, Picture, Reason
from imagenet_utils.proof.expected import mismatch_of

BODY = b"a picture"
MD5 = hashlib.md5(BODY).hexdigest()
OTHER = "0" * 32
IN_ETAG = Expected(is_md5_in_etag=True)


def held_against(expected: Expected, etag: str = "") -> Failure | None:
    picture = Picture("JPEG", "jpg", 4, 3, hashlib.sha256(BODY).hexdigest(), len(BODY))
    return mismatch_of(BODY, picture, expected, etag=etag)


@pytest.mark.parametrize("etag", [
    f'"{MD5}"', "", f'"{OTHER}-2"', f'W/"{OTHER}"', OTHER, f'"{OTHER[1:]}"', '"5f3e-0"',
])
def test_an_etag_that_says_nothing_against_it(etag: str) -> None:
    """Its MD5; or no MD5 at all, as of what was stored in parts, and of other servers."""
    assert held_against(IN_ETAG, etag) is None


def test_an_etag_of_other_bytes() -> None:
    """They changed on the way, and are not kept."""
    assert held_against(IN_ETAG, f'"{OTHER}"') == Failure(
        Reason.MISMATCH, f"expected MD5 {OTHER}, found {MD5}")


def test_an_etag_that_nobody_vouches_for() -> None:
    """Where the source does not say that it is an MD5, it is none."""
    assert held_against(Expected(), f'"{OTHER}"') is None
    assert held_against(Expected(md5=MD5), f'"{OTHER}"') is None

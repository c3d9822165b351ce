"""Tars: what the library's own reader makes of them."""

from __future__ import annotations

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.exports.tar_file import TarFile

# Neither a separator, which names of members don't have, nor what no file system takes.
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)),
                min_size=1, max_size=200)
Members = list[tuple[str, bytes]]


def written(members: Members) -> bytes:
    file = io.BytesIO()
    tar = TarFile(file)
    for name, body in members:
        tar.add(name, body)
    tar.end()

    assert tar.size == len(file.getvalue())
    return file.getvalue()


@given(st.lists(st.tuples(NAMES, st.binary(max_size=1500)), max_size=5))
def test_whatever_goes_in_comes_out(members: Members) -> None:
    """Names of any length and letters, bodies of any size."""
    with tarfile.open(fileobj=io.BytesIO(written(members))) as tar:
        found = [(member.name, tar.extractfile(member).read()) for member in tar]

    assert found == members


def test_plain_names_need_no_pax_header() -> None:
    """A block for the header, one for the body; then the end, up to a whole record."""
    whole = written([("n02119789_1.jpg", b"x" * 512)])

    assert (len(whole), whole[257:263], whole[1024:]) == (10240, b"ustar\0", bytes(9216))


def test_members_are_nobodys() -> None:
    """What differs between machines and moments stays out."""
    with tarfile.open(fileobj=io.BytesIO(written([("a.jpg", b"x")]))) as tar:
        (member,) = tar

    assert (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode) == (
        0, 0, 0, "", "", 0o644)

"""A tar's members from their headers alone, wherever they lie: bodies are jumped over.

A tar within a tar is a stretch of the outer one: `members(read, outer.body, outer.body_end)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imagenet_utils.archives.tar_headers import (
    BLOCK,
    FILE_FLAGS,
    NAME_FIELD,
    BrokenTar,
    Member,
    Notes,
    is_blank,
    is_header,
    is_note,
    member_in,
    name_in,
    padded,
    size_of_note,
    told_by_note,
)

# (offset, count) -> bytes; fewer than asked only where the archive has no more
Read = Callable[[int, int], bytes]


def members(read: Read, start: int, end: int) -> Iterator[Member]:
    """Each member of the tar in [start, end): one small read for it, and two for each note.

    A walk that was left goes on from the `end` of its last member.  Raises BrokenTar, which
    names the offset.
    """
    notes: dict[str, str] = {}
    position = start
    while position < end:
        try:
            block = _header(read, position, end)
            if block is None:
                return
            if is_note(block):
                notes |= _note(read, block, position)
                position += BLOCK + padded(size_of_note(block))
                continue
            member = member_in(block, notes, header=position)
            if member.body_end > end:
                raise BrokenTar("cut")
        except BrokenTar as error:
            raise BrokenTar(f"{error} at byte {position:,}") from None
        yield member
        notes = {}
        position = member.end


def check_member(block: bytes, name: str, size: int) -> bool:
    """Whether this is still the header of a file of that name with so many bytes.

    A name that a header can't hold stands in a note ahead, and here as its writer cut it short.
    """
    if not is_header(block) or block[156:157] not in FILE_FLAGS:
        return False
    is_short = len(name) <= NAME_FIELD and name.isascii()
    try:
        is_size = member_in(block, {}, header=0).size == size
    except BrokenTar:
        return False
    return is_size and (name_in(block) == name or not is_short)


def _header(read: Read, position: int, end: int) -> bytes | None:
    """None at the archive's end, which most writers mark by blocks of zeros."""
    block = read(position, min(BLOCK, end - position))
    if is_header(block):
        return block
    if is_blank(block) and (len(block) == BLOCK or position + BLOCK > end):
        return None
    raise BrokenTar("cut" if len(block) < BLOCK else "no header of a tar")


def _note(read: Read, block: bytes, position: int) -> Notes:
    size = size_of_note(block)
    body = read(position + BLOCK, size) if size else b""
    if len(body) < size:
        raise BrokenTar("cut")
    return told_by_note(block, body)

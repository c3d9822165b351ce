"""Whether a TIFF is all there, without decoding it: its parts may lie in any order."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Enough for thousands of pages, and for 64 megapixels in tiles of 16 x 16; more is an attack.
MOST_ENTRIES = 100_000
MOST_OFFSETS = 1_000_000

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_TYPE_BYTES |= {13: 4, 16: 8, 17: 8, 18: 8}
_INTEGERS = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_PLACES = ((273, 279), (324, 325))  # tags of offsets and byte counts: of strips, of tiles
_DIRECTORIES = (330, 34665, 34853)  # tags of SubIFDs, EXIF, GPS
_OFFSET_TAGS = (*(tag for tags in _PLACES for tag in tags), *_DIRECTORIES)


def tiff_fault(body: memoryview) -> str | None:
    """Every directory, value, strip and tile of every page within the body, or why not.

    IndexError and struct.error mean that the body ends within a directory.
    """
    reader = _Reader.of(body)
    entry_count = offset_count = 0
    for entries in reader.directories():
        entry_count += len(entries)
        offset_count += sum(entries[tag].count for tag in _OFFSET_TAGS if tag in entries)
        if entry_count > MOST_ENTRIES or offset_count > MOST_OFFSETS:
            return f"more than {MOST_ENTRIES} entries or {MOST_OFFSETS} strips"
        if reader.furthest_byte(entries) > len(body):
            return "cut: part of the picture lies beyond the end"
    return None


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    position: int  # of the values, within the entry or elsewhere


@dataclass(frozen=True, slots=True)
class _Reader:
    body: memoryview
    order: str  # "<" or ">"
    is_big: bool  # BigTIFF: counts and offsets of 8 bytes

    @classmethod
    def of(cls, body: memoryview) -> _Reader:
        order = "<" if body[:2] == b"II" else ">"
        (version,) = struct.unpack_from(order + "H", body, 2)
        return cls(body, order, version == 43)

    def directories(self) -> Iterator[dict[int, _Entry]]:
        """Entries by tag of each directory; whoever asks for the next vouches for the last."""
        pending = [self._number(8, "Q") if self.is_big else self._number(4, "I")]
        seen = {0}
        while pending:
            offset = pending.pop()
            if offset in seen:
                continue
            seen.add(offset)
            entries, following = self._directory(offset)
            yield entries
            pending.append(following)
            pending += (place for tag in _DIRECTORIES for place in self._integers(entries, tag))

    def furthest_byte(self, entries: dict[int, _Entry]) -> int:
        """How long a body must be to hold all values, strips and tiles."""
        furthest = max(map(self._end_of, entries.values()), default=0)
        if furthest > len(self.body):
            return furthest
        for offsets, lengths in _PLACES:
            places = zip(self._integers(entries, offsets), self._integers(entries, lengths))
            furthest = max(furthest, *(offset + length for offset, length in places), 0)
        return furthest

    def _directory(self, offset: int) -> tuple[dict[int, _Entry], int]:
        count_form, entry_bytes, offset_form = ("Q", 20, "Q") if self.is_big else ("H", 12, "I")
        count = self._number(offset, count_form)
        start = offset + struct.calcsize("=" + count_form)
        end = start + count * entry_bytes
        following = self._number(end, offset_form)
        return dict(map(self._entry, range(start, end, entry_bytes))), following

    def _entry(self, start: int) -> tuple[int, _Entry]:
        """Tag and entry; values that fit stand in the entry itself."""
        form = "HHQQ" if self.is_big else "HHII"
        tag, kind, count, offset = struct.unpack_from(self.order + form, self.body, start)
        inline_bytes = 8 if self.is_big else 4
        is_inline = count * _TYPE_BYTES.get(kind, 0) <= inline_bytes
        return tag, _Entry(kind, count, start + inline_bytes + 4 if is_inline else offset)

    def _end_of(self, entry: _Entry) -> int:
        return entry.position + entry.count * _TYPE_BYTES.get(entry.kind, 0)

    def _integers(self, entries: dict[int, _Entry], tag: int) -> tuple[int, ...]:
        entry = entries.get(tag)
        if entry is None or entry.kind not in _INTEGERS:
            return ()
        form = f"{self.order}{entry.count}{_INTEGERS[entry.kind]}"
        return struct.unpack_from(form, self.body, entry.position)

    def _number(self, offset: int, form: str) -> int:
        number: int = struct.unpack_from(self.order + form, self.body, offset)[0]
        return number

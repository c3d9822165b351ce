"""MATLAB's files of version 5, as far as devkits use them: text, real numbers, arrays of structs.

The format is that of MathWorks' "MAT-File Format" document: a header of 128 bytes, then data
elements, each a type, a size and so many bytes; an array is an element made of elements.  Whatever
the bytes say, no more is read than stands there and no more unpacked than LIMIT.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = 4 * 2**20  # bytes, packed and unpacked; the largest devkit unpacks to a megabyte
DEEPEST = 8  # structs within structs; devkits have one
MOST_DIMENSIONS = 32

HEADER = 128  # bytes
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"  # of version 7.3, which is another format behind a like header
HDF5_AT = 512

# Types of elements, and how `struct` or a codec reads their bytes.
NUMBER_CODES = {1: "b", 2: "B", 3: "h", 4: "H", 5: "i", 6: "I", 7: "f", 9: "d", 12: "q", 13: "Q"}
TEXT_CODECS = {
    1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32",
}
INT8, INT32, UINT32, MATRIX, COMPRESSED = 1, 5, 6, 14, 15

# Classes of arrays.
STRUCT, CHAR = 2, 4
NUMERIC = range(6, 16)
COMPLEX = 0x0800  # a flag beside the class


class BrokenMat(ValueError):
    """The file makes no sense, or holds what is not read here; a few words say which."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numeric or logical array."""

    shape: tuple[int, ...]
    values: tuple[int | float, ...]  # column after column


@dataclass(frozen=True, slots=True)
class Structs:
    """A struct array: each element has the same fields."""

    shape: tuple[int, ...]
    elements: tuple[dict[str, Value], ...]  # column after column


Value = str | Numbers | Structs  # the rows of a char array are lines of the text

EMPTY = Numbers((0, 0), ())


def read_variable(data: bytes, name: str) -> Value:
    """What the file calls `name`; other variables are passed by.  Raises BrokenMat."""
    names = []
    for array in _arrays(data):
        head = _head_of(array)
        if head.name == name:
            return _value_of(array, head)
        names.append(head.name)
    found = ", ".join(names[:5]) or "nothing"
    raise BrokenMat(f"no variable {name!r}, only {found}")


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before an array's values."""

    kind: int  # class
    shape: tuple[int, ...]
    name: str  # empty within a struct

    @property
    def count(self) -> int:
        return math.prod(self.shape)


class _Elements:
    """Data elements one behind another; `order` is `struct`'s sign of the byte order."""

    def __init__(self, data: memoryview, order: str, depth: int) -> None:
        self._data = data
        self.order = order
        self.depth = depth

    def __len__(self) -> int:
        """Bytes to come."""
        return len(self._data)

    def next(self, *expected: int) -> tuple[int, memoryview]:
        """Type and bytes of the next, which is of one of the expected types."""
        kind, size = struct.unpack(f"{self.order}II", self._bytes(0, 8))
        begin, end = 8, 8 + size
        if kind >> 16:  # up to four bytes stand within the tag, and their number before the type
            kind, size = kind & 0xFFFF, kind >> 16
            begin, end = 4, 4 + size
            if size > 4:
                raise BrokenMat(f"a small element of {size} bytes")
        if kind not in expected:
            raise BrokenMat(f"an element of type {kind} where type {expected[0]} belongs")
        body = self._bytes(begin, end)
        self._data = self._data[end if kind == COMPRESSED else -(-end // 8) * 8 :]
        return kind, body

    def _bytes(self, begin: int, end: int) -> memoryview:
        if end > len(self._data):
            raise BrokenMat("cut")
        return self._data[begin:end]

    def numbers(self, *expected: int) -> tuple[int | float, ...]:
        kind, body = self.next(*expected)
        code = NUMBER_CODES[kind]
        count, rest = divmod(len(body), struct.calcsize(f"{self.order}{code}"))
        if rest:
            raise BrokenMat(f"{len(body)} bytes of numbers, and no whole count of them")
        return struct.unpack(f"{self.order}{count}{code}", body)

    def arrays_within(self, body: memoryview) -> _Elements:
        if self.depth == DEEPEST:
            raise BrokenMat(f"more than {DEEPEST} arrays within each other")
        return _Elements(body, self.order, self.depth + 1)


def _arrays(data: bytes) -> Iterator[_Elements]:
    """The parts of each variable."""
    order = _byte_order(data)
    elements = _Elements(memoryview(data)[HEADER:], order, 0)
    budget = LIMIT
    while len(elements):
        kind, body = elements.next(MATRIX, COMPRESSED)
        if kind == COMPRESSED:
            unpacked = _unpacked(body, budget)
            budget -= len(unpacked)
            _, body = _Elements(memoryview(unpacked), order, 0).next(MATRIX)
        yield elements.arrays_within(body)


def _byte_order(data: bytes) -> str:
    if len(data) > LIMIT:
        raise BrokenMat(f"larger than {LIMIT:,} bytes")
    if HDF5_MAGIC in (data[:8], data[HDF5_AT : HDF5_AT + 8]):
        raise BrokenMat("of MATLAB's version 7.3, and only version 5 is read")
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None or struct.unpack(f"{order}H", data[124:126]) != (0x0100,):
        raise BrokenMat("not a MATLAB file of version 5")
    return order


def _unpacked(body: memoryview, limit: int) -> bytes:
    unzip = zlib.decompressobj()
    try:
        unpacked = unzip.decompress(body, limit + 1)
    except zlib.error:
        raise BrokenMat("damaged: it doesn't unpack") from None
    if len(unpacked) > limit:
        raise BrokenMat(f"unpacks to more than {LIMIT:,} bytes")
    if not unzip.eof:
        raise BrokenMat("cut")
    return unpacked


def _head_of(array: _Elements) -> _Head:
    flags = array.numbers(UINT32)
    shape = tuple(int(length) for length in array.numbers(INT32))
    _, name = array.next(INT8)
    if len(flags) != 2 or not 2 <= len(shape) <= MOST_DIMENSIONS or min(shape) < 0:
        raise BrokenMat("an array without flags or dimensions that make sense")
    if int(flags[0]) & COMPLEX:
        raise BrokenMat("complex numbers, which are not read")
    return _Head(int(flags[0]) & 0xFF, shape, bytes(name).decode("ascii", "replace"))


def _value_of(array: _Elements, head: _Head) -> Value:
    if head.kind == STRUCT:
        return Structs(head.shape, tuple(_structs(array, head.count)))
    if head.kind == CHAR:
        return _text(array, head)
    if head.kind in NUMERIC:
        values = array.numbers(*NUMBER_CODES)
        if len(values) != head.count:
            raise BrokenMat(f"{len(values)} numbers where {head.count} belong")
        return Numbers(head.shape, values)
    raise BrokenMat(f"an array of class {head.kind}, which is not read")


def _structs(array: _Elements, count: int) -> Iterator[dict[str, Value]]:
    fields = _field_names(array)
    if count * max(1, len(fields)) * 8 > len(array) and count > 1:
        raise BrokenMat("cut")  # each field has a tag at least
    for _ in range(count):
        yield {field: _field(array) for field in fields}


def _field_names(array: _Elements) -> list[str]:
    """They stand in one row, each filled up with zeros to the same length."""
    lengths = array.numbers(INT32)
    _, packed = array.next(INT8)
    if len(lengths) != 1 or lengths[0] < 1 or len(packed) % int(lengths[0]):
        raise BrokenMat("names of fields that make no sense")
    step = int(lengths[0])
    names = [bytes(packed[at : at + step]).partition(b"\0")[0].decode("ascii", "replace")
             for at in range(0, len(packed), step)]
    if len(set(names)) < len(names):
        raise BrokenMat("a field twice")
    return names


def _field(array: _Elements) -> Value:
    _, body = array.next(MATRIX)
    if not len(body):
        return EMPTY  # never set in MATLAB
    inner = array.arrays_within(body)
    return _value_of(inner, _head_of(inner))


def _text(array: _Elements, head: _Head) -> str:
    kind, body = array.next(*TEXT_CODECS)
    codec = TEXT_CODECS[kind]
    if codec in ("utf-16", "utf-32"):
        codec += "-le" if array.order == "<" else "-be"
    text = bytes(body).decode(codec, "replace")
    rows = head.shape[0]
    if rows < 2:
        return text
    if len(text) != head.count:
        raise BrokenMat(f"{len(text)} characters where {head.count} belong")
    return "\n".join(text[row::rows] for row in range(rows))

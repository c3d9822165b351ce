"""Writes MATLAB files of version 5 byte by byte, in either order, as broken as one likes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

DOUBLE, CHAR, STRUCT, CELL = 6, 4, 2, 1


def mat(*variables: bytes, order: str = "<") -> bytes:
    """A whole file."""
    mark = b"IM" if order == "<" else b"MI"
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(f"{order}H", 0x0100) + mark
    return head + b"".join(variables)


def element(kind: int, body: bytes, *, order: str = "<", small: bool = False) -> bytes:
    """A tag and the bytes behind it, or up to four bytes within it."""
    if small:
        return struct.pack(f"{order}I", len(body) << 16 | kind) + body.ljust(4, b"\0")
    return struct.pack(f"{order}II", kind, len(body)) + body + bytes(-len(body) % 8)


def packed(variable: bytes, *, order: str = "<") -> bytes:
    body = zlib.compress(variable)
    return struct.pack(f"{order}II", 15, len(body)) + body


def array(
    kind: int, shape: Sequence[int], *parts: bytes, order: str = "<", name: str = ""
) -> bytes:
    """An array of that class; `parts` are what stands behind flags, dimensions and name."""
    flags = element(6, struct.pack(f"{order}II", kind, 0), order=order)
    dimensions = element(5, struct.pack(f"{order}{len(shape)}i", *shape), order=order)
    head = flags + dimensions + element(1, name.encode(), order=order)
    return element(14, head + b"".join(parts), order=order)


def text(value: str, *, order: str = "<", kind: int = 17) -> bytes:
    """One row of UTF-16."""
    body = value.encode("utf-16-le" if order == "<" else "utf-16-be")
    return array(CHAR, (1, len(body) // 2), element(kind, body, order=order), order=order)


def small_number(value: int, *, order: str = "<") -> bytes:
    """A double that is kept in two bytes within the tag."""
    body = element(4, struct.pack(f"{order}H", value), order=order, small=True)
    return array(DOUBLE, (1, 1), body, order=order)


def structs(
    name: str, rows: Sequence[dict[str, bytes]], *, order: str = "<", shape: Sequence[int] = ()
) -> bytes:
    """Each row's values are arrays."""
    names = list(rows[0]) if rows else []
    length = element(5, struct.pack(f"{order}i", 32), order=order, small=True)
    fields = element(1, b"".join(each.encode().ljust(32, b"\0") for each in names), order=order)
    values = [row[each] for row in rows for each in names]
    return array(STRUCT, shape or (len(rows), 1), length, fields, *values, order=order, name=name)

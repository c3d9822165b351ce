"""`tf.train.Example` on the wire, without TensorFlow: lists of three kinds, by name.

    Example       { Features features = 1 }
    Features      { map<string, Feature> feature = 1 }
    Feature       { BytesList = 1 | FloatList = 2 | Int64List = 3 }, each { repeated value = 1 }

Numbers are packed, as TensorFlow itself writes them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

_DELIMITED = 2  # the wire type of whatever has a length before it
_BYTES, _FLOATS, _INTS = 1, 2, 3  # fields of Feature


def bytes_feature(name: str, value: bytes) -> bytes:
    """An entry of the map; for a long value there is `example_with_body`."""
    return _entry(name, _BYTES, _field(1, value))


def floats_feature(name: str, *values: float) -> bytes:
    """In 32 bits.  Raises OverflowError for what they can't hold."""
    packed = struct.pack(f"<{len(values)}f", *values)
    return _entry(name, _FLOATS, _field(1, packed) if packed else b"")


def ints_feature(name: str, *values: int) -> bytes:
    packed = b"".join(map(_varint, values))
    return _entry(name, _INTS, _field(1, packed) if packed else b"")


def example_with_body(features: Iterable[bytes], name: str, body: bytes) -> tuple[bytes, bytes]:
    """The message in two parts, the second of which is `body`, so that nothing copies it.

    `body` is the only value of the bytes feature `name`, which stands behind all others.
    """
    head, key = b"", _field(1, name.encode())
    # From the innermost outwards: the value, its list, the feature, the entry of the map.
    for number, before in ((1, b""), (_BYTES, b""), (2, key), (1, b"".join(features))):
        head = before + _key_and_length(number, len(head) + len(body)) + head
    return _key_and_length(1, len(head) + len(body)) + head, body


def _entry(name: str, kind: int, values: bytes) -> bytes:
    return _field(1, _field(1, name.encode()) + _field(2, _field(kind, values)))


def _field(number: int, content: bytes) -> bytes:
    return _key_and_length(number, len(content)) + content


def _key_and_length(number: int, length: int) -> bytes:
    return bytes([number << 3 | _DELIMITED]) + _varint(length)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; what is negative counts as 64 bits.

    >>> _varint(300).hex(), len(_varint(-1))
    ('ac02', 10)
    """
    number &= 2**64 - 1
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    digits.append(number)
    return bytes(digits)

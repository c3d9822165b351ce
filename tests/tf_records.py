"""A reader of TFRecords and Examples that shares nothing with the writer."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

Example = dict[str, list[Any]]


def records(data: bytes) -> Iterator[bytes]:
    """Each message of a file, its checksums held against it."""
    while data:
        length_bytes, length_crc = data[:8], data[8:12]
        (length,) = struct.unpack("<Q", length_bytes)
        message, crc = data[12:12 + length], data[12 + length:16 + length]

        assert masked(crc32c(length_bytes)) == length_crc
        assert masked(crc32c(message)) == crc
        yield message
        data = data[16 + length:]


def crc32c(data: bytes) -> int:
    """Bit by bit, as RFC 3720 defines it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(crc: int) -> bytes:
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + 0xA282EAD8) & 0xFFFFFFFF)


def example_of(message: bytes) -> Example:
    """The values of each feature, by name."""
    example = {}
    for features in fields(message, 1):
        for entry in fields(features, 1):
            (name,), (feature,) = fields(entry, 1), fields(entry, 2)
            example[name.decode()] = values_of(feature)
    return example


def values_of(feature: bytes) -> list[Any]:
    ((kind, values),) = numbered_fields(feature)
    if kind == 1:
        return fields(values, 1)
    packed = b"".join(fields(values, 1))
    if kind == 2:
        return list(struct.unpack(f"<{len(packed) // 4}f", packed))
    return list(varints(packed))


def fields(message: bytes, number: int) -> list[bytes]:
    return [content for found, content in numbered_fields(message) if found == number]


def numbered_fields(message: bytes) -> list[tuple[int, bytes]]:
    """All of them have a length before them."""
    found = []
    while message:
        key, message = varint(message)
        length, message = varint(message)

        assert key & 7 == 2 and length <= len(message)
        found.append((key >> 3, message[:length]))
        message = message[length:]
    return found


def varints(packed: bytes) -> Iterator[int]:
    while packed:
        number, packed = varint(packed)
        yield number - 2**64 if number >= 2**63 else number


def varint(data: bytes) -> tuple[int, bytes]:
    number = 0
    for place, byte in enumerate(data):
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number, data[place + 1:]
    raise AssertionError("the bytes end within a number")

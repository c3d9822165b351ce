"""Which pictures look alike, told by fingerprints of 128 bits.  Pure.

A fingerprint (dHash) says of a picture of 9 x 9 grays where it gets brighter to the right and
downwards.  It stays nearly the same when a picture is scaled or compressed anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

SIDE = 9  # grays
BITS = 2 * SIDE * (SIDE - 1) - 2 * (SIDE - 1)  # 8 x 8 to the right, 8 x 8 downwards
PLAIN_RANGE = 16  # between the darkest and the brightest: what is flatter shows nothing but noise

# Two that differ in at most seven bits have at least one of eight parts in common.
FAR_APART = 8
PARTS = 8
PART_BITS = BITS // PARTS
# A part that so many share says little; who is alike has others in common.
COMMON_PART = 200


def fingerprint(grays: Sequence[int]) -> int | None:
    """Of 9 rows of 9 grays from 0 to 255; None: too plain to tell it from another.

    >>> fingerprint([80] * 81) is None
    True
    >>> hex(fingerprint(list(range(81))))[-16:]
    'ffffffffffffffff'
    """
    if max(grays) - min(grays) < PLAIN_RANGE:
        return None
    bits = 0
    for step in (1, SIDE):  # to the right, then downwards
        for row in range(SIDE - 1):
            for column in range(SIDE - 1):
                place = row * SIDE + column
                bits = bits << 1 | (grays[place + step] > grays[place])
    return bits


def alike(fingerprints: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Groups of two and more keys, each near to another one of its group."""
    parents: dict[str, str] = {}
    for one, other in _near_pairs(fingerprints):
        parents[_root(parents, one)] = _root(parents, other)
    groups: dict[str, list[str]] = defaultdict(list)
    for key in fingerprints:
        groups[_root(parents, key)].append(key)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _near_pairs(fingerprints: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for keys in _sharing_a_part(fingerprints):
        for place, one in enumerate(keys):
            for other in keys[:place]:
                if (fingerprints[one] ^ fingerprints[other]).bit_count() < FAR_APART:
                    yield one, other


def _sharing_a_part(fingerprints: Mapping[str, int]) -> Iterable[list[str]]:
    for part in range(PARTS):
        sharing: dict[int, list[str]] = defaultdict(list)
        for key, bits in fingerprints.items():
            sharing[bits >> part * PART_BITS & (1 << PART_BITS) - 1].append(key)
        yield from (keys for keys in sharing.values() if 1 < len(keys) <= COMMON_PART)


def _root(parents: dict[str, str], key: str) -> str:
    """The key that stands for its group; ways that were gone are shortened."""
    while (above := parents.get(key, key)) != key:
        parents[key] = parents.get(above, above)
        key = above
    return key

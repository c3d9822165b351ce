"""What has certainly not been heard of, told without a question to the disk.

Most pictures of a run are new, by their id, their URL and their digest. To ask a database of each
costs more than all else that is to be decided of it.
"""

from __future__ import annotations

from collections.abc import Iterable

BITS = 2**25  # 4 MiB; with three million words in it, one word in thirty is heard of by mistake
_MASK = BITS - 1
_HALF = 32  # bits of a hash; the other half is the second opinion


class Hearsay:
    """A Bloom filter with two bits a word: it may be wrong where it says yes, never where it says
    no."""

    def __init__(self, words: Iterable[str] = (), *, believes_all: bool = False) -> None:
        self._bits = bytearray(0 if believes_all else BITS // 8)
        self.believes_all = believes_all
        for word in words:
            self.hear(word)

    def has(self, word: str) -> bool:
        if self.believes_all:
            return True
        number, bits = hash(word), self._bits
        one, other = number & _MASK, (number >> _HALF) & _MASK
        return bool(bits[one >> 3] & 1 << (one & 7) and bits[other >> 3] & 1 << (other & 7))

    def hear(self, word: str) -> bool:
        """From now on it is known; whether it may have been before."""
        if self.believes_all:
            return True
        number, bits = hash(word), self._bits
        is_known = True
        for place in (number & _MASK, (number >> _HALF) & _MASK):
            byte, bit = place >> 3, 1 << (place & 7)
            if not bits[byte] & bit:
                bits[byte] |= bit
                is_known = False
        return is_known

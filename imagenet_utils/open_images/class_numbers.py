"""Numbers in place of the words that stand in millions of lines, and are few."""

from __future__ import annotations

from typing import Any

import numpy as np

from imagenet_utils.open_images.rows import BadRow, confidence_of, mid_of

NONE = 0xFFFFFFFF  # no number: the line has to be parsed
MARK_BYTES = 16  # a size that says: longer than what was looked at
MOST_CLASSES = 100_000  # Open Images has 20,931; each costs memory and directory

_PREFIX = b"/m/"
_PREFIX_NUMBER = int.from_bytes(_PREFIX, "little")
_LONGEST = len(_PREFIX) + 8  # bytes: what is behind the prefix fits into one number

Array = Any  # numpy's arrays, whose types say no more here


class TooManyClasses(Exception):
    """A csv names more different classes than there can be."""


class _Known:
    """A sorted table from 8 bytes, taken as one number, to what they mean."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.uint64)
        self._means = np.zeros(0, np.uint32)

    def means(self, keys: Array) -> Array:
        places: Array = np.searchsorted(self._keys, keys)
        places[places == len(self._keys)] = 0
        unknown = self._keys[places] != keys if len(self._keys) else np.ones(len(keys), bool)
        if unknown.any():
            self._learn(np.unique(keys[unknown]))
            return self.means(keys)
        return self._means[places]

    def meaning(self, word: bytes) -> int:
        raise NotImplementedError

    def _learn(self, keys: Array) -> None:
        means = [self.meaning(key.to_bytes(8, "little").rstrip(b"\0")) for key in keys.tolist()]
        all_keys = np.concatenate((self._keys, keys))
        all_means = np.concatenate((self._means, np.array(means, np.uint32)))
        order = np.argsort(all_keys)
        self._keys, self._means = all_keys[order], all_means[order]


class ClassNumbers(_Known):
    """A number for each code, from 0 in the order in which they are met."""

    def __init__(self) -> None:
        super().__init__()
        self._number_of: dict[str, int] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._number_of)

    def of(self, words: Array, sizes: Array) -> Array:
        """NONE for what is no code of the usual form."""
        is_usual = (words[:, 0] & np.uint64(0xFFFFFF) == _PREFIX_NUMBER) & (sizes <= _LONGEST)
        keys = words[:, 0] >> np.uint64(24) | words[:, 1] << np.uint64(40)
        return np.where(is_usual, self.means(np.where(is_usual, keys, 0)), NONE)

    def of_code(self, code: str) -> int:
        if len(self._number_of) >= MOST_CLASSES and code not in self._number_of:
            raise TooManyClasses(code)
        return self._number_of.setdefault(code, len(self._number_of))

    def meaning(self, word: bytes) -> int:
        try:
            return self.of_code(mid_of((_PREFIX + word).decode("latin-1")))
        except BadRow:
            return NONE


class Hundredths(_Known):
    """A confidence of 0 to 1, as 0 to 100."""

    def of(self, words: Array) -> Array:
        """NONE for what is none, or longer than usual."""
        return np.where(words[:, 1] == 0, self.means(words[:, 0]), NONE)

    def meaning(self, word: bytes) -> int:
        try:
            return round(100 * confidence_of(word.decode("latin-1")))
        except BadRow:
            return NONE

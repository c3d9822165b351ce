"""Finds which pictures and classes the lines of a csv are about, much faster than they are parsed.

A block's lines are looked at together, by numpy: a line that begins as the published files have it
is told by its bytes; every other line is parsed.  Both give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from imagenet_utils.open_images.class_numbers import MARK_BYTES, NONE, ClassNumbers, Hundredths
from imagenet_utils.open_images.rows import (
    LONGEST_LINE, BadRow, Header, cells_of, confidence_of, image_id_of, mid_of,
)
from imagenet_utils.url_lists.blocks import Block, LineBlocks

ID_BYTES = 16
SOURCE_BYTES = 32  # behind the id: the longest source, "crowdsource-verification", and a comma
COMMA, QUOTE, RETURN, LINE_END = b',"\r\n'

MARGIN = 2 * (ID_BYTES + SOURCE_BYTES)  # bytes that may be looked at behind a line
NO_NIBBLE = 0xFF

_NIBBLES = np.full(256, NO_NIBBLE, np.uint8)
_NIBBLES[list(b"0123456789abcdef")] = range(16)
_KEPT = np.zeros((ID_BYTES + 1, ID_BYTES), np.uint8)  # so many bytes of a word
for _size in range(ID_BYTES + 1):
    _KEPT[_size, :_size] = 0xFF
_KEPT_WORDS = _KEPT.view(np.uint64).reshape(-1, 2)

Array = Any  # numpy's arrays, whose types say no more here
OnBad = Callable[[int, str], None]


class Found(NamedTuple):
    """Of the good lines of a block, in order: their pictures, and the classes of each.

    Neighbours that say the same are said once.
    """

    ids: Array  # of pictures, u64
    starts: Array  # in the file: of the first line of each
    pictures: Array  # of each entry: which of these it is about; none for a csv without classes
    classes: Array  # of each entry: the number of a code, u32
    confidences: Array  # of each entry: hundredths, u8


class Scanner:
    """Of one csv; `on_bad(line number, why)` hears of its bad lines."""

    def __init__(
        self, header: Header, *, has_classes: bool, has_confidence: bool, on_bad: OnBad
    ) -> None:
        self._header = header
        self._on_bad = on_bad
        self._label = header.number_of("LabelName") if has_classes else None
        self._confidence = header.number_of("Confidence") if has_confidence else None
        self._is_usual = header.number_of("ImageID") == 0 and (
            self._label is None
            or self._label == 2 and self._confidence in (None, 3) and len(header.columns) > 3)
        self.rows = 0
        self.numbers = ClassNumbers()
        self._hundredths = Hundredths()
        self._blocks = LineBlocks(end_of_line=b"\n", longest=LONGEST_LINE, margin=MARGIN,
                                  on_bad=lambda line, why: on_bad(line + 1, why))

    def found(self, stream: BinaryIO, size: int) -> Iterator[Found]:
        """From where `stream` stands, behind the header; `starts` are counted from there."""
        for block in self._blocks.read(stream, size):
            found = self._of_block(block)
            if len(found.ids):
                yield found

    def _of_block(self, block: Block) -> Found:
        count = len(block.starts)
        ids, classes = np.zeros(count, np.uint64), np.zeros(count, np.uint32)
        sure = np.full(count, 100, np.uint8)
        good = np.zeros(count, bool)
        if self._is_usual and not _has(block, b"\0"):
            good = _read_ids(block, ids) & _has_no_lone_return(block)
            if self._label is not None:
                good &= self._read_classes(block, classes, sure)
                good &= self._has_all_cells(block)
        for at in np.flatnonzero(~good).tolist():
            good[at] = self._parse(block, at, ids, classes, sure)
        starts = block.starts + block.base
        if not good.all():
            ids, starts, classes, sure = ids[good], starts[good], classes[good], sure[good]
        self.rows += len(ids)
        return self._gathered(ids, starts, classes, sure)

    def _gathered(self, ids: Array, starts: Array, classes: Array, sure: Array) -> Found:
        is_first = _changes(ids)
        firsts = np.flatnonzero(is_first)
        if self._label is None or not len(ids):
            nothing = np.zeros(0, np.uint32)
            return Found(ids[firsts], starts[firsts], nothing, nothing, nothing.astype(np.uint8))
        pictures = np.cumsum(is_first, dtype=np.uint32) - np.uint32(1)
        entries = np.flatnonzero(is_first | _changes(classes))
        if self._confidence is not None:
            sure = np.maximum.reduceat(sure, entries)
        else:
            sure = sure[entries]
        return Found(ids[firsts], starts[firsts], pictures[entries], classes[entries], sure)

    def _read_classes(self, block: Block, classes: Array, sure: Array) -> Array:
        """Whether each line has them as usual: behind the second comma."""
        commas = _bytes_at(block, block.starts + ID_BYTES + 1, SOURCE_BYTES) == COMMA
        places = commas.argmax(axis=1)
        good = commas[np.arange(len(commas)), places]
        begins = block.starts + places + (ID_BYTES + 2)
        words, sizes = _words(block, begins)
        firsts = np.flatnonzero(_changes(words[:, 0]) | _changes(words[:, 1]))
        numbers = self.numbers.of(words[firsts], sizes[firsts])
        classes[:] = np.repeat(numbers, np.diff(np.append(firsts, len(words))))
        good &= classes != NONE
        if self._confidence is not None:
            words, _ = _words(block, begins + sizes + 1)
            hundredths = self._hundredths.of(words)
            good &= hundredths != NONE
            sure[:] = hundredths
        return good

    def _has_all_cells(self, block: Block) -> Array | bool:
        """Counted for all lines together; for each alone only where something is amiss."""
        first, last = block.starts[0], block.ends[-1]
        wanted = len(self._header.columns) - 1
        is_comma = block.seen[first : last + 1] == COMMA
        if not _has(block, b'"') and np.count_nonzero(is_comma) == wanted * len(block.starts):
            return True
        is_quote = block.seen[first : last + 1] == QUOTE
        begins = block.starts - first
        return (np.add.reduceat(is_comma, begins, dtype=np.int64) == wanted) & ~(
            np.logical_or.reduceat(is_quote, begins))

    def _parse(self, block: Block, at: int, ids: Array, classes: Array, sure: Array) -> bool:
        """Whether it is a row; blank lines are none, and nobody misses them."""
        line = block.seen[block.starts[at] : block.ends[at]].tobytes()
        if not line.strip():
            return False
        try:
            cells = cells_of(line, self._header)
            ids[at] = int(image_id_of(self._header.cell(cells, "ImageID")), 16)
            if self._label is not None:
                mid = mid_of(self._header.cell(cells, "LabelName"))
                classes[at] = self.numbers.of_code(mid)
            if self._confidence is not None:
                sure[at] = round(100 * confidence_of(cells[self._confidence].strip()))
        except BadRow as bad:
            self._on_bad(block.line + at + 1, str(bad))
            return False
        return True


def _has(block: Block, letter: bytes) -> bool:
    return block.buffer.find(letter, block.starts[0], block.ends[-1]) >= 0


def _has_no_lone_return(block: Block) -> Array | bool:
    """One that does not end its line ends a row all the same."""
    if not _has(block, b"\r"):
        return True
    first = block.starts[0]
    returns = np.add.reduceat(block.seen[first : block.ends[-1] + 1] == RETURN,
                              block.starts - first, dtype=np.int64)
    is_at_end = (block.seen[block.ends - 1] == RETURN) & (block.ends > block.starts)
    return returns == is_at_end


def _changes(values: Array) -> Array:
    """Whether each is another one than that before it."""
    changes = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def _read_ids(block: Block, ids: Array) -> Array:
    """Whether each line begins with an id; looked at once where neighbours have the same."""
    heads = _bytes_at(block, block.starts, ID_BYTES + 8)
    words = heads.view(np.uint64)
    firsts = np.flatnonzero(_changes(words[:, 0]) | _changes(words[:, 1]))
    nibbles = _NIBBLES[heads[firsts, :ID_BYTES]]
    are_ids = (nibbles != NO_NIBBLE).all(axis=1)
    values = (nibbles[:, ::2] << 4 | nibbles[:, 1::2]).view(">u8").ravel()
    times = np.diff(np.append(firsts, len(heads)))
    ids[:] = np.repeat(values, times)
    return np.repeat(are_ids, times) & (heads[:, ID_BYTES] == COMMA)


def _words(block: Block, begins: Array) -> tuple[Array, Array]:
    """Of each cell that begins there: its bytes as two numbers, and how many they are."""
    there = _bytes_at(block, begins, ID_BYTES)
    ends = (there == COMMA) | (there == LINE_END) | (there == RETURN)
    sizes = ends.argmax(axis=1)
    sizes[~ends[np.arange(len(ends)), sizes]] = MARK_BYTES  # longer than what fits
    return there.view(np.uint64) & _KEPT_WORDS[sizes], sizes


def _bytes_at(block: Block, places: Array, size: int) -> Array:
    """A copy of so many bytes from each place on, a row each."""
    wide: Array = np.ndarray((len(block.seen) - size,), dtype=f"V{size}", buffer=block.buffer,
                             strides=(1,))
    return wide[places].view(np.uint8).reshape(-1, size)

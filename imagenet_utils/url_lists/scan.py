"""Finds which bytes of a URL list belong to which category, much faster than lines are parsed.

A chunk's lines are looked at together, by numpy: a line that is certainly a row of the usual form
is placed by its first (and last) bytes; every other line is parsed. Both give the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from imagenet_utils.url_lists.blocks import Block, LineBlocks
from imagenet_utils.url_lists.index_format import FIRST_OTHER_CODE
from imagenet_utils.url_lists.rows import LONGEST_LINE, BadLine, Form, is_wnid, parse_line

# Where rows of one code stand, in consecutive lines.
EXTENT = np.dtype(
    [("code", "<u4"), ("rows", "<u4"), ("offset", "<u8"), ("length", "<u4"), ("line", "<u4")]
)
MOST_OTHER_CODES = 100_000

_NO_ROW = -1
_HEAD = 24  # bytes: wnid, "_", a serial of up to 13 digits, separator
_TAIL = 12  # bytes: what ends the URL, the separator, wnid, CR
_SHORTEST = _HEAD + _TAIL  # bytes of a line that may be placed without parsing

_ONES = np.uint64(0x0101010101010101)
_TOPS = np.uint64(0x8080808080808080)
_ZEROS = np.uint64(0x3030303030303030)  # "00000000"
_SIXES = np.uint64(0x0606060606060606)
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)

Array = Any  # numpy's arrays, whose types say no more here


class TooManyCodes(Exception):
    """A list names more different codes than any set of categories has."""


class CodeNumbers:
    """A number for each code: a wnid's digits, or one from 100,000,000 on."""

    def __init__(self) -> None:
        self.others: dict[str, int] = {}

    def of(self, code: str) -> int:
        if is_wnid(code):
            return int(code[1:])
        if len(self.others) >= MOST_OTHER_CODES and code not in self.others:
            raise TooManyCodes(code)
        return self.others.setdefault(code, FIRST_OTHER_CODE + len(self.others))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the bytes of a file's usual line look like."""

    separator: int  # between id and URL
    has_code: bool  # `,<wnid>` ends the line
    has_return: bool  # the line ends with CR LF

    @property
    def tail(self) -> int:
        """Bytes behind the URL."""
        return 10 if self.has_code else 0


def usual_layout(head: bytes, form: Form) -> Layout | None:
    """None: the lines of such a file are all parsed."""
    row = re.search(rb'(?m)^n\d{8}_\d{1,13}([,;\t ])[^"\r\n]+(\r?)$', head)
    if row is None or form.end_of_line != b"\n":
        return None
    if not form.columns and row[1] in b"\t ":
        return Layout(row[1][0], False, bool(row[2]))
    if row[1] == form.separator and form.columns in (("id", "url"), ("id", "url", "code")):
        return Layout(row[1][0], len(form.columns) == 3, bool(row[2]))
    return None


class PartScanner:
    """Scans one part of a list; `on_bad(line number, why)` hears of its bad lines."""

    def __init__(
        self,
        form: Form,
        layout: Layout | None,
        *,
        numbers: CodeNumbers,
        on_bad: Callable[[int, str], None],
    ) -> None:
        self.form = form
        self.layout = layout
        self.numbers = numbers
        self.on_bad = on_bad
        self.blocks = LineBlocks(
            end_of_line=form.end_of_line, longest=LONGEST_LINE, margin=_HEAD, on_bad=on_bad)

    def extents(self, stream: BinaryIO, size: int) -> Iterator[Array]:
        """Arrays of EXTENT, a chunk each, offsets counted from where `stream` stands."""
        for block in self.blocks.read(stream, size):
            yield self._chunk(block)

    def _chunk(self, block: Block) -> Array:
        starts, ends = block.starts, block.ends
        codes = self._codes(block)
        found = _runs(codes, starts, ends + 1)
        found["line"] += block.line
        found["offset"] += block.base
        return found

    def _codes(self, block: Block) -> Array:
        """The number of each line's code; _NO_ROW for blank and bad ones."""
        starts, ends = block.starts, block.ends
        usual = None
        if self.layout is not None and block.buffer.find(b"\0", starts[0], ends[-1]) < 0:
            usual = _usual_codes(block.seen, starts, ends, self.layout)
        codes = np.full(len(ends), _NO_ROW, dtype=np.int64) if usual is None else usual
        for at in np.flatnonzero(codes == _NO_ROW).tolist():
            line = bytes(block.buffer[starts[at] : ends[at]])
            codes[at] = self._parsed_code(line, block.line + at)
        return codes

    def _parsed_code(self, line: bytes, line_number: int) -> int:
        try:
            row = parse_line(line, line_number, self.form)
        except BadLine as bad:
            self.on_bad(line_number, str(bad))
            return _NO_ROW
        return _NO_ROW if row is None else self.numbers.of(row.code)


def _runs(codes: Array, starts: Array, stops: Array) -> Array:
    """Consecutive lines of one code become one extent; `line` counts from 0."""
    firsts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    lasts = np.append(firsts[1:], len(codes)) - 1
    kept = codes[firsts] != _NO_ROW
    firsts, lasts = firsts[kept], lasts[kept]
    runs = np.empty(len(firsts), dtype=EXTENT)
    runs["code"] = codes[firsts]
    runs["rows"] = lasts - firsts + 1
    runs["offset"] = starts[firsts]
    runs["length"] = stops[lasts] - starts[firsts]
    runs["line"] = firsts
    return runs


def _usual_codes(seen: Array, starts: Array, ends: Array, layout: Layout) -> Array:
    """Codes of the lines that need no parsing, _NO_ROW for the others.

    A line needs none if it is `nDDDDDDDD_<digits><separator>…`, neither short nor long, and what
    stands before its tail is the end of a URL; the tail, if any, must name the same wnid.
    """
    stops = ends - 1 if layout.has_return else ends
    lengths = stops - starts
    usual = (lengths >= _SHORTEST) & (lengths < LONGEST_LINE)
    if layout.has_return:
        usual &= seen[stops] == ord("\r")
    size = len(seen) - _HEAD
    wide: Array = np.ndarray((size,), dtype=f"V{_HEAD}", buffer=seen.data, strides=(1,))
    heads = wide[starts].view("<u8").reshape(-1, _HEAD // 8)
    codes = _wnid_numbers(heads)
    usual &= codes != _NO_ROW
    usual &= _serial_ends(heads, layout.separator)
    before_tail = seen[stops - layout.tail - 1]
    usual &= (before_tail > 0x20) & (before_tail != ord('"')) & (before_tail != layout.separator)
    if layout.has_code:
        usual &= _tail_agrees(seen, stops, heads, layout.separator)
    return np.where(usual, codes, _NO_ROW)


def _wnid_numbers(heads: Array) -> Array:
    """The eight digits of `nDDDDDDDD_` at the start, _NO_ROW where something else stands."""
    first, second = heads[:, 0], heads[:, 1] & np.uint64(0xFFFF)
    changes = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    at = np.flatnonzero(np.concatenate(([True], changes)))
    digits = (first[at] >> np.uint64(8)) | (second[at] << np.uint64(56))
    good = (first[at] & np.uint64(0xFF) == ord("n")) & (second[at] >> np.uint64(8) == ord("_"))
    good &= _not_digits(digits) == 0
    values = (digits & ~_HIGH).view(np.uint8).reshape(-1, 8) @ 10 ** np.arange(7, -1, -1)
    numbers = np.where(good, values, _NO_ROW)
    return np.repeat(numbers, np.diff(np.append(at, len(heads))))


def _serial_ends(heads: Array, separator: int) -> Array:
    """Whether digits and then the separator follow the tenth byte."""
    # The ten bytes before count as digits, so that the serial begins its own word.
    second = (heads[:, 1] >> np.uint64(16)) | np.uint64(0x3030 << 48)
    ended, empty = _digits_then(second, separator)
    ended &= ~empty
    open_still = np.flatnonzero(~ended)
    if len(open_still):
        all_digits = _not_digits(second[open_still]) == 0
        ended[open_still] = all_digits & _digits_then(heads[open_still, 2], separator)[0]
    return ended


def _digits_then(words: Array, separator: int) -> tuple[Array, Array]:
    """Whether each word is digits up to a separator; whether the separator comes at once."""
    others = words ^ (_ONES * np.uint64(separator))
    found = (others - _ONES) & ~others & _TOPS
    lowest = found & (~found + np.uint64(1))
    before = (lowest >> np.uint64(7)) - np.uint64(1)
    return (found != 0) & (_not_digits(words) & before == 0), before == 0


def _not_digits(words: Array) -> Array:
    """Bits in the bytes that are no digit; a carry out of such a byte only reaches later ones."""
    values = words ^ _ZEROS
    return (values | (values + _SIXES)) & _HIGH


def _tail_agrees(seen: Array, stops: Array, heads: Array, separator: int) -> Array:
    """Whether `<separator>nDDDDDDDD` ends the line, with the digits of its head."""
    wide: Array = np.ndarray((len(seen) - 8,), dtype="V8", buffer=seen.data, strides=(1,))
    tails = wide[stops - 8].view("<u8")
    digits = (heads[:, 0] >> np.uint64(8)) | (heads[:, 1] << np.uint64(56))
    return (tails == digits) & (seen[stops - 9] == ord("n")) & (seen[stops - 10] == separator)

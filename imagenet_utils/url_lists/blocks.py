"""A large file of lines, a block of whole lines at a time, as numpy sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

CHUNK = 1 << 20  # bytes: what stays in a processor's cache; measured 64 kB to 4 MB

Array = Any  # numpy's arrays, whose types say no more here


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines; it holds until the next one is asked for."""

    buffer: bytearray  # with bytes around the block, too
    seen: Array  # the same, as numpy sees it
    starts: Array  # of each line in it
    ends: Array  # of each line in it: where its end of line stands
    base: int  # offset in the file of the buffer's first byte
    line: int  # number of its first line, from 1


class LineBlocks:
    """Reads one stretch of a file; `on_bad(line number, why)` hears of lines that are too long."""

    def __init__(
        self, *, end_of_line: bytes, longest: int, margin: int, on_bad: Callable[[int, str], None]
    ) -> None:
        """`margin`: bytes of the buffer that are there behind any line."""
        self.end_of_line = end_of_line
        self.longest = longest
        self.on_bad = on_bad
        self.line = 1  # number of the line that begins where the buffer does
        self.is_skipping = False
        self.buffer = bytearray(CHUNK + longest + margin + 1)

    def read(self, stream: BinaryIO, size: int) -> Iterator[Block]:
        """Offsets are counted from where `stream` stands.  Raises EOFError for less than `size`."""
        base = held = 0  # bytes before the buffer, bytes in it
        while base + held < size:
            held += self._fill(stream, held, min(CHUNK, size - base - held))
            if base + held == size and self.buffer[held - 1] != self.end_of_line[0]:
                self.buffer[held : held + 1] = self.end_of_line
                size, held = size + 1, held + 1
            used = self.buffer.rfind(self.end_of_line, 0, held) + 1
            first = self._skipped(used)
            if used > first:
                yield self._block(first, used, base)
            if self.is_skipping or held - used > self.longest:
                self._skip_line()
                used = held
            base, held = base + used, held - used
            self.buffer[:held] = self.buffer[used : used + held]

    def _fill(self, stream: BinaryIO, held: int, want: int) -> int:
        view = memoryview(self.buffer)[held : held + want]
        got: int = stream.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        return got

    def _skip_line(self) -> None:
        """No line may fill the memory: from here on all is dropped up to its end."""
        if not self.is_skipping:
            self.on_bad(self.line, f"longer than {self.longest} bytes")
        self.is_skipping = True

    def _skipped(self, used: int) -> int:
        """Where, before `used`, the first line begins that is not being dropped."""
        if not self.is_skipping or not used:
            return 0
        self.is_skipping = False
        self.line += 1
        return self.buffer.index(self.end_of_line) + 1

    def _block(self, first: int, used: int, base: int) -> Block:
        seen = np.frombuffer(self.buffer, dtype=np.uint8)
        ends = np.flatnonzero(seen[first:used] == self.end_of_line[0])
        ends += first
        starts = np.empty_like(ends)
        starts[0] = first
        starts[1:] = ends[:-1]
        starts[1:] += 1
        block = Block(self.buffer, seen, starts, ends, base, self.line)
        self.line += len(ends)
        return block

"""Builds the index of a URL list: scan, sort in segments that fit the memory, write whole."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from imagenet_utils.errors import UsageError
from imagenet_utils.model import Wnid
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.files import FORMS, HEAD_BYTES, UNPACKED, Part, parts_of
from imagenet_utils.url_lists.index_format import (
    FIRST_OTHER_CODE,
    BadLine,
    BadLines,
    Footer,
    Segment,
    footer_bytes,
    write_header,
)
from imagenet_utils.url_lists.scan import CodeNumbers, PartScanner, TooManyCodes, usual_layout
from imagenet_utils.whole_files import remove_stale, successor

SEGMENT_EXTENTS = 1_500_000  # 36 MB, and about three times that while they are sorted
BAD_EXAMPLES = 5
MOST_CODES = 500_000  # ImageNet has 21,841; each costs memory and directory

_STORED = np.dtype([("offset", "=u8"), ("length", "=u4"), ("line", "=u4")])

Array = Any  # numpy's arrays, whose types say no more here


def build_index(
    files: tuple[Path, ...], stamp: bytes, *, target: Path, unpacked: Path, progress: OnProgress
) -> None:
    """Writes `target`, and `unpacked` where a file of the list cannot be sought.

    Raises UsageError for a list without a row, OSError where nothing can be written.
    """
    try:
        _write_index(files, stamp, target=target, unpacked=unpacked, progress=progress)
    except EOFError:
        problem = f"{_name_of(files)} became shorter while it was read"
        raise UsageError(problem, "Start again when it is complete") from None
    except TooManyCodes as codes:
        problem = f"{_name_of(files)} names too many different categories: {codes}"
        raise UsageError(problem, "Expected at most some ten thousand") from None


def _write_index(
    files: tuple[Path, ...], stamp: bytes, *, target: Path, unpacked: Path, progress: OnProgress
) -> None:
    remove_stale(target)
    remove_stale(unpacked)
    with successor(target) as stream, successor(unpacked, unless_empty=True) as lines:
        write_header(stream)
        parts = tuple(parts_of(files, lines, progress))
        lines.flush()
        builder = _Builder(stream)
        builder.add_parts(parts, files, Path(lines.name), progress)
        facts = os.fstat(lines.fileno())
        has_lines = any(part.file_number == UNPACKED for part in parts)
        footer = builder.footer(parts, (facts.st_size, facts.st_mtime_ns) if has_lines else None)
        if not footer.rows_of:
            raise _no_row(files, footer.bad_lines)
        content = footer_bytes(footer)
        stream.seek(0, os.SEEK_END)
        stream.write(content)
        write_header(stream, stamp, content)


def _no_row(files: tuple[Path, ...], bad: BadLines) -> UsageError:
    example = ""
    if bad.examples:
        first = bad.examples[0]
        example = f"; {first.file} line {first.line}: {first.problem}"
    return UsageError(f"{_name_of(files)} holds no image URL{example}", f"Expected {FORMS}")


def _name_of(files: tuple[Path, ...]) -> Path:
    return files[0] if len(files) == 1 else files[0].parent


class _Builder:
    """Gathers extents and writes a segment whenever enough are held."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.numbers = CodeNumbers()
        self.held: list[Array] = []
        self.held_extents = 0
        self.segments: list[Segment] = []
        self.row_counts: list[tuple[Array, Array]] = []  # numbers of codes, rows of each
        self.bad_count = 0
        self.bad_examples: list[BadLine] = []

    def add_parts(
        self, parts: tuple[Part, ...], files: tuple[Path, ...], unpacked: Path, progress: OnProgress
    ) -> None:
        done, total = 0, sum(part.size for part in parts)
        for part in parts:
            path = unpacked if part.file_number == UNPACKED else files[part.file_number]
            for size in self._add_part(part, path, done):
                progress(min(done + size, total), total)
            done += part.size

    def footer(self, parts: tuple[Part, ...], unpacked: tuple[int, int] | None) -> Footer:
        self._flush()
        return Footer(
            parts=parts,
            segments=tuple(self.segments),
            rows_of=self._rows_of(),
            other_codes=tuple(Wnid(code) for code in self.numbers.others),
            bad_lines=BadLines(self.bad_count, tuple(self.bad_examples)),
            unpacked=unpacked,
        )

    def _add_part(self, part: Part, path: Path, base: int) -> Iterator[int]:
        """Yields the bytes done; `base` is where the part begins in the list as a whole."""

        def on_bad(line_number: int, problem: str) -> None:
            self.bad_count += 1
            if len(self.bad_examples) < BAD_EXAMPLES:
                self.bad_examples.append(BadLine(part.name, line_number, problem))

        with open(path, "rb", buffering=0) as stream:
            stream.seek(part.start)
            layout = usual_layout(stream.read(HEAD_BYTES), part.form)
            stream.seek(part.start)
            scanner = PartScanner(part.form, layout, numbers=self.numbers, on_bad=on_bad)
            for extents in scanner.extents(stream, part.size):
                yield stream.tell() - part.start
                extents["offset"] += base
                self._hold(extents)

    def _hold(self, extents: Array) -> None:
        self.held.append(extents)
        self.held_extents += len(extents)
        if self.held_extents >= SEGMENT_EXTENTS:
            self._flush()

    def _flush(self) -> None:
        """A stable sort keeps the order of the list within each code."""
        if not self.held_extents:
            return
        held = np.concatenate(self.held)
        self.held, self.held_extents = [], 0
        held = held[np.argsort(held["code"], kind="stable")]
        codes, firsts = np.unique(held["code"], return_index=True)
        if len(codes) > MOST_CODES:
            raise TooManyCodes(f"{len(codes)} in {len(held)} rows")
        self.row_counts.append((codes, np.add.reduceat(held["rows"].astype(np.int64), firsts)))
        stored = np.empty(len(held), dtype=_STORED)
        for field in ("offset", "length", "line"):
            stored[field] = held[field]
        stops = np.append(firsts[1:], len(held))
        content = memoryview(stored.tobytes())
        spans = zip((firsts * _STORED.itemsize).tolist(), (stops * _STORED.itemsize).tolist())
        crcs = [zlib.crc32(content[start:stop]) for start, stop in spans]
        directory = np.concatenate((codes, firsts, crcs)).astype(np.uint32).tobytes()
        place = self.stream.seek(0, 2)
        self.segments.append(Segment(place, len(held), len(codes), zlib.crc32(directory)))
        self.stream.write(content)
        self.stream.write(directory)

    def _rows_of(self) -> dict[Wnid, int]:
        """By code, in the order of the codes."""
        if not self.row_counts:
            return {}
        numbers, places = np.unique(
            np.concatenate([codes for codes, _ in self.row_counts]), return_inverse=True
        )
        if len(numbers) > MOST_CODES:
            raise TooManyCodes(f"{len(numbers)}")
        rows = np.zeros(len(numbers), dtype=np.int64)
        np.add.at(rows, places, np.concatenate([counts for _, counts in self.row_counts]))
        others = list(self.numbers.others)
        codes = [
            f"n{number:08d}" if number < FIRST_OTHER_CODE else others[number - FIRST_OTHER_CODE]
            for number in numbers.tolist()
        ]
        return {Wnid(code): count for code, count in sorted(zip(codes, rows.tolist()))}

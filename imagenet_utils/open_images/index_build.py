"""Builds the index of a csv: scan, sort in segments that fit the memory, write whole."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from imagenet_utils.errors import UsageError
from imagenet_utils.open_images.class_numbers import MOST_CLASSES, TooManyClasses
from imagenet_utils.open_images.index_format import Footer, Segment, footer_bytes, write_header
from imagenet_utils.open_images.rows import Header, read_header
from imagenet_utils.open_images.scan import Found, Scanner
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.index_format import BadLine, BadLines
from imagenet_utils.whole_files import remove_stale, successor

SEGMENT_SIZE = 2_500_000  # pictures and their classes: 30 MB, several times that while sorted
BAD_EXAMPLES = 5

Array = Any  # numpy's arrays, whose types say no more here


def build_index(
    path: Path, stamp: bytes, *, target: Path, needed: tuple[str, ...], progress: OnProgress
) -> None:
    """Raises UsageError for what is no such csv, OSError where nothing can be written."""
    remove_stale(target)
    try:
        with open(path, "rb", buffering=0) as csv, successor(target) as stream:
            header = read_header(csv, path, needed)
            write_header(stream)
            footer = _Builder(path.name, stream).build(csv, header, needed, progress)
            if not footer.rows:
                raise _no_row(path, footer.bad_lines)
            content = footer_bytes(footer)
            stream.seek(0, os.SEEK_END)
            stream.write(content)
            write_header(stream, stamp, content)
    except EOFError:
        problem = f"{path} became shorter while it was read"
        raise UsageError(problem, "Start again when it is complete") from None
    except TooManyClasses:
        raise UsageError(f"{path} names too many different classes",
                         "Expected at most some twenty thousand") from None


def _no_row(path: Path, bad: BadLines) -> UsageError:
    example = f" ({bad.examples[0]})" if bad.examples else ""
    return UsageError(f"{path} holds no row of Open Images{example}", "Fetch it again")


class _Builder:
    """Gathers what is found, and writes a segment whenever enough is held."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name = name
        self._stream = stream
        self._held: list[Found] = []
        self._held_size = 0
        self._segments: list[Segment] = []
        self._counts = np.zeros(MOST_CLASSES, np.int64)  # of each class: pictures
        self._last_id = -1
        self._is_in_order = True
        self._bad_count = 0
        self._bad_examples: list[BadLine] = []

    def build(
        self, csv: BinaryIO, header: Header, needed: tuple[str, ...], progress: OnProgress
    ) -> Footer:
        begin, size = csv.tell(), os.fstat(csv.fileno()).st_size
        scanner = Scanner(header, has_classes="LabelName" in needed,
                          has_confidence="Confidence" in needed, on_bad=self._on_bad)
        for found in scanner.found(csv, size - begin):
            self._held.append(found._replace(starts=found.starts + begin))
            self._held_size += len(found.ids) + len(found.classes)
            progress(csv.tell(), size)
            if self._held_size >= SEGMENT_SIZE:
                self._flush(None)
        self._flush(size)
        codes = scanner.numbers.codes
        return Footer(
            segments=tuple(self._segments),
            codes=codes,
            counts=tuple(self._counts[: len(codes)].tolist()),
            is_in_order=self._is_in_order,
            rows=scanner.rows,
            bad_lines=BadLines(self._bad_count, tuple(self._bad_examples)),
        )

    def _on_bad(self, line_number: int, problem: str) -> None:
        self._bad_count += 1
        if len(self._bad_examples) < BAD_EXAMPLES:
            self._bad_examples.append(BadLine(self._name, line_number, problem))

    def _flush(self, end: int | None) -> None:
        """`end`: of the file, where there is nothing more; else the last picture waits for its
        other lines."""
        if not self._held:
            return
        held = _joined(self._held)
        self._held, self._held_size = [], 0
        if end is None:
            held, rest = _without_last(held)
            self._held, self._held_size = [rest], len(rest.classes)
            end = int(rest.starts[0])
        if len(held.ids):
            self._write(held, end)

    def _write(self, held: Found, end: int) -> None:
        ids = held.ids
        is_in_order = bool((ids[1:] > ids[:-1]).all())
        self._is_in_order &= is_in_order and int(ids[0]) > self._last_id
        self._last_id = int(ids[-1])
        order = np.zeros(0) if is_in_order else np.argsort(ids, kind="stable")
        numbers, sure, classes, begins = _by_class(held)
        self._counts[classes] += np.diff(np.append(begins, len(numbers)))
        crcs = [zlib.crc32(part.tobytes()) for part in np.split(numbers, begins)[1:]]
        self._segments.append(Segment(
            pictures=len(ids), first_id=int(ids.min()), last_id=int(ids.max()),
            ids=self._put(ids, np.uint64),
            starts=self._put(np.append(held.starts, end), np.uint64),
            order=None if is_in_order else self._put(order, np.uint32),
            entries=len(numbers), numbers=self._put(numbers, np.uint32),
            confidences=self._put(sure, np.uint8), classes=len(classes),
            directory=self._put(np.concatenate((classes, begins, crcs)), np.uint32)))

    def _put(self, array: Array, kind: Any) -> int:
        """Where it begins, on a place that is a multiple of 8."""
        place = self._stream.seek(0, os.SEEK_END)
        self._stream.write(b"\0" * (-place % 8))
        self._stream.write(array.astype(kind).tobytes())
        return place + -place % 8


def _joined(found: list[Found]) -> Found:
    """A picture whose lines go on from one block to the next is one."""
    sizes = [len(each.ids) for each in found]
    shifts = np.cumsum([0, *sizes[:-1]])
    pictures = [each.pictures + np.uint32(shift) for each, shift in zip(found, shifts.tolist())]
    whole = Found(*map(np.concatenate, zip(*found)))._replace(pictures=np.concatenate(pictures))
    is_first = np.ones(len(whole.ids), bool)
    is_first[1:] = whole.ids[1:] != whole.ids[:-1]
    if is_first.all():
        return whole
    numbers = np.cumsum(is_first, dtype=np.uint32) - np.uint32(1)
    return whole._replace(ids=whole.ids[is_first], starts=whole.starts[is_first],
                          pictures=numbers[whole.pictures])


def _without_last(held: Found) -> tuple[Found, Found]:
    """All pictures but the last, and the last alone."""
    last = len(held.ids) - 1
    at = int(np.searchsorted(held.pictures, last))
    rest = Found(held.ids[last:].copy(), held.starts[last:].copy(), held.pictures[at:] - last,
                 held.classes[at:].copy(), held.confidences[at:].copy())
    return Found(held.ids[:last], held.starts[:last], *(column[:at] for column in held[2:])), rest


def _by_class(held: Found) -> tuple[Array, Array, Array, Array]:
    """Numbers of pictures, each once a class, and how sure; the classes, and where each begins.

    A confidence of nothing says that the class is not there.
    """
    there = held.confidences > 0
    classes, numbers, sure = held.classes[there], held.pictures[there], held.confidences[there]
    is_short = not len(classes) or int(classes.max()) < 1 << 16  # then it is a radix sort
    order = np.argsort(classes.astype(np.uint16) if is_short else classes, kind="stable")
    classes, numbers, sure = classes[order], numbers[order], sure[order]
    is_new = np.ones(len(classes), bool)
    is_new[1:] = (classes[1:] != classes[:-1]) | (numbers[1:] != numbers[:-1])
    at = np.flatnonzero(is_new)
    sure = np.maximum.reduceat(sure, at) if len(at) else sure
    met, begins = np.unique(classes[at], return_index=True)
    return numbers[at], sure, met, begins

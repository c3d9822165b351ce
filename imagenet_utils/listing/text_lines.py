"""A listing as lines of text: for people on a terminal, and for `cut`, `awk` and `head` in a pipe.

A line is words between blanks, then prose, so that the nth word always tells the same.  On a
terminal a line with the headings comes first, and prose is cut at its right edge; a pipe gets
neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imagenet_utils.listing.sheet import DEPTH, Cell, Column, Sheet, visible

NOTHING = "-"  # so that the words behind it keep their number
BETWEEN_PROSE = " -- "
LEAST_PROSE = 12  # characters, however narrow the terminal
STEPS = (2, 1)  # of the indentation: the wider one where there is room for it
CUT = "..."


def text_lines(sheet: Sheet, width: int | None) -> Iterator[str]:
    """`width` None: no terminal."""
    if sheet.is_stream:
        return (" ".join(filter(None, (*line.words, line.prose))) for line in _lines_of(sheet))
    lines = list(_lines_of(sheet))
    if width is not None and lines:
        lines.insert(0, _headings(sheet.columns))
    return _aligned(lines, _words_of(sheet.columns), width)


class _Line(NamedTuple):
    words: tuple[str, ...]
    prose: str
    depth: int


def _lines_of(sheet: Sheet) -> Iterator[_Line]:
    numbered = list(enumerate(sheet.columns))
    words = [at for at, column in numbered if column.is_in_text and not column.is_prose]
    prose = [at for at, column in numbered if column.is_prose]
    depth = next((at for at, column in numbered if column is DEPTH), None)
    for row in sheet.rows:
        yield _Line(
            tuple([_word(row[at]) for at in words]),
            BETWEEN_PROSE.join([visible(str(row[at])) for at in prose if row[at]]),
            int(row[depth] or 0) if depth is not None else 0,
        )


def _word(cell: Cell) -> str:
    if cell is None or cell is False or cell == "":
        return NOTHING
    return "yes" if cell is True else visible(str(cell))


def _headings(columns: Sequence[Column]) -> _Line:
    prose = (column.heading or column.name for column in columns if column.is_prose)
    words = (column.heading or column.name for column in _words_of(columns))
    return _Line(tuple(words), BETWEEN_PROSE.join(prose), 0)


def _words_of(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.is_in_text and not column.is_prose]


def _aligned(
    lines: Sequence[_Line], columns: Sequence[Column], width: int | None
) -> Iterator[str]:
    """Everything but the prose in columns as wide as their widest word."""
    widths = [max(map(len, words)) for words in zip(*(line.words for line in lines))]
    sides = ("" if column.is_number else "-" for column in columns)
    form = " ".join(f"%{side}{size}s" for side, size in zip(sides, widths))
    room = None if width is None else max(LEAST_PROSE, width - sum(widths) - len(widths))
    deepest = max((line.depth for line in lines), default=0)
    step = next((step for step in STEPS if room is None or room - step * deepest >= LEAST_PROSE),
                STEPS[-1])
    for line in lines:
        prose = _cut(" " * (step * line.depth) + line.prose, room)
        yield f"{form % line.words} {prose}".rstrip()


def _cut(prose: str, room: int | None) -> str:
    """
    >>> _cut("dog, domestic dog", 12), _cut("dog", None)
    ('dog, dome...', 'dog')
    """
    if room is None or len(prose) <= room:
        return prose
    return prose[:room - len(CUT)] + CUT

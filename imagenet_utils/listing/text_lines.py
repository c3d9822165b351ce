"""A listing as lines of text: for people on a terminal, and for `cut`, `awk` and `head` in a pipe.

A line is words between blanks, then prose, so that the nth word always tells the same.  On a
terminal a line with the headings comes first, and prose is cut at its right edge; a pipe gets
neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from imagenet_utils.listing.sheet import DEPTH, Cell, Column, Sheet, visible

NOTHING = "-"  # so that the words behind it keep their number
BLANK = "\\x20"  # within a word, so that it stays one
BETWEEN_PROSE = " -- "
LEAST_PROSE = 12  # characters, however narrow the terminal
STEPS = (2, 1)  # of the indentation: the wider one where there is room for it
CUT = "..."


def text_lines(sheet: Sheet, width: int | None) -> Iterator[str]:
    """`width` None: no terminal."""
    return _streamed(sheet) if sheet.is_stream else _aligned(sheet, width)


def _streamed(sheet: Sheet) -> Iterator[str]:
    shown = [at for at, column in enumerate(sheet.columns) if column.is_in_text]
    for row in sheet.rows:
        yield " ".join([_word(row[at]) for at in shown])


def _aligned(sheet: Sheet, width: int | None) -> Iterator[str]:
    """Words in columns as wide as the widest of each; column by column, which is quicker."""
    rows = list(sheet.rows)
    if not rows:
        return
    cells_of = dict(zip(sheet.columns, zip(*rows)))
    has_heading = width is not None
    words = [_fitted(column, cells, has_heading=has_heading) for column, cells in cells_of.items()
             if column.is_in_text and not column.is_prose]
    starts = list(map(" ".join, zip(*words)))
    prose = _prose_of(cells_of)
    depths: Sequence[int] = cells_of.get(DEPTH, [0] * len(rows))
    if width is not None:
        names = [column.heading or column.name for column in cells_of if column.is_prose]
        prose, depths = [BETWEEN_PROSE.join(names), *prose], [0, *depths]
    room = None if width is None else max(LEAST_PROSE, width - len(starts[0]) - 1)
    indents = _indents(depths, room)
    for start, indent, text in zip(starts, indents, prose):
        yield f"{start} {_cut(indent + text, room)}".rstrip()


def _fitted(column: Column, cells: Iterable[Cell], *, has_heading: bool) -> list[str]:
    words = [str(cell) if type(cell) is int else _word(cell) for cell in cells]
    if has_heading:
        words.insert(0, column.heading or column.name)
    size = max(map(len, words))
    return [word.rjust(size) if column.is_number else word.ljust(size) for word in words]


def _word(cell: Cell) -> str:
    if cell is None or cell is False or cell == "":
        return NOTHING
    return "yes" if cell is True else visible(str(cell)).replace(" ", BLANK)


def _prose_of(cells_of: dict[Column, tuple[Cell, ...]]) -> list[str]:
    """A line each, of the cells that are not empty."""
    prose = [cells for column, cells in cells_of.items() if column.is_prose]
    return [BETWEEN_PROSE.join([visible(str(cell)) for cell in cells if cell])
            for cells in zip(*prose)]


def _indents(depths: Sequence[int], room: int | None) -> list[str]:
    deepest = max(depths)
    step = next((step for step in STEPS if room is None or room - step * deepest >= LEAST_PROSE),
                STEPS[-1])
    blanks = [" " * (step * depth) for depth in range(deepest + 1)]
    return [blanks[depth] for depth in depths]


def _cut(prose: str, room: int | None) -> str:
    """
    >>> _cut("dog, domestic dog", 12), _cut("dog", None)
    ('dog, dome...', 'dog')
    """
    if room is None or len(prose) <= room:
        return prose
    return prose[:room - len(CUT)] + CUT

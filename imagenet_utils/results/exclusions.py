"""Pictures that the user wants left out, as the contact sheet saves their list.

    category,image_id
    n02119789,n02119789_122
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imagenet_utils.categories.dialect import normal_name, parsed
from imagenet_utils.errors import LocalFault, TableError, UsageError
from imagenet_utils.results.report import restored

COLUMNS = ("category", "image_id")
LARGEST_FILE = 256 * 2**20  # bytes
MOST_MISTAKES = 20  # that are told
LONGEST_SHOWN = 40  # letters of a cell

Excluded = frozenset[tuple[str, str]]  # (what the category is remembered by, image id)


def read_exclusions(path: Path) -> Excluded:
    """However a spreadsheet has saved it; further columns are nobody's business.

    Raises UsageError, with all mistakes at once, or LocalFault.
    """
    try:
        rows, dialect = parsed(_read(path), COLUMNS)
    except ValueError as error:
        raise UsageError(f"{path}: {error}", "Save the list again from report.html") from None
    first = 2 if dialect.preamble else 1  # a hint for Excel is a row of its own
    numbered = [(number, row) for number, row in enumerate(rows, first)
                if any(map(str.strip, row))]
    places = _places(path, numbered[0])
    found = [(number, _cells(row, places)) for number, row in numbered[1:]]
    mistakes = [f"row {number}: {told}" for number, cells in found if (told := _mistake(cells))]
    if mistakes:
        left = len(mistakes) - MOST_MISTAKES
        more = [f"and {left:,} other rows"] if left > 0 else []
        raise TableError(str(path), (*mistakes[:MOST_MISTAKES], *more))
    return frozenset((category, image_id) for _number, (category, image_id) in found)


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise LocalFault(f"{path}: {error.strerror}", "Give permission to read it") from error
    if len(data) > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE:,} bytes")
    return data


def _places(path: Path, header: tuple[int, Sequence[str]]) -> Mapping[str, int]:
    """Of the columns that count."""
    number, cells = header
    places = {normal_name(cell): place for place, cell in reversed(list(enumerate(cells)))}
    missing = [column for column in COLUMNS if column not in places]
    if missing:
        found = ", ".join(map(_shown, cells))
        raise TableError(str(path), (f"row {number}: expected the columns {' and '.join(COLUMNS)},"
                                     f" found {found}",))
    return {column: places[column] for column in COLUMNS}


def _cells(row: Sequence[str], places: Mapping[str, int]) -> tuple[str, str]:
    category, image_id = (restored(row[place].strip()) if place < len(row) else ""
                          for place in places.values())
    return category, image_id


def _mistake(cells: tuple[str, str]) -> str:
    if all(cells):
        return ""
    found = " and ".join(_shown(cell) if cell else "nothing" for cell in cells)
    return f"expected a category and an image id, found {found}"


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= LONGEST_SHOWN else f"{cell[:LONGEST_SHOWN]}...")


def unknown_categories(excluded: Excluded, known: Iterable[str]) -> list[str]:
    """Those that the list names and that are not among the known."""
    return sorted({category for category, _image_id in excluded} - set(known))

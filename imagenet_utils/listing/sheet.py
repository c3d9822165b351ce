"""What a listing is before it has a form: columns, and a row for each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Cell = str | int | bool | None  # None: nobody knows


@dataclass(frozen=True, slots=True)
class Column:
    name: str  # in csv and JSON
    heading: str = ""  # in text; empty: the name
    is_number: bool = False
    is_prose: bool = False  # of any length: it ends a line of text, and is cut where it must be
    is_in_text: bool = True


# How far the prose of a line of text is indented.
DEPTH = Column("depth", is_number=True, is_in_text=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]  # may be gone through once
    is_stream: bool = False  # too many rows to hold, so that text is not aligned


def visible(text: str) -> str:
    """On one line, and nothing that a terminal would obey.

    >>> visible("kit fox"), visible("kit\\x1b[2Jfox\\n")
    ('kit fox', 'kit\\\\x1b[2Jfox\\\\n')
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _spelled_out(letter) for letter in text)


def _spelled_out(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")

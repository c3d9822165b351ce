"""How a text table is written: found out from its bytes, and used again to write the same way."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import SimpleNamespace
from typing import Literal

SEPARATORS = (",", ";", "\t", "|")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PREAMBLE = re.compile("\ufeff?\"?sep=(.)\"?[,;\t|]*(\r\n|\n|\r)", re.I)  # Excel's own hint
Quoting = Literal[0, 1, 2]
QUOTINGS: tuple[Quoting, ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)
ROWS_TO_COMPARE = 5
BREAKS = "\r\n"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Everything that a spreadsheet may have changed about a csv file but its cells."""

    encoding: str = "utf-8"  # without byte order mark, which stands in `mark`
    mark: bytes = b""
    separator: str = ","
    newline: str = "\n"
    quoting: Quoting = csv.QUOTE_MINIMAL
    wrapped: bool = False  # each row as a whole in one cell, quoted again
    preamble: str = ""  # "sep=;" and its line end

    def with_separator(self, separator: str) -> Dialect:
        preamble = re.sub("(?i)(?<=sep=).", lambda _: separator, self.preamble, count=1)
        return replace(self, separator=separator, preamble=preamble)

    def text_of(self, rows: Iterable[Sequence[str]]) -> str:
        """The rows as this dialect writes them, each with its line end."""
        if not self.wrapped:
            return _written(rows, self.separator, self.newline, self.quoting)
        lines = (_written([row], self.separator, "", csv.QUOTE_MINIMAL) for row in rows)
        return _written(
            ([line] if line else [] for line in lines), "\x1f", self.newline, self.quoting
        )

    def bytes_of(self, rows: Iterable[Sequence[str]]) -> bytes:
        """A whole file: mark, preamble and rows."""
        return self.mark + (self.preamble + self.text_of(rows)).encode(self.encoding)


def decoded(data: bytes) -> tuple[str, str, bytes]:
    """(text, encoding, byte order mark); what is not Unicode is taken for Windows' Latin.

    Raises ValueError, with what is wrong as its text.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), encoding, mark
    if len(data) > 1 and 0 in data[:2] and data[:2] != b"\0\0":
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
        return _strictly(data, encoding), encoding, b""
    if b"\0" in data:
        raise ValueError("is no text")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding, b""
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1", b""


def parsed(data: bytes, expected: Sequence[str]) -> tuple[list[list[str]], Dialect]:
    """The rows, empty ones too, and how they were written.

    `expected`: normal names of columns, at least one of which the header has.
    Raises ValueError, with what is wrong as its text.
    """
    text, encoding, mark = decoded(data)
    hint = PREAMBLE.match(text)
    body = text[hint.end() :] if hint else text
    separator = _separator_of(body, expected, hint[1] if hint else SEPARATORS[0])
    rows = _parsed(body, separator)
    unwrapped = [_unwrapped(row, separator) for row in rows]
    dialect = Dialect(
        encoding,
        mark,
        separator,
        newline=_newline_of(text),
        wrapped=_is_wrapped(rows, separator),
        preamble=hint[0] if hint else "",
    )
    return unwrapped, _with_quoting(dialect, unwrapped, body)


def normal_name(header_cell: str) -> str:
    """
    >>> normal_name(" To Download ")
    'to_download'
    """
    return re.sub(r"[\s_-]+", "_", header_cell.strip(" \t\r\n\xa0\ufeff\"'").casefold())


def _strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"is no {encoding.upper()} text from byte {error.start} on") from None
    if "\0" in text:
        raise ValueError("is no text")
    return text


def _separator_of(body: str, expected: Sequence[str], hint: str) -> str:
    """The one that finds the most of the expected columns in the first row that is not empty."""
    candidates = tuple(dict.fromkeys((hint, *SEPARATORS)))
    wanted = set(expected)

    def columns_found(separator: str) -> int:
        return len(wanted & {normal_name(cell) for cell in _header_of(body, separator)})

    best = max(candidates, key=columns_found)
    if not columns_found(best):
        raise ValueError(f"has no header with the columns {', '.join(expected)}")
    return best


def _header_of(body: str, separator: str) -> list[str]:
    return _unwrapped(_first_row(body, separator), separator)


def _first_row(text: str, separator: str) -> list[str]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return next((row for row in rows if any(map(str.strip, row))), [])
    except csv.Error:
        return []


def _parsed(text: str, separator: str) -> list[list[str]]:
    """Text behind a closing quotation mark is let pass while it glues no lines together."""
    try:
        return list(_rows(text, separator, strict=True))
    except csv.Error:
        rows = []
    try:
        for row in _rows(text, separator, strict=False):
            rows.append(row)
            if any("\n" in cell or "\r" in cell for cell in row):
                raise csv.Error
    except csv.Error:
        raise ValueError(
            f"has a cell in row {max(len(rows), 1)} or after it whose quotation marks do not match"
        ) from None
    return rows


def _rows(text: str, separator: str, *, strict: bool) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)


def _unwrapped(row: list[str], separator: str) -> list[str]:
    if len(row) == 1 and separator in row[0]:
        return _first_row(row[0], separator)
    return row


def _is_wrapped(rows: list[list[str]], separator: str) -> bool:
    """A spreadsheet that wraps rows wraps each that needs quotation marks within."""
    plain = '"' + separator
    return any(len(row) == 1 and separator in row[0] for row in rows) and not any(
        len(row) > 1 and any(mark in cell for cell in row for mark in plain) for row in rows
    )


def _newline_of(text: str) -> str:
    found = re.search("\r\n|\n|\r", text)
    return found[0] if found else "\n"


def _with_quoting(dialect: Dialect, rows: list[list[str]], body: str) -> Dialect:
    """The quoting that, tried on the first rows, gives what is there."""
    first = list(islice(rows, ROWS_TO_COMPARE))
    for quoting in QUOTINGS:
        candidate = replace(dialect, quoting=quoting)
        if body.startswith(candidate.text_of(first).rstrip("\r\n")):
            return candidate
    return dialect


def _written(rows: Iterable[Sequence[str]], separator: str, newline: str, quoting: Quoting) -> str:
    lines: list[str] = []
    # Of line breaks, older Pythons quote those alone that the writer itself ends its lines with.
    writer = csv.writer(SimpleNamespace(write=lines.append), delimiter=separator,
                        lineterminator=BREAKS, quoting=quoting)
    if quoting == csv.QUOTE_NONNUMERIC:
        writer.writerows([_number_or_text(cell) for cell in row] for row in rows)
    else:
        writer.writerows(rows)
    return "".join(line.removesuffix(BREAKS) + newline for line in lines)


def _number_or_text(cell: str) -> int | str:
    return int(cell) if re.fullmatch("-?(0|[1-9][0-9]{0,8})", cell) else cell

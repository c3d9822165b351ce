"""One line of a URL list, in any of the forms in which they are passed on.

    n02119789_122<TAB>URL    n02119789_122 URL    n02119789 URL    URL
    img_code,img_url,code    with a header: any order, separator, quotes, further columns
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from imagenet_utils.model import ImageId, Wnid

LONGEST_LINE = 8192  # bytes; what is longer is no URL that a server would take
UNKNOWN = Wnid("unknown")  # the category of bare URLs where no name tells

COLUMN_NAMES = {
    "img_code": "id", "image_code": "id", "img_id": "id", "image_id": "id", "id": "id",
    "img_url": "url", "image_url": "url", "url": "url", "urls": "url", "link": "url",
    "code": "code", "wnid": "code", "synset": "code", "category": "code",
}  # fmt: skip
_HEADER_SEARCHED = 3  # lines with text: spreadsheets put `sep=;` before the header

_PLAIN = re.compile(rb'("?)(n\d{8})(?:_(\d{1,18}))?\1([\t ,;])(.*)', re.DOTALL)
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://")
_NAME_WNID = re.compile(r"(?<![A-Za-z0-9])n\d{8}(?!\d)")
_WNID = re.compile(rb"n\d{8}")
_WNID_TEXT = re.compile(r"n[0-9]{8}")
_OWN_WNID = re.compile(rb"(n\d{8})_\d{1,18}")
_SAFE_ID = re.compile(rb"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?")  # becomes a file name
_SAFE_CODE = re.compile(rb"[A-Za-z0-9_/-]{1,64}")


class BadLine(ValueError):
    """A line of which no row can be made; its argument says why."""


@dataclass(frozen=True, slots=True)
class UrlRow:
    """What one line says."""

    code: Wnid
    image_id: ImageId
    url: bytes  # as in the line


@dataclass(frozen=True, slots=True)
class Form:
    """How the lines of one file are to be read."""

    end_of_line: bytes = b"\n"  # or b"\r"; a "\r" before "\n" belongs to the line and is ignored
    name_code: Wnid = UNKNOWN  # the category of bare URLs
    columns: tuple[str, ...] = ()  # "id", "url", "code" or "" for others; (): each line tells
    separator: bytes = b","  # of the columns
    header: bytes = b""  # a line that is passed over wherever it stands


def is_wnid(code: str) -> bool:
    return _WNID_TEXT.fullmatch(code) is not None


def recognise(head: bytes, name: str) -> Form | None:
    """The form of a file called `name` that begins with `head`; None: there is no URL in it."""
    end_of_line = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    lines = head.split(end_of_line)
    found = _NAME_WNID.search(name)
    name_code = Wnid(found[0]) if found else UNKNOWN
    form = _form_of_header(lines, Form(end_of_line, name_code)) or Form(end_of_line, name_code)
    return form if any(_is_row(line, form) for line in lines) else None


def parse_line(line: bytes, line_number: int, form: Form) -> UrlRow | None:
    """The row of a line (counted from 1), None for a blank one or a header; raises BadLine.

    >>> parse_line(b"n02119789_122\\thttp://a.example/kit fox.jpg", 1, Form())
    UrlRow(code='n02119789', image_id='n02119789_122', url=b'http://a.example/kit fox.jpg')
    >>> parse_line(b"http://a.example/1.jpg", 7, Form(name_code=Wnid("n01440764"))).image_id
    'n01440764_7'
    """
    if len(line) > LONGEST_LINE:
        raise BadLine(f"longer than {LONGEST_LINE} bytes")
    if b"\0" in line:
        raise BadLine("a NUL byte in it")
    bare = line.strip()
    if not bare or bare == form.header or bare.startswith(b"sep="):
        return None
    if form.columns:
        return _row_of_cells(line.rstrip(b"\r\n"), line_number, form)
    return _row_of_plain(bare, line_number, form)


def _form_of_header(lines: list[bytes], plain: Form) -> Form | None:
    for line in [line.strip() for line in lines if line.strip()][:_HEADER_SEARCHED]:
        for separator in (b",", b";", b"\t"):
            cells = [cell.strip(b' "').decode("latin-1").lower() for cell in line.split(separator)]
            columns = tuple(COLUMN_NAMES.get(cell, "") for cell in cells)
            if columns.count("url") == 1 and not _PLAIN.match(line):  # a row may hold the word
                return Form(plain.end_of_line, plain.name_code, columns, separator, line)
    return None


def _is_row(line: bytes, form: Form) -> bool:
    try:
        row = parse_line(line, 1, form)
    except BadLine:
        return False
    # A table of categories has the look of `wnid,url`: only a scheme tells.
    return row is not None and b"://" in row.url


def _row_of_plain(line: bytes, line_number: int, form: Form) -> UrlRow:
    match = _PLAIN.match(line)
    if match is None:
        if not _SCHEME.match(line):
            raise BadLine("no URL in it")
        return _numbered_row(form.name_code, line_number, line)
    if match[4] in b",;":
        return _row_of_cells(line, line_number, _headerless(line, match[4]))
    url = _unquoted(match[5].strip())
    if not url:
        raise BadLine("no URL behind the id")
    code = Wnid(match[2].decode())
    if match[3] is None:
        return _numbered_row(code, line_number, url)
    return UrlRow(code, ImageId(f"{code}_{match[3].decode()}"), url)


def _headerless(line: bytes, separator: bytes) -> Form:
    """Where a third cell is no wnid, all behind the id is the URL."""
    has_code = _WNID.fullmatch(line.rpartition(separator)[2].strip(b' "'))
    columns = ("id", "url", "code") if has_code else ("id", "url")
    return Form(columns=columns, separator=separator)


def _row_of_cells(line: bytes, line_number: int, form: Form) -> UrlRow:
    cells = _cells(line, form)
    url = cells.get("url", b"")
    image_id = cells.get("id", b"")
    if not url:
        raise BadLine("no URL in it")
    own = _OWN_WNID.fullmatch(image_id)
    bare_wnid = image_id if _WNID.fullmatch(image_id) else b""
    code = cells.get("code") or (own[1] if own else bare_wnid)
    if not {"id", "code"}.intersection(form.columns):
        return _numbered_row(form.name_code, line_number, url)
    if not code or not _SAFE_CODE.fullmatch(code):
        raise BadLine("no category in it")
    if not image_id or bare_wnid:
        return _numbered_row(Wnid(code.decode()), line_number, url)
    if not _SAFE_ID.fullmatch(image_id):
        raise BadLine("the id is no name for a file")
    return UrlRow(Wnid(code.decode()), ImageId(image_id.decode()), url)


def _cells(line: bytes, form: Form) -> dict[str, bytes]:
    """By kind of column; separators that nobody quoted belong to the URL."""
    cells = _split(line, form.separator)
    while len(cells) > len(form.columns) and not cells[-1].strip():
        cells.pop()
    surplus = len(cells) - len(form.columns)
    if surplus > 0:
        at = form.columns.index("url")
        cells[at : at + surplus + 1] = [form.separator.join(cells[at : at + surplus + 1])]
    return {kind: cell.strip() for kind, cell in zip(form.columns, cells) if kind}


def _split(line: bytes, separator: bytes) -> list[bytes]:
    if b'"' not in line or line.count(b'"') % 2:
        return line.split(separator)
    if line.startswith(b'"') and line.endswith(b'"'):
        # Quotes around every cell and nowhere else, as many programs write: no parser needed.
        cells = line[1:-1].split(b'"%b"' % separator)
        if line.count(b'"') == 2 * len(cells):
            return cells
    # latin-1 there and back leaves every byte as it is.
    try:
        rows = list(csv.reader([line.decode("latin-1")], delimiter=separator.decode()))
    except csv.Error:
        return line.split(separator)
    return [cell.encode("latin-1") for cell in rows[0]]


def _numbered_row(code: Wnid, line_number: int, url: bytes) -> UrlRow:
    # A category of another source may hold what no file name may.
    return UrlRow(code, ImageId(f"{code.replace('/', '_').strip('_')}_{line_number}"), url)


def _unquoted(url: bytes) -> bytes:
    if len(url) > 2 and url.startswith(b'"') and url.endswith(b'"'):
        return url[1:-1].replace(b'""', b'"').strip() or url
    return url

"""A manifest: which pictures a result has, where each came from, and its digest.

    id,url,sha256,size,licence,source,time,code,label,split,folder,file,width,height

Written by an export, and read again to rebuild the same set elsewhere; then it is a stranger's, and
nothing in it becomes a path unchecked.  A line is a picture in a category, and never more than a
line, so that a reader keeps no more than where each begins.
"""

from __future__ import annotations

import csv
import os
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from imagenet_utils.categories.dialect import normal_name
from imagenet_utils.categories.labels import safe_label
from imagenet_utils.errors import LocalFault, TableError, UsageError
from imagenet_utils.model import SPLITS, Category, Expected, ImageId, Wnid
from imagenet_utils.results.layout import category_folder
from imagenet_utils.results.report import restored
from imagenet_utils.telling import OnProgress

COLUMNS = ("id", "url", "sha256", "size", "licence", "source", "time",
           "code", "label", "split", "folder", "file", "width", "height")
NEEDED = ("id", "url", "sha256", "size", "source", "code", "label", "split", "folder")
OF_THE_WEB, OF_ARCHIVES = ("url_list", "open_images"), ("ilsvrc2012", "synset_tars")

LONGEST_LINE = 2**15  # bytes
MOST_ARCHIVES = 16  # whose addresses are kept
MOST_SHOWN = 60  # letters of what was found
MOST_MISTAKES = 20  # that are told one by one
LINES_BETWEEN_LOOKS = 4096
SEPARATORS = (",", ";", "\t")

_MOST_READ = LONGEST_LINE + 1
_DIGEST = re.compile(r"[0-9a-f]{64}", re.I)
_SIZE = re.compile(r"[1-9][0-9]{0,14}")
_CODE = re.compile(r"n[0-9]{8}|/[a-z]/[0-9a-z_]{1,40}|[a-z][0-9a-z_]{0,30}", re.A)
_ADDRESS = re.compile(r"https?://[^\s/]+/?.*", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class ManifestRow(NamedTuple):
    """What is needed to have one picture again."""

    image_id: ImageId
    url: str  # or `<archive>#<member>`
    expected: Expected
    source: str
    category: Category  # all of it
    folder: str

    @property
    def is_of_archive(self) -> bool:
        return self.source in OF_ARCHIVES


@dataclass(slots=True)
class _Listed:
    """A category, and where its lines begin."""

    category: Category
    folder: str
    line: int  # its first one
    sources: set[str]
    offsets: array[int]
    byte_count: int = 0  # of its pictures


class Manifest:
    """Every line is looked at once when it is opened.  A context manager."""

    def __init__(
        self, path: Path, on_progress: OnProgress = lambda done, total: None
    ) -> None:
        """Raises TableError with the mistakes of all lines, UsageError where it is no manifest."""
        self.path = path
        self._file = _opened(path)
        self._listed: dict[str, _Listed] = {}  # by the category's key
        self.archives: dict[str, None] = {}  # their addresses on the web; <wnid> for the code
        try:
            self._cells_of = _header(path, self._file)
            self._look_through(on_progress)
        except BaseException:
            self._file.close()
            raise

    @property
    def categories(self) -> tuple[Category, ...]:
        """In the order of their first lines; one for each split."""
        return tuple(listed.category for listed in self._listed.values())

    def has(self, key: str) -> bool:
        return key in self._listed

    def count(self, key: str) -> int:
        return len(self._listed[key].offsets) if key in self._listed else 0

    def byte_count(self, key: str) -> int:
        """Of its pictures."""
        return self._listed[key].byte_count

    def folder_of(self, key: str) -> str:
        return self._listed[key].folder

    def sources_of(self, key: str) -> frozenset[str]:
        return frozenset(self._listed[key].sources if key in self._listed else ())

    def rows_of(self, key: str) -> Iterator[ManifestRow]:
        """In the order of the lines.  Raises UsageError where they are no longer what they were."""
        for offset in self._listed[key].offsets if key in self._listed else ():
            self._file.seek(offset)
            try:
                row = self._row_of(self._file.readline(_MOST_READ))
            except _Mistake:
                row = None
            if row is None or row.category.key != key:
                raise UsageError(f"{self.path}: was changed while it was read", "Run again")
            yield row

    def close(self) -> None:
        self._file.close()

    def _look_through(self, on_progress: OnProgress) -> None:
        mistakes: list[str] = []
        size = os.fstat(self._file.fileno()).st_size
        count = 0
        for number, offset, line in _lines(self._file):
            try:
                self._note(self._row_of(line), number, offset)
            except _Mistake as mistake:
                count += 1
                if count <= MOST_MISTAKES:
                    mistakes.append(f"line {number}, {mistake}")
            if number % LINES_BETWEEN_LOOKS == 0:
                on_progress(offset, size)
        if count > MOST_MISTAKES:
            mistakes.append(f"and {count - MOST_MISTAKES:,} other lines")
        if mistakes:
            raise TableError(str(self.path), tuple(mistakes))
        if not self._listed:
            raise UsageError(f"{self.path}: has no line below its header: nothing to rebuild")

    def _note(self, row: ManifestRow, number: int, offset: int) -> None:
        listed = self._listed.get(row.category.key)
        if listed is None:
            listed = _Listed(row.category, row.folder, number, set(), array("q"))
            self._listed[row.category.key] = listed
        for column, first, found in (("label", listed.category.label, row.category.label),
                                     ("folder", listed.folder, row.folder)):
            if first != found:
                raise _Mistake(column, f"{first} as in line {listed.line}", found)
        if row.is_of_archive and "://" in row.url and len(self.archives) < MOST_ARCHIVES:
            archive = row.url.rpartition("#")[0]
            self.archives[archive.replace(row.category.code, "<wnid>")] = None
        listed.offsets.append(offset)
        listed.sources.add(row.source)
        listed.byte_count += row.expected.byte_count or 0

    def _row_of(self, line: bytes) -> ManifestRow:
        return _row_of(self._cells_of(_text_of(line)))


class _Mistake(Exception):
    """In one line: the column, what was expected there, and what was found."""

    def __init__(self, column: str, expected: str, found: object) -> None:
        super().__init__(column, expected, found)

    def __str__(self) -> str:
        column, expected, found = self.args
        place = f"column {column}: " if column else ""
        if isinstance(found, str) and len(found) > MOST_SHOWN:
            found = f"{found[:MOST_SHOWN]}..."
        shown = found if isinstance(found, int) else repr(found)
        return f"{place}expected {expected}, found {shown}"


def _opened(path: Path) -> BinaryIO:
    try:
        if not path.is_file():  # reading a pipe would wait for ever
            raise UsageError(f"{path}: is no plain file", "Name a manifest.csv")
        return open(path, "rb")
    except OSError as error:
        raise LocalFault(f"{path}: {error.strerror}", "Give permission to read it") from error


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and bytes of each that is not blank, behind the header; of one that is too
    long, its begin."""
    number, offset = 2, file.tell()
    while line := file.readline(_MOST_READ):
        if line.strip():
            yield number, offset, line
        while len(line) == _MOST_READ and not line.endswith(b"\n"):
            line = file.readline(_MOST_READ)  # the rest of it
        number, offset = number + 1, file.tell()


def _text_of(line: bytes) -> str:
    if len(line) > LONGEST_LINE:
        raise _Mistake("", f"at most {LONGEST_LINE:,} bytes", "more")
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise _Mistake("", "UTF-8", line[error.start:error.start + 8].rstrip()) from None
    if found := _CONTROL.search(text):
        raise _Mistake("", "no control characters", found[0])
    return text


CellsOf = Callable[[str], Mapping[str, str]]


def _header(path: Path, file: BinaryIO) -> CellsOf:
    """How the cells of a line are had by their columns; others than the needed ones are let go.

    Raises UsageError that names the missing ones.
    """
    try:
        text = _text_of(file.readline(_MOST_READ)).removeprefix("\ufeff")
        separator = max(SEPARATORS, key=text.count)
        names = list(map(normal_name, _cells(text, separator)))
    except _Mistake as mistake:
        raise UsageError(f"{path}: line 1, {mistake}", _CURE) from None
    missing = [name for name in NEEDED if name not in names]
    twice = [name for name in NEEDED if names.count(name) > 1]
    if missing or twice:
        told = (f"has no column {', '.join(missing)}" if missing
                else f"has the column {', '.join(twice)} more than once")
        raise UsageError(f"{path}: {told}", _CURE)
    places = [(name, names.index(name)) for name in NEEDED]

    def cells_of(line: str) -> Mapping[str, str]:
        cells = _cells(line, separator)
        if len(cells) != len(names):
            raise _Mistake("", f"{len(names)} cells", len(cells))
        return {name: restored(cells[place]) for name, place in places}

    return cells_of


_CURE = f"A manifest has at least the columns {', '.join(NEEDED)}: --export manifest writes one"


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise _Mistake("", "a line of CSV", f"{error}") from None


def _row_of(cells: Mapping[str, str]) -> ManifestRow:
    for column, is_good, told in _RULES:
        if not is_good(cells[column]):
            raise _Mistake(column, told, cells[column])
    source, split = cells["source"], cells["split"]
    if (source in OF_THE_WEB or "://" in cells["url"]) and not _ADDRESS.fullmatch(cells["url"]):
        raise _Mistake("url", "an address beginning with http:// or https://", cells["url"])
    word = cells["folder"].rpartition("/")[2]
    if cells["folder"] != category_folder(split, word) or safe_label(word) != word:
        raise _Mistake("folder", _folder_told(split), cells["folder"])
    category = Category(Wnid(cells["code"]), cells["label"], None, split)
    expected = Expected(int(cells["size"]), sha256=cells["sha256"].lower())
    return ManifestRow(ImageId(cells["id"]), cells["url"], expected, source, category,
                       cells["folder"])


def _folder_told(split: str) -> str:
    return f"{split}/ and a plain name" if split else "a plain name"


_RULES: Sequence[tuple[str, Callable[[str], object], str]] = (
    ("id", lambda cell: cell.strip() and len(cell) <= 255, "a name of at most 255 letters"),
    ("url", str.strip, "where the picture is"),
    ("sha256", _DIGEST.fullmatch, "64 hexadecimal digits"),
    ("size", _SIZE.fullmatch, "a number of bytes"),
    ("source", (*OF_THE_WEB, *OF_ARCHIVES).__contains__,
     f"one of {', '.join((*OF_THE_WEB, *OF_ARCHIVES))}"),
    ("code", _CODE.fullmatch, "the code of a category, such as n02119789"),
    ("label", lambda cell: safe_label(cell) == cell, "a plain name"),
    ("split", ("", *SPLITS).__contains__, f"nothing, or one of {', '.join(SPLITS)}"),
)

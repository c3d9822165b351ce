"""A category's rows of a URL list at once, by way of an index that is built when it is needed.

The index `<list>.index` stands beside the list, or in another folder where that may not be
written. It is never trusted further than it proves: a list that changed, a cut or damaged index
or one of another version leads to a new one.
"""

from __future__ import annotations

import errno
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import ImageId, ImageRecord, Wnid
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.files import UNPACKED, Part, files_of, fingerprint
from imagenet_utils.url_lists.index_format import EXTENT, FIRST_OTHER_CODE, BadLines
from imagenet_utils.url_lists.index_format import SIGNATURE, Segment, read_directory, read_footer
from imagenet_utils.url_lists.rows import BadLine, UrlRow, is_wnid, parse_line
from imagenet_utils.url_lists.sealed_file import BrokenIndex, is_there_and_ours
from imagenet_utils.url_lists.wire import url_location

_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST)


def open_url_index(
    path: Path, *, fallback_dir: Path, progress: OnProgress = lambda done, total: None
) -> UrlIndex:
    """Builds the index first where there is none that holds; `progress(bytes done, bytes in all)`
    is then called, for a packed list once over its unpacking and again over its lines.

    Raises UsageError for what is no URL list, LocalFault where no index can be written.
    """
    index = UrlIndex(path, fallback_dir, progress)
    if not index.is_open:
        index.build()
    return index


def built_url_index(path: Path, *, fallback_dir: Path) -> UrlIndex | None:
    """None where there is no index that holds: nothing is built.  Raises UsageError."""
    index = UrlIndex(path, fallback_dir, lambda done, total: None)
    return index if index.is_open else None


class UrlIndex:
    """An open index; a context manager."""

    def __init__(self, path: Path, fallback_dir: Path, progress: OnProgress) -> None:
        path = Path(path).absolute()
        self._list = path.resolve() if path.name in ("", "..") else path
        self._places = (self._list.parent, Path(fallback_dir).absolute())
        self._progress = progress
        self._index: BinaryIO | None = None
        self._lines: tuple[Path, BinaryIO] | None = None
        self._open()

    @property
    def is_open(self) -> bool:
        """Whether there is an index that holds; without one, only `build` may be called."""
        return self._index is not None

    @property
    def bad_lines(self) -> BadLines:
        return self._footer.bad_lines

    @property
    def row_total(self) -> int:
        """Rows in all, repeated ones counted."""
        return sum(self._footer.rows_of.values())

    def codes(self) -> list[Wnid]:
        """In order."""
        return list(self._footer.rows_of)

    def __contains__(self, code: object) -> bool:
        return code in self._footer.rows_of

    def row_count(self, code: Wnid) -> int:
        """Rows of a category, repeated ones counted; 0 for one that the list does not have."""
        return self._footer.rows_of.get(code, 0)

    def records(self, code: Wnid) -> list[ImageRecord]:
        """In list order; an id that comes again with another URL gives further locations."""
        return [
            _record(code, image_id, urls) for image_id, urls in self._urls_by_id(code).items()
        ]

    def records_of(self, ids: Collection[ImageId], code: Wnid) -> list[ImageRecord]:
        """Pictures that other synsets own, listed for `code`; in the order of `ids`.

        The owner is the wnid in the id; an id that its owner's rows do not have is left out.
        """
        owners = {image_id: Wnid(image_id.partition("_")[0]) for image_id in ids}
        urls_of = {owner: self._urls_by_id(owner) for owner in dict.fromkeys(owners.values())}
        return [
            _record(code, image_id, urls_of[owner][image_id])
            for image_id, owner in owners.items()
            if image_id in urls_of[owner]
        ]

    def build(self) -> None:
        self.close()
        for place in self._places:
            try:
                self._build_in(place)
            except OSError as error:
                if place == self._places[-1] or error.errno not in _NOT_WRITABLE:
                    raise _fault(self._list, error) from error
                continue
            if not self._open():
                problem = f"{self._list} changes while it is read"
                raise LocalFault(problem, "Start again when it is complete")
            return

    def close(self) -> None:
        if self._index:
            self._index.close()
        if self._lines:
            self._lines[1].close()
        self._index = self._lines = None

    def __enter__(self) -> UrlIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> bool:
        """Whether one of the places has an index that holds for the list as it is now."""
        self._files = files_of(self._list)
        self._stamp = fingerprint(self._files)
        return any(self._open_in(place) for place in self._places)

    def _open_in(self, place: Path) -> bool:
        index_path = place / f"{self._list.name}.index"
        self._unpacked = _unpacked_path(index_path)
        try:
            stream = open(index_path, "rb")
        except OSError:
            return False
        try:
            self._footer = read_footer(stream, self._stamp)
            expected = self._footer.unpacked
            if expected and expected != _size_and_date(self._unpacked):
                raise BrokenIndex("its unpacked lines are gone or changed")
        except (BrokenIndex, OSError):
            stream.close()
            return False
        self._index = stream
        self._starts = list(accumulate((part.size for part in self._footer.parts), initial=0))
        self._directories: dict[int, tuple[array[int], ...]] = {}
        return True

    def _build_in(self, place: Path) -> None:
        # numpy is needed for building alone, and takes longer to import than a look-up lasts.
        from imagenet_utils.url_lists.index_build import build_index

        place.mkdir(parents=True, exist_ok=True)
        target = place / f"{self._list.name}.index"
        _make_sure_it_is_ours(target, _unpacked_path(target))
        build_index(
            self._files,
            self._stamp,
            target=target,
            unpacked=_unpacked_path(target),
            progress=self._progress,
        )

    def _urls_by_id(self, code: Wnid) -> dict[ImageId, dict[bytes, None]]:
        urls_of: dict[ImageId, dict[bytes, None]] = {}
        for row in self._rows(code):
            urls_of.setdefault(row.image_id, {})[row.url] = None
        return urls_of

    def _rows(self, code: Wnid) -> list[UrlRow]:
        """Builds anew, once, where the index or the list turns out to be another than it was."""
        try:
            return self._read_rows(code)
        except BrokenIndex:
            self._files = files_of(self._list)
            self._stamp = fingerprint(self._files)
            self.build()
        try:
            return self._read_rows(code)
        except BrokenIndex as broken:
            problem = f"{self._list} cannot be looked up: {broken}"
            raise LocalFault(problem, "Start again when nothing else writes there") from None

    def _read_rows(self, code: Wnid) -> list[UrlRow]:
        if code not in self:
            return []
        try:
            rows = [
                row
                for segment in self._footer.segments
                for offset, length, line in self._extents(segment, self._number(code))
                for row in self._rows_at(offset, length, line)
                if row.code == code
            ]
        except OSError as error:
            raise _fault(self._list, error) from error
        if len(rows) != self.row_count(code):
            raise BrokenIndex("the list has changed")
        return rows

    def _number(self, code: Wnid) -> int:
        if is_wnid(code):
            return int(code[1:])
        return FIRST_OTHER_CODE + self._footer.other_codes.index(code)

    def _extents(self, segment: Segment, number: int) -> Iterator[tuple[int, int, int]]:
        """Offset in the list as a whole, bytes, number of the first line in its part."""
        assert self._index is not None
        if segment.offset not in self._directories:
            self._directories[segment.offset] = read_directory(self._index, segment)
        numbers, firsts, crcs = self._directories[segment.offset]
        at = bisect_left(numbers, number)
        if at == len(numbers) or numbers[at] != number:
            return
        stop = firsts[at + 1] if at + 1 < len(firsts) else segment.extents
        self._index.seek(segment.offset + firsts[at] * EXTENT.size)
        content = self._index.read((stop - firsts[at]) * EXTENT.size)
        if zlib.crc32(content) != crcs[at]:
            raise BrokenIndex("its extents are damaged")
        yield from EXTENT.iter_unpack(content)

    def _rows_at(self, offset: int, length: int, first_line: int) -> Iterator[UrlRow]:
        number = bisect_right(self._starts, offset) - 1
        part = self._footer.parts[number]
        stream = self._stream_of(part)
        stream.seek(part.start + offset - self._starts[number])
        lines = stream.read(length).split(part.form.end_of_line)
        for line_number, line in enumerate(lines, first_line):
            try:
                row = parse_line(line, line_number, part.form)
            except BadLine:
                continue
            if row:
                yield row

    def _stream_of(self, part: Part) -> BinaryIO:
        path = self._unpacked if part.file_number == UNPACKED else self._files[part.file_number]
        if self._lines is None or self._lines[0] != path:
            # One at a time: a folder of lists can have 21,841.
            if self._lines:
                self._lines[1].close()
            self._lines = (path, open(path, "rb"))
        return self._lines[1]


def _make_sure_it_is_ours(index: Path, unpacked: Path) -> None:
    """Raises FileExistsError for a file of the user's, which is never overwritten."""
    is_ours = is_there_and_ours(index, SIGNATURE)
    if unpacked.exists() and not is_ours:
        raise FileExistsError(errno.EEXIST, "is there and not of our making", str(unpacked))


def _unpacked_path(index_path: Path) -> Path:
    return index_path.with_name(f"{index_path.name}.lines")


def _size_and_date(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _fault(path: Path, error: OSError) -> LocalFault:
    where = error.filename or path
    cure = "Make room" if error.errno == errno.ENOSPC else "Check the disk and the permissions"
    return LocalFault(f"The index of {path} fails at {where}: {error.strerror}", cure)


def _record(code: Wnid, image_id: ImageId, urls: Collection[bytes]) -> ImageRecord:
    return ImageRecord(code, image_id, tuple(url_location(url) for url in urls))

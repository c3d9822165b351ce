"""A class's pictures and a picture's lines of a csv at once, by way of an index.

`<csv>.index` stands beside the csv, or in another folder where that may not be written.  A csv
that changed, a cut or damaged index or one of another version leads to a new one.
"""

from __future__ import annotations

import errno
import mmap
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from imagenet_utils.errors import LocalFault
from imagenet_utils.open_images.index_format import SIGNATURE, Footer, Segment, read_footer
from imagenet_utils.open_images.rows import Header, read_header
from imagenet_utils.telling import OnProgress
from imagenet_utils.url_lists.files import fingerprint
from imagenet_utils.url_lists.index_format import BadLines
from imagenet_utils.url_lists.sealed_file import BrokenIndex, is_there_and_ours

MOST_BYTES = 1 << 24  # of the lines of one picture; real ones have some hundred kilobytes
_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST)


def open_csv_index(
    path: Path,
    *,
    needed: tuple[str, ...],
    fallback_dir: Path,
    progress: OnProgress = lambda done, total: None,
) -> CsvIndex:
    """Builds the index where there is none that holds; `needed`: columns that the csv must have,
    with LabelName among them where its classes are wanted.

    Raises UsageError for what is no such csv, LocalFault where no index can be written.
    """
    path = Path(path).absolute()
    places = [folder / f"{path.name}.index" for folder in (path.parent, fallback_dir.absolute())]
    stamp = fingerprint((path,))
    for place in places:
        if index := _opened(path, place, stamp, needed):
            return index
    _build(path, places, stamp, needed, progress)
    for place in places:
        if index := _opened(path, place, stamp, needed):
            return index
    raise LocalFault(f"{path} changes while it is read", "Start again when it is complete")


class CsvIndex:
    """An open index; a context manager."""

    def __init__(
        self, path: Path, index: BinaryIO, footer: Footer, needed: tuple[str, ...]
    ) -> None:
        self.path = path
        self._footer = footer
        self._index = index
        self._map = mmap.mmap(index.fileno(), 0, access=mmap.ACCESS_READ)
        self._csv = open(path, "rb")
        self.header: Header = read_header(self._csv, path, needed)
        self._numbers = {code: number for number, code in enumerate(footer.codes)}

    @property
    def bad_lines(self) -> BadLines:
        return self._footer.bad_lines

    @property
    def rows(self) -> int:
        return self._footer.rows

    def codes(self) -> list[str]:
        """Of the classes that a picture has, in order."""
        return sorted(code for code, count in zip(self._footer.codes, self._footer.counts) if count)

    def count(self, code: str, least: int = 0) -> int:
        """Pictures of a class; `least`: hundredths of confidence."""
        number = self._numbers.get(code)
        if number is None:
            return 0
        if least <= 1 and self._footer.is_in_order:
            return self._footer.counts[number]
        return sum(1 for _ in self.pictures(code, least))

    def pictures(self, code: str, least: int = 0) -> Iterator[int]:
        """The ids of a class's pictures, each once, in the order of the csv; a class that is said
        to be missing with certainty is none of a picture's."""
        number = self._numbers.get(code)
        if number is None:
            return
        seen: set[int] = set()
        for segment in self._footer.segments:
            ids = self._array(segment.ids, segment.pictures, "Q")
            for picture in self._entries(segment, number, least):
                image_id = ids[picture]
                if self._footer.is_in_order:
                    yield image_id
                elif image_id not in seen:
                    seen.add(image_id)
                    yield image_id

    def lines_of(self, image_id: int) -> Iterator[bytes]:
        """What stands in the csv from the first line of the picture to that of another: its rows,
        and whatever is between them and the next picture's.

        Raises LocalFault where the csv is not as it was.
        """
        for segment in self._footer.segments:
            if segment.first_id <= image_id <= segment.last_id:
                for picture in self._places(segment, image_id):
                    starts = self._array(segment.starts + 8 * picture, 2, "Q")
                    yield self._lines_between(image_id, starts[0], starts[1])

    def close(self) -> None:
        self._map.close()
        self._index.close()
        self._csv.close()

    def __enter__(self) -> CsvIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _array(self, place: int, count: int, kind: str) -> array[int]:
        found: array[int] = array(kind)
        found.frombytes(self._map[place : place + count * found.itemsize])
        return found

    def _entries(self, segment: Segment, number: int, least: int) -> Iterator[int]:
        """Numbers of pictures in the segment."""
        classes = self._array(segment.directory, segment.classes, "I")
        at = bisect_left(classes, number)
        if at == len(classes) or classes[at] != number:
            return
        begins = self._array(segment.directory + 4 * segment.classes, segment.classes, "I")
        crc, = self._array(segment.directory + 4 * (2 * segment.classes + at), 1, "I")
        first, stop = begins[at], [*begins, segment.entries][at + 1]
        numbers = self._array(segment.numbers + 4 * first, stop - first, "I")
        if zlib.crc32(numbers) != crc:
            raise self._fault("its index is damaged")
        if least <= 1:
            yield from numbers
            return
        sure = self._map[segment.confidences + first : segment.confidences + stop]
        yield from (picture for picture, hundredths in zip(numbers, sure) if hundredths >= least)

    def _places(self, segment: Segment, image_id: int) -> Iterator[int]:
        """Which pictures of the segment have the id: one, where the csv is in order."""
        ids = _Numbers(self._map, segment.ids, segment.pictures, "Q")
        order: Sequence[int] = range(segment.pictures)
        if segment.order is not None:
            order = _Numbers(self._map, segment.order, segment.pictures, "I")
        at = bisect_left(order, image_id, key=lambda picture: ids[picture])
        while at < len(order) and ids[order[at]] == image_id:
            yield order[at]
            at += 1

    def _lines_between(self, image_id: int, start: int, stop: int) -> bytes:
        self._csv.seek(start)
        lines = self._csv.read(min(stop - start, MOST_BYTES))
        if b"%016x" % image_id not in lines:
            raise self._fault("it has changed")
        return lines

    def _fault(self, problem: str) -> LocalFault:
        return LocalFault(f"{self.path} cannot be looked up: {problem}",
                          f"Delete {self._index.name} and start again")


class _Numbers(Sequence[int]):
    """As they stand in a file, read one at a time."""

    def __init__(self, source: mmap.mmap, place: int, count: int, kind: str) -> None:
        self._source = source
        self._place = place
        self._count = count
        self._number = Struct(f"={kind}")

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> int:  # type: ignore[override]
        number: int = self._number.unpack_from(
            self._source, self._place + at * self._number.size)[0]
        return number


def _opened(path: Path, place: Path, stamp: bytes, needed: tuple[str, ...]) -> CsvIndex | None:
    """None where no index holds there."""
    try:
        stream = open(place, "rb")
    except OSError:
        return None
    try:
        footer = read_footer(stream, stamp)
        return CsvIndex(path, stream, footer, needed)
    except (BrokenIndex, OSError):
        stream.close()
        return None


def _build(
    path: Path, places: list[Path], stamp: bytes, needed: tuple[str, ...], progress: OnProgress
) -> None:
    # numpy is needed for building alone, and takes longer to import than a look-up lasts.
    from imagenet_utils.open_images.index_build import build_index

    for place in places:
        try:
            is_there_and_ours(place, SIGNATURE)
            place.parent.mkdir(parents=True, exist_ok=True)
            build_index(path, stamp, target=place, needed=needed, progress=progress)
            return
        except OSError as error:
            if place == places[-1] or error.errno not in _NOT_WRITABLE:
                cure = ("Make room" if error.errno == errno.ENOSPC
                        else "Check the disk and the permissions")
                where = error.filename or path
                raise LocalFault(f"The index of {path} fails at {where}: {error.strerror}",
                                 cure) from error

"""What a run may need before it can start: the URL list, the bounding boxes.

Each function leaves alone what is there, and answers with one line for the user.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.passwords import without_passwords
from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.box_downloads import BoxTally, store_boxes
from imagenet_utils.obtaining.obtain import Expected, fetch_file
from imagenet_utils.obtaining.url_list_writer import Tally, write_url_list
from imagenet_utils.telling import Teller
from imagenet_utils.whole_files import make_folder

# Only image-net.org itself, over https: the addresses of older tools are dead or in other hands.
LIST_ADDRESS = "https://image-net.org/imagenet_data/urls/imagenet_fall11_urls.tgz"
BOXES_ADDRESS = "https://image-net.org/data/bboxes_annotations.tar.gz"

# As published by those who kept a copy; the server itself never named one.
SHA1_OF = {LIST_ADDRESS: "f5fd118232b871727fe333778be81df6c6fec372"}

LIST_CURE = (
    "image-net.org has not given the list out since 2019; copies go by the name "
    "imagenet_fall11_urls.tgz, one as torrent 564a77c1e1119da199ff32622a1609431b9f1c47 of "
    "academictorrents.com. Then run: "
    "python download_ncodes_imagenet.py --with_url_data --url_data_link PATH_OR_URL"
)
BOXES_CURE = (
    "Fetch bboxes_annotations.tar.gz from https://image-net.org/download-bboxes.php by hand, "
    "then run: python download_ncodes_imagenet.py --with_annotations --annotations_link PATH_OR_URL"
)

T = TypeVar("T")


def provide_url_list(path: Path, teller: Teller, places: Sequence[str] = ()) -> str:
    """Raises Unobtainable with a line for each place, LocalFault, Locked."""
    if path.exists():
        return f"{path}: is there, and stays as it is"
    make_folder(path.parent)

    def attempt(place: str) -> Tally:
        is_archive = place == LIST_ADDRESS
        with _at_hand(place, path.parent, is_archive=is_archive, teller=teller) as source:
            with teller.progress(path.name, unit="row") as progress:
                return write_url_list(source, path, on_progress=progress.show)

    tally = first_that_works(places or (LIST_ADDRESS,), attempt, cure=LIST_CURE)
    told = f"{path}: {tally.rows:,} rows"
    if tally.bad_lines:
        told += f"; {tally.bad_lines:,} bad lines left out ({'; '.join(tally.examples)})"
    return told


def provide_boxes(folder: Path, teller: Teller, places: Sequence[str] = ()) -> str:
    """Raises Unobtainable with a line for each place, LocalFault, Locked."""
    if not missing_boxes(folder):
        return f"{folder}: all {len(_box_archives()):,} archives are there"
    make_folder(folder)

    def attempt(place: str) -> BoxTally:
        with _at_hand(place, folder, is_archive=True, teller=teller) as source:
            with teller.progress(folder.name, unit="archive") as progress:
                return store_boxes(source, folder, on_progress=progress.show)

    tally = first_that_works(places or (BOXES_ADDRESS,), attempt, cure=BOXES_CURE)
    told = f"{folder}: {tally.stored:,} archives stored, {tally.kept:,} were there"
    if tally.damaged or tally.passed_by:
        told += f"; {tally.damaged:,} damaged and {tally.passed_by:,} other files left out"
    return told


def missing_boxes(folder: Path) -> bool:
    """Whether an archive is not there, of all that image-net.org has."""
    return not all(os.path.exists(folder / name) for name in _box_archives())


def _box_archives() -> list[str]:
    return [f"{entry.code}.tar.gz" for entry in built_in() if entry.annotated]


def first_that_works(places: Sequence[str], attempt: Callable[[str], T], *, cure: str) -> T:
    """What `attempt` makes of the first place that it can use; else one line for each."""
    problems = []
    for place in places:
        try:
            return attempt(place)
        except Unobtainable as failure:
            problems.append(failure.problem)
    raise Unobtainable("\n".join(problems), cure)


@contextmanager
def _at_hand(place: str, folder: Path, *, is_archive: bool, teller: Teller) -> Iterator[Path]:
    """The place itself, or for an address its file, until its result stands.

    A file whose result could not be stored (a full disk) is found again by the next run; one that
    makes no sense is deleted, so that the next run fetches it anew.
    """
    if not re.match("https?://", place, re.IGNORECASE):
        yield Path(place)
        return
    file = folder / ".downloads" / _file_name(place)
    if not file.exists():
        _fetch(place, file, is_archive=is_archive, teller=teller)
    try:
        yield file
    except Unobtainable as failure:
        _clear_away(file)
        problem = failure.problem.replace(str(file), without_passwords(place))
        raise Unobtainable(problem, failure.cure) from None
    _clear_away(file)


def _fetch(address: str, file: Path, *, is_archive: bool, teller: Teller) -> None:
    expected = Expected(sha1=SHA1_OF.get(address, ""), is_archive=is_archive)
    try:
        with teller.progress(file.name, unit="byte") as progress:
            fetch_file(address, file, expected=expected, on_progress=progress.show)
    except Unobtainable:
        _remove_if_empty(file.parent)
        raise


def _file_name(address: str) -> str:
    """Different for each address, and with its end, which may name a category.

    >>> _file_name("https://a.example/n01440764_urls.txt")
    '5f14c93d-n01440764_urls.txt'
    """
    digest = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    end = re.sub(r"[^A-Za-z0-9._-]+", "_", address.rstrip("/").rpartition("/")[2])
    return f"{digest}-{end[-80:]}"


def _clear_away(file: Path) -> None:
    file.unlink(missing_ok=True)
    _remove_if_empty(file.parent)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # parts that the next run continues are in it
        folder.rmdir()

"""Two lists of what became of pictures, in the columns of images.csv.

    <save_dir>/<split>/images-success.csv     as images.csv: whatever reads that reads this
    <save_dir>/<split>/images-failure.csv     the same, and FailureDetails
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imagenet_utils.model import Follow, ImageId, Reason
from imagenet_utils.open_images.values import IMAGE_COLUMNS, SUBSETS, ImageRow, Metadata
from imagenet_utils.results.layout import failure_list, success_list
from imagenet_utils.results.report import harmless
from imagenet_utils.results.store import make_folder
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.whole_files import successor

if TYPE_CHECKING:
    from _csv import Writer

DETAILS = "FailureDetails"  # as open_images_downloader called it
AT_ONCE = 1000  # pictures whose rows are looked up together


class Fate(NamedTuple):
    """What became of a picture in all categories and places together."""

    image_id: ImageId
    failure: str  # empty: it is stored


def write_lists(
    metadata: Metadata, split: str, workplace: Workplace, *, ends_at: float | None
) -> str:
    """Of all that any run considered: each picture stands in one of the two, and once.

    Why the former lists stay: it would have taken longer than `ends_at`.  Raises OSError.
    """
    fates = _fates(workplace.ledger.verdicts_below(f"{split}//"))
    first = list(islice(fates, AT_ONCE))
    if not first:
        return ""
    success, failure = (of(workplace.save_dir, split) for of in (success_list, failure_list))
    make_folder(success.parent)
    try:
        with _table(success, IMAGE_COLUMNS) as stored, \
                _table(failure, (*IMAGE_COLUMNS, DETAILS)) as failed:
            for some in chain([first], _chunks(fates)):
                _write(metadata, split, some, stored, failed)
                if ends_at is not None and time.monotonic() > ends_at:
                    raise TimeoutError
    except TimeoutError:
        return "the run was interrupted"
    return ""


def _fates(verdicts: Iterable[tuple[ImageId, Reason, str]]) -> Iterator[Fate]:
    """Of verdicts in the order of pictures."""
    for image_id, group in groupby(verdicts, key=itemgetter(0)):
        told = [(reason, description) for _id, reason, description in group]
        is_stored = any(reason.follow is Follow.KEPT for reason, _ in told)
        details = dict.fromkeys(f"{reason.word}: {description}" for reason, description in told)
        yield Fate(image_id, "" if is_stored else "; ".join(details))


def _chunks(fates: Iterator[Fate]) -> Iterator[list[Fate]]:
    while some := list(islice(fates, AT_ONCE)):
        yield some


@contextmanager
def _table(path: Path, columns: Iterable[str]) -> Iterator[Writer]:
    with successor(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        yield writer
        text.flush()
        text.detach()


def _write(
    metadata: Metadata, split: str, fates: Sequence[Fate], stored: Writer, failed: Writer
) -> None:
    rows = {row.image_id: row for row in metadata.rows([fate.image_id for fate in fates], split)}
    for fate in fates:
        cells = _cells(rows.get(fate.image_id), fate.image_id, split)
        if fate.failure:
            failed.writerow([*cells, harmless(fate.failure)])
        else:
            stored.writerow(cells)


def _cells(row: ImageRow | None, image_id: ImageId, split: str) -> list[str]:
    """Of a picture that images.csv lacks, what is known all the same."""
    told = {field: getattr(row, field) for field in IMAGE_COLUMNS.values()} if row else {}
    told |= {"image_id": image_id, "split": SUBSETS[split]}
    if row and row.rotation is not None:
        told["rotation"] = float(row.rotation)  # "90.0": so the file has it
    return [_cell(told.get(field)) for field in IMAGE_COLUMNS.values()]


def _cell(value: str | float | None) -> str:
    """Strangers wrote authors and titles."""
    return "" if value is None else harmless(str(value))

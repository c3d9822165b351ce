"""The report of what was made of a category's pictures: a line for each in each other size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from imagenet_utils.results.layout import IMAGES, resized_report_path
from imagenet_utils.results.report import file_called, harmless, moment, write_table
from imagenet_utils.transform.asked import Resized

COLUMNS = (
    "image_code", "resize", "state", "file", "width", "height", "bytes", "sha256",
    "source_sha256", "orientation", "annotation", "boxes", "boxes_clamped", "boxes_dropped",
    "made_as", "finished_at",
)


def write_resized_report(folder: Path, rows: Mapping[tuple[str, str], Resized]) -> Path:
    """By image id and name of the resize: where it went, as for `write_report`."""
    return write_table(resized_report_path(folder), COLUMNS, _lines(rows))


def _lines(rows: Mapping[tuple[str, str], Resized]) -> Iterator[list[object]]:
    for (_, name), resized in sorted(rows.items()):
        cells = resized._asdict() | {
            "image_code": harmless(file_called(resized.file_name)),
            "file": harmless(f"{IMAGES}_{name}/{resized.file_name}"),
            "made_as": resized.recipe,
            "finished_at": moment(int(resized.finished)),
        }
        yield [cells[column] for column in COLUMNS]

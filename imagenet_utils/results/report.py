"""The report of a category folder: one line per URL that any run considered."""

from __future__ import annotations

import csv
import io
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from imagenet_utils.model import REASON_BY_WORD, Follow, Verdict
from imagenet_utils.results.layout import IMAGES, is_shard, report_path
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import write_over

COLUMNS = (
    "url", "image_code", "time-required", "status", "description",  # as the older tool had them
    "reason", "http_status", "attempts", "bytes", "width", "height", "sha256", "annotation",
    "boxes", "boxes_clamped", "boxes_dropped", "file", "finished_at",
)
BEGINNING = ",".join(COLUMNS)
_NO_PICTURE = (None,) * 4
FORMULA = re.compile(r"\A\s*[=+\-@＝＋－＠]|\A[\t\r\n]")  # a spreadsheet would run the cell


def write_report(folder: Path, rows: Iterable[Row]) -> Path:
    """Where it went, which is beside its place when another program holds it open."""
    return write_table(report_path(folder), COLUMNS, map(cells, rows))


def write_table(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Path:
    """Whole or not at all: where it went, as for `write_report`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    data = text.getvalue().encode("utf-8", "replace")
    beside = path.with_name(f"{path.stem}.new.csv")
    try:
        write_over(str(path), data)
    except PermissionError:
        if not os.access(path.parent, os.W_OK) or not path.exists():
            raise
        write_over(str(beside), data)
        return beside
    _forget(beside)
    return path


def cells(row: Row) -> list[object]:
    is_here = row.reason.follow is Follow.KEPT
    return [
        harmless(row.url),
        harmless(file_called(row.file_name if is_here else None) or row.image_id),
        "-" if row.seconds is None else f"{row.seconds:.1f}",
        row.reason.status.value,
        harmless(row.description),
        row.reason.word,
        row.http_status or "",
        row.attempts,
        *((row.bytes, row.width, row.height, row.sha256) if is_here else _NO_PICTURE),
        row.verdict.value,
        row.boxes,
        row.boxes_clamped,
        row.boxes_dropped,
        harmless(f"{IMAGES}/{row.file_name}") if is_here and row.file_name else "",
        moment(row.finished),
    ]


def harmless(cell: str) -> str:
    """
    >>> harmless("=HYPERLINK(1)"), harmless("http://example.org/a.jpg")
    ("'=HYPERLINK(1)", 'http://example.org/a.jpg')
    """
    if cell[:1].isalnum():
        return cell  # nearly all
    return f"'{cell}" if FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """What was made harmless, as it was.

    >>> restored("'=HYPERLINK(1)"), restored("'tis")
    ('=HYPERLINK(1)', "'tis")
    """
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell


def moment(seconds: float) -> str:
    """In UTC; empty where nothing has ended."""
    return _whole_moment(int(seconds))


def read_report(path: Path) -> Iterator[dict[str, str]]:
    """What an older report remembers; nothing where it cannot be read."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                is_whole = None not in line and None not in line.values()
                if is_whole and line.keys() >= set(COLUMNS) and line["reason"] in REASON_BY_WORD:
                    yield {**line, "url": restored(line["url"]),
                           "image_code": restored(line["image_code"])}
    except (OSError, csv.Error, UnicodeDecodeError):
        return


def row_of_line(line: dict[str, str], code: str, image_id: str, position: int) -> Row:
    """A row rebuilt from a report; mtime_ns 0 makes the file be held against its digest."""
    return Row(
        code=code, image_id=image_id, url=line["url"], position=position,
        reason=REASON_BY_WORD[line["reason"]], description=restored(line["description"]),
        http_status=_number(line["http_status"]) or 0, attempts=_number(line["attempts"]) or 0,
        bytes=_number(line["bytes"]), width=_number(line["width"]),
        height=_number(line["height"]), sha256=line["sha256"] or None,
        verdict=_verdict(line["annotation"]), boxes=_number(line["boxes"]) or 0,
        boxes_clamped=_number(line["boxes_clamped"]) or 0,
        boxes_dropped=_number(line["boxes_dropped"]) or 0,
        file_name=_file_name(restored(line["file"])),
        finished=_seconds(line["finished_at"]),
    )


def file_called(file_name: str | None) -> str:
    """Without the shard that it lies in."""
    return (file_name or "").rpartition("/")[2]


def _file_name(path: str) -> str | None:
    """Below the folder of images; the report may have been edited."""
    file = PurePosixPath(path)
    is_below = len(file.parts) > 2 and is_shard(file.parent.name, file.stem)
    return (f"{file.parent.name}/{file.name}" if is_below else file.name) or None


def _forget(beside: Path) -> None:
    """What an earlier write put beside the report says nothing that the report does not."""
    try:
        beside.unlink(missing_ok=True)
    except OSError:
        pass  # open in another program, too


def _number(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 16 else None


def _verdict(cell: str) -> Verdict:
    return Verdict(cell) if cell in {verdict.value for verdict in Verdict} else Verdict.NONE


@lru_cache(maxsize=64)
def _whole_moment(seconds: int) -> str:
    """Many end within the same second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else ""


def _seconds(moment: str) -> float:
    import calendar

    try:
        return float(calendar.timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        return 0.0

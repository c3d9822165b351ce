"""Results in the formats that trainers read: a kind of export is a row in EXPORTS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.exports.boxes_csv import write_boxes_csv
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.telling import Teller
from imagenet_utils.whole_files import make_folder


# What a save_dir holds, into a folder, in this format; then one line about it.
Write = Callable[[Ledger, Path, Path, Teller], str]


@dataclass(frozen=True, slots=True)
class ExportKind:
    name: str
    title: str
    write: Write


EXPORTS = (
    ExportKind("boxes_csv", "bounding_boxes.csv, a line for each box, relative to its picture",
               write_boxes_csv),
)


def export(
    names: Iterable[str], *, ledger: Ledger, save_dir: Path, export_dir: Path, teller: Teller
) -> None:
    """Write what is stored so far in these formats, each known to EXPORTS, and say so.

    Raises LocalFault, or UsageError where a file that is no export lies in the way.
    """
    kinds = {kind.name: kind for kind in EXPORTS}
    for name in dict.fromkeys(names):
        make_folder(export_dir)
        teller.say(kinds[name].write(ledger, save_dir, export_dir, teller))

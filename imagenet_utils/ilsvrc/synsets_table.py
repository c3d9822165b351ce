"""A devkit's synsets and the labels of the validation set as tables, with both ways of numbering.

What is written takes the place of an older table of the same kind, of no other file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.devkit import Devkit, Synset
from imagenet_utils.ilsvrc.numbering import CLASSES, classes_by_wnid
from imagenet_utils.model import Wnid
from imagenet_utils.results.report import harmless
from imagenet_utils.whole_files import local_faults, make_folder, successor

SYNSET_COLUMNS = (
    "ILSVRC2012_ID", "position", "WNID", "words", "gloss", "num_children", "children",
    "wordnet_height", "num_train_images",
)
LABEL_COLUMNS = ("image", "code", "ILSVRC2012_ID", "position")


def write_synsets_table(devkit: Devkit, path: Path) -> None:
    """In the order of ids; `position` is that among the sorted classes, from 0.

    Raises UsageError where another file has the name, and LocalFault.
    """
    positions = {wnid: position for position, wnid in enumerate(
        sorted(synset.wnid for synset in devkit.synsets if synset.id <= CLASSES))}
    _write(path, SYNSET_COLUMNS, (_cells(synset, positions) for synset in devkit.synsets))


def write_val_labels(path: Path, labels: Mapping[str, Wnid]) -> None:
    """Picture by picture, in the order of names.  Raises UsageError and LocalFault as above."""
    numbers = classes_by_wnid()
    rows = ((harmless(name), wnid, *((known.id, known.position) if known else ("", "")))
            for name, wnid in sorted(labels.items()) for known in [numbers.get(wnid)])
    _write(path, LABEL_COLUMNS, rows)


def _cells(synset: Synset, positions: Mapping[Wnid, int]) -> Sequence[object]:
    return (
        synset.id,
        positions.get(synset.wnid, ""),
        synset.wnid,
        harmless(synset.words),
        harmless(synset.gloss),
        "" if synset.num_children is None else synset.num_children,
        " ".join(map(str, synset.children)),
        "" if synset.wordnet_height is None else synset.wordnet_height,
        synset.num_train_images,
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    make_folder(path.parent)
    with local_faults(path):
        _refuse_others(path, ",".join(columns))
        with successor(path) as file:
            file.write(text.getvalue().encode("utf-8", "replace"))


def _refuse_others(path: Path, header: str) -> None:
    """A table that a spreadsheet has written anew is still ours where its header is."""
    if not path.exists():
        return
    with open(path, "rb") as file:
        first = file.readline(2 * len(header)).decode("utf-8-sig", "replace").strip()
    if first != header:
        raise UsageError(f"{path}: expected a table that begins with {header}, found another file",
                         "Move it away, or name another place")

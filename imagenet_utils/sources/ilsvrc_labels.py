"""Whose the validation pictures are, by whatever tells it, and which of them are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from imagenet_utils.archives.known import Role
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.blacklist import read_blacklist
from imagenet_utils.ilsvrc.devkit import Devkit
from imagenet_utils.ilsvrc.shelf import Shelf
from imagenet_utils.ilsvrc.val_labels import (
    ValLabels,
    code_of,
    labels_from_devkit,
    labels_of_validation,
    number_of,
    read_val_labels,
)
from imagenet_utils.model import Wnid
from imagenet_utils.options import ArchiveOptions
from imagenet_utils.sources.split_shapes import Labelling

BLACKLIST_NAMES = "ILSVRC*_validation_blacklist.txt"


def labels_for(archives: ArchiveOptions, shelf: Shelf, devkit: Devkit | None) -> ValLabels:
    """What the user names wins, then the devkit, then Kaggle's table, then sorted folders.

    Raises UsageError where nothing tells.
    """
    if archives.val_labels:
        return read_val_labels(archives.val_labels)
    if devkit and devkit.ground_truth:
        return labels_from_devkit(devkit)
    if shelf.val_solutions:
        return read_val_labels(shelf.val_solutions[0])
    place = shelf.place_of(Role.VAL)
    if place and place.tree and place.tree.is_sorted:
        return ValLabels("folders")
    raise UsageError("--split val: nothing tells the classes of the validation pictures",
                     "Put ILSVRC2012_devkit_t12.tar.gz beside them, or name a file with the"
                     " 50,000 codes with --val_labels")


def blacklist_for(archives: ArchiveOptions, devkit: Devkit | None) -> Collection[int]:
    """Numbers of the pictures that are left out.  Raises UsageError."""
    if not archives.skips_blacklisted:
        return ()
    found = set(devkit.blacklist) if devkit else set()
    for path in sorted(archives.directory.glob(BLACKLIST_NAMES)) if not found else ():
        found = set(read_blacklist(path))
    if not found:
        raise UsageError(
            "--skip_blacklisted: there is no blacklist; the devkit of 2012 has none",
            f"Put ILSVRC2015_clsloc_validation_blacklist.txt, which later devkits have, into"
            f" {archives.directory}")
    return found


def labelling_by(labels: ValLabels, skipped: Collection[int]) -> Labelling:
    return Labelling(partial(_of_all, labels, skipped), partial(_of_one, labels, skipped))


def _of_all(
    labels: ValLabels, skipped: Collection[int], names: Sequence[str]
) -> Mapping[str, Wnid]:
    found = labels_of_validation(names, labels)
    return {name: code for name, code in found.items() if number_of(name) not in skipped}


def _of_one(labels: ValLabels, skipped: Collection[int], name: str) -> Wnid | None:
    return None if number_of(name) in skipped else code_of(name, labels)

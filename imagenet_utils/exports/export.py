"""Writing exports, one after the other, and saying what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

from imagenet_utils.exports import ExportKind, kinds_named
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import Gallery
from imagenet_utils.exports.label_systems import SORTED
from imagenet_utils.exports.places import new_file, new_folder
from imagenet_utils.exports.splits import ALL_FOR_TRAINING
from imagenet_utils.options import ExportOptions
from imagenet_utils.telling import Teller
from imagenet_utils.whole_files import local_faults


def export(
    options: ExportOptions, folder: Path, *, ledger: Path, save_dir: Path, teller: Teller
) -> None:
    """Write what is stored so far in these formats into a folder that is there, and say so.

    Raises LocalFault, MissingPackage, and UsageError where what is no export of ours is in the way.
    """
    for kind in kinds_named(options.names):
        writer = import_module(f"imagenet_utils.exports.{kind.name}")
        place = folder / kind.place
        gallery = _gallery(kind, options, ledger, save_dir)
        with local_faults(place), _draft(kind, place, options, writer) as target:
            job = ExportJob(target, gallery, options, teller, f"Writing {kind.place}", kind.takes)
            line = writer.write(job)
        teller.say(f"{place}: {line}{_left_out(job.left_out)}")


def _gallery(kind: ExportKind, options: ExportOptions, ledger: Path, save_dir: Path) -> Gallery:
    """What an option means that the kind does not heed is nothing to it."""
    heeds = kind.own_options
    return Gallery(
        ledger, save_dir,
        ratio=options.split_ratio if "split_ratio" in heeds else ALL_FOR_TRAINING,
        label_system=options.label_system if "label_system" in heeds else SORTED)


def _draft(
    kind: ExportKind, place: Path, options: ExportOptions, writer: Any
) -> AbstractContextManager[Path]:
    if kind.file_name:
        return new_file(place, writer.OPENING)
    heeded = {name: getattr(options, name) for name in kind.own_options}
    return new_folder(place, {"export": kind.name, **heeded}, litter=kind.litter)


def _left_out(counts: Mapping[str, int]) -> str:
    """
    >>> _left_out({"png files": 2, "gif files": 1})
    '; 1 gif files, 2 png files were left out'
    """
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
    return f"; {told} were left out" if told else ""

"""Which exports are wished for, and which options go together with them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from imagenet_utils.command_line.export_options import OPTIONS
from imagenet_utils.errors import UsageError
from imagenet_utils.exports import EXPORTS, KIND_BY_NAME, kinds_named
from imagenet_utils.exports.splits import ALL_FOR_TRAINING, Ratio
from imagenet_utils.model import SPLITS
from imagenet_utils.options import ExportOptions

NAMES = frozenset(option.name for option in OPTIONS)
OWN = tuple(option.name for option in OPTIONS if option.name not in
            {"export", "export_dir", "export_only"})
GO_WITH_EXPORT_ONLY = NAMES | {"contact_sheet", "save_dir", "quiet", "log_file"}


def export_options(namespace: Namespace) -> ExportOptions:
    """Raises UsageError for options that don't go together, MissingPackage."""
    options = ExportOptions(
        names=tuple(namespace.export), folder=namespace.export_dir,
        is_alone=namespace.export_only,
        split_ratio=_ratio(namespace.split_ratio),
        label_system=namespace.label_system,
        shards=_shards(namespace.shards),
        parquet_paths=namespace.parquet_paths,
        first_pixel=namespace.first_pixel,
    )
    _refuse_what_nothing_heeds(options, namespace.given,
                               has_contact_sheet=namespace.contact_sheet)
    if options.is_alone:
        others = sorted(namespace.given - GO_WITH_EXPORT_ONLY)
        if others:
            raise UsageError(f"--{others[0]}: --export_only fetches nothing",
                             "Leave one of the two out")
    return options


def _refuse_what_nothing_heeds(
    options: ExportOptions, given: frozenset[str], *, has_contact_sheet: bool
) -> None:
    if not options.names:
        alone = {"export_only"} if options.is_alone and has_contact_sheet else set()
        for name in sorted(given & NAMES - {"export"} - alone):
            raise UsageError(f"--{name} needs --export: nothing is exported",
                             f"Say --export {'|'.join(KIND_BY_NAME)}")
    heeded = {name for kind in kinds_named(options.names) for name in kind.own_options}
    for name in sorted(given & set(OWN) - heeded):
        heeding = [kind.name for kind in EXPORTS if name in kind.own_options]
        raise UsageError(f"--{name} means nothing to --export {' '.join(options.names)}",
                         f"Leave it out, or export {' or '.join(heeding)}")


def _ratio(numbers: Sequence[int]) -> Ratio:
    if not numbers:
        return ALL_FOR_TRAINING
    train, val, test = (*numbers, 0)[:3] if len(numbers) in (2, 3) else (0, 0, 0)
    if train + val + test != 100:
        raise UsageError("--split_ratio: expected two or three whole numbers that add up to 100,"
                         f" got {' '.join(map(str, numbers))}", "Say --split_ratio 80 10 10")
    return train, val, test


def _shards(numbers: Sequence[int]) -> tuple[int, ...]:
    if len(numbers) > len(SPLITS):
        raise UsageError("--shards: expected a number for each of train, val and test, got"
                         f" {' '.join(map(str, numbers))}", "Say --shards 1024 128")
    return tuple(numbers)

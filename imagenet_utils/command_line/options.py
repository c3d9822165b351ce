"""From the namespace, which ends here, to the options of a run."""

from __future__ import annotations

import argparse
import os

from imagenet_utils.command_line.contact_sheet_options import wants_contact_sheet
from imagenet_utils.command_line.export_wishes import export_options
from imagenet_utils.command_line.extract_options import USER_AGENT
from imagenet_utils.command_line.metadata_options import metadata_wishes
from imagenet_utils.command_line.open_images_options import ALL
from imagenet_utils.command_line.resize_options import resizing_of
from imagenet_utils.command_line.manifest_options import refuse_what_a_manifest_settles
from imagenet_utils.errors import UsageError
from imagenet_utils.job.decide import HANGS_ON
from imagenet_utils.job.sample import SAMPLES, Sampling
from imagenet_utils.network.hosts import Manners
from imagenet_utils.network.allowance import BYTES_PER_MBIT
from imagenet_utils.network.handles import TransferOptions
from imagenet_utils.model import SPLITS
from imagenet_utils.open_images.image_places import MIRROR
from imagenet_utils.options import (
    ArchiveOptions,
    Budgets,
    EngineOptions,
    OpenImagesOptions,
    Places,
    Revision,
    RunOptions,
    Selection,
)
from imagenet_utils.proof.verify import ProofOptions
from imagenet_utils.results.exclusions import read_exclusions

OTHER_SPLIT_NAMES = {"validation": "val"}


def run_options(namespace: argparse.Namespace) -> RunOptions:
    refuse_what_a_manifest_settles(namespace)
    return RunOptions(
        places=Places(namespace.ncode_data, namespace.url_data, namespace.annotations_dir,
                      namespace.save_dir, namespace.from_manifest),
        archives=_archive_options(namespace),
        open_images=_open_images_options(namespace),
        source=namespace.source,
        categories=tuple(namespace.categories),
        selection=_selection(namespace),
        revision=_revision(namespace),
        engine=_engine_options(namespace),
        budgets=Budgets(
            None if namespace.max_minutes is None else 60 * namespace.max_minutes,
            namespace.max_total_bytes, namespace.min_free_disk,
        ),
        settings={name: getattr(namespace, name) for names in HANGS_ON.values() for name in names},
        folder_names=namespace.folder_names,
        shard_folders=namespace.shard_folders,
        is_dry=namespace.dry_run,
        is_verbose=namespace.verbose,
        given=frozenset(namespace.given),
        exports=export_options(namespace),
        excepted=tuple(getattr(namespace, "except")),
        has_contact_sheet=wants_contact_sheet(namespace),
        resizing=resizing_of(namespace),
        originals_dir=namespace.originals_dir,
    )


def what_how_many_counts(namespace: argparse.Namespace) -> str:
    """"urls" or "images"; a balance is of images."""
    return "images" if namespace.balance else namespace.how_many_counts


def _selection(namespace: argparse.Namespace) -> Selection:
    """Raises UsageError for what exclude each other."""
    given = namespace.given
    if namespace.balance and "how_many_counts" in given and namespace.how_many_counts == "urls":
        raise UsageError("--balance counts proven images, and --how_many_counts urls does not",
                         "Leave one of the two out")
    if "seed" in given and not SAMPLES[namespace.sample].takes_seed:
        seeded = " or ".join(kind for kind, row in SAMPLES.items() if row.takes_seed)
        raise UsageError(f"--seed: --sample {namespace.sample} takes the same ones with any seed",
                         f"Say --sample {seeded}, or leave --seed out")
    return Selection(
        namespace.offset, what_how_many_counts(namespace) == "images", namespace.with_annotation,
        Sampling(namespace.sample, namespace.seed), namespace.balance)


def _revision(namespace: argparse.Namespace) -> Revision:
    path = namespace.exclude_images
    return Revision(namespace.retry_dead, namespace.restore_removed, namespace.recheck,
                    excluded=read_exclusions(path) if path else frozenset())


def _archive_options(namespace: argparse.Namespace) -> ArchiveOptions:
    given_splits = {OTHER_SPLIT_NAMES.get(split, split) for split in namespace.split}
    return ArchiveOptions(
        named=tuple(namespace.archive),
        directory=namespace.archives_dir,
        splits=tuple(split for split in SPLITS if split in given_splits),
        val_labels=namespace.val_labels,
        cookie_file=namespace.cookie_file,
        accepts_terms=namespace.accept_terms,
        keeps_archives=namespace.keep_archives,
        verifies_archives=namespace.verify_archives,
        skips_blacklisted=namespace.skip_blacklisted,
    )


def _open_images_options(namespace: argparse.Namespace) -> OpenImagesOptions:
    """Raises UsageError for an address that nobody would ask."""
    image_from = tuple(dict.fromkeys(namespace.image_from)) or ("mirror",)
    if namespace.mirror and "mirror" not in image_from:
        raise UsageError(f"--mirror: --image_from {' '.join(image_from)} asks no mirror",
                         "Add mirror to --image_from, or leave --mirror out")
    return OpenImagesOptions(
        metadata=metadata_wishes(namespace, _archive_options(namespace).splits),
        image_from=image_from,
        mirror=(namespace.mirror or MIRROR).rstrip("/"),
        has_boxes_of_all=namespace.boxes == ALL,
        excluded_boxes=tuple(dict.fromkeys(namespace.exclude_boxes)),
        licenses=tuple(namespace.licenses),
    )


def _engine_options(namespace: argparse.Namespace) -> EngineOptions:
    processes = (namespace.processes or os.cpu_count() or 1) if namespace.parallel else 1
    cap = namespace.max_bandwidth
    return EngineOptions(
        processes=processes,
        is_parallel=namespace.parallel,
        batch_size=namespace.batch_size if namespace.parallel else 1,
        bandwidth_mbit=namespace.bandwidth,
        max_bandwidth_mbit=cap,
        transfer=TransferOptions(
            timeout_seconds=namespace.timeout,
            max_image_bytes=namespace.max_image_bytes,
            user_agent=namespace.user_agent or USER_AGENT,
            proxy=namespace.proxy,
            honours_opt_out=not namespace.ignore_opt_out,
            bytes_per_second=cap * BYTES_PER_MBIT / processes if cap else None,
        ),
        proof=ProofOptions(decode=namespace.verify == "decode", min_side=namespace.min_side,
                           max_pixels=namespace.max_pixels),
        manners=Manners(namespace.retries, namespace.per_host, namespace.sleep),
        repairs_colours=namespace.repair_colors,
    )

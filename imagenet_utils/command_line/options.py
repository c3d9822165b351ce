"""What the stages of a run need to know, each in a frozen value; the namespace ends here."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils import __version__
from imagenet_utils.job.category_run import Selection
from imagenet_utils.job.decide import HANGS_ON
from imagenet_utils.network.schedule import Manners
from imagenet_utils.network.transfer import TransferOptions
from imagenet_utils.proof.verify import ProofOptions

USER_AGENT = f"part-of-imagenet/{__version__} (libcurl; downloads pictures for research)"
BYTES_PER_MBIT = 125_000


@dataclass(frozen=True, slots=True)
class Budgets:
    """A run ends before it exceeds one; None: no such budget."""

    max_seconds: float | None
    max_total_bytes: int | None
    min_free_disk: int


@dataclass(frozen=True, slots=True)
class Places:
    """What the user has, and where results go."""

    table: Path
    url_data: Path
    annotations_dir: Path
    save_dir: Path


@dataclass(frozen=True, slots=True)
class Revision:
    """How a run deals with earlier verdicts."""

    retry_dead: bool
    restore_removed: bool
    recheck: bool


@dataclass(frozen=True, slots=True)
class EngineOptions:
    processes: int
    is_parallel: bool
    batch_size: int | None  # None: found by the run
    bandwidth_mbit: float | None  # None: measured
    max_bandwidth_mbit: float | None
    transfer: TransferOptions
    proof: ProofOptions
    manners: Manners


@dataclass(frozen=True, slots=True)
class RunOptions:
    places: Places
    source: str
    categories: tuple[str, ...]  # as typed; empty: the table's marks
    selection: Selection
    revision: Revision
    engine: EngineOptions
    budgets: Budgets
    settings: dict[str, object]  # the options that reasons hang on
    folder_names: str
    are_annotations_named: bool  # by the user; the usual folder has an older name too
    is_dry: bool
    is_verbose: bool


def run_options(namespace: argparse.Namespace) -> RunOptions:
    return RunOptions(
        places=Places(namespace.ncode_data, namespace.url_data, namespace.annotations_dir,
                      namespace.save_dir),
        source=namespace.source,
        categories=tuple(namespace.categories),
        selection=Selection(namespace.offset, namespace.how_many_counts == "images",
                            namespace.with_annotation),
        revision=Revision(namespace.retry_dead, namespace.restore_removed, namespace.recheck),
        engine=_engine_options(namespace),
        budgets=Budgets(
            None if namespace.max_minutes is None else 60 * namespace.max_minutes,
            namespace.max_total_bytes, namespace.min_free_disk,
        ),
        settings={name: getattr(namespace, name) for names in HANGS_ON.values() for name in names},
        folder_names=namespace.folder_names,
        are_annotations_named="annotations_dir" in namespace.given,
        is_dry=namespace.dry_run,
        is_verbose=namespace.verbose,
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
    )

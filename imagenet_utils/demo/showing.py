"""The main job, run for real against the embedded origin, and held against what was planned."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.demo.dataset import (
    URL_LIST,
    DemoPlan,
    PlannedImage,
    demo_site,
    draw_demo,
    write_demo,
)
from imagenet_utils.demo.origin import origin_in_process
from imagenet_utils.errors import ExitCode, UsageError
from imagenet_utils.job.pipeline import run
from imagenet_utils.model import Reason
from imagenet_utils.options import AS_LISTED, Places, RunOptions
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger, Row
from imagenet_utils.results.store import make_folder
from imagenet_utils.telling import Teller

FOLDER = "partial_imagenet_demo"
ENDED_WELL = {ExitCode.ALL_HERE, ExitCode.WORTH_ANOTHER_RUN}  # dead links are part of the show
NOT_FOR_DEMOS = ("categories", "except", "ncode_data", "url_data", "annotations_dir", "dry_run")

# A placeholder is known by how often it comes, and a host's patience is spent by all of it.
HANG_ON_OTHERS = {Reason.PLACEHOLDER, Reason.THROTTLED}


def show(
    options: RunOptions, given: frozenset[str], console: Teller, told: dict[str, object]
) -> ExitCode:
    """0 when every planned fault got its verdict."""
    for name in NOT_FOR_DEMOS:
        if name in given:
            raise UsageError(f"--{name} and --demo exclude each other",
                             "Leave one of the two out; the demo brings its own data")
    save_dir = options.places.save_dir if "save_dir" in given else PROJECT_FOLDER / FOLDER
    if save_dir.resolve() == PROJECT_FOLDER:
        raise UsageError(f"--save_dir {save_dir}: a demo's table and list are not for this folder",
                         "Name a folder of its own")
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "*"  # the origin is on this machine
    console.say("Demo: drawing pictures, and starting a small origin with the ills of the web")
    images = draw_demo()
    make_folder(save_dir)
    port = _port_of_last_demo(save_dir)  # the same URLs again, where that can be
    with origin_in_process(demo_site(images), wanted_port=port) as origin:
        plan = write_demo(save_dir, origin.url(), images)
        of_demo = {"save_dir": save_dir, "ncode_data": plan.ncode_data, "url_data": plan.url_data,
                   "annotations_dir": plan.annotations_dir, "retries": plan.retries,
                   "timeout": plan.timeout_seconds, "max_image_bytes": plan.max_image_bytes}
        code = run(_options_for(options, plan, save_dir), console, {**told, **of_demo})
    if code not in ENDED_WELL:
        return code
    return _judged(plan, save_dir, console, is_all=options.selection == AS_LISTED)


def _port_of_last_demo(save_dir: Path) -> int:
    try:
        found = re.search(r"http://127\.0\.0\.1:([0-9]{4,5})/", (save_dir / URL_LIST).read_text())
    except (OSError, UnicodeError):
        return 0
    return int(found[1]) if found and int(found[1]) < 65536 else 0


def _options_for(options: RunOptions, plan: DemoPlan, save_dir: Path) -> RunOptions:
    engine = options.engine
    transfer = replace(engine.transfer, timeout_seconds=plan.timeout_seconds, proxy=None,
                       max_image_bytes=plan.max_image_bytes)
    return replace(
        options,
        places=Places(plan.ncode_data, plan.url_data, plan.annotations_dir, save_dir),
        engine=replace(engine, transfer=transfer,
                       manners=replace(engine.manners, retries=plan.retries)),
        settings={**options.settings, "max_image_bytes": plan.max_image_bytes},
    )


def _judged(plan: DemoPlan, save_dir: Path, console: Teller, *, is_all: bool) -> ExitCode:
    """Where not all were to be fetched, what no run asked for is left out."""
    ledger = Ledger(save_dir / LEDGER, is_draft=True)
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for code in {image.code for image in plan.images}:
        for row in ledger.rows_of(code):
            rows[row.code, row.image_id].append(row)  # of earlier demos' ports, too
    ledger.close()
    judged = [image for image in plan.images
              if is_all or _is_of_its_own(image, rows[image.code, image.image_id])]
    missed = []
    for image in judged:
        found = rows[image.code, image.image_id]
        if not any(image.is_met_by(row.reason, row.verdict) for row in found):
            wanted = " or ".join(reason.word for reason in image.reasons)
            was = "; ".join(f"{row.reason.word}, {row.verdict.value}" for row in found)
            missed.append(f"{image.image_id}: planned {wanted}, {image.verdict.value}; was {was}")
    for line in missed:
        console.warn(line)
    left_out = len(plan.images) - len(judged)
    others = f", and {left_out} were not looked at" if left_out else ""
    console.say(f"Demo: {len(judged) - len(missed)} of {len(judged)} planned verdicts came true"
                f"{others}. Look at {save_dir}")
    return ExitCode.INTERNAL_ERROR if missed else ExitCode.ALL_HERE


def _is_of_its_own(image: PlannedImage, rows: Sequence[Row]) -> bool:
    """Whether it was asked for, and no other picture has a part in its verdict."""
    reasons = {*image.reasons, *(row.reason for row in rows)}
    return bool(rows) and not reasons & HANG_ON_OTHERS

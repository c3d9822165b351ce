"""Options, fetchers and workers as small as tests want them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imagenet_utils.engine.keeping import make_category_folders
from imagenet_utils.engine.worker import ImageWorker, WorkerMaker
from imagenet_utils.model import (
    FileLocation, ImageId, ImageTask, Location, Outcome, UrlLocation,
)
from imagenet_utils.network.byte_budget import ByteBudget, SharedBytes, shared_bytes
from imagenet_utils.network.fetch import Fetched, Fetcher
from imagenet_utils.network.proxies import BUNDLE_VARIABLES, PROXY_VARIABLES
from imagenet_utils.network.handles import Span, TransferOptions
from imagenet_utils.proof.verify import ProofOptions

PATIENCE_SECONDS = 90.0  # after which a test fails in place of hanging


@contextmanager
def bare_environment() -> Iterator[None]:
    """Without proxies and certificate bundles of the machine that tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*PROXY_VARIABLES, *BUNDLE_VARIABLES):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield


def transfer_options(**changes: Any) -> TransferOptions:
    given: dict[str, Any] = {
        "timeout_seconds": 60.0, "max_image_bytes": 1024 * 1024, "user_agent": "tester/1.0",
        "proxy": None, "honours_opt_out": True, "bytes_per_second": None,
    }
    return TransferOptions(**{**given, **changes})


def new_fetcher(shared: SharedBytes | None = None, slot: int = 0, **changes: Any) -> Fetcher:
    return Fetcher(transfer_options(**changes), ByteBudget(shared or shared_bytes(1), slot))


def fetch_all(
    fetcher: Fetcher, wires: Iterable[str], span: Span | None = None
) -> list[Fetched]:
    """In the order of the URLs, the same part of each; the bodies are released."""
    numbers = []
    for number, wire in enumerate(wires):
        fetcher.start(number, wire, span)
        numbers.append(number)
    ends: dict[int, Fetched] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(ends) < len(numbers):
        assert time.monotonic() < deadline, f"no end: {set(numbers) - set(ends)}"
        for fetched in fetcher.turn(0.1):
            fetcher.release(fetched)
            ends[fetched.number] = fetched
    return [ends[number] for number in numbers]


def fetch_one(wire: str, span: Span | None = None, **changes: Any) -> Fetched:
    return fetch_all(new_fetcher(**changes), [wire], span)[0]


def new_worker(
    folder: Path, *, proof: ProofOptions | None = None, repairs_colours: bool = False,
    shared: SharedBytes | None = None, **changes: Any,
) -> ImageWorker:
    """With the folders of its category made."""
    make_category_folders(str(folder))
    return WorkerMaker(transfer_options(**changes), proof or ProofOptions(),
                       shared or shared_bytes(1),
                       str(folder.parent / ".gate"), repairs_colours)(0)


def task_for(
    folder: Path, place: str | Path | Location, number: int = 0, **changes: Any
) -> ImageTask:
    """`place` is a URL, the path of a file to prove, or any other place."""
    location: Location
    if isinstance(place, Path):
        location = FileLocation(str(place))
    else:
        location = UrlLocation(place, place) if isinstance(place, str) else place
    given: dict[str, Any] = {
        "image_id": ImageId(f"n02119789_{number}"), "place": f"n02119789_{number}",
        "annotation": None, "labels": {},
        "drops_misfits": False, "may_replace": False, "known_xml": None,
        "places": 100,
    }
    return ImageTask(number, location, folder=str(folder), **{**given, **changes})


def work_off(worker: ImageWorker, *tasks: ImageTask) -> list[Outcome]:
    """In the order of the tasks, whose numbers differ."""
    for task in tasks:
        worker.accept(task)
    ends: dict[int, Outcome] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(ends) < len(tasks):
        assert time.monotonic() < deadline, f"no end: {[task.number for task in tasks]}"
        ends.update((outcome.number, outcome) for outcome in worker.turn(0.1)
                    if isinstance(outcome, Outcome))
    return [ends[task.number] for task in tasks]

"""The life of an image, on one page: fetch, prove, annotate, store.  Its bytes never leave here."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from filelock import FileLock, Timeout

from imagenet_utils.annotations.beside_pictures import Place, fitted, put
from imagenet_utils.network.byte_budget import ByteBudget, SharedBytes
from imagenet_utils.network.fetch import Fetched, Fetcher
from imagenet_utils.results.layout import annotation_dir, file_stem, images_dir
from imagenet_utils.model import (
    Failure,
    FileLocation,
    ImageTask,
    Outcome,
    Picture,
    Reason,
    Stored,
    Verdict,
)
from imagenet_utils.results.store import FAULTS_THAT_END_A_RUN, Occupied, write_new, write_over
from imagenet_utils.network.transfer import TransferOptions
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect

LARGE_PICTURE_PIXELS = 16_000_000  # above, one is decoded at a time over all processes
MOMENT_SECONDS = 0.02  # between two looks whether the gate is free


@dataclass(frozen=True, slots=True)
class WorkerMaker:
    """Options travel; the heavy things are made in the process that uses them."""

    transfer: TransferOptions
    proof: ProofOptions
    shared_bytes: SharedBytes
    labels: Mapping[str, str]  # code -> label, for the names of objects
    large_picture_gate: str  # path of a lock file

    def __call__(self, slot: int) -> ImageWorker:
        return ImageWorker(self, slot)


class ImageWorker:
    """Drives many images at once; each is in the hands of libcurl or of the lines below."""

    def __init__(self, options: WorkerMaker, slot: int) -> None:
        self._options = options
        self._fetcher = Fetcher(options.transfer, ByteBudget(options.shared_bytes, slot))
        self._gate = FileLock(options.large_picture_gate)
        self._tasks: dict[int, ImageTask] = {}
        self._large: deque[tuple[ImageTask, Fetched, Picture]] = deque()
        self._done: list[Outcome] = []
        self.wake = self._fetcher.wake

    def accept(self, task: ImageTask) -> None:
        self._tasks[task.number] = task
        if isinstance(task.location, FileLocation):
            self._prove(_read(task.number, task.location.path))
        else:
            self._fetcher.start(task.number, task.location.wire)

    def turn(self, wait_seconds: float) -> list[Outcome]:
        if self._done:
            wait_seconds = 0
        elif self._large:
            wait_seconds = min(wait_seconds, MOMENT_SECONDS)
        for fetched in self._fetcher.turn(wait_seconds):
            self._prove(fetched)
        self._decode_large()
        done, self._done = self._done, []
        return done

    def _prove(self, fetched: Fetched) -> None:
        task = self._tasks[fetched.number]
        found = fetched.failure or inspect(fetched.body, self._options.proof)
        if isinstance(found, Failure):
            self._end(fetched, found)
        elif not self._options.proof.decode:
            self._end(fetched, self._keep(task, fetched, found))
        elif found.width * found.height > LARGE_PICTURE_PIXELS:
            self._large.append((task, fetched, found))
        else:
            self._decode(task, fetched, found)

    def _decode(self, task: ImageTask, fetched: Fetched, picture: Picture) -> None:
        failure = decode_failure(fetched.body, picture)
        self._end(fetched, failure or self._keep(task, fetched, picture))

    def _decode_large(self) -> None:
        if not self._large:
            return
        try:
            with self._gate.acquire(blocking=False):
                self._decode(*self._large.popleft())
        except Timeout:
            pass  # another process decodes a large one

    def _keep(self, task: ImageTask, fetched: Fetched, picture: Picture) -> Stored | Failure:
        """Annotate first: a picture that its boxes don't fit may not be wanted."""
        is_in_place = isinstance(task.location, FileLocation)
        stem = file_stem(task.image_id)
        name = (os.path.basename(task.location.path) if isinstance(task.location, FileLocation)
                else f"{stem}.{picture.extension}")
        annotated = fitted(task.annotation, name, picture, self._options.labels.get)
        if task.drops_misfits and annotated.verdict is Verdict.MISMATCH:
            return Failure(Reason.MISMATCH, _sizes(picture))
        path = os.path.join(images_dir(task.folder), name)
        try:
            if is_in_place:
                mtime_ns = os.stat(path).st_mtime_ns
            else:
                mtime_ns = (write_over if task.may_replace else write_new)(path, fetched.body)
            boxes = put(annotated, Place(task.folder, stem, task.known_xml))
        except Occupied:
            return Failure(Reason.SAVE_FAILED, f"{name} is there and not ours: move it away")
        except OSError as error:
            return _SaveFault(Reason.SAVE_FAILED, f"{error.strerror}: {path}"[:200], error.errno)
        return Stored(name, mtime_ns, picture, boxes)

    def _end(self, fetched: Fetched, result: Stored | Failure) -> None:
        self._fetcher.release(fetched)
        del self._tasks[fetched.number]
        stored = result if isinstance(result, Stored) else None
        failure = result if isinstance(result, Failure) else None
        self._done.append(Outcome(
            number=fetched.number,
            reason=failure.reason if failure else Reason.DOWNLOADED,
            description=failure.description if failure else "Success",
            stored=stored,
            http_status=fetched.http_status,
            is_connected=fetched.is_connected,
            seconds=fetched.seconds,
            first_byte_seconds=fetched.first_byte_seconds,
            retry_after_seconds=fetched.retry_after_seconds,
            received=len(fetched.body),
            ends_run=isinstance(failure, _SaveFault) and failure.ends_run,
        ))


@dataclass(frozen=True, slots=True)
class _SaveFault(Failure):
    errno: int | None

    @property
    def ends_run(self) -> bool:
        return self.errno in FAULTS_THAT_END_A_RUN


def make_category_folders(folder: str) -> None:
    os.makedirs(images_dir(folder), exist_ok=True)
    os.makedirs(annotation_dir(folder), exist_ok=True)


def _read(number: int, path: str) -> Fetched:
    """A file of this disk as if it had been fetched."""
    failure = None
    body = bytearray()
    try:
        with open(path, "rb") as file:
            body += file.read()
    except OSError as error:
        failure = Failure(Reason.SAVE_FAILED, f"{error.strerror}: {path}"[:200])
    return Fetched(number, body, failure, http_status=0, is_connected=False, seconds=0.0,
                   first_byte_seconds=0.0, retry_after_seconds=None)


def _sizes(picture: Picture) -> str:
    return f"the picture is {picture.width}x{picture.height}, its annotation speaks of another"

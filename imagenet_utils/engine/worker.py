"""The life of an image, on one page: fetch or read, prove, annotate, store."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass

from filelock import FileLock, Timeout

from imagenet_utils.annotations.beside_pictures import Unreadable, fitted
from imagenet_utils.archives.tar_headers import BLOCK
from imagenet_utils.engine.executors import HalfDone
from imagenet_utils.engine.freed_memory import give_back_large_blocks
from imagenet_utils.engine.keeping import file_name, stored, with_resized
from imagenet_utils.engine.rare_collections import collect_rarely
from imagenet_utils.engine.reading import DiskReader, body_of_member
from imagenet_utils.model import (
    LONGEST_DESCRIPTION,
    Failure,
    FileLocation,
    ImageTask,
    Outcome,
    PassingLocation,
    Picture,
    RangeLocation,
    Reason,
    Stored,
    UrlLocation,
    Verdict,
)
from imagenet_utils.network.byte_budget import ByteBudget, SharedBytes
from imagenet_utils.network.descriptors import raise_descriptor_limit
from imagenet_utils.network.fetch import Fetched, Fetcher
from imagenet_utils.network.handles import TransferOptions
from imagenet_utils.proof.colours import oddity_of, repaired
from imagenet_utils.proof.expected import mismatch_of
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect
from imagenet_utils.results.store import Occupied, ends_a_run
from imagenet_utils.transform.pixels import Pixels, proven_pixels
from imagenet_utils.whole_files import destination

LARGE_PICTURE_PIXELS = 16_000_000  # above, one is decoded at a time over all processes
MOMENT_SECONDS = 0.02  # between two looks whether the gate is free
PROVING_SECONDS = 0.05  # at a stretch, before what is done is told and the network has its turn


@dataclass(frozen=True, slots=True)
class WorkerMaker:
    """Options travel; the heavy things are made in the process that uses them."""

    transfer: TransferOptions
    proof: ProofOptions
    shared_bytes: SharedBytes
    large_picture_gate: str  # path of a lock file
    repairs_colours: bool = False

    def __call__(self, slot: int) -> ImageWorker:
        raise_descriptor_limit()
        give_back_large_blocks()
        collect_rarely()
        return ImageWorker(self, slot)


class ImageWorker:
    """Drives many images at once; each is in the hands of libcurl or of the lines below."""

    def __init__(self, options: WorkerMaker, slot: int) -> None:
        self._options = options
        self._fetcher = Fetcher(options.transfer, ByteBudget(options.shared_bytes, slot))
        self._gate = FileLock(options.large_picture_gate)
        self._tasks: dict[int, ImageTask] = {}
        self._disk = DiskReader(options.transfer.max_image_bytes)
        self._fetched: deque[Fetched] = deque()
        self._arrived: set[int] = set()  # of these, the ones that were told
        self._to_read: deque[ImageTask] = deque()
        self._large: deque[tuple[Fetched, Picture]] = deque()
        self._done: list[Outcome | HalfDone] = []
        self.wake = self._fetcher.wake

    def accept(self, task: ImageTask) -> None:
        self._tasks[task.number] = task
        self._fetcher.places = task.places
        location = task.location
        if isinstance(location, UrlLocation):
            self._fetcher.start(task.number, location.wire)
        elif isinstance(location, RangeLocation):
            end = location.header + BLOCK + location.size
            self._fetcher.start(task.number, location.wire, (location.header, end))
        else:
            self._to_read.append(task)

    def turn(self, wait_seconds: float) -> list[Outcome | HalfDone]:
        """What was accepted begins, what is here is proven, and what came meanwhile is told of:
        while that is proven in the next turn, others take its places on the line.
        """
        self._fetched += self._fetcher.turn(0)
        self._prove_on()
        self._decode_large()
        if self._can_prove or self._done:
            wait_seconds = 0
        elif self._large:
            wait_seconds = min(wait_seconds, MOMENT_SECONDS)
        self._fetched += self._fetcher.turn(wait_seconds)
        if arrived := self._newly_arrived():
            self._done.append(HalfDone(arrived))
        done, self._done = self._done, []
        return done

    def _newly_arrived(self) -> tuple[int, ...]:
        """What has left the line since the last turn, and waits here for its proof."""
        waiting = {fetched.number for fetched in self._fetched}
        new = tuple(waiting - self._arrived)
        self._arrived = waiting
        return new

    def _unwrapped(self, fetched: Fetched) -> Fetched:
        """Of a member of an archive, the header before its bytes tells whether it is the one."""
        location = self._tasks[fetched.number].location
        if fetched.failure or not isinstance(location, RangeLocation):
            return fetched
        found = body_of_member(fetched.body, location.member, location.size)
        if isinstance(found, Failure):
            return fetched._replace(failure=found)
        return fetched._replace(body=found)

    @property
    def _can_prove(self) -> bool:
        return bool(self._fetched or self._to_read and not self._large)

    def _prove_on(self) -> None:
        """Several in an answer, for each answer costs the main process; but not for so long that
        the line is idle.  What is read is in memory one at a time.
        """
        until = time.monotonic() + PROVING_SECONDS
        while self._can_prove:
            fetched = self._fetched.popleft() if self._fetched else self._read_next()
            self._prove(self._unwrapped(fetched))
            if time.monotonic() >= until:
                return

    def _read_next(self) -> Fetched:
        task = self._to_read.popleft()
        assert not isinstance(task.location, (UrlLocation, RangeLocation, PassingLocation))
        return self._disk.read(task.number, task.location)

    def _prove(self, fetched: Fetched) -> None:
        found = fetched.failure or inspect(fetched.body, self._options.proof)
        expected = self._tasks[fetched.number].expected
        if expected is not None and not isinstance(found, Failure):
            found = mismatch_of(fetched.body, found, expected, etag=fetched.etag) or found
        if isinstance(found, Failure):
            self._fail(fetched, found)
        elif not self._options.proof.decode:
            self._keep(fetched, found)
        elif found.width * found.height > LARGE_PICTURE_PIXELS:
            self._large.append((fetched, found))
        else:
            self._decode(fetched, found)

    def _decode(self, fetched: Fetched, picture: Picture) -> None:
        asked = self._tasks[fetched.number].resizing
        found = (proven_pixels(fetched.body, picture, asked.resizes) if asked
                 else decode_failure(fetched.body, picture))
        if isinstance(found, Failure):
            self._fail(fetched, found)
        else:
            self._keep(fetched, picture, found)

    def _decode_large(self) -> None:
        """The first that waits, if no other process decodes a large one."""
        if not self._large:
            return
        try:
            self._gate.acquire(blocking=False)
        except Timeout:
            return
        except (OSError, NotImplementedError):
            pass  # a disk that knows no locks: memory is less certain then, the picture is not
        try:
            self._decode(*self._large.popleft())
        finally:
            self._gate.release()

    def _keep(self, fetched: Fetched, picture: Picture, pixels: Pixels | None = None) -> None:
        """Annotate first: a picture that its boxes don't fit may not be wanted."""
        task = self._tasks[fetched.number]
        mended = self._mended(fetched.body, picture, task)
        if isinstance(mended, Failure):
            self._fail(fetched, mended)
            return
        body, picture = mended or (fetched.body, picture)
        name = file_name(task, picture)
        annotated = fitted(task.annotation, name, picture, task.labels.get, url=task.location.url)
        if task.drops_misfits and annotated.verdict is Verdict.MISMATCH:
            self._fail(fetched, Failure(Reason.MISMATCH, _sizes(picture)))
            return
        try:
            kept = stored(task, body, picture, annotated, is_original=body is fetched.body)
            if pixels:
                seen = pixels.as_stored() if mended else pixels
                kept = with_resized(kept, task, seen, annotated)
        except Occupied:
            told = f"{name} is there and not ours: move it away"
            self._fail(fetched, Failure(Reason.SAVE_FAILED, told))
        except OSError as error:
            path = error.filename or os.path.join(task.folder, name)
            self._fail(fetched, _failure_to_save(error, path),
                       ends_run=ends_a_run(error, os.path.dirname(path)))
        else:
            problem = annotated.problem if isinstance(annotated, Unreadable) else ""
            oddity = "made an RGB JPEG" if mended else _oddity(body, picture, task)
            only = "kept in other sizes only" if kept.file_name is None else ""
            told = ", ".join(filter(None, (oddity, only)))
            self._finish(fetched, Reason.DOWNLOADED, _success(problem, told), stored=kept)

    def _mended(
        self, body: bytes | bytearray, picture: Picture, task: ImageTask
    ) -> tuple[bytes, Picture] | Failure | None:
        """What is stored in its place, where colours are to be repaired and need it."""
        if not self._options.repairs_colours or isinstance(task.location, FileLocation):
            return None
        return repaired(body, picture)

    def _fail(self, fetched: Fetched, failure: Failure, *, ends_run: bool = False) -> None:
        self._finish(fetched, failure.reason, failure.description, ends_run=ends_run)

    def _finish(
        self, fetched: Fetched, reason: Reason, description: str, *,
        stored: Stored | None = None, ends_run: bool = False,
    ) -> None:
        self._fetcher.release(fetched)
        location = self._tasks.pop(fetched.number).location
        is_member = isinstance(location, RangeLocation)  # however it came, its row is the same
        self._done.append(Outcome(
            number=fetched.number,
            reason=reason,
            description=description,
            stored=stored,
            http_status=fetched.http_status if not is_member or stored is None else 0,
            is_connected=fetched.is_connected,
            seconds=fetched.seconds,
            connect_seconds=fetched.connect_seconds,
            first_byte_seconds=fetched.first_byte_seconds,
            retry_after_seconds=fetched.retry_after_seconds,
            received=fetched.received,
            ends_run=ends_run,
        ))


def _failure_to_save(error: OSError, path: str) -> Failure:
    told = f"{error.strerror or error}: {destination(path)}"
    return Failure.of(Reason.SAVE_FAILED, told)


def _oddity(body: bytes | bytearray, picture: Picture, task: ImageTask) -> str:
    """What is told of a picture that archives have among their JPEGs."""
    if isinstance(task.location, (UrlLocation, FileLocation)):
        return ""
    return oddity_of(body, picture)


def _success(problem: str, oddity: str) -> str:
    told = f"Success ({oddity})" if oddity else "Success"
    if problem:
        told += f", but its annotation is no use: {problem}"
    return told[:LONGEST_DESCRIPTION]


def _sizes(picture: Picture) -> str:
    return f"the picture is {picture.width}x{picture.height}, its annotation speaks of another"

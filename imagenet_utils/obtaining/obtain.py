"""One big file from the web, in as many goes as it takes.

    ask -> judge the answer -> append to the part -> (cut? ask for the rest) -> prove -> name

The part lies beside the target, with a note of what it is a part of, so that the next run can
go on where this one was ended.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils.passwords import without_passwords
from imagenet_utils.errors import LocalFault, Locked, Unobtainable
from imagenet_utils.network.headers import seconds_until
from imagenet_utils.obtaining.answers import Body, Cut, Patience, Refused, ask, new_session
from imagenet_utils.obtaining.parts import Part
from imagenet_utils.telling import OnProgress
from imagenet_utils.whole_files import local_faults, make_folder

if TYPE_CHECKING:
    import requests

HEAD_BYTES = 512  # where a tar's mark ends
PROGRESS_BYTES = 1 << 20  # a go that brought this much gives all tries back


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a file before it comes."""

    sha1: str = ""  # hex; empty: not known
    is_archive: bool = False  # gzip, zip, bzip2, xz or tar, nothing else


def fetch_file(
    address: str,
    target: Path,
    *,
    expected: Expected = Expected(),
    patience: Patience = Patience(),
    on_progress: OnProgress = lambda done, total: None,
) -> None:
    """Raises Unobtainable in one line, LocalFault, or Locked where another run fetches the same.

    A file that has the target's name is replaced when, and only when, its successor is whole.
    """
    make_folder(target.parent)
    part = Part.beside(target, address)
    with _alone(part), local_faults(part.path):
        part.recall()
        try:
            _fill(part, address, expected=expected, patience=patience, on_progress=on_progress)
            _prove(part, expected)
        except Refused as refusal:
            if not part.byte_count:
                part.forget()
            problem = without_passwords(f"{address}: {refusal}")
            raise Unobtainable(problem) from None
        part.take_name(target)


@contextmanager
def _alone(part: Part) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(part.lock_path, timeout=0)
    with local_faults(part.lock_path):
        try:
            lock.acquire()
        except Timeout:
            problem = f"{part.path.parent}: another run is fetching the same file"
            raise Locked(problem, "Wait for it, or end it") from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows lets nobody delete what is open, and filelock does it
            part.lock_path.unlink(missing_ok=True)
        lock.release()


def _fill(
    part: Part,
    address: str,
    *,
    expected: Expected,
    patience: Patience,
    on_progress: OnProgress,
) -> None:
    """Ask until the part is whole or the tries are used up."""
    with new_session() as session:
        failed = 0
        while not part.is_whole:
            before = part.byte_count
            try:
                with ask(session, address, _headers_for(part), patience) as response:
                    _judge(response, part)
                    _store(Body(response, patience), part, expected, on_progress)
                    part.is_whole = True
            except Cut as cut:
                failed = 1 if part.byte_count - before >= PROGRESS_BYTES else failed + 1
                if failed >= patience.tries:
                    raise Refused(f"{cut}, {failed} times") from None
                patience.sleep(_pause_seconds(cut, failed, patience))


def _headers_for(part: Part) -> dict[str, str]:
    if part.byte_count and part.validator:
        return {"Range": f"bytes={part.byte_count}-", "If-Range": part.validator}
    return {}


def _judge(response: requests.Response, part: Part) -> None:
    """Make the part ready for this body, or refuse it."""
    status = response.status_code
    if status == 206 and part.continues(response.headers):
        return
    if status == 200:
        part.restart(response.headers)
    elif status in (206, 416):
        part.forget()
        raise Cut(f"the part does not fit the file (HTTP {status})", 0)
    elif status in (408, 425, 429) or status >= 500:
        retry_after = response.headers.get("Retry-After", "").strip()
        pause_seconds = seconds_until(retry_after, now=time.time())
        raise Cut(f"HTTP {status} {response.reason}", pause_seconds)
    else:
        raise Refused(f"HTTP {status} {response.reason}")


def _store(body: Body, part: Part, expected: Expected, on_progress: OnProgress) -> None:
    block = body.read()
    while part.byte_count == 0 and block and len(block) < HEAD_BYTES:
        more = body.read()
        block += more
        if not more:
            break
    if part.byte_count == 0:
        _refuse_what_is_no_file(block, expected)
    _refuse_what_has_no_room(part)
    with open(part.path, "ab") as file:
        while block:
            file.write(block)
            part.byte_count += len(block)
            on_progress(part.byte_count, part.total_bytes)
            block = body.read()
    if part.total_bytes is not None and part.byte_count != part.total_bytes:
        raise Cut(f"ended at {part.byte_count:,} of {part.total_bytes:,} bytes")


def _refuse_what_is_no_file(head: bytes, expected: Expected) -> None:
    """Sites answer 200 with a page (log in, not found) under an archive's name."""
    if not head:
        raise Refused("answered with nothing")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refused("answered with a web page in place of the file")
    if expected.is_archive and not looks_like_archive(head):
        raise Refused("answered with something that is no archive")


def looks_like_archive(head: bytes) -> bool:
    """Whether a file that begins so is gzip, zip, bzip2, xz or tar."""
    marks = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0")
    return head.startswith(marks) or head[257:262] == b"ustar"


def _refuse_what_has_no_room(part: Part) -> None:
    if part.total_bytes is None:
        return
    missing = part.total_bytes - part.byte_count
    free = shutil.disk_usage(part.path.parent).free
    if missing > free:
        raise LocalFault(
            f"{part.path.parent}: {missing:,} bytes are to come, {free:,} are free",
            "Free some space, or name another folder",
        )


def _pause_seconds(cut: Cut, failed: int, patience: Patience) -> float:
    """What the server asked for, else doubling with jitter."""
    wanted = cut.pause_seconds
    if wanted is None:
        wanted = 2 ** (failed - 1) * random.uniform(0.5, 1)
    return min(wanted, patience.longest_pause_seconds)


def _prove(part: Part, expected: Expected) -> None:
    """A part with the wrong digest is thrown away: no further byte could mend it."""
    if not expected.sha1:
        return
    digest = hashlib.sha1(usedforsecurity=False)
    with open(part.path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != expected.sha1:
        part.forget()
        raise Refused(f"expected SHA-1 {expected.sha1}, got {digest.hexdigest()}")

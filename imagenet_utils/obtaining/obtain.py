"""One big file from the web, in as many goes as it takes.

    ask -> judge the answer -> append to the part -> (cut? ask for the rest) -> prove -> name

The part lies beside the target, with a note of what it is a part of, so that the next run can
go on where this one was ended.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils.passwords import without_passwords
from imagenet_utils.errors import LocalFault, Locked, Unobtainable
from imagenet_utils.obtaining.answers import (
    HEAD_BYTES, PROGRESS_BYTES, Absent, Asking, Body, Cut, Denied, Refused, ask,
    looks_like_archive, looks_like_page, new_session, pause_seconds, trouble_with,
)
from imagenet_utils.obtaining.parts import Part, whole_number
from imagenet_utils.obtaining.refusals import Missing, NeedsAccess
from imagenet_utils.telling import OnProgress
from imagenet_utils.whole_files import local_faults, make_folder

if TYPE_CHECKING:
    import requests

KINDS: dict[type[Refused], type[Unobtainable]] = {Absent: Missing, Denied: NeedsAccess}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a file before it comes."""

    sha1: str = ""  # hex; empty: not known
    md5: str = ""  # likewise
    byte_count: int | None = None  # None: not known
    is_archive: bool = False  # gzip, zip, bzip2, xz or tar, nothing else
    # Of which lengths this is expected; a file of another one is another file, and unknown.
    holds_for: Callable[[int], bool] = lambda byte_count: True


def fetch_file(
    address: str,
    target: Path,
    *,
    expected: Expected = Expected(),
    asking: Asking = Asking(),
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
            _fill(part, address, expected=expected, asking=asking, on_progress=on_progress)
            _prove(part, expected)
        except Refused as refusal:
            if not part.byte_count:
                part.forget()
            problem = without_passwords(f"{address}: {refusal}")
            raise KINDS.get(type(refusal), Unobtainable)(problem) from None
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
    asking: Asking,
    on_progress: OnProgress,
) -> None:
    """Ask until the part is whole or the tries are used up."""
    patience = asking.patience
    with new_session(address, asking) as session:
        failed = 0
        while not part.is_whole:
            before = part.byte_count
            try:
                with ask(session, address, _headers_for(part), asking) as response:
                    body = Body(response, patience)
                    head = _judged_head(response, body, part, expected)
                    _store(head, body, part, on_progress)
                    part.is_whole = True
            except Cut as cut:
                failed = 1 if part.byte_count - before >= PROGRESS_BYTES else failed + 1
                if failed >= patience.tries:
                    raise Refused(f"{cut}, {failed} times") from None
                patience.sleep(pause_seconds(cut, failed, patience))


def _headers_for(part: Part) -> dict[str, str]:
    if part.byte_count and part.validator:
        return {"Range": f"bytes={part.byte_count}-", "If-Range": part.validator}
    return {}


def _judged_head(
    response: requests.Response, body: Body, part: Part, expected: Expected
) -> bytes:
    """The first bytes of this body, the part being ready for them.  Raises Refused or Cut.

    A part is only given up for something that looks like the file: a login that has run out
    must not cost the hundred gigabytes that are here.
    """
    status = response.status_code
    if status == 206 and part.continues(response.headers):
        return b""
    if status == 200:
        head = _head_of(body)
        _refuse_what_is_no_file(head, expected)
        announced = whole_number(response.headers.get("Content-Length", ""))
        _refuse_another_length(announced, expected)
        part.restart(response.headers)
        return head
    if status in (206, 416):
        part.forget()
        raise Cut(f"the part does not fit the file (HTTP {status})", 0)
    raise trouble_with(response)


def _head_of(body: Body) -> bytes:
    head = b""
    while len(head) < HEAD_BYTES and (block := body.read()):
        head += block
    return head


def _store(head: bytes, body: Body, part: Part, on_progress: OnProgress) -> None:
    _refuse_what_has_no_room(part)
    block = head or body.read()
    with open(part.path, "ab") as file:
        while block:
            file.write(block)
            part.byte_count += len(block)
            on_progress(part.byte_count, part.total_bytes)
            block = body.read()
    if part.total_bytes is not None and part.byte_count != part.total_bytes:
        raise Cut(f"ended at {part.byte_count:,} of {part.total_bytes:,} bytes")


def _refuse_what_is_no_file(head: bytes, expected: Expected) -> None:
    if not head:
        raise Refused("answered with nothing")
    if looks_like_page(head):
        raise Denied("answered with a web page in place of the file")
    if expected.is_archive and not looks_like_archive(head):
        raise Refused("answered with something that is no archive")


def _refuse_another_length(byte_count: int | None, expected: Expected) -> None:
    if byte_count is None or not expected.holds_for(byte_count):
        return
    if expected.byte_count not in (None, byte_count):
        raise Refused(f"expected {expected.byte_count:,} bytes, got {byte_count:,}")


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


def _prove(part: Part, expected: Expected) -> None:
    """A part with the wrong digest is thrown away: no further byte could mend it."""
    try:
        _refuse_another_length(part.byte_count, expected)
        if expected.holds_for(part.byte_count):
            _refuse_another_digest(part.path, expected)
    except Refused:
        part.forget()
        raise


def _refuse_another_digest(path: Path, expected: Expected) -> None:
    """The file is read once, whatever is known of it."""
    known = {"SHA-1": expected.sha1, "MD5": expected.md5}
    digests = {name: hashlib.new(name.replace("-", ""), usedforsecurity=False)
               for name, digest in known.items() if digest}
    if not digests:
        return
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            for digest in digests.values():
                digest.update(block)
    for name, digest in digests.items():
        if digest.hexdigest() != known[name].lower():
            raise Refused(f"expected {name} {known[name]}, got {digest.hexdigest()}")

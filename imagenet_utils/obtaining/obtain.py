"""One big file from the web, in as many goes as it takes.

    ask -> judge the answer -> append to the part -> (cut? ask for the rest) -> prove -> name

The part lies beside the target, with a note of what it is a part of, so that the next run can
go on where this one was ended.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils import __version__
from imagenet_utils.command_line.passwords import without_passwords
from imagenet_utils.errors import LocalFault, Locked, Unobtainable
from imagenet_utils.network.headers import seconds_until
from imagenet_utils.network.proxies import certificate_bundle
from imagenet_utils.obtaining.parts import Part
from imagenet_utils.telling import OnProgress
from imagenet_utils.whole_files import local_faults, make_folder

if TYPE_CHECKING:
    import requests

READ_BYTES = 1 << 18
HEAD_BYTES = 512  # where a tar's mark ends
STALL_BYTES = 1 << 14  # less in `stall_seconds` is no download
PROGRESS_BYTES = 1 << 20  # a go that brought this much gives all tries back
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a file before it comes."""

    sha1: str = ""  # hex; empty: not known
    is_archive: bool = False  # gzip, zip, bzip2, xz or tar, nothing else


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what."""

    answer_seconds: float = 30  # for a connection, the first byte, and each byte after another
    stall_seconds: float = 60  # the span in which STALL_BYTES must have come
    tries: int = 4
    longest_pause_seconds: float = 120
    sleep: Callable[[float], None] = time.sleep


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
        except _Refused as refusal:
            if not part.byte_count:
                part.forget()
            problem = without_passwords(f"{address}: {refusal}")
            raise Unobtainable(problem) from None
        part.take_name(target)


class _Refused(Exception):
    """An answer that asking again will not change."""


class _Cut(Exception):
    """An answer that may be better the next time."""

    def __init__(self, problem: str, pause_seconds: float | None = None) -> None:
        super().__init__(problem, pause_seconds)
        self.pause_seconds = pause_seconds

    def __str__(self) -> str:
        return str(self.args[0])


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
    with _session() as session:
        failed = 0
        while not part.is_whole:
            before = part.byte_count
            try:
                with _asked(session, address, part, patience) as response:
                    _judge(response, part)
                    _store(_Body(response, patience), part, expected, on_progress)
                    part.is_whole = True
            except _Cut as cut:
                failed = 1 if part.byte_count - before >= PROGRESS_BYTES else failed + 1
                if failed >= patience.tries:
                    raise _Refused(f"{cut}, {failed} times") from None
                patience.sleep(_pause_seconds(cut, failed, patience))


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    session.max_redirects = MOST_REDIRECTS
    session.headers["User-Agent"] = f"imagenet_utils/{__version__}"
    # A body that is packed for the way could not be continued at a byte.
    session.headers["Accept-Encoding"] = "identity"
    return session


def _asked(
    session: requests.Session, address: str, part: Part, patience: Patience
) -> requests.Response:
    import requests

    headers = {}
    if part.byte_count and part.validator:
        headers = {"Range": f"bytes={part.byte_count}-", "If-Range": part.validator}
    bundle = certificate_bundle(os.environ)
    try:
        return session.get(
            address, headers=headers, stream=True, timeout=patience.answer_seconds, verify=bundle
        )
    except requests.exceptions.SSLError as error:
        raise _Refused(f"the connection is not to be trusted ({_root_of(error)})") from None
    except requests.exceptions.Timeout:
        raise _Cut(f"no answer within {patience.answer_seconds:g} s") from None
    except requests.exceptions.ConnectionError as error:
        raise _Cut(f"no connection ({_root_of(error)})") from None
    except (requests.exceptions.RequestException, UnicodeError) as error:
        raise _Refused(f"cannot be asked for ({_root_of(error)})") from None


def _root_of(error: BaseException) -> str:
    """The innermost reason, in at most 120 characters: the outer ones only wrap it."""
    inner = error
    while inner.args and isinstance(inner.args[-1], BaseException):
        inner = inner.args[-1]
    reason = getattr(inner, "reason", None)
    told = _root_of(reason) if isinstance(reason, Exception) else str(inner)
    if told.startswith("HTTP"):  # urllib3 puts its connection object ahead of what happened
        told = told.partition("): ")[2] or told
    return without_passwords(told)[:120]


def _judge(response: requests.Response, part: Part) -> None:
    """Make the part ready for this body, or refuse it."""
    status = response.status_code
    if status == 206 and part.continues(response.headers):
        return
    if status == 200:
        part.restart(response.headers)
    elif status in (206, 416):
        part.forget()
        raise _Cut(f"the part does not fit the file (HTTP {status})", 0)
    elif status in (408, 425, 429) or status >= 500:
        retry_after = response.headers.get("Retry-After", "").strip()
        pause_seconds = seconds_until(retry_after, now=time.time())
        raise _Cut(f"HTTP {status} {response.reason}", pause_seconds)
    else:
        raise _Refused(f"HTTP {status} {response.reason}")


class _Body:
    """A response's bytes, read with a deadline that a trickle does not put off."""

    def __init__(self, response: requests.Response, patience: Patience) -> None:
        self._raw = response.raw
        self._span = patience.stall_seconds
        self._since = time.monotonic()
        self._came = 0

    def read(self) -> bytes:
        """What has come, at most READ_BYTES; empty at the end.  Raises _Cut."""
        from urllib3.exceptions import HTTPError

        try:
            block: bytes = self._raw.read1(READ_BYTES, decode_content=False)
        except (HTTPError, OSError) as error:
            raise _Cut(f"cut off ({_root_of(error)})") from None
        self._watch(len(block))
        return block

    def _watch(self, came: int) -> None:
        self._came += came
        now = time.monotonic()
        if now - self._since < self._span:
            return
        if self._came < STALL_BYTES:
            raise _Cut(f"stalled: {self._came:,} bytes in {self._span:g} s")
        self._since, self._came = now, 0


def _store(body: _Body, part: Part, expected: Expected, on_progress: OnProgress) -> None:
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
        raise _Cut(f"ended at {part.byte_count:,} of {part.total_bytes:,} bytes")


def _refuse_what_is_no_file(head: bytes, expected: Expected) -> None:
    """Sites answer 200 with a page (log in, not found) under an archive's name."""
    if not head:
        raise _Refused("answered with nothing")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _Refused("answered with a web page in place of the file")
    if expected.is_archive and not looks_like_archive(head):
        raise _Refused("answered with something that is no archive")


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


def _pause_seconds(cut: _Cut, failed: int, patience: Patience) -> float:
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
        raise _Refused(f"expected SHA-1 {expected.sha1}, got {digest.hexdigest()}")

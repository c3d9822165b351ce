"""An archive on the web, read where it is wanted: the bytes from here to there, and no others.

    facts -> read, stream -> (cut? ask for the rest) -> (another file by now? Changed)

An answer is believed when it says of itself that it has the bytes asked for, of the file they
were asked from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from imagenet_utils.archives.access import WAYS_TO_LOG_IN, Access, Prompt
from imagenet_utils.archives.meter import Meter
from imagenet_utils.archives.remote_answers import (
    PAGES, ByteRange, RemoteFacts, byte_count_told, kind_told, range_told,
)
from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.answers import (
    HEAD_BYTES, PROGRESS_BYTES, READ_BYTES, Absent, Asking, Body, Cut, Denied, Refused, ask,
    looks_like_archive, looks_like_page, new_session, pause_seconds, trouble_with,
)
from imagenet_utils.obtaining.connections import OpenSockets
from imagenet_utils.obtaining.parts import validator_in
from imagenet_utils.obtaining.refusals import Changed, CutShort, Missing, NeedsAccess, Stopped
from imagenet_utils.passwords import without_passwords

if TYPE_CHECKING:
    import requests

PAUSE_SECONDS = 0.25  # a longer pause is made of such, so that a run can end meanwhile


class RemoteArchive:
    """For one thread; another may end it: `stop` is asked at each block, `hang_up` wakes it.

    Whatever fails comes as Unobtainable, or one of its kinds in `refusals`, in one line; and
    Stopped or BudgetSpent where the run wants no more.
    """

    def __init__(
        self,
        address: str,
        *,
        asking: Asking = Asking(),
        meter: Meter | None = None,
        prompt: Prompt | None = None,
        stop: Callable[[], bool] = lambda: False,
        known: MutableMapping[str, RemoteFacts] | None = None,
    ) -> None:
        """`known` has what others of this run were told, and is told what this one is."""
        self._address = address
        self._asking = asking
        self._meter = meter or Meter()
        self._prompt = prompt
        self._stop = stop
        self._is_hung_up = False
        self._sockets = OpenSockets()
        self._session = new_session(address, asking, self._sockets)
        self._known = {} if known is None else known
        self._sends_if_range = True

    def __enter__(self) -> RemoteArchive:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def hang_up(self) -> None:
        """From any thread: whoever reads here gets Stopped, now and from now on."""
        self._is_hung_up = True
        self._sockets.shut_down()

    @property
    def asking(self) -> Asking:
        """With what a person has typed in meanwhile."""
        return self._asking

    def facts(self) -> RemoteFacts:
        """By one small request, made once."""
        if self._address not in self._known:
            with self._told():
                self._known[self._address] = self._tried(self._asked_facts)
        return self._known[self._address]

    def read(self, offset: int, count: int) -> bytes:
        """Exactly these bytes."""
        return b"".join(self.stream(offset, offset + count))

    def stream(self, start: int, end: int | None = None) -> Iterator[bytes]:
        """The bytes up to `end`, the end of the file if it is None, in blocks as they come.

        A cut is followed by a request for the rest.  Where the server takes no ranges, there is
        the whole from its first byte, and a cut is the end of it.
        """
        facts = self.facts()
        with self._told():
            end = facts.byte_count if end is None else end
            if facts.byte_count is not None and end is not None and end > facts.byte_count:
                raise Changed(self._line(f"expected {end:,} bytes, has {facts.byte_count:,}"))
            if facts.takes_ranges:
                yield from self._continued(ByteRange(start, end), facts)
            elif start == 0:
                yield from self._in_one_go(end)
            else:
                raise Refused("the server gives no parts of files")

    def _continued(self, asked: ByteRange, facts: RemoteFacts) -> Iterator[bytes]:
        failed = 0
        begun = asked.start
        while asked.end is None or asked.start < asked.end:
            try:
                for block in self._range(asked, facts):
                    asked = replace(asked, start=asked.start + len(block))
                    yield block
                if asked.end is None:
                    return
                if asked.start < asked.end:
                    raise Cut(f"ended at byte {asked.start:,} of {asked.end:,}")
            except Cut as cut:
                failed = 1 if asked.start - begun >= PROGRESS_BYTES else failed + 1
                begun = asked.start
                self._recover(cut, failed)

    def _range(self, asked: ByteRange, facts: RemoteFacts) -> Iterator[bytes]:
        headers = {"Range": f"bytes={asked.start}-{'' if asked.end is None else asked.end - 1}"}
        if facts.validator and self._sends_if_range:
            headers["If-Range"] = facts.validator
        with ask(self._session, self._address, headers, self._asking) as response:
            self._judge(response, asked, facts)
            left = None if asked.end is None else asked.end - asked.start
            yield from self._blocks(response, left)

    def _judge(self, response: requests.Response, asked: ByteRange, facts: RemoteFacts) -> None:
        """Raises Cut, Refused or Changed where the body would not be these bytes of this file."""
        if response.status_code == 200 and kind_told(response.headers) in PAGES:
            raise self._page()
        if response.status_code in (200, 206, 416):
            self._compare(response, facts)
        if response.status_code == 200 and self._sends_if_range and facts.validator:
            self._sends_if_range = False  # the file is the same, so its form of If-Range is ours
            raise Cut("gave the whole in place of a part", 0)
        if response.status_code in (200, 416):
            raise Changed(self._line(f"no longer gives bytes {asked.start:,} and on"))
        if response.status_code != 206:
            raise trouble_with(response)
        told = range_told(response.headers)
        if told is None or told.start != asked.start:
            raise Cut("answered with other bytes than asked for")

    def _compare(self, response: requests.Response, facts: RemoteFacts) -> None:
        validator = validator_in(response.headers)
        if validator and facts.validator and validator != facts.validator:
            raise Changed(self._line(f"was {facts.validator}, is {validator} now"))
        byte_count = byte_count_told(response.status_code, response.headers)
        if None not in (byte_count, facts.byte_count) and byte_count != facts.byte_count:
            raise Changed(self._line(f"had {facts.byte_count:,} bytes, has {byte_count:,} now"))

    def _in_one_go(self, end: int | None) -> Iterator[bytes]:
        came = 0
        try:
            with ask(self._session, self._address, {}, self._asking) as response:
                if response.status_code != 200:
                    raise trouble_with(response)
                for block in self._blocks(response, end):
                    came += len(block)
                    yield block
            if end is not None and came < end:
                raise Cut("ended too early")
        except Cut as cut:
            self._raise_if_stopped()
            told = f"{cut}, after {came:,} bytes; the server gives no parts of files"
            raise CutShort(self._line(told)) from None

    def _blocks(self, response: requests.Response, left: int | None) -> Iterator[bytes]:
        """Metered; at most `left` bytes, and not one more is waited for."""
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Refused("answered with a packed form of the file")
        body = Body(response, self._asking.patience)
        while left is None or left > 0:
            self._raise_if_stopped()
            wanted = READ_BYTES if left is None else min(left, READ_BYTES)
            block = self._meter.read(body.read, wanted)
            if not block:
                return
            left = None if left is None else left - len(block)
            if seconds := self._meter.seconds_to_wait(len(block)):
                self._pause(seconds)
                body.rest()
            yield block

    def _asked_facts(self) -> RemoteFacts:
        headers = {"Range": f"bytes=0-{HEAD_BYTES - 1}"}
        with ask(self._session, self._address, headers, self._asking) as response:
            if response.status_code == 416:
                raise Refused("the file is empty")
            if response.status_code not in (200, 206):
                raise trouble_with(response)
            told = range_told(response.headers)
            if response.status_code == 206 and (told is None or told.start):
                raise Cut("answered with other bytes than asked for")
            head = b"".join(self._blocks(response, HEAD_BYTES))
            self._refuse_what_is_no_archive(head, response.headers)
            byte_count = byte_count_told(response.status_code, response.headers)
            return RemoteFacts(byte_count, validator_in(response.headers),
                               response.status_code == 206, head)

    def _refuse_what_is_no_archive(self, head: bytes, headers: Mapping[str, str]) -> None:
        """Before anything is stored, and whatever name or status it came under."""
        kind = kind_told(headers)
        if not head:
            raise Refused("answered with nothing")
        if looks_like_archive(head):
            return
        if looks_like_page(head) or kind in PAGES:
            raise self._page()
        if kind.startswith("text/") or kind == "application/json":
            raise Refused(f"answered with {kind} in place of the archive")

    def _page(self) -> NeedsAccess:
        return NeedsAccess(
            self._line("answered with a web page in place of the archive"), WAYS_TO_LOG_IN)

    def _tried(self, act: Callable[[], RemoteFacts]) -> RemoteFacts:
        failed = 0
        while True:
            try:
                return act()
            except Cut as cut:
                failed += 1
                self._recover(cut, failed)
            except Denied:
                if not self._logged_in():
                    raise

    def _logged_in(self) -> bool:
        """Whether a person has now said who they are."""
        held = self._asking.credentials
        found = (self._prompt.access_to(held) if self._prompt and isinstance(held, Access)
                 else None)
        if found is None or found == held:
            return False
        self._asking = replace(self._asking, credentials=found)
        return True

    def _recover(self, cut: Cut, failed: int) -> None:
        """Raises CutShort when the tries are used up."""
        patience = self._asking.patience
        self._raise_if_stopped()
        if failed >= patience.tries:
            raise CutShort(self._line(f"{cut}, {failed} times")) from None
        self._pause(pause_seconds(cut, failed, patience))

    def _pause(self, seconds: float) -> None:
        while seconds > 0:
            self._raise_if_stopped()
            self._asking.patience.sleep(min(seconds, PAUSE_SECONDS))
            seconds -= PAUSE_SECONDS

    def _raise_if_stopped(self) -> None:
        if self._is_hung_up or self._stop():
            raise Stopped

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the answers mean for whoever wants the archive."""
        try:
            yield
        except Absent as problem:
            raise Missing(self._line(problem)) from None
        except Denied as problem:
            raise NeedsAccess(self._line(problem), WAYS_TO_LOG_IN) from None
        except Refused as problem:
            raise Unobtainable(self._line(problem)) from None

    def _line(self, problem: object) -> str:
        return without_passwords(f"{self._address}: {problem}")

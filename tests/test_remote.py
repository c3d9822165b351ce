"""Of an archive on the web come the bytes that were asked for, whatever the web does meanwhile."""

from __future__ import annotations

import io
import random
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.archives.access import Access, Prompt, access_to
from imagenet_utils.archives.meter import BudgetSpent, Meter
from imagenet_utils.archives.remote import RemoteArchive
from imagenet_utils.archives.remote_answers import RemoteFacts, range_told
from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.answers import Asking, Patience
from imagenet_utils.obtaining.refusals import Changed, CutShort, Missing, NeedsAccess, Stopped
from tests.archive_server import ArchiveServer, Asked, Fault, Served, serving_archives

DATE = "Thu, 01 Jan 1970 00:01:00 GMT"


def small_archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for number in range(5):
            member = tarfile.TarInfo(f"n02119789_{number}.JPEG")
            member.size = 3000
            tar.addfile(member, io.BytesIO(random.Random(number).randbytes(member.size)))
    return buffer.getvalue()


CONTENT = small_archive()


class Pauses(list[float]):
    """Keeps how long the pauses would have been."""

    @property
    def asking(self) -> Asking:
        return Asking(Patience(sleep=self.append))


@contextmanager
def archive(
    served: Served, *, asking: Asking | None = None, meter: Meter | None = None
) -> Iterator[tuple[RemoteArchive, ArchiveServer]]:
    with serving_archives({"/a.tar": served}) as server:
        asking = asking or Pauses().asking
        with RemoteArchive(server.url("/a.tar"), asking=asking, meter=meter) as remote:
            yield remote, server


def whole(remote: RemoteArchive) -> bytes:
    return b"".join(remote.stream(0))


def questions(server: ArchiveServer) -> list[tuple[str | None, str | None]]:
    return [(asked.range, asked.if_range) for asked in server.asked]


def test_facts_cost_one_small_request() -> None:
    """However often they are wanted."""
    with archive(Served(CONTENT)) as (remote, server):
        facts = [remote.facts(), remote.facts()]

    assert facts == [RemoteFacts(len(CONTENT), '"first"', True, CONTENT[:512])] * 2
    assert [(asked.range, asked.sent) for asked in server.asked] == [("bytes=0-511", 512)]


def test_facts_of_a_server_without_ranges() -> None:
    """It sends the whole; the head of it is enough."""
    meter = Meter()
    with archive(Served(CONTENT, Fault.NO_RANGES), meter=meter) as (remote, server):
        facts = remote.facts()

    assert facts == RemoteFacts(len(CONTENT), '"first"', False, CONTENT[:512])
    assert meter.byte_count == 512


@pytest.mark.parametrize(
    ("etag", "last_modified", "validator"),
    [('"x"', DATE, '"x"'), ('W/"x"', DATE, DATE), ('W/"x"', "", "")],
)
def test_only_what_if_range_compares_is_a_validator(
    etag: str, last_modified: str, validator: str
) -> None:
    """A weak ETag does not say that bytes are the same."""
    with archive(Served(CONTENT, etag=etag, last_modified=last_modified)) as (remote, server):
        facts = remote.facts()

    assert facts.validator == validator


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_read_gives_exactly_these_bytes(data: st.DataObject) -> None:
    """From any offset, as many as asked."""
    start = data.draw(st.integers(0, len(CONTENT) - 1))
    count = data.draw(st.integers(0, len(CONTENT) - start))
    with archive(Served(CONTENT)) as (remote, server):
        got = remote.read(start, count)
        sent = server.bytes_sent

    assert (got, sent) == (CONTENT[start:start + count], 512 + count)


def test_all_requests_go_over_one_connection() -> None:
    """Kept alive from the first to the last."""
    with archive(Served(CONTENT)) as (remote, server):
        for number in range(5):
            remote.read(number * 512, 512)

    assert len(server.asked) == 6
    assert len({asked.client for asked in server.asked}) == 1


@pytest.mark.parametrize(("fault", "answer_seconds"), [(Fault.CUT, 30), (Fault.STALL, 0.5)])
def test_a_stream_goes_on_where_it_broke(fault: Fault, answer_seconds: float) -> None:
    """Only the rest is asked for, and only of the same file."""
    patience = Patience(answer_seconds, sleep=Pauses().append)
    with archive(Served(CONTENT, fault, times=2, after=1, at=4000),
                 asking=Asking(patience)) as (remote, server):
        got = b"".join(remote.stream(0, 10_000))

    assert got == CONTENT[:10_000]
    assert questions(server)[1:] == [("bytes=0-9999", '"first"'), ("bytes=4000-9999", '"first"'),
                                     ("bytes=8000-9999", '"first"')]


@pytest.mark.parametrize(
    "served",
    [
        Served(CONTENT, Fault.RESET, times=2, after=1, at=4000),
        Served(CONTENT, Fault.SILENCE, times=1, after=1),
        Served(CONTENT, Fault.STATUS, times=3, after=1, status=503),
        Served(CONTENT, Fault.WRONG_RANGE, times=2, after=1),
        Served(CONTENT, Fault.DENIES_IF_RANGE),
        Served(CONTENT, Fault.NO_RANGES),
        Served(CONTENT, says_length=False),
        Served(CONTENT, Fault.CUT, times=1, after=1, at=4000, etag=""),
        Served(CONTENT, Fault.CUT, times=1, after=1, at=4000, etag="", last_modified=DATE),
    ],
)
def test_ills_that_pass(served: Served) -> None:
    """The whole comes through all of these as if nothing had been."""
    patience = Patience(answer_seconds=0.5, sleep=Pauses().append)
    with archive(served, asking=Asking(patience)) as (remote, server):
        got = whole(remote)

    assert got == CONTENT


def test_a_busy_server_says_how_long_to_wait() -> None:
    """Its own pause replaces ours."""
    pauses = Pauses()
    busy = Served(CONTENT, Fault.STATUS, times=1, after=1, status=429, headers={"Retry-After": "7"})
    with archive(busy, asking=pauses.asking) as (remote, server):
        got = remote.read(0, 100)

    assert (got, sum(pauses)) == (CONTENT[:100], 7)


def test_bytes_that_come_give_the_tries_back() -> None:
    """A long way may have many cuts."""
    content = CONTENT[:512] + bytes(6 << 20)
    with archive(Served(content, Fault.CUT, at=1 << 20)) as (remote, server):
        got = whole(remote)

    assert got == content
    assert len(server.asked) > 1 + Patience().tries


def test_a_cut_that_stays_is_worth_another_run() -> None:
    """After all tries, as an error of its own kind."""
    with archive(Served(CONTENT, Fault.CUT, after=1, at=10)) as (remote, server):
        with pytest.raises(CutShort, match="cut off .*, 4 times"):
            whole(remote)

    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (Served(CONTENT, Fault.CHANGE, after=1), 'was "first", is "changed" now'),
        (Served(CONTENT, Fault.CHANGE, after=1, other=CONTENT[:600]), 'was "first", is "changed"'),
        (Served(CONTENT, Fault.IGNORES_IF_RANGE, after=1), 'was "first", is "changed" now'),
        (Served(CONTENT, Fault.WRONG_LENGTH, after=1), "had 20,480 bytes, has 20,481 now"),
        (Served(CONTENT, Fault.CHANGE, after=1, other=b"", etag=""), 'had 20,480 bytes, has 0 now'),
        (Served(CONTENT, Fault.NO_RANGES, after=1), "no longer gives bytes 9,000 and on"),
        (Served(CONTENT, Fault.STATUS, after=1, status=416), "no longer gives bytes 9,000 and on"),
    ],
)
def test_bytes_of_another_file_are_not_taken(served: Served, told: str) -> None:
    """Whatever shows it: validator, length, or the want of parts."""
    with archive(served) as (remote, server):
        with pytest.raises(Changed, match=told):
            remote.read(9000, 100)


def test_no_bytes_beyond_the_end() -> None:
    """Who wants them knows another file."""
    with archive(Served(CONTENT)) as (remote, server):
        with pytest.raises(Changed, match="expected 20,481 bytes, has 20,480"):
            remote.read(20_479, 2)


@pytest.mark.parametrize(
    ("served", "kind", "told"),
    [
        (Served(fault=Fault.STATUS, status=404), Missing, "HTTP 404 Not Found"),
        (Served(fault=Fault.STATUS, status=410), Missing, "HTTP 410 Gone"),
        (Served(fault=Fault.STATUS, status=401), NeedsAccess, "HTTP 401 Unauthorized"),
        (Served(fault=Fault.STATUS, status=403), NeedsAccess, "HTTP 403 Forbidden"),
        (Served(fault=Fault.STATUS, status=400), Unobtainable, "HTTP 400 Bad Request"),
        (Served(fault=Fault.PAGE), NeedsAccess, "answered with a web page in place of the archive"),
        (Served(b"\n<html>"), NeedsAccess, "answered with a web page in place of the archive"),
        (Served(b"{}", content_type="application/json"), Unobtainable,
         "answered with application/json in place of the archive"),
        (Served(b"", Fault.NO_RANGES), Unobtainable, "answered with nothing"),
        (Served(b""), Unobtainable, "the file is empty"),
        (Served(fault=Fault.STATUS, status=416), Unobtainable, "the file is empty"),
    ],
)
def test_what_will_not_get_better(served: Served, kind: type[Unobtainable], told: str) -> None:
    """It is asked once, and told in one line with the address."""
    with archive(served) as (remote, server):
        with pytest.raises(Unobtainable) as caught:
            remote.facts()

    assert type(caught.value) is kind
    assert caught.value.problem == f"{server.url('/a.tar')}: {told}"
    assert len(server.asked) == 1


def test_a_login_that_runs_out_is_no_change() -> None:
    """The page says what is wanted; the archive is the same."""
    with archive(Served(CONTENT, Fault.PAGE, after=1)) as (remote, server):
        with pytest.raises(NeedsAccess, match="--cookie_file"):
            remote.read(0, 10)


def test_an_archive_may_be_called_text() -> None:
    """Its own first bytes count for more than what a server takes it for."""
    with archive(Served(CONTENT, content_type="text/html")) as (remote, server):
        got = remote.read(512, 100)

    assert got == CONTENT[512:612]


def test_without_ranges_there_is_nothing_but_the_beginning() -> None:
    """No byte is read to be thrown away."""
    with archive(Served(CONTENT, Fault.NO_RANGES)) as (remote, server):
        with pytest.raises(Unobtainable, match="gives no parts of files"):
            remote.read(512, 10)


def test_without_ranges_a_cut_is_the_end() -> None:
    """Nothing is joined to what came."""
    cut = Served(CONTENT, Fault.CUT, after=1, at=9000)
    with archive(cut) as (remote, server):
        cut.fault = Fault.NO_RANGES
        cut.after = 0
        remote.facts()
        cut.fault = Fault.CUT
        with pytest.raises(CutShort, match="after 9,000 bytes; the server gives no parts of files"):
            whole(remote)

    assert len(server.asked) == 2


def test_nobody_there_is_told_in_one_line() -> None:
    """With the address, and as worth another run."""
    with serving_archives({}) as server:
        address = server.url("/a.tar")
    with RemoteArchive(address, asking=Pauses().asking) as remote:
        with pytest.raises(CutShort) as caught:
            remote.facts()

    assert str(caught.value).startswith(f"{address}: no connection (")
    assert "Connection(" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_that_comes_is_metered() -> None:
    """Of the head as of the rest."""
    meter = Meter()
    with archive(Served(CONTENT), meter=meter) as (remote, server):
        whole(remote)

    assert meter.byte_count == 512 + len(CONTENT)


def test_the_cap_makes_pauses() -> None:
    """As long as the bytes cost."""
    pauses = Pauses()
    meter = Meter(bytes_per_second=1000, clock=lambda: 0.0)
    with archive(Served(CONTENT), asking=pauses.asking, meter=meter) as (remote, server):
        remote.facts()

    assert sum(pauses) == pytest.approx(0.512)


def test_a_spent_budget_ends_a_stream() -> None:
    """Not one byte later, and not as a fault of the server's."""
    meter = Meter(most_bytes=5000)
    with archive(Served(CONTENT), meter=meter) as (remote, server):
        with pytest.raises(BudgetSpent):
            whole(remote)

    assert meter.byte_count == 5000


def test_stop_ends_a_stream() -> None:
    """It is asked at each block."""
    answers = iter([False, False, True])
    with serving_archives({"/a.tar": Served(CONTENT)}) as server:
        with RemoteArchive(server.url("/a.tar"), stop=lambda: next(answers)) as remote:
            with pytest.raises(Stopped):
                for start in range(0, 2048, 512):
                    remote.read(start, 512)

    assert len(server.asked) == 3


def test_stop_ends_a_pause() -> None:
    """A server may want to be left alone for longer than a run has."""
    pauses = Pauses()
    busy = Served(fault=Fault.STATUS, status=429, headers={"Retry-After": "100"})
    with serving_archives({"/a.tar": busy}) as server:
        with RemoteArchive(server.url("/a.tar"), asking=pauses.asking,
                           stop=lambda: len(pauses) == 3) as remote:
            with pytest.raises(Stopped):
                remote.facts()

    assert pauses == [0.25] * 3


def test_hanging_up_wakes_who_waits() -> None:
    """Another thread need not wait until the server's time is up."""
    raised: list[BaseException] = []
    first = threading.Event()

    def read_on(remote: RemoteArchive) -> None:
        try:
            for _ in remote.stream(0):
                first.set()
        except BaseException as error:
            raised.append(error)

    with archive(Served(CONTENT, Fault.STALL, at=4000)) as (remote, server):
        reader = threading.Thread(target=read_on, args=(remote,))
        reader.start()
        assert first.wait(20)
        remote.hang_up()
        reader.join(20)

    assert [type(error) for error in raised] == [Stopped]


def account(asked: Asked) -> str | None:
    return asked.authorization


def test_the_account_goes_with_every_request() -> None:
    """To the place that the user named."""
    served = Served(CONTENT, authorization="Basic bWU6c2VjcmV0")
    with serving_archives({"/a.tar": served}) as server:
        environment = {"IMAGENET_USERNAME": "me", "IMAGENET_ACCESS_KEY": "secret"}
        access = access_to(server.url("/a.tar"), environment=environment)
        with RemoteArchive(server.url("/a.tar"), asking=Asking(credentials=access)) as remote:
            remote.read(0, 10)

    assert [account(asked) for asked in server.asked] == ["Basic bWU6c2VjcmV0"] * 2


def test_a_person_is_asked_when_the_server_asks() -> None:
    """What they type in is there for the workers, too."""
    served = Served(CONTENT, authorization="Basic bWU6c2VjcmV0")
    typed = iter(["me", "secret"])
    with serving_archives({"/a.tar": served}) as server:
        address = server.url("/a.tar")
        with RemoteArchive(address, asking=Asking(credentials=Access(address)),
                           prompt=Prompt({}, ask=lambda question: next(typed))) as remote:
            remote.facts()
            held = remote.asking.credentials

    assert held == Access(address, "Basic bWU6c2VjcmV0")
    assert [account(asked) for asked in server.asked] == [None, "Basic bWU6c2VjcmV0"]


def test_a_wrong_account_is_not_asked_for_twice() -> None:
    """The message names the other ways, and not what was typed."""
    typed = iter(["me", "wrong-key"])
    with serving_archives({"/a.tar": Served(CONTENT, authorization="Basic x")}) as server:
        address = server.url("/a.tar")
        with RemoteArchive(address, asking=Asking(credentials=Access(address)),
                           prompt=Prompt({}, ask=lambda question: next(typed))) as remote:
            with pytest.raises(NeedsAccess, match="~/.netrc") as caught:
                remote.facts()

    assert len(server.asked) == 2
    assert "wrong-key" not in str(caught.value)


def test_no_redirect_leads_into_this_network() -> None:
    """Loopback is for those who name it."""
    with serving_archives({"/b.tar": Served(CONTENT)}) as inner:
        outer = Served(fault=Fault.REDIRECT, to=inner.url("/b.tar"))
        with archive(outer) as (remote, server):
            with pytest.raises(Unobtainable, match="redirected to 127.0.0.1, which is no public"):
                remote.facts()

    assert inner.asked == []


def test_a_redirect_gets_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another place is asked without saying who asks."""
    monkeypatch.setattr("imagenet_utils.obtaining.connections.address_verdict",
                        lambda ip, named_by_list: None)
    with serving_archives({"/b.tar": Served(CONTENT)}) as other:
        outer = Served(fault=Fault.REDIRECT, to=other.url("/b.tar"))
        with serving_archives({"/a.tar": outer}) as server:
            address = server.url("/a.tar").replace("//", "//me:secret@")
            access = access_to(address, environment={})
            with RemoteArchive(address, asking=Asking(credentials=access)) as remote:
                got = remote.read(0, 100)

    assert got == CONTENT[:100]
    assert [account(asked) for asked in server.asked] == ["Basic bWU6c2VjcmV0"] * 2
    assert [account(asked) for asked in other.asked] == [None] * 2


@given(st.text(), st.integers(0, 10**20), st.integers(0, 10**20))
def test_only_a_whole_content_range_is_believed(text: str, start: int, last: int) -> None:
    """Anything else is as good as none."""
    told = range_told({"Content-Range": f"bytes {start}-{last}/*"})

    assert told is None or (told.start, told.end) == (start, last + 1)
    assert range_told({"Content-Range": text}) is None

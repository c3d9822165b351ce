"""One big file comes whole or not at all, whatever the server does."""

from __future__ import annotations

import gzip
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.errors import LocalFault, Locked, Unobtainable, UsageError
from imagenet_utils.obtaining.answers import Asking, Patience
from imagenet_utils.obtaining.obtain import Expected, fetch_file
from imagenet_utils.obtaining.parts import Part
from tests.fault_server import FaultServer, serving

CONTENT = gzip.compress(random.Random(7).randbytes(3500), mtime=0)
ARCHIVE = Expected(is_archive=True)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving(CONTENT) as running:
        yield running


class Pauses(list[float]):
    """Keeps how long each pause would have been."""

    @property
    def asking(self) -> Asking:
        return Asking(Patience(sleep=self.append))


def fetched(server: FaultServer, path: str, target: Path) -> bytes:
    fetch_file(server.url(path), target, expected=ARCHIVE, asking=Pauses().asking)
    return target.read_bytes()


def refusal(server: FaultServer, path: str, target: Path, expected: Expected = ARCHIVE) -> str:
    with pytest.raises(Unobtainable) as caught:
        fetch_file(server.url(path), target, expected=expected, asking=Pauses().asking)
    return caught.value.problem.removeprefix(server.url(path))


def ranges(server: FaultServer) -> list[str | None]:
    return [asked for _, asked in server.asked]


def test_a_whole_file_gets_its_name_and_leaves_nothing_beside(
    server: FaultServer, tmp_path: Path
) -> None:
    """No part, note or lock stays behind."""
    content = fetched(server, "/whole", tmp_path / "new" / "list.gz")

    assert content == CONTENT
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["list.gz"]


def test_a_cut_file_is_continued_where_it_was_cut(server: FaultServer, tmp_path: Path) -> None:
    """Only the missing bytes are asked for."""
    content = fetched(server, "/cut", tmp_path / "list.gz")

    assert content == CONTENT
    assert ranges(server) == [None, "bytes=1000-", "bytes=2000-", "bytes=3000-"]


def test_the_next_run_goes_on_with_the_part(server: FaultServer, tmp_path: Path) -> None:
    """What a run that gave up has fetched is not fetched again."""
    target = tmp_path / "list.gz"
    with pytest.raises(Unobtainable):
        asking = Asking(Patience(tries=2, sleep=Pauses().append))
        fetch_file(server.url("/cut"), target, asking=asking)
    fetched(server, "/cut", target)

    assert ranges(server) == [None, "bytes=1000-", "bytes=2000-", "bytes=3000-"]


def test_a_changed_file_is_fetched_from_its_beginning(
    server: FaultServer, tmp_path: Path
) -> None:
    """Bytes of two files are never joined."""
    content = fetched(server, "/cut-and-changed", tmp_path / "list.gz")

    assert content == CONTENT


@pytest.mark.parametrize("path", ["/no-range", "/wrong-range"])
def test_a_server_that_knows_no_ranges_gives_the_whole_again(
    server: FaultServer, tmp_path: Path, path: str
) -> None:
    """The answer 200 to a range, or the wrong bytes, starts over instead of being appended."""
    content = fetched(server, path, tmp_path / "list.gz")

    assert content == CONTENT


def test_a_part_longer_than_the_file_is_thrown_away(server: FaultServer, tmp_path: Path) -> None:
    """The answer 416 leads to a request for the whole."""
    part = Part.beside(tmp_path / "list.gz", server.url("/whole"))
    part.restart({"ETag": server.etag})
    part.path.write_bytes(b"x" * 5000)
    content = fetched(server, "/whole", tmp_path / "list.gz")

    assert (content, ranges(server)) == (CONTENT, ["bytes=5000-", None])


def test_a_part_from_another_address_is_not_continued(
    server: FaultServer, tmp_path: Path
) -> None:
    """A second address begins at its own first byte."""
    part = Part.beside(tmp_path / "list.gz", "http://elsewhere.example/list.gz")
    part.restart({"ETag": server.etag})
    part.path.write_bytes(b"x" * 500)
    content = fetched(server, "/whole", tmp_path / "list.gz")

    assert (content, ranges(server)) == (CONTENT, [None])


def test_a_complete_part_is_named_without_a_request(server: FaultServer, tmp_path: Path) -> None:
    """A run that ended between the last byte and the name costs nothing."""
    part = Part.beside(tmp_path / "list.gz", server.url("/whole"))
    part.restart({"ETag": server.etag, "Content-Length": str(len(CONTENT))})
    part.path.write_bytes(CONTENT)
    content = fetched(server, "/whole", tmp_path / "list.gz")

    assert (content, server.asked) == (CONTENT, [])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "HTTP 404 Not Found"),
        ("/html", "answered with a web page in place of the file"),
        ("/empty", "answered with nothing"),
        ("/broken", "HTTP 500 Internal Server Error, 4 times"),
        ("/around", "cannot be asked for (Exceeded 5 redirects.)"),
    ],
)
def test_what_cannot_be_had_is_told_in_one_line(
    server: FaultServer, tmp_path: Path, path: str, reason: str
) -> None:
    """The line has the address and the last thing that went wrong, and no file appears."""
    told = refusal(server, path, tmp_path / "list.gz")

    assert told == f": {reason}"
    assert not (tmp_path / "list.gz").exists()


def test_no_redirect_leads_to_a_local_file(server: FaultServer, tmp_path: Path) -> None:
    """Only http and https are followed."""
    told = refusal(server, "/to-file", tmp_path / "list.gz")

    assert "cannot be asked for" in told


def test_a_page_leaves_not_one_byte(server: FaultServer, tmp_path: Path) -> None:
    """A login page is recognised before it is stored, and not even an empty part stays."""
    refusal(server, "/html", tmp_path / "list.gz")

    assert list(tmp_path.iterdir()) == []


def test_a_text_is_no_archive(tmp_path: Path) -> None:
    """Where an archive is wanted, its first bytes must be an archive's."""
    with serving(b"please come back later") as server:
        told = refusal(server, "/whole", tmp_path / "list.gz")

    assert told == ": answered with something that is no archive"


def test_a_page_costs_no_part(server: FaultServer, tmp_path: Path) -> None:
    """A login that has run out answers 200, too; what has come by then is kept."""
    part = Part.beside(tmp_path / "list.gz", server.url("/html"))
    part.restart({"ETag": server.etag, "Content-Length": "9000"})
    part.path.write_bytes(CONTENT[:500])
    refusal(server, "/html", tmp_path / "list.gz")

    assert part.path.read_bytes() == CONTENT[:500]


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expected(sha1="0" * 40), f"SHA-1 {'0' * 40}, got {hashlib.sha1(CONTENT).hexdigest()}"),
        (Expected(md5="0" * 32), f"MD5 {'0' * 32}, got {hashlib.md5(CONTENT).hexdigest()}"),
        (Expected(byte_count=9), f"9 bytes, got {len(CONTENT):,}"),
    ],
)
def test_what_is_known_of_a_file_has_to_be_so(
    server: FaultServer, tmp_path: Path, expected: Expected, reason: str
) -> None:
    """The message has both, and nothing stays that a later run would go on with."""
    told = refusal(server, "/whole", tmp_path / "list.gz", expected)

    assert told == f": expected {reason}"
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_the_expected_digest_passes(server: FaultServer, tmp_path: Path) -> None:
    """SHA-1 and MD5 are given in hex, of either case."""
    expected = Expected(sha1=hashlib.sha1(CONTENT).hexdigest(),
                        md5=hashlib.md5(CONTENT).hexdigest().upper(), byte_count=len(CONTENT))
    fetch_file(server.url("/whole"), tmp_path / "a", expected=expected)

    assert (tmp_path / "a").read_bytes() == CONTENT


def test_retry_after_is_obeyed(server: FaultServer, tmp_path: Path) -> None:
    """A busy server's own pause replaces ours."""
    pauses = Pauses()
    fetch_file(server.url("/busy-once"), tmp_path / "a", asking=pauses.asking)

    assert pauses == [7.0]


def test_silence_ends(server: FaultServer, tmp_path: Path) -> None:
    """No answer is an error, not a hang."""
    patience = Patience(answer_seconds=0.05, tries=1)
    with pytest.raises(Unobtainable, match="no answer within 0.05 s"):
        fetch_file(server.url("/slow-start"), tmp_path / "a", asking=Asking(patience))


def test_a_trickle_ends(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that come one by one put no deadline off."""
    monkeypatch.setattr("imagenet_utils.obtaining.answers.STALL_BYTES", 1 << 40)
    patience = Patience(stall_seconds=0.05, tries=1)
    with pytest.raises(Unobtainable, match="stalled: "):
        fetch_file(server.url("/trickle"), tmp_path / "a", asking=Asking(patience))


def test_a_file_that_stands_outlives_a_failed_fetch(server: FaultServer, tmp_path: Path) -> None:
    """The old file is there until the new one is whole."""
    target = tmp_path / "list.gz"
    target.write_bytes(b"old")
    refusal(server, "/gone", target)

    assert target.read_bytes() == b"old"


def test_a_second_run_is_kept_out(server: FaultServer, tmp_path: Path) -> None:
    """Two runs never write the same part."""

    def fetch_again(done: int, total: int | None) -> None:
        fetch_file(server.url("/whole"), tmp_path / "a")

    with pytest.raises(Locked):
        fetch_file(server.url("/whole"), tmp_path / "a", on_progress=fetch_again)


def test_no_room_is_told_before_a_byte_is_written(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The announced length is held against the free space."""
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("imagenet_utils.obtaining.obtain.shutil.disk_usage", lambda path: usage)
    with pytest.raises(LocalFault, match=f"{len(CONTENT):,} bytes are to come, 10 are free"):
        fetch_file(server.url("/whole"), tmp_path / "a")


def test_a_folder_that_cannot_be_made_is_a_local_fault(
    server: FaultServer, tmp_path: Path
) -> None:
    """A file in the way is this machine's fault, not the server's."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LocalFault):
        fetch_file(server.url("/whole"), tmp_path / "file" / "a")


def test_progress_is_told_in_bytes(server: FaultServer, tmp_path: Path) -> None:
    """The last call tells that all is here."""
    seen: list[tuple[int, int | None]] = []
    fetch_file(
        server.url("/whole"), tmp_path / "a", on_progress=lambda *here: seen.append(here)
    )

    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_password_is_not_told(tmp_path: Path) -> None:
    """An address may carry one; the message about it may not."""
    with serving(b"") as server:
        address = server.url("/gone").replace("http://", "http://me:secret@")
        with pytest.raises(Unobtainable) as caught:
            fetch_file(address, tmp_path / "a")

    assert "secret" not in str(caught.value)


def test_a_proxy_of_the_environment_is_used(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY holds in either case."""
    monkeypatch.setenv("http_proxy", server.url(""))
    with pytest.raises(Unobtainable, match="HTTP 404"):
        fetch_file("http://list.example/x", tmp_path / "a", asking=Pauses().asking)

    assert server.asked == [("http://list.example/x", None)]


def test_a_missing_certificate_bundle_is_named(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong CURL_CA_BUNDLE is the user's to mend."""
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match="none.pem: no such certificate bundle"):
        fetch_file(server.url("/whole"), tmp_path / "a")

"""The memory of all runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import LocalFault
from imagenet_utils.model import Reason
from imagenet_utils.results import ledger as ledger_module
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row

ROW = Row("n02119789", "n02119789_1", "http://web.example/1.jpg", 0, Reason.DOWNLOADED, "Success",
          sha256="ab", mtime_ns=5, file_name="n02119789_1.jpg", finished=1000.0)


def test_round_trip(tmp_path: Path) -> None:
    """What was recorded is there when the ledger is opened again."""
    first = Ledger(tmp_path / "ledger")
    first.record(ROW)
    first.close()
    second = Ledger(tmp_path / "ledger")
    rows = second.rows_of(ROW.code)
    second.close()

    assert rows == [ROW]


@given(st.text(st.characters()), st.text(st.characters(categories=["Cs", "L"])))
def test_odd_text(url: str, description: str) -> None:
    """Any text can be recorded and looked up, lone surrogates included."""
    book = Ledger(Path("no such file"), is_draft=True)
    book.record(ROW._replace(url=url, description=description))
    found = book.same_picture("another", url, code="n00000001")
    book.close()

    assert len(found) == 1


def test_unreadable(tmp_path: Path) -> None:
    """What is no database is set aside under a dated name, and a new ledger begins."""
    path = tmp_path / "ledger"
    path.write_bytes(b"something else entirely, " * 99)
    book = Ledger(path)
    book.close()

    assert book.set_aside is not None
    assert book.set_aside.read_bytes().startswith(b"something else")


def test_other_schema(tmp_path: Path) -> None:
    """A ledger of another version is no broken one: it stays, and the message says what to do."""
    import sqlite3

    with sqlite3.connect(tmp_path / "ledger") as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(LocalFault, match="schema 99.*Update the tool"):
        Ledger(tmp_path / "ledger")


def test_folder_in_the_way(tmp_path: Path) -> None:
    """A path that can't be a database is a fault of this machine."""
    (tmp_path / "ledger").mkdir()

    with pytest.raises(LocalFault, match="ledger"):
        Ledger(tmp_path / "ledger")


def test_draft_writes_nothing(tmp_path: Path) -> None:
    """A draft knows what the file knows and leaves it alone."""
    book = Ledger(tmp_path / "ledger")
    book.record(ROW)
    book.close()
    before = (tmp_path / "ledger").read_bytes()
    draft = Ledger(tmp_path / "ledger", is_draft=True)
    draft.record(ROW._replace(image_id="n02119789_2"))
    known = len(draft.rows_of(ROW.code))
    draft.close()

    assert known == 2
    assert (tmp_path / "ledger").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


def test_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart of the machine, what was stored since the last sync is in doubt for good."""
    monkeypatch.setattr(ledger_module, "boot_id", lambda: "one")
    book = Ledger(tmp_path / "ledger")
    book.record(ROW)
    book.record(ROW._replace(image_id="n02119789_2", finished=10.0))
    book.write_note("synced_until", "500.0")
    book.close()
    monkeypatch.setattr(ledger_module, "boot_id", lambda: "two")
    Ledger(tmp_path / "ledger").close()
    later = Ledger(tmp_path / "ledger")
    dates = {row.image_id: row.mtime_ns for row in later.rows_of(ROW.code)}
    later.close()

    assert dates == {"n02119789_1": 0, "n02119789_2": 5}


def test_forgetting() -> None:
    """One URL of an image is forgotten, and no other."""
    book = Ledger(Path("no such file"), is_draft=True)
    other = ROW._replace(url="http://web.example/2.jpg")
    book.record(ROW)
    book.record(other)
    book.forget(ROW)
    rows = book.rows_of(ROW.code)
    book.close()

    assert rows == [other]


def test_digests_of_long_ledgers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one too long to be learnt by heart each picture is asked for, with the same answers."""
    with_rows = Ledger(tmp_path / "ledger")
    for number in range(3):
        with_rows.record(ROW._replace(image_id=f"n1_{number}", url=f"http://a/{number}"))
    with_rows.close()
    monkeypatch.setattr("imagenet_utils.results.ledger.ROWS_HEARD_OF_AT_ONCE", 2)
    book = Ledger(tmp_path / "ledger")
    found = book.same_picture("n1_1", "http://b/", code="other"), book.urls_with_digest(ROW.sha256)
    book.close()

    assert (len(found[0]), found[1]) == (1, 3)


def test_digests_of_earlier_runs(tmp_path: Path) -> None:
    """A picture that an earlier run had under other URLs is counted with them."""
    earlier = Ledger(tmp_path / "ledger")
    earlier.record(ROW._replace(url="http://a/1"))
    earlier.close()
    book = Ledger(tmp_path / "ledger")
    book.record(ROW._replace(url="http://a/2"))
    count = book.urls_with_digest(ROW.sha256)
    book.close()

    assert count == 2

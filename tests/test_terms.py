"""ImageNet's terms: when they are told, and how an acceptance is remembered."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.archives.terms import (
    ACCEPTANCE_NOTE,
    ADDRESS,
    NOTICE,
    NOTICE_NOTE,
    TERMS,
    notice_if_new,
    require_acceptance,
)
from imagenet_utils.errors import ExitCode, UsageError

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=timezone(timedelta(hours=1)))
LATER = NOW + timedelta(days=40)


class NotesInMemory(dict[str, str]):
    """Remembers as long as the test."""

    def note(self, name: str) -> str | None:
        return self.get(name)

    def write_note(self, name: str, value: str) -> None:
        self[name] = value


def test_the_notice_is_given_once() -> None:
    """The first run gets it, a later one doesn't."""
    notes = NotesInMemory()

    assert [notice_if_new(notes, NOW), notice_if_new(notes, LATER)] == [NOTICE, ""]


def test_the_notice_is_remembered_with_its_date() -> None:
    """In UTC, whatever the zone of the clock."""
    notes = NotesInMemory()
    notice_if_new(notes, NOW)

    assert notes == {NOTICE_NOTE: "2026-11-20T13:30:00+00:00"}


def test_who_accepted_the_terms_needs_no_notice() -> None:
    """They have read more than it says."""
    notes = NotesInMemory()
    require_acceptance(notes, NOW, accepts=True)

    assert notice_if_new(notes, LATER) == ""


def test_a_notice_is_no_acceptance() -> None:
    """Terms that were only told of must still be accepted."""
    notes = NotesInMemory()
    notice_if_new(notes, NOW)

    with pytest.raises(UsageError):
        require_acceptance(notes, LATER, accepts=False)


def test_without_acceptance_the_terms_are_told() -> None:
    """All of them, with the option that accepts; nothing is remembered."""
    notes = NotesInMemory()
    with pytest.raises(UsageError) as caught:
        require_acceptance(notes, NOW, accepts=False)

    told = (f"{TERMS}\nNobody has accepted these terms for this save_dir. "
            "If you agree to them, run it again with --accept_terms True")
    assert (str(caught.value), caught.value.exit_code) == (told, ExitCode.USAGE)
    assert notes == {}


def test_acceptance_holds_for_later_runs() -> None:
    """The option is needed once."""
    notes = NotesInMemory()
    require_acceptance(notes, NOW, accepts=True)
    require_acceptance(notes, LATER, accepts=False)

    assert notes == {ACCEPTANCE_NOTE: "2026-11-20T13:30:00+00:00"}


@given(some.lists(some.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1),
                                 timezones=some.just(timezone.utc)), min_size=1, max_size=5))
def test_the_first_acceptance_is_the_one_that_counts(moments: list[datetime]) -> None:
    """Accepting again changes nothing."""
    notes = NotesInMemory()
    for moment in moments:
        require_acceptance(notes, moment, accepts=True)

    accepted = datetime.fromisoformat(notes[ACCEPTANCE_NOTE])
    assert accepted == moments[0].replace(microsecond=0)


def test_the_terms_have_seven_points_and_an_address() -> None:
    """None is left out, and the binding text can be found."""
    numbers = re.findall(r"^  ([0-9])\. ", TERMS, re.MULTILINE)

    assert numbers == list("1234567") and ADDRESS in TERMS


def test_the_notice_is_short_and_has_the_address() -> None:
    """At most three lines that a terminal shows whole."""
    lines = NOTICE.splitlines()

    assert len(lines) <= 3 and max(map(len, lines)) <= 100
    assert NOTICE.endswith(ADDRESS)

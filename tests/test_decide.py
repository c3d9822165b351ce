"""What a run will make of one image."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagenet_utils.job.decide import SETTLED_SECONDS, Action, FoundFile, Rules, decide, stands
from imagenet_utils.model import Expected, Follow, Reason
from imagenet_utils.results.row import Row
from tests.small_web import FOX, SETTINGS, record

NOW = 2_000_000_000.0
RULES = Rules(NOW, SETTINGS)
FILE = FoundFile("n02119789_1.jpg", 100, 5)
KEPT = Row(FOX, "n02119789_1", "http://web.example/1.jpg", 0, Reason.DOWNLOADED, "Success",
           bytes=100, mtime_ns=5, file_name=FILE.name, finished=NOW - 10)


def failed(reason: Reason, *, age: float = 10.0, hung_on: str | None = None) -> Row:
    return Row(FOX, "n02119789_1", "http://web.example/1.jpg", 0, reason, "", finished=NOW - age,
               hung_on=RULES.hung_on(reason) if hung_on is None else hung_on)


@pytest.mark.parametrize(("row", "found", "rules", "action"), [
    (None, None, RULES, Action.FETCH),
    (None, FILE, RULES, Action.PROVE),
    (KEPT, FILE, RULES, Action.KEEP),
    (KEPT, None, RULES, Action.SKIP),
    (KEPT, None, replace(RULES, restore_removed=True), Action.FETCH),
    (KEPT, FILE, replace(RULES, recheck=True), Action.PROVE),
    (KEPT, FILE._replace(size=99), RULES, Action.PROVE),
    (KEPT, FILE._replace(mtime_ns=6), RULES, Action.PROVE),
    (failed(Reason.GONE), FILE, RULES, Action.PROVE),
    (failed(Reason.TIMEOUT), None, RULES, Action.FETCH),
])
def test_action(row: Row | None, found: FoundFile | None, rules: Rules, action: Action) -> None:
    """What is known and what lies there decide together."""
    decision = decide(record(1), [row], found, rules, folder_stands=True)

    assert decision.action is action


@pytest.mark.parametrize("reason", [one for one in Reason if one.follow is Follow.SETTLED])
def test_settled_for_thirty_days(reason: Reason) -> None:
    """Settled reasons spare a try for 30 days; what the user removed does so for good."""
    is_still_settled = stands(failed(reason, age=SETTLED_SECONDS + 1), RULES)

    assert stands(failed(reason, age=SETTLED_SECONDS - 1), RULES)
    assert is_still_settled is (reason is Reason.REMOVED)


@pytest.mark.parametrize("reason", [one for one in Reason if one.follow is Follow.AGAIN])
def test_passing_reasons_never_stand(reason: Reason) -> None:
    """What may pass is tried in the next run."""

    assert not stands(failed(reason, age=0), RULES)


def test_removed_with_its_folder() -> None:
    """Who deletes the whole folder begins anew, with what was deleted from it before, too."""
    row = failed(Reason.REMOVED, age=10)
    actions = [decide(record(1), [row], None, RULES, folder_stands=stands).action
               for stands in (True, False)]

    assert actions == [Action.SKIP, Action.FETCH]


def test_refused_file_of_ours() -> None:
    """A file of ours that did not prove is left alone while the verdict on its URL stands."""
    row = failed(Reason.GONE)._replace(file_name=FILE.name, bytes=100, mtime_ns=5)
    now = decide(record(1), [row], FILE, RULES, folder_stands=True)
    later = decide(record(1), [row], FILE, replace(RULES, retry_dead=True), folder_stands=True)

    assert now.action is Action.SKIP
    assert (later.action, later.is_ours) == (Action.PROVE, True)


def test_second_location() -> None:
    """While the first URL's verdict stands, the second is the one to try."""
    decision = decide(record(1, "a", "b"), [failed(Reason.GONE), None], None, RULES,
                      folder_stands=True)

    assert (decision.action, decision.location) == (Action.FETCH, 1)


THIS, OTHER = Expected(sha256="a" * 64), Expected(sha256="b" * 64)
STORED = KEPT._replace(sha256=THIS.sha256)


@pytest.mark.parametrize(("expected", "action"), [
    (THIS, Action.KEEP),
    (Expected(byte_count=1, md5="c" * 32), Action.KEEP),  # of what came, before it was mended
    (OTHER, Action.FETCH),
])
def test_a_stored_picture_that_is_not_the_expected_one(expected: Expected, action: Action) -> None:
    """What a former run stored counts where its digest is the expected one; else it is replaced
    by that, if it can be had."""
    record_of_one = record(1)._replace(expected=(expected,))
    decision = decide(record_of_one, [STORED], FILE, RULES, folder_stands=True)

    assert decision.action is action
    assert decision.is_ours is (action is Action.FETCH) and decision.found == FILE


def test_a_mismatch_hangs_on_what_was_expected() -> None:
    """Where other bytes are expected now, the verdict on the former ones is void."""
    row = failed(Reason.MISMATCH, hung_on=RULES.hung_on(Reason.MISMATCH, THIS))

    assert [stands(row, RULES, expected) for expected in (THIS, OTHER, None)] == [
        True, False, False]

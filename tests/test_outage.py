"""A dead host or a dead network: what may be concluded from who answers."""

from __future__ import annotations

import pytest

from imagenet_utils.model import Outcome, Reason
from imagenet_utils.network.outage import (
    FIRST_PROBE_SECONDS,
    PATIENCE_AT_START_SECONDS,
    PATIENCE_SECONDS,
    UNRELATED_HOSTS,
    Outage,
    is_no_connection,
)

DEAD = Outcome(0, Reason.UNREACHABLE, "no such host")
GOOD = Outcome(0, Reason.GONE, "HTTP 404", http_status=404, is_connected=True)


def outage_after(*signs: tuple[str, Outcome]) -> Outage:
    outage = Outage()
    for host, outcome in signs:
        outage.saw(host, outcome, 0.0)
    return outage


def dead(count: int, prefix: str = "dead") -> list[tuple[str, Outcome]]:
    return [(f"{prefix}{number}.example", DEAD) for number in range(count)]


def test_several_unrelated_hosts_make_an_outage() -> None:
    """Nobody has answered yet, and nobody does."""
    assert outage_after(*dead(UNRELATED_HOSTS)).is_offline


@pytest.mark.parametrize("signs", [
    dead(1) * 50, dead(UNRELATED_HOSTS - 1), [*dead(3), ("a.example", GOOD), *dead(3)],
])
def test_fewer_do_not(signs: list[tuple[str, Outcome]]) -> None:
    """One host many times, or an answer between them."""
    assert not outage_after(*signs).is_offline


def test_dead_hosts_at_the_end_of_a_list_are_no_outage() -> None:
    """Nobody else is left to answer, and none of them ever did."""
    assert not outage_after(("a.example", GOOD), *dead(50)).is_offline


def test_a_host_known_alive_among_the_dead_is_a_sign() -> None:
    """It answered in this run, and no longer does."""
    assert outage_after(("a.example", GOOD), *dead(3), ("a.example", DEAD)).is_offline


def test_offline_only_probes_start() -> None:
    """One after a second, the next after two more."""
    outage = outage_after(*dead(4))
    before = outage.may_start(0.9 * FIRST_PROBE_SECONDS)
    at = outage.may_start(FIRST_PROBE_SECONDS)
    outage.started(FIRST_PROBE_SECONDS)

    assert (before, at, outage.may_start(FIRST_PROBE_SECONDS)) == (False, True, False)


@pytest.mark.parametrize(("signs", "seconds"), [
    (dead(4), PATIENCE_AT_START_SECONDS),
    ([("a.example", GOOD), *dead(4), ("a.example", DEAD)], PATIENCE_SECONDS),
])
def test_patience_ends_even_when_nothing_is_asked(
    signs: list[tuple[str, Outcome]], seconds: float
) -> None:
    """Longer when the network was seen alive."""
    outage = outage_after(*signs)
    outage.tick(seconds)
    before = outage.is_over_patience
    outage.tick(seconds + 1)

    assert (before, outage.is_over_patience) == (False, True)


def test_an_answer_ends_the_outage_even_after_patience() -> None:
    """The network is back: nothing more is given up."""
    outage = outage_after(*dead(4))
    outage.tick(1000.0)
    outage.saw("a.example", GOOD, 1001.0)

    assert (outage.is_offline, outage.is_over_patience) == (False, False)


def test_a_verdict_waits_for_a_sign_of_life() -> None:
    """As long as nobody answers, the network may be what is dead."""
    outage = outage_after(("dead.example", DEAD))
    outage.holds_back("job", DEAD)
    in_doubt = outage.release(nothing_else_left=False)
    outage.saw("a.example", GOOD, 1.0)

    assert (in_doubt, outage.release(nothing_else_left=False)) == ([], [("job", DEAD)])


def test_with_nothing_else_left_a_verdict_is_released_in_doubt() -> None:
    """A list of one dead host comes to its end."""
    outage = outage_after(("dead.example", DEAD))
    outage.holds_back("job", DEAD)

    assert outage.release(nothing_else_left=True) == [("job", DEAD)]


def test_an_outage_takes_back_the_verdicts_in_doubt() -> None:
    """They are tried again instead."""
    outage = outage_after(*dead(3))
    outage.holds_back("job", DEAD)
    outage.saw("fourth.example", DEAD, 1.0)

    assert (outage.release(nothing_else_left=True), outage.reconsidered()) == ([], ["job"])


@pytest.mark.parametrize(("outcome", "expected"), [
    (DEAD, True), (GOOD, False),
    (Outcome(0, Reason.TIMEOUT, "no connection in time"), True),
    (Outcome(0, Reason.TIMEOUT, "no body in time", is_connected=True), False),
    (Outcome(0, Reason.UNREACHABLE, "reset", is_connected=True), False),
    (Outcome(0, Reason.REFUSED, "not a URL"), False),
])
def test_what_counts_as_no_connection(outcome: Outcome, expected: bool) -> None:
    """DNS and connect, be it refused or without an answer."""
    assert is_no_connection(outcome) is expected

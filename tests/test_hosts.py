"""The manners towards one host, moment by moment."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.model import Reason
from imagenet_utils.network.hosts import (
    FAILURES_IN_A_ROW,
    LONGEST_PAUSE_SECONDS,
    PAUSES_WITHOUT_SUCCESS,
    Host,
)
from imagenet_utils.network.replies import Answer, Reply

GOOD = Reply(Answer.GOOD, 0.1, 0.1)


def started(host: Host, count: int, now: float) -> list[int]:
    """Fill the host with requests; their numbers."""
    numbers = [int(now * 1000) * 1000 + number for number in range(count)]
    for number in numbers:
        host.started(number, now)
    return numbers


def round_of(host: Host, answer: Answer, now: float) -> None:
    """As many as the window holds, all answered alike."""
    for number in started(host, host.window, now):
        host.answered(number, Reply(answer, 0.1, 0.1), now + 0.1)


def test_the_window_starts_at_eight() -> None:
    """The ninth waits until one is answered."""
    host = Host("a.example")
    started(host, 8, 0.0)

    assert host.may_start_at(0.0) is None


def test_the_window_doubles_with_a_round_of_good_answers() -> None:
    """Each good answer adds a place."""
    host = Host("a.example")
    round_of(host, Answer.GOOD, 0.0)

    assert host.window == 16


def test_a_window_that_is_not_used_does_not_widen() -> None:
    """One request at a time proves nothing about many."""
    host = Host("a.example")
    for now in range(50):
        host.started(now, float(now))
        host.answered(now, GOOD, now + 0.1)

    assert host.window == 8


def lost_calls(host: Host, share: int, now: float) -> None:
    """A round that is answered well, but one in `share` had to call twice."""
    for place, number in enumerate(started(host, host.window, now)):
        connect = 1.05 if place % share == 0 else 0.05
        host.answered(number, Reply(Answer.GOOD, connect + 0.05, 1.2, connect=connect), now + 1.2)


def test_a_host_that_loses_calls_begins_anew() -> None:
    """Its queue of those who want to connect is full, and each one it drops costs a second."""
    host = Host("a.example")
    for now in range(4):
        round_of(host, Answer.GOOD, float(now))
    lost_calls(host, 2, 5.0)
    wide = host.window
    for now in range(8, 28, 2):
        round_of(host, Answer.GOOD, float(now))

    assert wide < 16
    assert host.window < 24


def test_below_where_it_began_lost_calls_halve_the_window() -> None:
    """There are hosts that eight at once are too many for."""
    host = Host("a.example")
    for now in (0.0, 2.0, 4.0):
        lost_calls(host, 2, now)

    assert host.window < 8


def test_calls_that_were_lost_before_the_cut_are_no_news() -> None:
    """They come back one by one for seconds; the window goes its way meanwhile."""
    host = Host("a.example")
    for now in range(4):
        round_of(host, Answer.GOOD, float(now))
    numbers = started(host, host.window, 5.0)
    lost = Reply(Answer.GOOD, 1.1, 1.2, connect=1.05)
    for number in numbers[:10]:
        host.answered(number, lost, 6.2)
    cut = host.window
    for now in range(8, 48):
        round_of(host, Answer.GOOD, float(now))
    wider = host.window
    for number in numbers[10:]:
        host.answered(number, lost, 50.0)

    assert cut == 8 < wider <= host.window


def test_a_lost_call_now_and_then_is_the_line() -> None:
    """One in twenty says nothing about the host."""
    host = Host("a.example")
    for now in range(4):
        lost_calls(host, 20, 2.0 * now)

    assert host.window > 64


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.BROKEN])
def test_trouble_halves_the_window_once_a_round(answer: Answer) -> None:
    """The others of the same round say nothing new."""
    host = Host("a.example")
    round_of(host, answer, 0.0)

    assert host.window == 4


def test_rising_latency_halves_the_window_down_to_where_it_began() -> None:
    """A host that takes ever longer has enough to do."""
    host = Host("a.example")
    for now in range(3):
        round_of(host, Answer.GOOD, float(now))
    wide = host.window
    for now in range(3, 9):
        for number in started(host, host.window, float(now)):
            host.answered(number, Reply(Answer.GOOD, 3.0, 3.0), now + 0.9)

    assert (wide, host.window) == (64, 8)


def test_per_host_is_a_cap_that_nothing_exceeds() -> None:
    """Overtaken requests count in it too."""
    host = Host("a.example", per_host=2)
    hanging, quick = started(host, 2, 0.0)
    host.answered(quick, GOOD, 0.1)
    host.started(7, 1.0)
    host.answered(7, GOOD, 1.1)
    host.mark_overtaken(9.0)
    host.started(8, 9.0)

    assert host.may_start_at(9.0) is None


def test_requests_to_one_host_keep_their_distance() -> None:
    """--sleep counts from start to start."""
    host = Host("a.example", sleep_seconds=3.0)
    host.started(1, 10.0)

    assert host.may_start_at(10.5) == 13.0


@pytest.mark.parametrize(("retry_after", "until"), [
    (None, 0.25), (0.0, 0.0), (7.0, 7.0), (1e9, LONGEST_PAUSE_SECONDS),
])
def test_a_refusal_parks_the_host(retry_after: float | None, until: float) -> None:
    """For as long as it asks, yet not for ever."""
    host = Host("a.example")
    host.started(1, 0.0)
    host.answered(1, Reply(Answer.REFUSED, retry_after=retry_after), 0.0)

    assert host.may_start_at(0.0) == until


def test_five_pauses_without_success_leave_the_host_to_the_next_run() -> None:
    """The pauses grow fourfold; the fifth is the last."""
    host = Host("a.example")
    moments = []
    for number in range(PAUSES_WITHOUT_SUCCESS):
        moments.append(host.parked_until)
        host.started(number, host.parked_until)
        host.answered(number, Reply(Answer.REFUSED), host.parked_until)

    assert (host.given_up, moments) == (Reason.THROTTLED, [0.0, 0.25, 1.25, 5.25, 21.25])


def test_a_success_between_pauses_starts_the_count_anew() -> None:
    """A host that serves, if slowly, is not given up."""
    host = Host("a.example")
    for number in range(0, 40, 2):
        now = host.parked_until + 1
        host.started(number, now)
        host.answered(number, Reply(Answer.REFUSED), now)
        host.started(number + 1, now + 1)
        host.answered(number + 1, GOOD, now + 1)

    assert host.given_up is None


def test_one_burst_of_refusals_is_one_pause() -> None:
    """Eight that were under way together are one sign."""
    host = Host("a.example")
    round_of(host, Answer.REFUSED, 0.0)

    assert (host.given_up, host.parked_until) == (None, 0.1 + 0.25)


def test_a_dead_host_costs_five_failures() -> None:
    """The rest is unreachable for this run."""
    host = Host("a.example")
    states = []
    for number in range(FAILURES_IN_A_ROW):
        states.append(host.given_up)
        host.started(number, float(number))
        host.answered(number, Reply(Answer.FAILED), number + 0.5)

    assert (states, host.given_up) == ([None] * 5, Reason.UNREACHABLE)


def test_failures_of_requests_that_younger_ones_overtook_count_for_nothing() -> None:
    """URLs that hang came first and end last: the host has answered since."""
    host = Host("a.example")
    hanging = started(host, 7, 0.0)
    host.started(99, 1.0)
    host.answered(99, GOOD, 1.1)
    for number in hanging:
        host.answered(number, Reply(Answer.FAILED), 20.0)

    assert host.given_up is None


def test_a_few_dead_ones_among_many_under_way_come_in_a_row_by_chance() -> None:
    """A busy host is given up when half of what is under way failed."""
    host = Host("a.example")
    for now in range(3):
        round_of(host, Answer.GOOD, float(now))
    numbers = started(host, 64, 5.0)
    for number in numbers[-10:]:
        host.answered(number, Reply(Answer.FAILED), 5.1)

    assert host.given_up is None


def test_a_forgiven_host_is_asked_again() -> None:
    """Its failures were the network's."""
    host = Host("a.example")
    round_of(host, Answer.FAILED, 0.0)
    host.forgive()

    assert (host.given_up, host.may_start_at(1.0)) == (None, 1.0)


def test_what_hangs_makes_room_for_others() -> None:
    """Overtaken requests fill no window."""
    host = Host("a.example")
    numbers = started(host, 7, 0.0)
    host.started(99, 0.1)
    host.answered(99, GOOD, 0.2)
    started(host, 1, 0.3)
    host.mark_overtaken(5.0)
    free = sum(host.may_start_at(5.0) is not None and not host.started(100 + n, 5.0)
               for n in range(20))

    assert (len(numbers), free) == (7, 8)


def test_jobs_in_trouble_take_turns_with_others() -> None:
    """So that one sees whether the others are answered."""
    host = Host("a.example")
    for job in "abcd":
        host.add(job)
    for job in "XYZ":
        host.add(job, is_troubled=True)

    assert "".join(host.take() for _ in range(7)) == "abXcdYZ"


def test_refusals_of_certain_urls_do_not_park_a_host_that_answers_the_others() -> None:
    """Refused again and again while others in the same company are answered: it's the URL."""
    host = Host("a.example")
    for now in range(0, 1000, 10):
        bad, *others = started(host, 5, float(now))
        for number in others:
            host.answered(number, GOOD, now + 0.1)
        host.answered(bad, Reply(Answer.REFUSED, retry_after=100.0, troubled_before=now - 10.0),
                      now + 0.2)

    assert host.parked_until < 500


@given(st.lists(st.tuples(st.sampled_from(Answer), st.floats(0, 200), st.booleans()), max_size=300))
def test_no_host_is_ever_without_a_place(answers: list[tuple[Answer, float, bool]]) -> None:
    """Whatever it answered, an idle host that is not given up may be asked within two minutes."""
    host = Host("a.example")
    now = 0.0
    for number, (answer, retry_after, was_troubled) in enumerate(answers):
        moment = host.may_start_at(now)

        assert moment is not None and moment - now <= LONGEST_PAUSE_SECONDS + 1e-6
        host.started(number, moment)
        now = moment + 0.1
        host.answered(number, Reply(answer, 0.1, 0.1, retry_after,
                                    now - 1 if was_troubled else None), now)


def test_urls_that_never_answered_come_last() -> None:
    """At the head of a run they would discredit the whole host; the least tried come first."""
    host = Host("h.example")
    host.add("hung twice", doubt=2)
    host.add("hung once", doubt=1)
    host.add("new")

    assert [host.take(), host.take(), host.take()] == ["new", "hung once", "hung twice"]
    assert not host.has_waiting


def test_a_host_in_trouble_is_asked_elsewhere_in_the_list() -> None:
    """A thousand ill URLs that earlier runs left at the head don't stand for the whole host."""
    host = Host("h.example", dice=random.Random(1))
    for number in range(2000):
        host.add(number)
    host.started(1, now=0.0)
    host.answered(1, Reply(Answer.REFUSED, retry_after=1.0), now=0.1)

    assert max(host.take() for _ in range(10)) >= 1000

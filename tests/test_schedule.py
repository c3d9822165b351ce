"""Which URL is next: whole runs against simulated hosts, in simulated time."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_web import (
    Web,
    dead,
    gone,
    good,
    hanging,
    jobs,
    refused,
    reset,
    schedule,
    server_error,
)

from imagenet_utils.model import Outcome, Reason
from imagenet_utils.network.hosts import FAILURES_IN_A_ROW
from imagenet_utils.network.replies import Answer, answer_of
from imagenet_utils.network.schedule import REFUSALS_OF_ONE_URL, Job
from imagenet_utils.network.under_way import ARRIVED_AT_MOST

LOST = Outcome(0, Reason.LOST, "its worker died")


def spread(count: int, hosts: int) -> list[Job]:
    return [Job(number, f"h{number % hosts}.example", None) for number in range(count)]


def test_what_has_arrived_fills_no_place() -> None:
    """While its body waits to be proven, the line is free for another; but not for any number."""
    made = schedule(batch=5)
    for job in spread(400, 400):
        made.add(job)
    most = 0
    while job := made.next_job(0.0):
        most = max(most, made.under_way)
        made.arrived(job.number)

    assert (most, made.is_full) == (ARRIVED_AT_MOST + 5, True)


def test_the_room_that_a_budget_leaves_holds_for_all_under_way() -> None:
    """Those that have arrived and wait for their proof cost bytes like the others."""
    made = schedule(batch=5)
    made.most_under_way = 7
    for job in spread(50, 50):
        made.add(job)
    begun = 0
    while job := made.next_job(0.0):
        begun += 1
        made.arrived(job.number)

    assert (begun, made.is_full) == (7, True)


def test_one_that_arrived_leaves_like_any_other() -> None:
    """Its place was free before, and is counted once."""
    made = schedule(batch=1)
    first, second, third = spread(3, 3)
    for job in (first, second, third):
        made.add(job)
    made.next_job(0.0)
    made.arrived(first.number)
    made.next_job(0.1)
    made.answered(first, good()[1], 0.2)

    assert (made.is_full, made.next_job(0.3)) == (True, None)


def test_the_batch_limit_holds() -> None:
    """No more are under way, however wide the hosts' windows are."""
    made = schedule(batch=5)
    for job in spread(50, 50):
        made.add(job)
    begun = [made.next_job(0.0) for _ in range(10)]

    assert (sum(job is not None for job in begun), made.is_full) == (5, True)


def test_spares_are_handed_out_besides() -> None:
    """They wait where the work is done; the batch is full without them."""
    made = schedule(batch=5)
    made.spares = 2
    for job in spread(50, 50):
        made.add(job)
    fullness = []
    while made.next_job(0.0):
        fullness.append(made.is_full)

    assert fullness == [False] * 4 + [True] * 3


def test_hosts_take_turns() -> None:
    """One long queue does not hide the others."""
    made = schedule(batch=6)
    for job in [*jobs(100), *jobs(1, "b.example", first=100), *jobs(1, "c.example", first=101)]:
        made.add(job)
    hosts = [job.host for _ in range(6) if (job := made.next_job(0.0))]

    assert Counter(hosts) == {"a.example": 4, "b.example": 1, "c.example": 1}


def test_files_of_this_disk_need_no_manners() -> None:
    """They fill the batch at once."""
    made = schedule(batch=200)
    for job in jobs(300, ""):
        made.add(job)
    while made.next_job(0.0):
        pass

    assert made.under_way == 200


@pytest.mark.parametrize("trouble", [refused, lambda: reset(0.02)])
def test_a_host_of_eight_places_is_found_out(trouble) -> None:  # type: ignore[no-untyped-def]
    """Its window ends near eight, with at most two of a hundred requests too many."""
    web = Web(lambda job, at_once, now: good(0.15) if at_once <= 8 else trouble()).run(jobs(4000))
    share = 1 - 4000 / web.requests["a.example"]

    assert (web.reasons(), share < 0.02, web.now < 1.2 * 4000 * 0.15 / 8) == (
        {Reason.DOWNLOADED: 4000}, True, True)


def test_a_host_that_counts_requests_a_second_is_kept_to_its_pace() -> None:
    """Fifty a second: nearly all of them used, few refused."""
    tokens, last = 50.0, 0.0

    def answer(_job: Job, _at_once: int, now: float) -> tuple[float, Outcome]:
        nonlocal tokens, last
        tokens, last = min(50.0, tokens + 50 * (now - last)), now
        if tokens < 1:
            return refused()
        tokens -= 1
        return good()

    web = Web(answer).run(jobs(3000))

    assert (web.reasons(), web.requests["a.example"] < 3100, web.now < 75) == (
        {Reason.DOWNLOADED: 3000}, True, True)


@pytest.mark.parametrize("hosts", [1, 1000])
def test_urls_that_hang_do_not_idle_the_others(hosts: int) -> None:
    """One of twenty hangs; the good ones keep three quarters of their pace or more."""
    def pace(hanging_share: int) -> float:
        web = Web(lambda job, _n, _now: hanging() if job.number % 100 < hanging_share else good(),
                  schedule(batch=64)).run(spread(6000, hosts))
        moments = sorted(moment for number, moment in web.times.items() if number % 100 >= 5)
        return len(moments) / moments[-100]

    assert pace(5) > 0.75 * pace(0)


def test_a_dead_host_costs_a_few_failures() -> None:
    """The rest of it is unreachable without being asked."""
    web = Web(lambda job, _n, _now: dead() if job.host == "dead.example" else good()).run(
        [*jobs(100, "dead.example"), *jobs(100, first=100)])

    assert (web.reasons(), web.requests["dead.example"] <= FAILURES_IN_A_ROW + 8) == (
        {Reason.UNREACHABLE: 100, Reason.DOWNLOADED: 100}, True)


def test_a_host_that_hangs_always_costs_two_time_outs() -> None:
    """Of its window, and of those that began between two answers; not one per URL."""
    web = Web(lambda job, _n, _now: hanging()).run(jobs(500))

    assert (len(web.verdicts), web.now < 45, web.requests["a.example"]) == (500, True, 12)


def test_one_url_is_refused_six_times_at_most() -> None:
    """Then it is left to the next run; its retries were not used up."""
    web = Web(lambda job, _n, _now: refused() if job.number == 3 else good()).run(jobs(500))
    tries = sum(job.number == 3 for _, job in web.asked)

    assert (tries, web.reasons()) == (
        REFUSALS_OF_ONE_URL, {Reason.THROTTLED: 1, Reason.DOWNLOADED: 499})


def test_retry_after_is_kept_to() -> None:
    """Nobody of the host is asked before."""
    web = Web(lambda job, _n, now: refused(503, 30.0) if now < 1 else good()).run(jobs(100))
    later = min(moment for moment, _ in web.asked if moment > 1)

    assert (later >= 30, web.reasons()) == (True, {Reason.DOWNLOADED: 100})


def test_a_host_that_refuses_everything_is_left_alone() -> None:
    """Five pauses, then the rest of it is throttled."""
    web = Web(lambda job, _n, _now: refused()).run(jobs(1000))

    assert (web.reasons(), web.requests["a.example"] < 25, web.now < 30) == (
        {Reason.THROTTLED: 1000}, True, True)


def test_failures_are_tried_again_later() -> None:
    """Twice more, each after a longer pause."""
    web = Web(lambda job, _n, _now: server_error(0.0)).run(jobs(1))
    first, second, third = (moment for moment, _ in web.asked)

    assert (0.25 <= second - first <= 0.76, 0.5 <= third - second <= 1.51) == (True, True)


def test_a_record_whose_worker_died_twice_is_damaged() -> None:
    """The bytes kill; a third worker is not spent on them."""
    web = Web(lambda job, _n, _now: (0.1, LOST)).run(jobs(1))

    assert (web.reasons(), len(web.asked)) == ({Reason.DAMAGED: 1}, 2)


def test_an_origin_full_of_faults_comes_to_its_end() -> None:
    """A third broken in every way, some refused for ever: the others get their due."""
    def answer(job: Job, _n: int, _now: float) -> tuple[float, Outcome]:
        share = job.number * 7919 % 1000
        for below, outcome in ((20, refused(429, 1.0)), (40, refused(503)), (60, hanging()),
                               (100, reset()), (140, server_error()), (160, dead()), (300, gone())):
            if share < below:
                return outcome
        return good(0.05)

    web = Web(answer, schedule(batch=64)).run(jobs(3000))

    assert (web.reasons(), web.now < 60) == ({
        Reason.DOWNLOADED: 2100, Reason.GONE: 420, Reason.SERVER_ERROR: 180,
        Reason.UNREACHABLE: 180, Reason.TIMEOUT: 60, Reason.THROTTLED: 60}, True)


def outage_between(begin: float, end: float):  # type: ignore[no-untyped-def]
    return lambda job, _n, now: dead(0.01) if begin <= now < end else good()


@pytest.mark.parametrize("begin", [0.0, 2.0])
def test_a_network_that_comes_back_costs_nothing_but_time(begin: float) -> None:
    """Nothing is recorded against anyone, and everything is fetched."""
    web = Web(outage_between(begin, begin + 15), schedule(batch=32)).run(spread(3000, 10))

    assert (web.was_offline, web.reasons()) == (True, {Reason.DOWNLOADED: 3000})


def test_offline_hardly_anything_is_asked() -> None:
    """Probes only, ever rarer."""
    web = Web(outage_between(0, 1e9), schedule(batch=32)).run(spread(3000, 10))
    probes = [moment for moment, _ in web.asked if moment > 0.5]

    assert len(probes) < 10


@pytest.mark.parametrize(("begin", "seconds"), [(0.0, 25), (2.0, 310)])
def test_a_network_that_stays_away_ends_the_run(begin: float, seconds: float) -> None:
    """What was not fetched by then was not tried."""
    web = Web(outage_between(begin, 1e9), schedule(batch=32)).run(spread(3000, 10))
    untried = web.reasons()[Reason.NOT_TRIED]

    assert (web.now < seconds, untried + web.reasons()[Reason.DOWNLOADED], untried > 0) == (
        True, 3000, True)


def test_files_of_this_disk_are_proven_while_offline() -> None:
    """They need no network."""
    web = Web(lambda job, _n, _now: dead() if job.host else good()).run(
        [*spread(100, 10), *jobs(50, "", first=100)])

    assert web.reasons() == {Reason.NOT_TRIED: 100, Reason.DOWNLOADED: 50}


def test_the_only_host_of_a_list_may_be_dead() -> None:
    """That is no outage: it ends at once."""
    web = Web(lambda job, _n, _now: dead()).run(jobs(50))

    assert (web.was_offline, web.reasons(), web.now < 5) == (
        False, {Reason.UNREACHABLE: 50}, True)


def test_dead_hosts_that_come_last_are_no_outage() -> None:
    """Nobody else is left to answer for the network."""
    web = Web(lambda job, _n, _now: dead(5.0) if job.host.startswith("h") else good()).run(
        [*jobs(500), *[Job(500 + number, f"h{number}.example", None) for number in range(50)]])

    assert (web.was_offline, web.reasons()) == (
        False, {Reason.DOWNLOADED: 500, Reason.UNREACHABLE: 50})


def test_abandoned_jobs_may_be_followed_by_new_ones() -> None:
    """The second chance of an abandoned URL may have a host that nobody knew."""
    made = schedule()
    for job in jobs(30):
        made.add(job)
    while job := made.next_job(0.0):
        made.answered(job, hanging()[1], 0.1)
    numbers = []
    for abandoned, _reason in made.abandoned(nothing_else_left=True):
        numbers.append(abandoned.number)
        made.add(Job(1000 + abandoned.number, f"h{abandoned.number}.example", None))

    assert (len(numbers) > 20, len(numbers) == made.waiting - made_retries(made)) == (True, True)


def made_retries(made) -> int:  # type: ignore[no-untyped-def]
    return len(made._retries)


ANSWERS = [good, gone, refused, server_error, reset, dead, hanging, lambda: refused(503, 200.0),
           lambda: (0.2, LOST)]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), hosts=st.integers(1, 12), batch=st.integers(1, 40),
       kinds=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=5),
       per_host=st.sampled_from([None, 1, 3]), sleep_seconds=st.sampled_from([0.0, 0.3]))
def test_everything_is_answered_exactly_once(seed, hosts, batch, kinds,  # type: ignore
                                             per_host, sleep_seconds) -> None:
    """Whatever the hosts do, and whenever the network goes, no job is lost or doubled."""
    dice = random.Random(seed)
    outages = sorted(dice.uniform(0, 100) for _ in range(dice.choice([0, 2, 4])))

    def answer(job: Job, _n: int, now: float) -> tuple[float, Outcome]:
        is_away = sum(moment <= now for moment in outages) % 2
        return dead(0.1) if is_away and job.host else dice.choice(kinds)()

    made = schedule(batch=batch, per_host=per_host, sleep_seconds=sleep_seconds)
    web = Web(answer, made).run(
        [Job(n, dice.choice(["", "h"]) and f"h{n % hosts}.example", None) for n in range(150)])

    assert (len(web.verdicts), made.waiting, made.under_way) == (150, 0, 0)


@pytest.mark.parametrize(("outcome", "answer"), [
    (good()[1], Answer.GOOD), (gone()[1], Answer.GOOD), (refused()[1], Answer.REFUSED),
    (refused(503)[1], Answer.REFUSED), (reset()[1], Answer.BROKEN), (dead()[1], Answer.FAILED),
    (hanging()[1], Answer.FAILED), (server_error()[1], None), (LOST, None),
    (Outcome(0, Reason.REFUSED, "not a URL"), None),
])
def test_what_an_outcome_says_of_its_host(outcome: Outcome, answer: Answer | None) -> None:
    """A picture that is gone or damaged is a good answer of its host."""
    assert answer_of(outcome) is answer

"""One allowance of memory for all processes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.network.byte_budget import ByteBudget, SharedBytes, shared_bytes


def budgets(limit: int = 100) -> tuple[SharedBytes, ByteBudget, ByteBudget]:
    shared = shared_bytes(2, limit, ordinary=0)
    return shared, ByteBudget(shared, 0), ByteBudget(shared, 1)


def test_what_one_process_holds_the_other_cannot() -> None:
    """The limit is that of all together."""
    _, one, other = budgets()
    one.take(1, 10.0, 80, held=0)

    assert (other.take(1, 11.0, 20, held=0), other.take(1, 11.0, 1, held=0)) == (True, False)


def test_the_eldest_body_is_never_given_up() -> None:
    """So something always gets finished, beyond the limit if need be."""
    _, one, other = budgets()
    one.take(1, 10.0, 1, held=0)
    other.take(2, 11.0, 99, held=0)

    assert (one.take(1, 10.0, 50, held=0), other.take(2, 11.0, 1, held=0)) == (True, False)


def test_what_is_given_back_is_free_again() -> None:
    """And the next body is the eldest."""
    _, one, other = budgets()
    one.take(1, 10.0, 100, held=0)
    other.take(2, 11.0, 1, held=0)
    one.give_back(1, 100)

    assert other.take(2, 11.0, 500, held=0)


def test_a_body_that_never_held_anything_may_be_given_back() -> None:
    """A transfer that failed before its first byte."""
    shared, one, _ = budgets()
    one.give_back(1, 0)

    assert sum(shared.held) == 0


def test_a_dead_process_leaves_nothing_held() -> None:
    """Its successor begins with nothing."""
    shared, one, other = budgets()
    one.take(1, 1.0, 100, held=0)
    ByteBudget(shared, 0)

    assert (sum(shared.held), other.take(2, 2.0, 100, held=0)) == (0, True)


def test_given_up_bodies_begin_anew_when_half_is_free() -> None:
    """At once, they would crowd each other out."""
    _, one, other = budgets()
    one.take(1, 1.0, 60, held=0)
    crowded = other.has_room_again()
    one.give_back(1, 60)

    assert (crowded, other.has_room_again()) == (False, True)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 60)), max_size=80))
def test_the_books_agree_with_what_is_held(steps: list[tuple[int, int, int]]) -> None:
    """Only the eldest goes beyond the limit, and at the end nothing is left."""
    shared, *both = budgets()
    held: dict[tuple[int, int], int] = {}
    began: dict[tuple[int, int], float] = {}
    for moment, (process, number, count) in enumerate(steps):
        body = (process, number)
        began.setdefault(body, float(moment))
        if both[process].take(number, began[body], count, held=0):
            held[body] = held.get(body, 0) + count
            is_eldest = began[body] == min(began.values())

            assert sum(shared.held) == sum(held.values())
            assert is_eldest or sum(shared.held) <= 100
        else:
            both[process].give_back(number, held.pop(body, 0))
            del began[body]
    for (process, number), count in held.items():
        both[process].give_back(number, count)

    assert sum(shared.held) == 0


def test_an_ordinary_body_is_never_given_up() -> None:
    """Endless bodies that fill the room take it from each other, not from a photograph."""
    shared = shared_bytes(2, 100, ordinary=50)
    one, other = ByteBudget(shared, 0), ByteBudget(shared, 1)
    one.take(1, 10.0, 100, held=0)

    assert other.take(2, 11.0, 50, held=0)
    assert not other.take(2, 11.0, 1, held=50)


def test_a_dripping_body_keeps_no_large_one_from_its_end() -> None:
    """The eldest is sought among the large ones alone."""
    shared = shared_bytes(1, 100, ordinary=50)
    budget = ByteBudget(shared, 0)
    budget.take(1, 1.0, 10, held=0)
    budget.take(2, 2.0, 90, held=0)

    assert budget.take(2, 2.0, 500, held=90)

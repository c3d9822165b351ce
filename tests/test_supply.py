"""What an archive gives arrives in its order, once, and never fills the memory."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.supply import MOST_FINDS, Find, Problem, Room, Supply
from imagenet_utils.archives.tar_headers import Kind, Member
from imagenet_utils.errors import ExitCode
from imagenet_utils.model import ImageId, ImageRecord, PassingLocation
from tests.sourcing import PATIENCE_SECONDS, until


def find(number: int, body: bytes | None = b"picture") -> Find:
    name = f"n02119789_{number}.JPEG"
    place = PassingLocation(f"a.tar#{name}", len(body or b""))
    record = ImageRecord("n02119789", ImageId(name[:-5]), (place,))
    return Find(record, Member(name, Kind.FILE, len(body or b""), number * 1024), body)


def url(number: int) -> str:
    return find(number).record.locations[0].url


class Notes(list[tuple[int, bool]]):
    """How many were told of, and whether they were the last."""

    def __call__(self, finds: object, is_whole: bool) -> None:
        self.append((len(list(finds)), is_whole))  # type: ignore[call-overload]


def new_supply(most: int = 1000, note: Notes | None = None) -> Supply:
    return Supply(Room(most), start=lambda supply, wanted: None,
                  note=Notes() if note is None else note)


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=9), st.none()), max_size=30),
       st.lists(st.integers(0, 30), max_size=5))
def test_all_arrive_in_their_order(bodies: list[bytes | None], looks: list[int]) -> None:
    """Whenever the run looks, it gets what came since, each with its bytes if it has any."""
    supply = new_supply()
    arrived = []
    for number, body in enumerate(bodies):
        supply.deliver(find(number, body))
        if number in looks:
            arrived += supply.arrived()
    supply.end()
    arrived += supply.arrived()

    assert [record.image_id for record in arrived] == [
        f"n02119789_{number}" for number in range(len(bodies))]
    assert [supply.body_of(url(number)) for number in range(len(bodies))] == bodies


def test_it_begins_with_what_is_wanted() -> None:
    """Whoever reads is told how many records will do."""
    begun: list[tuple[Supply, int | None]] = []
    supply = Supply(Room(), start=lambda supply, wanted: begun.append((supply, wanted)))
    supply.begin(7)

    assert begun == [(supply, 7)]


def test_it_is_over_when_the_last_was_taken() -> None:
    """An end alone is not enough: what came before it has yet to be taken."""
    supply = new_supply()
    supply.deliver(find(1))
    supply.end()
    before = supply.is_over
    supply.arrived()

    assert (before, supply.is_over) == (False, True)


def test_the_index_hears_of_the_end_once() -> None:
    """With the last finds, and never again."""
    notes = Notes()
    supply = new_supply(note=notes)
    supply.deliver(find(1))
    supply.arrived()
    supply.deliver(find(2))
    supply.end()
    supply.arrived()
    supply.arrived()

    assert notes == [(1, False), (1, True)]


def test_an_end_while_finds_are_told_is_not_lost() -> None:
    """The thread may end while the run writes down what came before."""
    told: list[bool] = []

    def note(finds: object, is_whole: bool) -> None:
        told.append(is_whole)
        if len(told) == 1:
            supply.end()

    supply = Supply(Room(), start=lambda supply, wanted: None, note=note)
    supply.deliver(find(1))
    supply.arrived()
    supply.arrived()

    assert told == [False, True]


def test_an_empty_archive_is_whole_too() -> None:
    """Its end is told though nothing was found."""
    notes = Notes()
    supply = new_supply(note=notes)
    supply.end()
    supply.arrived()

    assert notes == [(0, True)]


def test_a_problem_is_no_end() -> None:
    """What could not be read to its end is not taken for whole."""
    notes = Notes()
    supply = new_supply(note=notes)
    supply.deliver(find(1))
    supply.end(Problem("cut", ExitCode.WORTH_ANOTHER_RUN))
    supply.arrived()

    assert supply.problem == Problem("cut", ExitCode.WORTH_ANOTHER_RUN)
    assert notes == [(1, False)]


def test_enough_is_no_end() -> None:
    """A walk that was left early goes on another time, and its breaking off is no problem."""
    notes = Notes()
    supply = new_supply(note=notes)
    supply.deliver(find(1))
    supply.enough()
    supply.end(Problem("hung up", ExitCode.UNOBTAINABLE))
    supply.arrived()

    assert (supply.is_over, supply.problem) == (True, None)
    assert notes == [(1, False)]


def test_nothing_is_taken_after_enough() -> None:
    """Whoever delivers hears that nobody wants more, and can stop."""
    supply = new_supply()
    first = supply.deliver(find(1))
    supply.enough()

    assert (first, supply.deliver(find(2)), supply.deliver(find(3, None))) == (True, False, False)


def test_a_body_that_came_twice_takes_room_once() -> None:
    """Else the room would shrink with every stream that begins anew."""
    room = Room(10)
    supply = Supply(room, start=lambda supply, wanted: None)
    for _ in range(3):
        supply.deliver(find(1, b"12345"))
        supply.arrived()
    supply.release(url(1))

    assert room.take(10, lambda: True)


def test_what_is_released_twice_is_given_back_once() -> None:
    """A second release of the same picture makes no room that isn't there."""
    room = Room(10)
    supply = Supply(room, start=lambda supply, wanted: None)
    supply.deliver(find(1, b"12345"))
    supply.deliver(find(2, b"12345"))
    supply.arrived()
    supply.release(url(1))
    supply.release(url(1))
    third = supply.deliver(find(3, b"12345"))
    wanted = iter([True, False])

    assert third and not room.take(1, lambda: next(wanted, False))


def test_closing_gives_all_room_back() -> None:
    """Taken or not, what a category held is free for the next."""
    room = Room(10)
    supply = Supply(room, start=lambda supply, wanted: None)
    supply.deliver(find(1, b"12345"))
    supply.arrived()
    supply.deliver(find(2, b"12345"))
    supply.close()

    assert room.take(10, lambda: True)
    assert supply.body_of(url(1)) is None


def test_a_giant_gets_all_the_room() -> None:
    """A body larger than all the room does not wait for ever, and gives back what it took."""
    room = Room(10)
    supply = Supply(room, start=lambda supply, wanted: None)
    supply.deliver(find(1, bytes(100)))
    supply.arrived()
    supply.release(url(1))

    assert room.take(10, lambda: True)


def test_a_thread_waits_for_room() -> None:
    """The archive is read no faster than its pictures are stored."""
    room = Room(20)
    supply = Supply(room, start=lambda supply, wanted: None)
    sent: list[int] = []
    done: list[int] = []
    most: list[int] = []

    def read() -> None:
        for number in range(40):
            supply.deliver(find(number, b"12345"))
            sent.append(number)
        supply.end()

    def store() -> None:
        for record in supply.arrived():
            supply.release(record.locations[0].url)
            done.append(int(record.image_id.partition("_")[2]))
            most.append(len(sent) - len(done))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    until(lambda: supply.is_over, store)
    thread.join(PATIENCE_SECONDS)

    assert done == list(range(40))
    assert max(most) <= 4


def test_enough_ends_the_wait_for_room() -> None:
    """A thread that waits while its category ends is not left hanging."""
    supply = new_supply(5)
    supply.deliver(find(1, b"12345"))
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(supply.deliver(find(2, b"12345"))),
                              daemon=True)
    thread.start()
    supply.close()
    thread.join(PATIENCE_SECONDS)

    assert answers == [False]


def test_supplies_share_one_room() -> None:
    """A category that holds all of it lets others wait until it is done."""
    room = Room(5)
    first = Supply(room, start=lambda supply, wanted: None)
    second = Supply(room, start=lambda supply, wanted: None)
    first.deliver(find(1, b"12345"))
    thread = threading.Thread(target=second.deliver, args=(find(2, b"12345"),), daemon=True)
    thread.start()
    first.arrived()
    waits = second.arrived()
    first.release(url(1))
    thread.join(PATIENCE_SECONDS)

    assert waits == []
    assert [record.image_id for record in second.arrived()] == ["n02119789_2"]


class RoomUntilEnough(Room):
    """It is enough at the very moment when there is room for more."""

    supply: Supply

    def take(self, count: int, is_wanted: Callable[[], bool]) -> bool:
        has_room = super().take(count, is_wanted)
        self.supply.enough()
        return has_room


def test_what_comes_with_the_word_that_it_is_enough_takes_no_room() -> None:
    """Else each such picture would shrink the room for all categories behind."""
    room = RoomUntilEnough(10)
    supply = room.supply = Supply(room, start=lambda supply, wanted: None)
    is_wanted = supply.deliver(find(1, b"12345"))

    assert not is_wanted
    assert Room.take(room, 10, lambda: True)


def test_a_fault_of_the_program_reaches_the_run() -> None:
    """A thread that died of it would leave the run waiting for ever."""
    supply = new_supply()
    supply.deliver(find(1))
    supply.fail(KeyError("a fault"))

    assert supply.has_news
    with pytest.raises(KeyError, match="a fault"):
        supply.arrived()


def test_nobody_waits_for_room_when_the_run_is_over() -> None:
    """A thread that no exit waits for ends all the same."""
    room = Room(10)
    room.take(10, lambda: True)
    room.close()

    assert not room.take(1, lambda: True)


def test_empty_members_without_end_wait() -> None:
    """A hostile tar of members without bytes fills no memory: its reader waits to be heard."""
    supply = new_supply()
    delivered: list[int] = []

    def deliver() -> None:
        for number in range(MOST_FINDS + 1):
            supply.deliver(find(number, None))
            delivered.append(number)

    reader = threading.Thread(target=deliver, daemon=True)
    reader.start()
    until(lambda: len(delivered) >= MOST_FINDS)
    before = len(delivered)
    supply.arrived()
    reader.join(PATIENCE_SECONDS)

    assert (before, len(delivered)) == (MOST_FINDS, MOST_FINDS + 1)

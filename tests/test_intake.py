"""Records that arrive while a run goes on are decided as listed ones are, and hold no memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.archives.supply import Find, Problem, Room, Supply
from imagenet_utils.archives.tar_headers import Kind, Member
from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job.books import Books
from imagenet_utils.job.category_run import CategoryRun, Work
from imagenet_utils.job.selector import Selector
from imagenet_utils.job.decide import Rules
from imagenet_utils.job.intake import (
    LONGEST_WAIT_FOR_RECORDS_SECONDS,
    LONGEST_WAIT_SECONDS,
    Intake,
)
from imagenet_utils.job.opening import Opening
from imagenet_utils.model import ImageId, ImageRecord, PassingLocation
from imagenet_utils.options import Selection
from tests.small_web import SETTINGS
from tests.sourcing import GOLDFISH, SHARK, TENCH, category, workplace_in

BODY = b"picture"


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    rules = Rules(now=time.time(), settings=SETTINGS, retry_dead=False, restore_removed=False,
                  recheck=False)
    with workplace_in(tmp_path) as workplace:
        yield Books(workplace.ledger, tmp_path, rules, {}.get)


class Stream:
    """What a thread would bring, brought by hand."""

    def __init__(self) -> None:
        self.room = Room(1000)
        self.begun: list[int | None] = []
        self.supply = Supply(self.room, start=lambda supply, wanted: self.begun.append(wanted))

    def brings(self, *numbers: int, code: str = TENCH, folder: str = "") -> None:
        for number in numbers:
            name = f"{code}_{number}"
            place = PassingLocation(f"a#{folder}{name}", len(BODY))
            record = ImageRecord(code, ImageId(name), (place,))
            self.supply.deliver(Find(record, Member(name, Kind.FILE, len(BODY), number), BODY))

    @property
    def held(self) -> list[str]:
        return [url.partition("_")[2] for url in self.supply._bodies]


def run_of(
    folder: Path, stream: Stream | None, code: str = TENCH, how_many: int | None = None, *,
    selection: Selection = Selection(0, False, False), annotated: tuple[int, ...] = (),
) -> CategoryRun:
    xmls = {ImageId(f"{code}_{number}"): b"<xml/>" for number in annotated}
    selector = Selector(xmls, how_many, selection)
    return CategoryRun(category(code, how_many), folder / code, xmls, {}, selector,
                       stream.supply if stream else None)


def opened(books: Books, *runs: CategoryRun, opening: Opening | None = None) -> Intake:
    intake = Intake(iter(runs), books, opening or Opening())
    intake.open_next(0.0)
    return intake


def settle(intake: Intake, run: CategoryRun) -> None:
    """All that is under way has its verdict."""
    steps = list(run.under_way.values())
    run.under_way.clear()
    for step in steps:
        intake.settled(Work(run, step, 0))


def steps_of(intake: Intake) -> list[str]:
    """Ids of all that is to be done now."""
    found = []
    while given := intake.next_step():
        found.append(given[1].record.image_id)
    return found


def test_a_stream_begins_when_its_category_opens(tmp_path: Path, books: Books) -> None:
    """With as many as are wanted, and with folders that its pictures can go to."""
    stream = Stream()
    opened(books, run_of(tmp_path, stream, how_many=7))

    assert stream.begun == [7]
    assert (tmp_path / TENCH / "Images").is_dir()


def test_arrivals_become_steps(tmp_path: Path, books: Books) -> None:
    """In the order in which they came, with the bytes that they came with."""
    stream = Stream()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)
    stream.brings(1, 2)
    intake.take_arrivals()
    first = steps_of(intake)
    stream.brings(3)
    intake.take_arrivals()

    assert (first, steps_of(intake)) == ([f"{TENCH}_1", f"{TENCH}_2"], [f"{TENCH}_3"])
    assert [step.position for step in run.steps] == [0, 1, 2]
    assert stream.held == ["1", "2", "3"]


def test_what_came_before_is_no_further_picture(tmp_path: Path, books: Books) -> None:
    """A stream that begins anew brings the same ones again."""
    stream = Stream()
    intake = opened(books, run_of(tmp_path, stream))
    for numbers in ((1, 2), (1, 2, 3)):
        stream.brings(*numbers)
        intake.take_arrivals()

    assert steps_of(intake) == [f"{TENCH}_{number}" for number in (1, 2, 3)]


def test_a_second_member_of_the_same_name_holds_no_memory(tmp_path: Path, books: Books) -> None:
    """The first is the picture, and keeps its bytes while it waits; the other is under another
    folder of the archive."""
    stream = Stream()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)
    stream.brings(1)
    stream.brings(1, folder="again/")
    intake.take_arrivals()

    assert stream.held == ["1"]
    assert [step.record.locations[0].url for step in run.to_do] == [f"a#{TENCH}_1"]


def test_one_that_comes_again_while_it_is_under_way_keeps_its_bytes(
    tmp_path: Path, books: Books
) -> None:
    """Its bytes are given back only by whoever is done with them, not by a second mention."""
    stream = Stream()
    intake = opened(books, run_of(tmp_path, stream))
    stream.brings(1)
    intake.take_arrivals()
    steps_of(intake)
    stream.brings(1)
    intake.take_arrivals()

    assert stream.held == ["1"]


def test_no_more_than_how_many(tmp_path: Path, books: Books) -> None:
    """The stream ends there, and what came beyond is let go of."""
    stream = Stream()
    run = run_of(tmp_path, stream, how_many=2)
    intake = opened(books, run)
    stream.brings(1, 2, 3, 4)
    intake.take_arrivals()

    assert steps_of(intake) == [f"{TENCH}_1", f"{TENCH}_2"]
    assert (stream.supply.is_wanted, stream.held, run.has_more) == (False, ["1", "2"], True)


def test_pictures_without_boxes_are_let_go_of(tmp_path: Path, books: Books) -> None:
    """Where only annotated ones count, others take no room, and the stream goes on."""
    stream = Stream()
    selection = Selection(0, False, True)
    run = run_of(tmp_path, stream, how_many=2, selection=selection, annotated=(2, 5))
    intake = opened(books, run)
    stream.brings(1, 2, 3)
    intake.take_arrivals()

    assert stream.begun == [None]  # nobody knows how many it takes
    assert (stream.held, stream.supply.is_wanted) == (["2"], True)
    assert steps_of(intake) == [f"{TENCH}_2"]


def test_an_offset_passes_the_first(tmp_path: Path, books: Books) -> None:
    """As in a list: by the order in which they come."""
    stream = Stream()
    intake = opened(books, run_of(tmp_path, stream, selection=Selection(2, False, False)))
    stream.brings(1, 2, 3)
    intake.take_arrivals()

    assert steps_of(intake) == [f"{TENCH}_3"]
    assert stream.held == ["3"]


def test_proven_pictures_end_a_stream(tmp_path: Path, books: Books) -> None:
    """Where how_many counts pictures, the stream goes on until so many are proven."""
    stream = Stream()
    run = run_of(tmp_path, stream, how_many=2, selection=Selection(0, True, False))
    intake = opened(books, run)
    stream.brings(1, 2, 3)
    intake.take_arrivals()
    begun = steps_of(intake)
    still = stream.supply.is_wanted
    run.have = 2
    settle(intake, run)

    assert (begun, still) == ([f"{TENCH}_1", f"{TENCH}_2"], True)
    assert not stream.supply.is_wanted


def test_a_run_that_waits_for_records_looks_often(tmp_path: Path, books: Books) -> None:
    """And seldom once all have come."""
    stream = Stream()
    intake = opened(books, run_of(tmp_path, stream))
    growing = intake.is_growing, intake.patience
    stream.supply.end()
    intake.take_arrivals()

    assert growing == (True, LONGEST_WAIT_FOR_RECORDS_SECONDS)
    assert (intake.is_growing, intake.patience) == (False, LONGEST_WAIT_SECONDS)


def test_a_category_ends_once(tmp_path: Path, books: Books) -> None:
    """Not while its archive may give more or a picture is under way; then it holds nothing."""
    stream = Stream()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)
    stream.brings(1)
    intake.take_arrivals()
    steps_of(intake)
    early = intake.ended()
    stream.supply.end()
    intake.take_arrivals()
    still_under_way = intake.ended()
    settle(intake, run)

    assert (early, still_under_way, intake.ended(), intake.ended()) == ([], [], [run], [])
    assert stream.held == []
    assert stream.room.take(1000, lambda: True)


def test_all_is_done_when_the_last_has_ended(tmp_path: Path, books: Books) -> None:
    """An archive that gives nothing ends its category too, problem or not."""
    stream = Stream()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)
    stream.supply.end(Problem("cut", ExitCode.WORTH_ANOTHER_RUN))
    intake.take_arrivals()
    is_last = not intake.open_next(0.0)
    before = intake.is_done
    ended = intake.ended()

    assert (is_last, before, ended, intake.is_done) == (True, False, [run], True)


def test_what_needs_nothing_makes_no_folder(tmp_path: Path, books: Books) -> None:
    """A category of which nothing is known or to come leaves no trace."""
    stream = Stream()
    stream.supply.end()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)

    assert intake.ended() == [run]
    assert (stream.begun, (tmp_path / TENCH).exists()) == ([], False)


def test_a_file_in_the_way_of_a_folder(tmp_path: Path, books: Books) -> None:
    """It is named, and what to do about it."""
    (tmp_path / TENCH).write_text("mine")

    with pytest.raises(LocalFault, match=f"{TENCH}.*Free the way"):
        opened(books, run_of(tmp_path, Stream()))


def test_the_next_opens_when_it_may(tmp_path: Path, books: Books) -> None:
    """One archive at a time where that is the breadth; the next when the first has come in."""
    streams = [Stream(), Stream(), Stream()]
    runs = [run_of(tmp_path, stream, code)
            for stream, code in zip(streams, (TENCH, GOLDFISH, SHARK))]
    intake = opened(books, *runs, opening=Opening(1))
    refused = intake.open_next(1e6)
    streams[0].supply.end()
    intake.take_arrivals()
    intake.next_step()
    allowed = intake.open_next(1e6)

    assert (refused, allowed) == (False, True)
    assert [stream.begun for stream in streams] == [[None], [None], []]


def test_two_streams_at_once(tmp_path: Path, books: Books) -> None:
    """The first category's steps come first; each gets its own."""
    first, second = Stream(), Stream()
    intake = opened(books, run_of(tmp_path, first), run_of(tmp_path, second, GOLDFISH))
    intake.open_next(0.0)
    second.brings(1, code=GOLDFISH)
    first.brings(1)
    intake.take_arrivals()

    assert steps_of(intake) == [f"{TENCH}_1", f"{GOLDFISH}_1"]


def test_what_is_settled_holds_no_memory(tmp_path: Path, books: Books) -> None:
    """A picture's bytes go once nothing more is to be done for it."""
    stream = Stream()
    run = run_of(tmp_path, stream)
    intake = opened(books, run)
    stream.brings(1, 2)
    intake.take_arrivals()
    intake.next_step()
    settle(intake, run)

    assert stream.held == ["2"]

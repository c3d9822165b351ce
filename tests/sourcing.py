"""Sources as a run opens them, without the run: options as typed, listings taken to their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagenet_utils.archives.supply import Supply
from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.command_line.options import run_options
from imagenet_utils.model import Category, ImageRecord, Wnid
from imagenet_utils.options import RunOptions
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources import choose
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.source import Source
from tests.archive_server import ArchiveServer

PATIENCE_SECONDS = 60.0  # after which a test fails in place of hanging
TENCH, GOLDFISH, SHARK = "n01440764", "n01443537", "n01484850"  # the first three by their codes


def options_of(folder: Path, *typed: str) -> RunOptions:
    """As the command line gives them, the defaults below `folder` and not given."""
    options = run_options(parse(PROGRAM, ["--save_dir", str(folder / "result"), *typed]))
    places, archives = options.places, options.archives
    if "url_data" not in options.given:
        places = replace(places, url_data=folder / "urls.txt")
    if "archives_dir" not in options.given:
        archives = replace(archives, directory=folder / "archives")
    return replace(options, places=replace(places, annotations_dir=folder / "annotation"),
                   archives=archives)


def category(code: str, how_many: int | None = None, split: str = "") -> Category:
    return Category(Wnid(code), code, how_many, split)


class Told(Console):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.said: list[str] = []
        self.warned: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.warned.append(text)


@contextmanager
def workplace_in(folder: Path, *, is_draft: bool = False) -> Iterator[Workplace]:
    folder.mkdir(exist_ok=True)
    ledger = Ledger(folder / LEDGER, is_draft=is_draft)
    try:
        yield Workplace(folder, ledger, Told(), is_draft=is_draft)
    finally:
        ledger.commit()
        ledger.close()


@contextmanager
def desk_in(
    folder: Path, *typed: str, is_draft: bool = False, categories: Sequence[Category] = ()
) -> Iterator[Desk]:
    with workplace_in(folder / "result", is_draft=is_draft) as workplace:
        desk = Desk(options_of(folder, *typed), workplace, categories)
        try:
            yield desk
        finally:
            desk.close()


@dataclass
class Opened:
    """A source that a run has begun with."""

    source: Source
    workplace: Workplace
    categories: tuple[Category, ...]

    @property
    def told(self) -> Told:
        assert isinstance(self.workplace.teller, Told)
        return self.workplace.teller

    def listings(self) -> list[Listing]:
        return [self.source.listing(category, ()) for category in self.categories]

    def gathered(self) -> dict[str, Gathered]:
        """By the category's key; all are listed first, for one pass may serve them all."""
        return dict(zip((category.key for category in self.categories),
                        map(gather, self.listings())))


@contextmanager
def opened(
    options: RunOptions, *chosen: Category, is_draft: bool = False
) -> Iterator[Opened]:
    kind, _why = choose(options.source, options)
    source = kind.open(options, lambda done, total: None)
    try:
        with workplace_in(options.places.save_dir, is_draft=is_draft) as workplace:
            categories = source.categories(chosen)
            source.begin(workplace)
            yield Opened(source, workplace, categories)
    finally:
        source.close()


@dataclass
class Gathered:
    """All that one listing gave."""

    known: list[ImageRecord]  # at once
    arrived: list[ImageRecord] = field(default_factory=list)  # from its supply
    bodies: dict[str, bytes] = field(default_factory=dict)  # of those that arrived, by image id
    problem: str | None = None

    @property
    def ids(self) -> list[str]:
        return [record.image_id for record in [*self.known, *self.arrived]]


def gather(listing: Listing, wanted: int | None = None) -> Gathered:
    """Taken as a run takes it, and each body given back at once."""
    if listing.supply is not None:
        listing.supply.begin(wanted)
    return gather_begun(listing)


def gather_begun(listing: Listing) -> Gathered:
    gathered = Gathered(list(listing.records))
    supply = listing.supply
    if supply is None:
        return gathered
    until(lambda: supply.is_over, lambda: _take(supply, gathered))
    gathered.problem = supply.problem.text if supply.problem else None
    supply.close()
    return gathered


def until(is_done: Callable[[], bool], act: Callable[[], object] = lambda: None) -> None:
    """Act again and again; the processor is given to threads that wait for it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    act()
    while not is_done():
        assert time.monotonic() < deadline, "no end"
        act()
        time.sleep(0)
    act()


def ranges_asked(server: ArchiveServer, path: str) -> list[str | None]:
    return [asked.range for asked in server.asked_for(path)]


def _take(supply: Supply, gathered: Gathered) -> None:
    for record in supply.arrived():
        gathered.arrived.append(record)
        url = record.locations[0].url
        body = supply.body_of(url)
        if body is not None:
            gathered.bodies[record.image_id] = body
        supply.release(url)

"""Archives are read once: what is known of them is taken from the index, what is not comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagenet_utils.archives.local_tar import LocalTar
from imagenet_utils.archives.member_index import Stretch, Walked
from imagenet_utils.archives.supply import Problem
from imagenet_utils.errors import ExitCode
from imagenet_utils.model import MemberLocation, PassingLocation, RangeLocation, Reason
from imagenet_utils.results.row import Row
from imagenet_utils.sources.holdings import WHOLE, LocalHolding, ended_supply
from imagenet_utils.sources.names_first import lanes_for_each, trips_for_names
from imagenet_utils.sources.remote_holding import Advice, RemoteHolding
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import Files, synset_tar, train_tar
from tests.sourcing import (
    GOLDFISH,
    TENCH,
    Gathered,
    category,
    desk_in,
    gather,
    gather_begun,
    ranges_asked,
    until,
)

PATH = f"/{TENCH}.tar"
COUNT = 6


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    synset_tar(tmp_path / "t.tar", TENCH, COUNT)
    return tmp_path / "t.tar"


@pytest.fixture
def files(tmp_path: Path, tar: Path) -> Files:
    """By image id."""
    with LocalTar(tar) as opened:
        return {member.name[:-5]: opened.read(member.body, member.size)
                for member in opened.members()}


@contextmanager
def served(tar: Path, **how: object) -> Iterator[ArchiveServer]:
    content = Served(tar, **how)  # type: ignore[arg-type]
    with serving_archives({PATH: content}) as server:
        yield server


def fetched(
    folder: Path, server: ArchiveServer, wanted: int | None = None, *typed: str
) -> Gathered:
    """What one run finds, with a desk of its own."""
    with desk_in(folder, *typed) as desk:
        return gather(RemoteHolding(desk, server.url(PATH)).listing(category(TENCH)), wanted)


def settle(folder: Path, found: Gathered) -> None:
    """As if a run had stored these pictures."""
    with desk_in(folder) as desk:
        for position, record in enumerate(found.arrived):
            desk.workplace.ledger.record(Row(record.code, record.image_id, record.locations[0].url,
                                             position, Reason.DOWNLOADED, "Success"))


def test_a_tar_on_this_disk_is_read_by_its_workers(tmp_path: Path, tar: Path, files: Files) -> None:
    """It gives offsets, at which the very bytes lie."""
    with desk_in(tmp_path) as desk:
        records = LocalHolding(desk, tar).listing(category(TENCH)).records
    data = tar.read_bytes()
    places = [record.locations[0] for record in records]

    assert [record.image_id for record in records] == list(files)
    assert all(isinstance(place, MemberLocation) and place.path == str(tar) for place in places)
    assert [data[place.header + 512:][:place.size] for place in places  # type: ignore[union-attr]
            ] == list(files.values())


def test_a_tar_on_this_disk_is_walked_once(
    tmp_path: Path, tar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later run finds all members in the index, and looks at no header but the first."""
    with desk_in(tmp_path) as desk:
        first = LocalHolding(desk, tar).listing(category(TENCH)).records
    looks: list[int] = []
    read = LocalTar.read
    monkeypatch.setattr(LocalTar, "read", lambda self, offset, count: (
        looks.append(offset), read(self, offset, count))[1])
    with desk_in(tmp_path) as desk:
        second = LocalHolding(desk, tar).listing(category(TENCH)).records

    assert (len(second), set(looks)) == (COUNT, {0})
    assert second == first


def test_another_tar_in_its_place_is_walked_anew(tmp_path: Path, tar: Path) -> None:
    """Length and time of change tell one from the other."""
    with desk_in(tmp_path) as desk:
        LocalHolding(desk, tar).listing(category(TENCH))
    synset_tar(tar, TENCH, COUNT + 3)
    with desk_in(tmp_path) as desk:
        records = LocalHolding(desk, tar).listing(category(TENCH)).records

    assert len(records) == COUNT + 3


def test_a_damaged_tar_keeps_what_stands_before_the_damage(tmp_path: Path, tar: Path) -> None:
    """Its pictures are listed, and the category says what is wrong, and where."""
    with LocalTar(tar) as opened:
        third = list(opened.members())[2]
    data = bytearray(tar.read_bytes())
    data[third.header:third.header + 512] = b"\xff" * 512
    tar.write_bytes(data)
    found = []
    for _ in range(2):  # by a walk, then from the index
        with desk_in(tmp_path) as desk:
            listing = LocalHolding(desk, tar).listing(category(TENCH))
            assert listing.supply
            found.append((len(listing.records), listing.supply.is_over, listing.supply.problem))

    assert found[0] == found[1]
    assert found[0][:2] == (2, True)
    assert found[0][2] and f"at byte {third.header:,}" in found[0][2].text
    assert found[0][2].code is ExitCode.UNOBTAINABLE


def test_a_cut_tar_keeps_what_is_whole(tmp_path: Path, tar: Path) -> None:
    """A picture that is cut in two is not listed."""
    with LocalTar(tar) as opened:
        last = list(opened.members())[-1]
    with tar.open("r+b") as file:
        file.truncate(last.body + last.size // 2)
    with desk_in(tmp_path) as desk:
        listing = LocalHolding(desk, tar).listing(category(TENCH))

    assert len(listing.records) == COUNT - 1
    assert listing.supply and listing.supply.problem


def test_a_stretch_is_all_that_is_walked(tmp_path: Path) -> None:
    """Of a tar of tars, a class has its own pictures alone."""
    path = tmp_path / "train.tar"
    classes = train_tar(path, {TENCH: 2, GOLDFISH: 3})
    with desk_in(tmp_path) as desk, LocalTar(path) as outer:
        index = desk.index.archive(str(path), outer.identity)
        stretches = [Stretch(member.name[:9], member.body, member.body_end)
                     for member in outer.members()]
        index.add_stretches(stretches, walked=Walked(outer.size, True))
        listing = LocalHolding(desk, path).listing(category(GOLDFISH), stretches[1])
        known = index.members_of(TENCH)

    assert [f"{one.image_id}.JPEG" for one in listing.records] == list(classes[GOLDFISH])
    assert known == []


def test_the_first_run_streams(tmp_path: Path, tar: Path, files: Files) -> None:
    """Bytes come with the records; the last request brings them all."""
    with served(tar) as server:
        found = fetched(tmp_path, server)
        asked = ranges_asked(server, PATH)

    assert (found.known, found.bodies, found.problem) == ([], files, None)
    assert all(isinstance(one.locations[0], RangeLocation) for one in found.arrived)
    assert asked == ["bytes=0-511", f"bytes=0-{tar.stat().st_size - 1}"]


def test_the_second_run_knows_all(tmp_path: Path, tar: Path) -> None:
    """Without a single request, and with the places that the first found."""
    with served(tar) as server:
        first = fetched(tmp_path, server)
        settle(tmp_path, first)
        server.asked.clear()
        second = fetched(tmp_path, server)

    assert (second.known, second.arrived) == (first.arrived, [])
    assert server.asked == []


def test_before_what_is_known_is_fetched_one_look_is_taken(tmp_path: Path, tar: Path) -> None:
    """Whether the archive is still the same; its pictures are not fetched again by that."""
    with served(tar) as server:
        first = fetched(tmp_path, server)
        server.asked.clear()
        second = fetched(tmp_path, server)

    assert (second.known, second.arrived, second.bodies) == ([], first.arrived, {})
    assert ranges_asked(server, PATH) == ["bytes=0-511"]


def test_what_is_known_of_a_changed_archive_is_void(tmp_path: Path, tar: Path) -> None:
    """Though all of it was known: the pictures come from where they are now."""
    with served(tar) as server:
        fetched(tmp_path, server)
        synset_tar(tar, TENCH, COUNT + 1)
        server.served[PATH] = Served(tar, etag='"second"')
        found = fetched(tmp_path, server)

    assert (found.known, len(found.arrived), len(found.bodies)) == ([], COUNT + 1, COUNT + 1)


def test_what_is_known_stays_so_while_the_server_is_away(tmp_path: Path, tar: Path) -> None:
    """Later runs count what is here, and say why the rest is not."""
    with served(tar) as server:
        first = fetched(tmp_path, server)
        server.served.clear()
        found = fetched(tmp_path, server)

    assert found.arrived == first.arrived
    assert found.problem and "404" in found.problem


def test_few_pictures_need_a_part(tmp_path: Path, tar: Path) -> None:
    """Where two are wanted, not all of the archive is asked for at once."""
    synset_tar(tar, TENCH, 300)
    with served(tar) as server, desk_in(tmp_path) as desk:
        supply = RemoteHolding(desk, server.url(PATH)).listing(category(TENCH)).supply
        assert supply
        supply.begin(2)
        arrived: list[object] = []
        until(lambda: len(arrived) >= 2, lambda: arrived.extend(supply.arrived()))
        supply.close()
        asked = ranges_asked(server, PATH)

    assert tar.stat().st_size > 2**20
    assert asked[:2] == ["bytes=0-511", f"bytes=0-{2**20 - 1}"]


def test_a_later_run_goes_on_where_the_first_left_off(tmp_path: Path, tar: Path) -> None:
    """What is known is at hand, and the stream begins behind it."""
    with served(tar) as server:
        with desk_in(tmp_path) as desk:
            holding = RemoteHolding(desk, server.url(PATH))
            supply = holding.listing(category(TENCH)).supply
            assert supply
            supply.begin(None)
            first: list[object] = []
            until(lambda: bool(first), lambda: first.extend(supply.arrived()))
            supply.close()
            known = holding.known()
        server.asked.clear()
        second = fetched(tmp_path, server)
        asked = ranges_asked(server, PATH)
    ids = [one.image_id for one in [*second.known, *second.arrived]]

    assert len(known.members) >= len(first) >= 1
    assert ids == sorted(set(ids)) and len(ids) == COUNT
    assert known.is_whole or asked[-1] == f"bytes={known.front}-{tar.stat().st_size - 1}"


def test_a_changed_archive_is_known_anew(tmp_path: Path, tar: Path) -> None:
    """Nothing that was known of the former file is taken for the new one's."""
    with served(tar) as server:
        fetched(tmp_path, server, 2)
        with desk_in(tmp_path) as desk:  # it has yet to be walked to its end
            index = desk.index.archive(server.url(PATH), "as it was")
            index.add_stretches([Stretch(WHOLE, 0, 10**6)], walked=Walked(10**6, True))
        found = fetched(tmp_path, server)
        again = fetched(tmp_path, server)

    assert (len(found.arrived), found.problem) == (COUNT, None)
    assert (len(again.arrived), again.bodies) == (COUNT, {})


def test_a_stretch_of_a_changed_archive_is_not_read(tmp_path: Path) -> None:
    """Offsets of classes are void then: another run finds them anew."""
    path = tmp_path / "train.tar"
    train_tar(path, {TENCH: 2})
    with LocalTar(path) as outer:
        member = next(outer.members())
    with serving_archives({PATH: Served(path)}) as server, desk_in(tmp_path) as desk:
        address = server.url(PATH)
        stretch = Stretch(TENCH, member.body, member.body_end)
        desk.index.archive(address, "as it was").add_stretches(
            [stretch], walked=Walked(member.end, True))
        found = gather(RemoteHolding(desk, address).listing(category(TENCH), stretch))

    assert found.arrived == []
    assert found.problem and "is no longer what it was at the begin of this run" in found.problem


def test_without_ranges_it_comes_in_one_go(tmp_path: Path, tar: Path, files: Files) -> None:
    """Its pictures can't be found again, so each run reads it from the beginning."""
    with served(tar, fault=Fault.NO_RANGES) as server:
        found = [fetched(tmp_path, server) for _ in range(2)]

    assert [each.bodies for each in found] == [files, files]
    assert all(isinstance(one.locations[0], PassingLocation) for one in found[1].arrived)
    assert found[1].known == []


def test_an_archive_that_is_not_there(tmp_path: Path, tar: Path) -> None:
    """The category has none, which is no failure of the run; the line says more."""
    with serving_archives({}) as server, desk_in(tmp_path) as desk:
        advice = Advice(why_missing=lambda: "It was withdrawn")
        listing = RemoteHolding(desk, server.url(PATH), advice).listing(category(TENCH))
        found = gather(listing)

    assert found.problem and "HTTP 404" in found.problem
    assert found.problem.endswith("It was withdrawn")
    assert listing.supply and listing.supply.problem and listing.supply.problem.code is None


def test_a_page_to_log_in_is_no_archive(tmp_path: Path, tar: Path) -> None:
    """It is told as what it is, with what else can be tried; others need not ask there."""
    with served(tar, fault=Fault.PAGE) as server, desk_in(tmp_path) as desk:
        holding = RemoteHolding(desk, server.url(PATH), Advice("Try a mirror"))
        first = gather(holding.listing(category(TENCH)))
        asked = len(server.asked)
        second = gather(holding.listing(category(GOLDFISH)))

    assert first.problem and "web page" in first.problem and first.problem.endswith("Try a mirror")
    assert second.problem == first.problem
    assert len(server.asked) == asked


def test_a_damaged_archive_on_the_web(tmp_path: Path, tar: Path) -> None:
    """What stands before the damage came; the damage is told."""
    with LocalTar(tar) as opened:
        third = list(opened.members())[2]
    data = bytearray(tar.read_bytes())
    data[third.header:third.header + 512] = b"\xff" * 512
    tar.write_bytes(data)
    with served(tar) as server:
        found = fetched(tmp_path, server)

    assert (len(found.arrived), len(found.bodies)) == (2, 2)
    assert found.problem and server.url(PATH) in found.problem


def test_the_budget_ends_a_stream(tmp_path: Path, tar: Path) -> None:
    """No more bytes come than --max_total_bytes allows, those in vain included."""
    with served(tar) as server, desk_in(tmp_path, "--max_total_bytes", "30000") as desk:
        listing = RemoteHolding(desk, server.url(PATH)).listing(category(TENCH))
        found = gather(listing)
        spent = desk.meter.byte_count

    assert listing.supply and listing.supply.problem == Problem(
        "--max_total_bytes is reached", ExitCode.BUDGET_REACHED)
    assert spent == 30_000
    assert 0 < len(found.bodies) < COUNT


def test_a_giant_comes_without_its_bytes(tmp_path: Path, tar: Path) -> None:
    """A picture above --max_image_bytes is listed, and not held in memory."""
    sizes = sorted(map(len, synset_tar(tar, TENCH, COUNT).values()))
    limit = str(sizes[-1] - 1)
    with served(tar) as server:
        found = fetched(tmp_path, server, None, "--max_image_bytes", limit)

    assert len(found.arrived) == COUNT
    assert 0 < len(found.bodies) == sum(size < sizes[-1] for size in sizes)


def test_a_dry_run_asks_nobody(tmp_path: Path, tar: Path) -> None:
    """It lists what former runs know, and starts no stream."""
    with served(tar) as server:
        fetched(tmp_path, server)
        server.asked.clear()
        with desk_in(tmp_path, is_draft=True) as desk:
            known = RemoteHolding(desk, server.url(PATH)).listing(category(TENCH))
            unknown = RemoteHolding(desk, server.url("/other.tar")).listing(category(GOLDFISH))

    assert (len(known.records), known.supply) == (COUNT, None)
    assert (len(unknown.records), unknown.supply) == (0, None)
    assert server.asked == []


def test_an_ended_supply(tmp_path: Path) -> None:
    """It is over from the first, and says why."""
    with desk_in(tmp_path) as desk:
        supply = ended_supply(desk, Problem("gone", None))

    assert (supply.is_over, supply.problem, supply.arrived()) == (True, Problem("gone", None), [])


def test_the_streams_at_once_are_few(tmp_path: Path) -> None:
    """--per_host bounds them; the others wait their turn and come all the same."""
    counts = {f"n0000000{number}": 2 for number in range(1, 7)}
    contents = {}
    for code, count in counts.items():
        synset_tar(tmp_path / f"{code}.tar", code, count)
        contents[f"/{code}.tar"] = Served(tmp_path / f"{code}.tar")
    with serving_archives(contents) as server, desk_in(tmp_path, "--per_host", "1") as desk:
        listings = [RemoteHolding(desk, server.url(f"/{code}.tar")).listing(category(code))
                    for code in counts]
        for listing in listings:
            assert listing.supply
            listing.supply.begin(None)
        found = [gather_begun(listing) for listing in listings]
        order = [asked.path for asked in server.asked]

    assert desk.most_streams == 1
    assert order == sorted(order)  # nobody began before the one ahead was done
    assert all(len(each.ids) >= 2 for each in found)


@pytest.mark.parametrize(("counts", "lanes"), [
    ((5,), 8), ((5, None, None), 8), ((5, 5), 4), ((5, 5, 5), 2), ((5,) * 9, 2), ((None, None), 8),
])
def test_connections_are_shared_by_the_archives_that_are_looked_through(
    tmp_path: Path, counts: tuple[int | None, ...], lanes: int
) -> None:
    """A single one has all of them, and is priced so; those that need no names count for none."""
    categories = [category(f"n{number:08}", count) for number, count in enumerate(counts)]
    with desk_in(tmp_path, "--sample", "random", categories=categories) as desk:
        assert lanes_for_each(desk) == lanes
        assert trips_for_names(desk, category(TENCH, 5), 800) == 800 // lanes


def test_a_fault_of_the_program_ends_the_run(tmp_path: Path, tar: Path) -> None:
    """It is raised where the run waits for records, not lost with the thread."""
    def why_missing() -> str:
        raise KeyError("a fault")

    with served(tar) as server, desk_in(tmp_path) as desk:
        holding = RemoteHolding(desk, server.url("/gone.tar"), Advice(why_missing=why_missing))

        with pytest.raises(KeyError, match="a fault"):
            gather(holding.listing(category(TENCH)))


def test_one_archive_that_is_refused_after_others_came(tmp_path: Path, tar: Path) -> None:
    """Stores of the cloud answer 403 for what is not there: the next category is asked for."""
    contents = {PATH: Served(tar), "/no.tar": Served(b"", Fault.STATUS, status=403)}
    with serving_archives(contents) as server, desk_in(tmp_path) as desk:
        paths = (PATH, "/no.tar", PATH)
        found = [gather(RemoteHolding(desk, server.url(path)).listing(category(code)))
                 for path, code in zip(paths, (TENCH, GOLDFISH, "n01484850"))]

    assert [each.problem is None for each in found] == [True, False, True]
    assert len(found[2].ids) == COUNT

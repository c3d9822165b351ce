"""One pass over an archive serves all who want something of it, and ends when they have it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from imagenet_utils.archives.local_tar import Packing
from imagenet_utils.archives.tar_headers import Member
from imagenet_utils.errors import ExitCode
from imagenet_utils.model import Category, PassingLocation, RangeLocation
from imagenet_utils.obtaining.refusals import Stopped
from imagenet_utils.sources.pass_holding import (
    CHUNK,
    Passage,
    PassHolding,
    Stop,
    local_chunks,
    local_passage,
)
from imagenet_utils.sources.split_shapes import by_name
from tests.small_archives import synset_tar, train_tar
from tests.sourcing import GOLDFISH, SHARK, TENCH, category, desk_in, gather, until

TENCHES, GOLDFISHES = category(TENCH), category(GOLDFISH)
PACKERS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, bz2.compress, lzma.compress]


@pytest.fixture
def train(tmp_path: Path) -> Path:
    train_tar(tmp_path / "train.tar", {TENCH: 2, SHARK: 3, GOLDFISH: 2})
    return tmp_path / "train.tar"


def told_of(path: Path, begun: list[Stop]) -> Passage:
    """Each time that it is read, `begun` gets one longer."""
    def chunks(stop: Stop) -> Iterator[bytes]:
        begun.append(stop)
        return local_chunks(path, Packing.PLAIN, stop)

    return Passage("t", chunks)


def listings(holding: PassHolding, *categories: Category) -> list:
    return [holding.listing(each) for each in categories]


def place_of(member: Member) -> RangeLocation:
    return RangeLocation(member.name, "w", member.header, member.size, member.name)


@pytest.mark.parametrize("packed", PACKERS)
def test_one_pass_serves_all(
    tmp_path: Path, train: Path, packed: Callable[[bytes], bytes]
) -> None:
    """However it is packed: each category has its own, with their bytes, and no other's."""
    classes = train_tar(train, {TENCH: 2, SHARK: 3, GOLDFISH: 2})
    train.write_bytes(packed(train.read_bytes()))
    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, local_passage(train), by_name([TENCHES, GOLDFISHES]), 2)
        tenches, goldfishes = map(gather, listings(holding, TENCHES, GOLDFISHES))

    for found, code in ((tenches, TENCH), (goldfishes, GOLDFISH)):
        assert {f"{key}.JPEG": body for key, body in found.bodies.items()} == classes[code]
        assert (found.known, found.problem) == ([], None)
        assert {record.code for record in found.arrived} == {code}
        assert all(isinstance(one.locations[0], PassingLocation) for one in found.arrived)


def test_the_pass_waits_until_all_are_listed(tmp_path: Path, train: Path) -> None:
    """A category that is listed while bytes pass would have missed some."""
    begun: list[Stop] = []
    with desk_in(tmp_path) as desk:
        passage = told_of(train, begun)
        holding = PassHolding(desk, passage, by_name([TENCHES, GOLDFISHES]), 2)
        first = holding.listing(TENCHES)
        assert first.supply
        first.supply.begin(None)
        early = list(begun)
        second = holding.listing(GOLDFISHES)
        found = gather(second), gather(first)

    assert (early, len(begun)) == ([], 1)
    assert [len(each.ids) for each in found] == [2, 2]


def test_it_is_read_once(tmp_path: Path, train: Path) -> None:
    """Each category begins; the archive does once."""
    begun: list[Stop] = []
    with desk_in(tmp_path) as desk:
        passage = told_of(train, begun)
        holding = PassHolding(desk, passage, by_name([TENCHES, GOLDFISHES]), 2)
        for listing in listings(holding, TENCHES, GOLDFISHES):
            gather(listing)

    assert len(begun) == 1


def test_the_pass_ends_when_all_have_enough(tmp_path: Path) -> None:
    """What stands behind the last picture that is wanted is not read."""
    path = tmp_path / "n.tar"
    synset_tar(path, TENCH, 300)
    came: list[int] = []

    def chunks(stop: Stop) -> Iterator[bytes]:
        for chunk in local_chunks(path, Packing.PLAIN, stop):
            came.append(len(chunk))
            yield chunk

    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, Passage("t", chunks), lambda name: TENCH, 1)
        supply = holding.listing(TENCHES).supply
        assert supply
        supply.enough()
        supply.begin(1)
        until(lambda: supply._has_ended)

    assert sum(came) <= CHUNK < path.stat().st_size
    assert supply.problem is None


def test_an_archive_that_comes_in_one_piece_is_left_too(tmp_path: Path) -> None:
    """No member is looked at behind the last that is wanted, though its bytes are there."""
    path = tmp_path / "n.tar"
    synset_tar(path, TENCH, 5)
    asked: list[str] = []

    def key_of(name: str) -> str:
        asked.append(name)
        supply.enough()
        return TENCH

    with desk_in(tmp_path) as desk:
        passage = Passage("t", lambda stop: iter([path.read_bytes()]))
        supply = PassHolding(desk, passage, key_of, 1).listing(TENCHES).supply
        assert supply
        supply.begin(None)
        until(lambda: supply._has_ended)

    assert len(asked) == 1


def test_chunks_stop_when_nobody_wants_them(train: Path) -> None:
    """Also in the middle of a giant: at the next chunk."""

    with pytest.raises(Stopped):
        next(local_chunks(train, Packing.PLAIN, lambda: True))


def test_places_can_be_found_again_where_they_are_told(tmp_path: Path, train: Path) -> None:
    """Offsets count from the archive's begin, also where the pass begins further on."""
    with tarfile.open(train) as tar:
        second = tar.getmembers()[1]
    data = train.read_bytes()
    passage = Passage("t", lambda stop: iter([data[second.offset:]]), second.offset, place_of)
    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, passage, by_name([category(SHARK), GOLDFISHES]), 1)
        found = gather(holding.listing(category(SHARK)))
    places = [record.locations[0] for record in found.arrived]

    assert [data[each.header + 512:][:each.size] for each in places  # type: ignore[union-attr]
            ] == list(found.bodies.values())
    assert len(places) == 3


def test_all_members_are_noted(tmp_path: Path) -> None:
    """Those that nobody wants too, in their order; and in the end, that they are all."""
    path = tmp_path / "n.tar"
    files = synset_tar(path, TENCH, 5)
    noted: list[str] = []
    wholes: list[bool] = []

    def note(seen: Sequence[Member], is_whole: bool) -> None:
        noted.extend(member.name for member in seen)
        wholes.append(is_whole)

    passage = Passage("t", partial(local_chunks, path, Packing.PLAIN), note=note)
    with desk_in(tmp_path) as desk:
        wanted = list(files)[2]
        holding = PassHolding(desk, passage, {wanted: TENCH}.get, 1)
        found = gather(holding.listing(TENCHES))

    assert [f"{each}.JPEG" for each in found.ids] == [wanted]
    assert noted == list(files)
    assert wholes[-1] is True and not any(wholes[:-1])


def test_a_cut_archive_is_told_to_all(tmp_path: Path, train: Path) -> None:
    """What came before the cut counts; each category says that there may be more."""
    train.write_bytes(train.read_bytes()[:6000])
    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, local_passage(train), by_name([TENCHES, GOLDFISHES]), 2)
        first, second = map(gather, listings(holding, TENCHES, GOLDFISHES))

    assert first.problem == second.problem
    assert first.problem and first.problem.startswith(f"{train}: ")


@pytest.mark.parametrize("content", [b"BZh9 no more than its magic", b"\xfd7zXZ\0 nor this"])
def test_broken_packing_is_told(tmp_path: Path, content: bytes) -> None:
    """The archive can't be had, as any that is damaged; the machine has no fault."""
    path = tmp_path / "a.tar"
    path.write_bytes(content)
    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, local_passage(path), lambda name: TENCH, 1)
        supply = holding.listing(TENCHES).supply
        assert supply
        supply.begin(None)
        until(lambda: supply.is_over, supply.arrived)

    assert supply.problem and supply.problem.code is ExitCode.UNOBTAINABLE
    assert supply.problem.text.startswith(f"{path}: cannot be unpacked: ")


def test_an_archive_that_vanished(tmp_path: Path) -> None:
    """Its category ends with the fault of the machine."""
    passage = Passage("t", partial(local_chunks, tmp_path / "gone.tar", Packing.PLAIN))
    with desk_in(tmp_path) as desk:
        holding = PassHolding(desk, passage, lambda name: TENCH, 1)
        listing = holding.listing(TENCHES)
        gather(listing)

    assert listing.supply and listing.supply.problem
    assert listing.supply.problem.code is ExitCode.LOCAL_FAULT


def test_a_giant_passes_by(tmp_path: Path) -> None:
    """A picture above --max_image_bytes is listed without its bytes, and the next comes whole."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for number, size in enumerate((2_000_000, 10)):
            member = tarfile.TarInfo(f"{TENCH}_{number}.JPEG")
            member.size = size
            tar.addfile(member, io.BytesIO(bytes(size)))
    passage = Passage("t", lambda stop: iter([buffer.getvalue()]))
    with desk_in(tmp_path, "--max_image_bytes", "1000000") as desk:
        holding = PassHolding(desk, passage, lambda name: TENCH, 1)
        found = gather(holding.listing(TENCHES))

    assert found.ids == [f"{TENCH}_0", f"{TENCH}_1"]
    assert found.bodies == {f"{TENCH}_1": bytes(10)}


def test_a_fault_of_the_program_ends_the_run(tmp_path: Path, train: Path) -> None:
    """All that wait for the pass hear of it; waiting on would last for ever."""
    def key_of(name: str) -> str:
        raise KeyError("a fault")

    with desk_in(tmp_path) as desk:
        found = listings(PassHolding(desk, local_passage(train), key_of, 2), TENCHES, GOLDFISHES)

        for each in found:
            with pytest.raises(KeyError, match="a fault"):
                gather(each)

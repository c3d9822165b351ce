"""Where the pictures of a class are, in whichever form a split is had."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagenet_utils.archives.known import Role
from imagenet_utils.archives.meter import BudgetSpent
from imagenet_utils.errors import ExitCode
from imagenet_utils.ilsvrc.shelf import Form, Place
from imagenet_utils.ilsvrc.trees import Tree
from imagenet_utils.ilsvrc.val_labels import ValLabels, code_of, labels_of_validation
from imagenet_utils.model import Category, MemberLocation, PassingLocation, RangeLocation, Wnid
from imagenet_utils.sources.desk import Desk
from imagenet_utils.sources.holdings import WHOLE
from imagenet_utils.sources.ilsvrc_splits import Wanted, open_split
from imagenet_utils.sources.split_shapes import Labelling, Split
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import Files, train_tar, val_tar
from tests.small_archives import test_tar as make_test_tar
from tests.sourcing import GOLDFISH, SHARK, TENCH, Gathered, category, desk_in, gather, ranges_asked

CODES = (TENCH, GOLDFISH, SHARK)
COUNTS = {TENCH: 3, GOLDFISH: 2, SHARK: 4}
VALIDATION = 12
TRUTH = tuple(Wnid(CODES[number % 3]) for number in range(VALIDATION))
LABELS = ValLabels("truth", by_number=TRUTH)
LABELLING = Labelling(lambda names: labels_of_validation(names, LABELS),
                      lambda name: code_of(name, LABELS))
TENCHES, GOLDFISHES = category(TENCH, split="val"), category(GOLDFISH, split="val")
TEST = category("test")
PATH = "/archive.tar"
SMALL, LARGE = 0.01, 0.9  # shares of all classes that are wanted


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    return tmp_path / "archive.tar"


def here(path: Path, role: Role = Role.TRAIN) -> Place:
    return Place(role, Form.ARCHIVE, str(path), "it lies there")


def tree(root: Path, role: Role, *, is_sorted: bool) -> Place:
    return Place(role, Form.TREE, str(root), "it lies there", Tree(role, root, is_sorted))


@contextmanager
def remote(
    path: Path, role: Role = Role.TRAIN, fault: Fault = Fault.NONE
) -> Iterator[tuple[ArchiveServer, Place]]:
    with serving_archives({PATH: Served(path, fault)}) as server:
        yield server, Place(role, Form.REMOTE, server.url(PATH), "named")


def all_of(split: Split, *categories: Category) -> list[Gathered]:
    """Each is listed before the first is read: one pass may serve them all."""
    return [gather(each) for each in [split.listing(category) for category in categories]]


def names(found: Gathered) -> list[str]:
    return [f"{image_id}.JPEG" for image_id in found.ids]


def val_names(code: str) -> list[str]:
    return [f"ILSVRC2012_val_{number:08}.JPEG" for number, owner in enumerate(TRUTH, 1)
            if owner == code]


def train_classes(desk: Desk, place: Place, *codes: str) -> list[Gathered]:
    categories = [category(code, split="train") for code in codes]
    return all_of(open_split(desk, place, Wanted(categories)), *categories)


def val_classes(desk: Desk, place: Place, share: float = SMALL) -> list[Gathered]:
    wanted = Wanted([TENCHES, GOLDFISHES], share, LABELLING)
    return all_of(open_split(desk, place, wanted), *wanted.categories)


def test_classes_are_found_by_their_tars(tmp_path: Path, tar: Path) -> None:
    """Each has its own pictures, at offsets in the one archive."""
    classes = train_tar(tar, COUNTS)
    with desk_in(tmp_path) as desk:
        found = train_classes(desk, here(tar), *CODES)

    assert [names(each) for each in found] == [list(classes[code]) for code in CODES]
    assert all(isinstance(record.locations[0], MemberLocation)
               for each in found for record in each.known)


def test_classes_below_a_folder(tmp_path: Path, tar: Path) -> None:
    """Some pack the tars of the classes with a folder ahead."""
    train_tar(tar, COUNTS)
    with tarfile.open(tar) as plain, tarfile.open(tmp_path / "other.tar", "w") as other:
        for member in plain:
            content = plain.extractfile(member)
            member.name = f"ILSVRC2012_img_train/{member.name}"
            other.addfile(member, content)
    with desk_in(tmp_path) as desk:
        found = train_classes(desk, here(tmp_path / "other.tar"), GOLDFISH)

    assert len(found[0].ids) == COUNTS[GOLDFISH]


def test_the_walk_ends_at_the_last_class_that_is_wanted(tmp_path: Path, tar: Path) -> None:
    """On the web each class before it costs a look at one header, those behind it nothing."""
    train_tar(tar, COUNTS)
    with remote(tar) as (server, place), desk_in(tmp_path) as desk:
        open_split(desk, place, Wanted([category(GOLDFISH)]))
        looks = [asked for asked in ranges_asked(server, PATH)]
        walked = desk.index.archive(place.where, desk.index.identity_of(place.where) or "").walked()

    assert len(looks) == 3 and all(_length(look) == 512 for look in looks)
    assert not walked.is_whole


def test_a_known_class_is_not_looked_for_again(tmp_path: Path, tar: Path) -> None:
    """A later run asks whether the archive is the same, and for the next class goes on."""
    classes = train_tar(tar, COUNTS)
    with remote(tar) as (server, place):
        with desk_in(tmp_path) as desk:
            open_split(desk, place, Wanted([category(GOLDFISH)]))
        server.asked.clear()
        with desk_in(tmp_path) as desk:
            open_split(desk, place, Wanted([category(GOLDFISH)]))
        again = ranges_asked(server, PATH)
        server.asked.clear()
        with desk_in(tmp_path) as desk:
            found = train_classes(desk, place, SHARK)
        further = ranges_asked(server, PATH)

    assert again == ["bytes=0-511"]
    assert names(found[0]) == list(classes[SHARK])
    assert len(further) == 3  # the file, the class's header, the class
    assert {_length(asked) for asked in further[:2]} == {512}


def test_a_class_comes_in_one_stream(tmp_path: Path, tar: Path) -> None:
    """Its own bytes and not those of its neighbours."""
    classes = train_tar(tar, COUNTS)
    with tarfile.open(tar) as plain:
        stretch = plain.getmember(f"{GOLDFISH}.tar")
    with remote(tar) as (server, place), desk_in(tmp_path) as desk:
        found, = train_classes(desk, place, GOLDFISH)
        last = ranges_asked(server, PATH)[-1]

    assert {f"{key}.JPEG": body for key, body in found.bodies.items()} == classes[GOLDFISH]
    assert last == f"bytes={stretch.offset_data}-{stretch.offset_data + stretch.size - 1}"
    assert all(isinstance(record.locations[0], RangeLocation) for record in found.arrived)


def test_a_class_that_the_archive_lacks(tmp_path: Path, tar: Path) -> None:
    """Said in a line; the others are there."""
    train_tar(tar, {TENCH: 1})
    with desk_in(tmp_path) as desk:
        split = open_split(desk, here(tar), Wanted([category(TENCH), category(SHARK)]))
        listing = split.listing(category(SHARK))

    assert (listing.records, listing.supply) == ([], None)
    assert listing.why_empty == f"no {SHARK}.tar in {tar}"


@pytest.mark.parametrize("is_remote", [False, True])
def test_classes_before_damage_are_had(tmp_path: Path, tar: Path, is_remote: bool) -> None:
    """Those behind it are told to be out of reach, with the place of the damage."""
    train_tar(tar, COUNTS)
    with tarfile.open(tar) as plain:
        damaged = plain.getmember(f"{SHARK}.tar").offset
    with tar.open("r+b") as file:
        file.seek(damaged)
        file.write(b"\xff" * 512)
    with remote(tar) as (_server, on_web), desk_in(tmp_path) as desk:
        place = on_web if is_remote else here(tar)
        categories = [category(TENCH), category(SHARK)]
        split = open_split(desk, place, Wanted(categories))
        listings = [split.listing(each) for each in categories]
        found = [gather(each) for each in listings]

    assert (len(found[0].ids), found[0].problem) == (COUNTS[TENCH], None)
    assert found[1].ids == []
    assert found[1].problem and f"byte {damaged:,}" in found[1].problem
    assert listings[1].supply and listings[1].supply.problem
    assert listings[1].supply.problem.code is ExitCode.UNOBTAINABLE


@pytest.mark.parametrize(("fault", "is_packed"), [(Fault.NO_RANGES, False), (Fault.NONE, True)])
def test_where_nothing_can_be_found_all_of_it_passes(
    tmp_path: Path, tar: Path, fault: Fault, is_packed: bool
) -> None:
    """A server without ranges or a packed archive: read once, the bytes taken as they come by."""
    classes = train_tar(tar, COUNTS)
    if is_packed:
        tar.write_bytes(gzip.compress(tar.read_bytes()))
    with remote(tar, fault=fault) as (server, place), desk_in(tmp_path) as desk:
        found = train_classes(desk, place, TENCH, SHARK)
        streams = [look for look in ranges_asked(server, PATH) if look != "bytes=0-511"]

    assert [{f"{key}.JPEG": body for key, body in each.bodies.items()} for each in found] == [
        classes[TENCH], classes[SHARK]]
    assert all(isinstance(record.locations[0], PassingLocation)
               for each in found for record in each.arrived)
    assert len(streams) == 1


@pytest.mark.parametrize("numbers", [range(1, VALIDATION + 1), range(VALIDATION, 0, -1)])
def test_validation_pictures_are_known_by_number(
    tmp_path: Path, tar: Path, numbers: Sequence[int]
) -> None:
    """In whatever order they lie; each class gets its own, in the order in which they lie."""
    files = val_tar(tar, VALIDATION)
    with tarfile.open(tmp_path / "val.tar", "w") as other, tarfile.open(tar) as plain:
        for number in numbers:
            member = plain.getmember(f"ILSVRC2012_val_{number:08}.JPEG")
            other.addfile(member, plain.extractfile(member))
    with desk_in(tmp_path) as desk:
        found = val_classes(desk, here(tmp_path / "val.tar", Role.VAL))
    step = 1 if numbers[0] == 1 else -1

    assert len(files) == VALIDATION
    assert [names(each) for each in found] == [
        val_names(TENCH)[::step], val_names(GOLDFISH)[::step]]


@pytest.mark.parametrize("is_packed", [False, True])
def test_validation_on_this_disk(tmp_path: Path, tar: Path, is_packed: bool) -> None:
    """Packed or not, the same pictures."""
    val_tar(tar, VALIDATION)
    if is_packed:
        tar.write_bytes(gzip.compress(tar.read_bytes()))
    with desk_in(tmp_path) as desk:
        found = val_classes(desk, here(tar, Role.VAL))

    assert [sorted(names(each)) for each in found] == [val_names(TENCH), val_names(GOLDFISH)]
    assert [bool(each.bodies) for each in found] == [is_packed] * 2


def test_few_validation_classes_are_looked_for(tmp_path: Path, tar: Path) -> None:
    """By headers alone; a later run knows where all of them are."""
    val_tar(tar, VALIDATION)
    with remote(tar, Role.VAL) as (server, place):
        with desk_in(tmp_path) as desk:
            found = val_classes(desk, place, SMALL)
        looks = ranges_asked(server, PATH)
        server.asked.clear()
        with desk_in(tmp_path) as desk:
            again = val_classes(desk, place, SMALL)
        later = ranges_asked(server, PATH)

    assert [sorted(names(each)) for each in found] == [val_names(TENCH), val_names(GOLDFISH)]
    assert {_length(look) for look in looks} == {512}
    assert (later, [each.ids for each in again]) == (["bytes=0-511"], [each.ids for each in found])


@pytest.mark.parametrize(("role", "budget"), [(Role.TRAIN, 1100), (Role.VAL, 3000)])
def test_a_search_that_the_budget_ends_goes_on_later(
    tmp_path: Path, tar: Path, role: Role, budget: int
) -> None:
    """It ends the run in good order; the next looks at no header that this one has seen."""
    if role is Role.VAL:
        val_tar(tar, VALIDATION)
    else:
        train_tar(tar, COUNTS)
    find = {Role.VAL: val_classes, Role.TRAIN: lambda *here: train_classes(*here, SHARK)}[role]
    with remote(tar, role) as (server, place):
        with desk_in(tmp_path, "--max_total_bytes", str(budget)) as desk:
            with pytest.raises(BudgetSpent) as raised:
                find(desk, place)
            index = desk.index.archive(place.where, desk.index.identity_of(place.where) or "")
            front = index.walked_in(WHOLE).front if role is Role.VAL else index.walked().front
        server.asked.clear()
        with desk_in(tmp_path) as desk:
            found = find(desk, place)
        looks = [int(look[6:].partition("-")[0]) for look in ranges_asked(server, PATH)[1:] if look]

    assert raised.value.exit_code is ExitCode.BUDGET_REACHED
    assert 0 < front <= min(looks)
    assert sum(len(each.ids) for each in found) == (8 if role is Role.VAL else COUNTS[SHARK])


def test_many_validation_classes_come_in_one_pass(tmp_path: Path, tar: Path) -> None:
    """All of it is read, once; each picture can be found again by its offset."""
    files = val_tar(tar, VALIDATION)
    data = tar.read_bytes()
    with remote(tar, Role.VAL) as (server, place):
        with desk_in(tmp_path) as desk:
            found = val_classes(desk, place, LARGE)
        streams = [look for look in ranges_asked(server, PATH) if look != "bytes=0-511"]
        server.asked.clear()
        with desk_in(tmp_path) as desk:
            again = val_classes(desk, place, LARGE)
    bodies = {f"{key}.JPEG": body for each in found for key, body in each.bodies.items()}

    assert bodies == {name: files[name] for name in [*val_names(TENCH), *val_names(GOLDFISH)]}
    assert len(streams) == 1
    for each in again:
        for record in each.known:
            place_of = record.locations[0]
            assert isinstance(place_of, RangeLocation)
            assert data[place_of.header + 512:][:place_of.size] == files[place_of.member]
    assert sorted(name for each in again for name in names(each)) == sorted(bodies)


def test_a_flat_tree_is_labelled(tmp_path: Path, tar: Path) -> None:
    """As the archive is: by the numbers in the names."""
    unpacked(tmp_path / "val", val_tar(tar, VALIDATION))
    with desk_in(tmp_path) as desk:
        found = val_classes(desk, tree(tmp_path / "val", Role.VAL, is_sorted=False))

    assert [names(each) for each in found] == [val_names(TENCH), val_names(GOLDFISH)]


def test_a_sorted_tree_needs_no_labels(tmp_path: Path, tar: Path) -> None:
    """Its folders are the labels, whatever else is said."""
    files = val_tar(tar, VALIDATION)
    odd = dict(list(files.items())[:3])
    unpacked(tmp_path / "val" / GOLDFISH, odd)
    with desk_in(tmp_path) as desk:
        found = val_classes(desk, tree(tmp_path / "val", Role.VAL, is_sorted=True))

    assert [names(each) for each in found] == [[], sorted(odd)]


@pytest.mark.parametrize("form", ["tree", "archive", "packed", "remote", "no ranges"])
def test_the_test_split_is_all_there_is(tmp_path: Path, tar: Path, form: str) -> None:
    """Nobody labels it: all of its pictures are of the one category."""
    files = make_test_tar(tar, 5)
    if form == "tree":
        unpacked(tmp_path / "test", {Path(name).name: body for name, body in files.items()})
    if form == "packed":
        tar.write_bytes(gzip.compress(tar.read_bytes()))
    fault = Fault.NO_RANGES if form == "no ranges" else Fault.NONE
    with remote(tar, Role.TEST, fault) as (_server, on_web), desk_in(tmp_path) as desk:
        place = {"tree": tree(tmp_path / "test", Role.TEST, is_sorted=False),
                 "archive": here(tar, Role.TEST), "packed": here(tar, Role.TEST)}.get(form, on_web)
        found, = all_of(open_split(desk, place, Wanted([TEST])), TEST)

    assert names(found) == sorted(Path(name).name for name in files)
    assert found.problem is None


def unpacked(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _length(asked: str | None) -> int:
    first, last = (asked or "bytes=0--1").removeprefix("bytes=").split("-", 1)
    return int(last) - int(first) + 1

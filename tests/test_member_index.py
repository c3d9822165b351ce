"""What is known of archives."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.member_index import MemberIndex, Stretch, Walked
from imagenet_utils.archives.tar_headers import LARGEST_SIZE, Kind, Member
from imagenet_utils.errors import LocalFault
from imagenet_utils.results.layout import ARCHIVE_INDEX
from tests.sourcing import desk_in

TRAIN, FIRST, SECOND = "https://web.example/train.tar", '100000 "first"', '100000 "second"'
FOX, QUAGGA = Stretch("n02119789", 512, 30_720), Stretch("n02391617", 31_232, 61_440)
HALF, WHOLE = Walked(31_232, False), Walked(61_440, True)
MEMBERS = [Member("n02119789_9.JPEG", Kind.FILE, 700, 512),
           Member("n02119789_10.JPEG", Kind.FILE, 5, 2048)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[MemberIndex]:
    index = MemberIndex(tmp_path / "index")
    yield index
    index.close()


def test_what_was_added_is_there_later(tmp_path: Path) -> None:
    """Stretches, members, and how far the walks came."""
    first = MemberIndex(tmp_path / "index")
    train = first.archive(TRAIN, FIRST)
    train.add_stretches([FOX, QUAGGA], walked=WHOLE)
    train.add_members(FOX.code, MEMBERS, is_whole=True)
    first.close()
    second = MemberIndex(tmp_path / "index")
    train = second.archive(TRAIN, FIRST)
    known = (train.stretches(), train.walked(), train.members_of(FOX.code),
             train.walked_in(FOX.code))
    second.close()

    assert known == ({FOX.code: FOX, QUAGGA.code: QUAGGA}, WHOLE, MEMBERS,
                     Walked(2048 + 1024, True))


def test_a_new_archive_is_unknown(index: MemberIndex) -> None:
    """Nothing is walked."""
    train = index.archive(TRAIN, FIRST)

    assert (train.stretches(), train.walked()) == ({}, Walked(0, False))


def test_a_walk_goes_on_where_it_was_left(index: MemberIndex) -> None:
    """Behind the last member that was added, whatever its kind; not whole before it is said."""
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX], walked=HALF)
    fronts = [train.walked_in(FOX.code)]
    train.add_members(FOX.code, MEMBERS[:1])
    fronts.append(train.walked_in(FOX.code))
    train.add_members(FOX.code, [Member("folder/", Kind.FOLDER, 0, 2048)])
    fronts.append(train.walked_in(FOX.code))
    train.add_members(FOX.code, [], is_whole=True)
    fronts.append(train.walked_in(FOX.code))

    assert fronts == [Walked(512, False), Walked(2048, False), Walked(2560, False),
                      Walked(2560, True)]


def test_only_files_are_kept(index: MemberIndex) -> None:
    """Folders and links have no bytes to fetch."""
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX], walked=HALF)
    train.add_members(FOX.code, [Member("folder/", Kind.FOLDER, 0, 0), *MEMBERS,
                                 Member("link", Kind.SPECIAL, 0, 4096)])

    assert train.members_of(FOX.code) == MEMBERS


def test_members_come_in_the_order_of_the_archive(index: MemberIndex) -> None:
    """Whatever the order in which they were added."""
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX], walked=HALF)
    train.add_members(FOX.code, MEMBERS[1:])
    train.add_members(FOX.code, MEMBERS[:1])

    assert train.members_of(FOX.code) == MEMBERS


def test_another_archive_in_its_place_is_unknown(index: MemberIndex) -> None:
    """Another ETag: all that was known of the one before is forgotten, also if it comes back."""
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX], walked=WHOLE)
    train.add_members(FOX.code, MEMBERS)
    index.archive(TRAIN, SECOND)
    back = index.archive(TRAIN, FIRST)

    assert (back.stretches(), back.walked(), back.members_of(FOX.code)) == (
        {}, Walked(0, False), [])


def test_a_forgotten_archive_leaves_others_alone(index: MemberIndex) -> None:
    """The same classes are in many."""
    other = index.archive("https://web.example/other.tar", FIRST)
    other.add_stretches([FOX], walked=WHOLE)
    other.add_members(FOX.code, MEMBERS)
    index.archive(TRAIN, FIRST).add_stretches([FOX], walked=HALF)
    index.archive(TRAIN, SECOND)

    assert (other.members_of(FOX.code), other.walked()) == (MEMBERS, WHOLE)


def test_which_archive_was_seen_last(index: MemberIndex) -> None:
    """Without a look at it."""
    index.archive(TRAIN, FIRST)
    index.archive(TRAIN, SECOND)

    assert (index.identity_of(TRAIN), index.identity_of("elsewhere")) == (SECOND, None)


def test_of_two_stretches_of_a_code_the_first_stays(index: MemberIndex) -> None:
    """An archive may hold a class twice; a walk may be made twice."""
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX, Stretch(FOX.code, 70_000, 80_000)], walked=HALF)
    train.add_members(FOX.code, MEMBERS)
    train.add_stretches([FOX], walked=WHOLE)

    assert (train.stretches(), train.members_of(FOX.code)) == ({FOX.code: FOX}, MEMBERS)


@pytest.mark.parametrize("ask", ["walked_in", "add_members"])
def test_a_stretch_that_nobody_added_is_a_mistake(index: MemberIndex, ask: str) -> None:
    """Its members would belong nowhere."""
    train = index.archive(TRAIN, FIRST)

    with pytest.raises(KeyError, match="n02119789"):
        getattr(train, ask)(*[FOX.code, MEMBERS][: 1 + (ask == "add_members")])


@given(st.text(st.characters()), st.text(st.characters()),
       st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, LARGEST_SIZE))
def test_any_text_and_any_size(address: str, code: str, name: str, size: int) -> None:
    """Paths with lone surrogates, names with zeros, members beyond all measure."""
    index = MemberIndex(Path("no such file"), is_draft=True)
    member = Member(name, Kind.FILE, size, LARGEST_SIZE - 512)
    archive = index.archive(address, address)
    archive.add_stretches([Stretch(code, 0, 512)], walked=HALF)
    archive.add_members(code, [member])
    found = index.archive(address, address).members_of(code)
    index.close()

    assert found == [member]


def test_a_draft_writes_nothing(tmp_path: Path) -> None:
    """It knows what the file knows, and what it learns is gone with it."""
    index = MemberIndex(tmp_path / "index")
    index.archive(TRAIN, FIRST).add_stretches([FOX], walked=HALF)
    index.close()
    before = (tmp_path / "index").read_bytes()
    draft = MemberIndex(tmp_path / "index", is_draft=True)
    train = draft.archive(TRAIN, FIRST)
    train.add_stretches([QUAGGA], walked=WHOLE)
    known = list(train.stretches())
    draft.close()

    assert known == [FOX.code, QUAGGA.code]
    assert (tmp_path / "index").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_draft_of_nothing_makes_no_file(tmp_path: Path) -> None:
    """The first run may be a dry one."""
    MemberIndex(tmp_path / "index", is_draft=True).close()

    assert list(tmp_path.iterdir()) == []


def noise(path: Path) -> None:
    path.write_bytes(b"something else entirely, " * 99)


def other_version(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE members (something)")
    db.execute("PRAGMA user_version = 99")
    db.close()


@pytest.mark.parametrize("make", [noise, other_version])
def test_what_cannot_be_read_is_set_aside(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """Under a dated name; a new index begins."""
    make(tmp_path / "index")
    before = (tmp_path / "index").read_bytes()
    index = MemberIndex(tmp_path / "index")
    index.archive(TRAIN, FIRST).add_stretches([FOX], walked=HALF)
    index.close()

    assert index.set_aside is not None
    assert index.set_aside.read_bytes() == before


def test_that_it_is_set_aside_is_told(tmp_path: Path) -> None:
    """In one line, with the name under which it is kept."""
    (tmp_path / "result").mkdir()
    noise(tmp_path / "result" / ARCHIVE_INDEX)
    with desk_in(tmp_path) as desk:
        told = desk.workplace.teller.warned  # type: ignore[attr-defined]

    assert desk.index.set_aside and desk.index.set_aside.name in told[0] and len(told) == 1


@pytest.mark.parametrize("make", [noise, other_version])
def test_a_draft_of_what_cannot_be_read_is_empty(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """And leaves it where it is."""
    make(tmp_path / "index")
    before = (tmp_path / "index").read_bytes()
    draft = MemberIndex(tmp_path / "index", is_draft=True)
    known = draft.archive(TRAIN, FIRST).stretches()
    draft.close()

    assert (known, (tmp_path / "index").read_bytes()) == ({}, before)


def test_a_full_disk_is_a_fault_of_this_machine(index: MemberIndex, tmp_path: Path) -> None:
    """With the file's name, and what to do."""
    index._db.execute("PRAGMA max_page_count = 12")
    train = index.archive(TRAIN, FIRST)
    train.add_stretches([FOX], walked=HALF)
    many = [Member(f"{number}.JPEG", Kind.FILE, 1, 1024 * number) for number in range(5000)]

    with pytest.raises(LocalFault, match="index: database or disk is full.*Free some space"):
        train.add_members(FOX.code, many)


def test_a_folder_in_the_way_is_a_fault_of_this_machine(tmp_path: Path) -> None:
    """It is no index that could be set aside."""
    (tmp_path / "index").mkdir()

    with pytest.raises(LocalFault, match="index: unable to open"):
        MemberIndex(tmp_path / "index")

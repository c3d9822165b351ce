"""ILSVRC2012 as a whole: its splits together, labels from wherever they are, terms and digests."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.archives.known import known_archive
from imagenet_utils.archives.terms import ACCEPTANCE_NOTE
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.model import Category
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.sources import choose
from imagenet_utils.sources.ilsvrc2012 import SYNSETS_TABLE, VAL_LABELS
from imagenet_utils.sources.ilsvrc_labels import BLACKLIST_NAMES
from imagenet_utils.sources.shelves import PREFIX, shelf_of
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import (
    bbox_train_tgz,
    bbox_val_tgz,
    devkit_tar,
    synset_tar,
    train_tar,
    val_tar,
)
from tests.small_archives import test_tar as make_test_tar
from tests.sourcing import GOLDFISH, SHARK, TENCH, category, gather, opened, options_of

CODES = [TENCH, GOLDFISH, SHARK]
COUNTS = {TENCH: 3, GOLDFISH: 2, SHARK: 1}
TRUTH = [1 + number % 3 for number in range(9)]  # ids count CODES from 1
VAL_OF_TENCH = [f"ILSVRC2012_val_{number:08}" for number in (1, 4, 7)]
TRAIN, VAL = "ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar"
TEST, DEVKIT = "ILSVRC2012_img_test_v10102019.tar", "ILSVRC2012_devkit_t12.tar.gz"
BBOX_TRAIN, BBOX_VAL = "ILSVRC2012_bbox_train_v2.tar.gz", "ILSVRC2012_bbox_val_v3.tgz"
VARIABLES = {"train": TRAIN, "val": VAL, "test": TEST, "devkit_t12": DEVKIT,
             "bbox_train": BBOX_TRAIN, "bbox_val": BBOX_VAL}
TENCHES = category(TENCH)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    with bare_environment():
        yield


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    """A folder with all of it, not yet where archives are looked for."""
    folder = tmp_path / "stock"
    folder.mkdir()
    train_tar(folder / TRAIN, COUNTS)
    val_tar(folder / VAL, len(TRUTH))
    make_test_tar(folder / TEST, 4)
    devkit_tar(folder / DEVKIT, CODES, truth=TRUTH)
    bbox_train_tgz(folder / BBOX_TRAIN, COUNTS)
    bbox_val_tgz(folder / BBOX_VAL, [CODES[id - 1] for id in TRUTH])
    return folder


@pytest.fixture
def server(stock: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchiveServer]:
    """The same on the web, by its addresses in the environment."""
    with serving_archives({f"/{path.name}": Served(path) for path in stock.iterdir()}) as server:
        for word, name in VARIABLES.items():
            monkeypatch.setenv(f"{PREFIX}{word}", server.url(f"/{name}"))
        yield server


def keep(folder: Path, stock: Path, *names: str) -> None:
    """Let these alone lie where archives are looked for."""
    archives = folder / "archives"
    archives.mkdir(exist_ok=True)
    for name in names:
        (archives / name).write_bytes((stock / name).read_bytes())


def ids_of(folder: Path, *typed: str, chosen: tuple[Category, ...] = (TENCHES,)) -> Any:
    """What each category gives, by its key; and what was told."""
    with opened(options_of(folder, "--source", "ilsvrc2012", *typed), *chosen) as run_of:
        found = {key: sorted(each.ids) for key, each in run_of.gathered().items()}
        return found, run_of.told


def test_all_splits_together(tmp_path: Path, stock: Path) -> None:
    """A category once for each split it is in, and all of test once."""
    keep(tmp_path, stock, *VARIABLES.values())
    found, _told = ids_of(tmp_path, "--split", "train", "validation", "test",
                          chosen=(TENCHES, category(SHARK)))

    assert list(found) == [f"train/{TENCH}", f"train/{SHARK}", f"val/{TENCH}", f"val/{SHARK}",
                           "test"]
    assert [len(each) for each in found.values()] == [3, 1, 3, 3, 4]
    assert found[f"val/{TENCH}"] == VAL_OF_TENCH


def test_only_its_categories_are_known(tmp_path: Path, stock: Path) -> None:
    """The thousand of the challenge, with the counts of the real thing."""
    keep(tmp_path, stock, TRAIN)
    with opened(options_of(tmp_path, "--source", "ilsvrc2012"), TENCHES) as run_of:
        known = [run_of.source.has(code) for code in (TENCH, "n02084071")]  # type: ignore[arg-type]
        counts = [run_of.source.count(each) for each in (
            category(TENCH, split="train"), category(TENCH, split="val"), category("test"))]

    assert known == [True, False]
    assert counts == [1300, 50, 100_000]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_category_of_no_class_is_told_of(
    tmp_path: Path, stock: Path, is_packed: bool
) -> None:
    """With what is near it, at once where the archive is looked through, else before that."""
    keep(tmp_path, stock, TRAIN)
    if is_packed:
        path = tmp_path / "archives" / TRAIN
        path.with_name(f"{TRAIN}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    with opened(options_of(tmp_path, "--source", "ilsvrc2012"), category("n02084071")) as run_of:
        listing, = run_of.listings()
        told = run_of.told.warned if is_packed else [listing.why_empty]

    assert "none of the 1,000 classes of ILSVRC2012; nearest are: n0" in told[0]


@pytest.mark.parametrize("lines", [
    "\n".join(CODES[id - 1] for id in TRUTH),
    "".join(f"ILSVRC2012_val_{number:08}.JPEG,{CODES[id - 1]}\n"
            for number, id in enumerate(TRUTH, 1)),
])
def test_labels_from_a_file(tmp_path: Path, stock: Path, lines: str) -> None:
    """--val_labels does where no devkit is."""
    keep(tmp_path, stock, VAL)
    (tmp_path / "labels.txt").write_text(lines)
    found, _told = ids_of(tmp_path, "--split", "val", "--val_labels", str(tmp_path / "labels.txt"))

    assert found == {f"val/{TENCH}": VAL_OF_TENCH}


def test_labels_that_are_given_count_for_more(tmp_path: Path, stock: Path) -> None:
    """Than the devkit's, for the user has named them."""
    keep(tmp_path, stock, VAL, DEVKIT)
    (tmp_path / "labels.txt").write_text("\n".join([GOLDFISH] * 8 + [TENCH]))
    found, _told = ids_of(tmp_path, "--split", "val", "--val_labels", str(tmp_path / "labels.txt"))

    assert found == {f"val/{TENCH}": ["ILSVRC2012_val_00000009"]}


def test_labels_from_kaggle(tmp_path: Path, stock: Path) -> None:
    """Its LOC_val_solution.csv lies beside the pictures."""
    keep(tmp_path, stock, VAL)
    rows = "".join(f"ILSVRC2012_val_{number:08},{CODES[id - 1]} 1 2 3 4\n"
                   for number, id in enumerate(TRUTH, 1))
    (tmp_path / "archives" / "LOC_val_solution.csv").write_text(
        f"ImageId,PredictionString\n{rows}")
    found, _told = ids_of(tmp_path, "--split", "val")

    assert found == {f"val/{TENCH}": VAL_OF_TENCH}


def test_a_sorted_tree_needs_no_devkit(tmp_path: Path) -> None:
    """Its folders say it all."""
    folder = tmp_path / "archives" / "val" / TENCH
    folder.mkdir(parents=True)
    (folder / "ILSVRC2012_val_00000293.JPEG").write_bytes(b"picture")
    found, _told = ids_of(tmp_path, "--split", "val")

    assert found == {f"val/{TENCH}": ["ILSVRC2012_val_00000293"]}


def test_without_any_labels(tmp_path: Path, stock: Path) -> None:
    """The message says what would tell them."""
    keep(tmp_path, stock, VAL)

    with pytest.raises(UsageError, match="--split val: nothing tells the classes.*--val_labels"):
        ids_of(tmp_path, "--split", "val")


def test_the_classes_are_written_down(tmp_path: Path, stock: Path) -> None:
    """Their two numbers and their names, and the label of each validation picture."""
    keep(tmp_path, stock, VAL, DEVKIT)
    ids_of(tmp_path, "--split", "val")
    synsets = (tmp_path / "result" / SYNSETS_TABLE).read_text(encoding="utf-8")
    labels = (tmp_path / "result" / VAL_LABELS).read_text(encoding="utf-8").splitlines()

    assert all(code in synsets for code in CODES)
    assert len(labels) == 1 + len(TRUTH)
    assert all(code in line for code, line in zip(map(CODES.__getitem__, (0, 1, 2)), labels[1:]))


def test_a_table_of_the_users_stays(tmp_path: Path, stock: Path) -> None:
    """What lies there and says otherwise is warned of, not written over."""
    keep(tmp_path, stock, VAL, DEVKIT)
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / SYNSETS_TABLE).write_text("mine")
    found, told = ids_of(tmp_path, "--split", "val")

    assert (tmp_path / "result" / SYNSETS_TABLE).read_text() == "mine"
    assert any(SYNSETS_TABLE in line for line in told.warned)
    assert found == {f"val/{TENCH}": VAL_OF_TENCH}


def test_blacklisted_pictures_are_skipped(tmp_path: Path, stock: Path) -> None:
    """By their numbers, from a list beside the archives; the others keep their labels."""
    keep(tmp_path, stock, VAL, DEVKIT)
    name = BLACKLIST_NAMES.replace("*", "2015_clsloc")
    (tmp_path / "archives" / name).write_text("2\n4\n")
    found, _told = ids_of(tmp_path, "--split", "val", "--skip_blacklisted")

    assert found == {f"val/{TENCH}": [VAL_OF_TENCH[0], VAL_OF_TENCH[2]]}


def test_without_a_blacklist(tmp_path: Path, stock: Path) -> None:
    """To skip nothing silently would be worse than to end."""
    keep(tmp_path, stock, VAL, DEVKIT)

    with pytest.raises(UsageError, match="--skip_blacklisted: there is no blacklist"):
        ids_of(tmp_path, "--split", "val", "--skip_blacklisted")


def test_a_split_that_is_not_there(tmp_path: Path, stock: Path) -> None:
    """The message names the variable that would have its address."""
    keep(tmp_path, stock, TRAIN)

    with pytest.raises(Unobtainable, match="no archive of ILSVRC2012 for test.*DOWNLOAD_URL_test"):
        ids_of(tmp_path, "--split", "train", "test")


def test_boxes_of_both_splits(tmp_path: Path, stock: Path) -> None:
    """Of a category, each split has its own, validation's by its labels."""
    keep(tmp_path, stock, TRAIN, VAL, DEVKIT, BBOX_TRAIN, BBOX_VAL)
    options = options_of(tmp_path, "--source", "ilsvrc2012", "--split", "train", "val")
    with opened(options, TENCHES) as run_of:
        boxes = run_of.source.annotations(run_of.workplace.teller)
        boxes.prepare(run_of.categories)
        train, val = (boxes.of(each) for each in run_of.categories)
        records = [gather(each).ids for each in run_of.listings()]

    assert sorted(train.xmls) == sorted(records[0])
    assert sorted(val.xmls) == sorted(records[1]) == VAL_OF_TENCH
    assert isinstance(val, CategoryBoxes) and val.problem is None


def test_terms_are_accepted_first(tmp_path: Path, server: ArchiveServer) -> None:
    """Before the first byte is fetched, and once for all runs into one folder."""
    with pytest.raises(UsageError, match="--accept_terms True"):
        ids_of(tmp_path)
    asked_before = list(server.asked)
    first, _told = ids_of(tmp_path, "--accept_terms")
    ledger = Ledger(tmp_path / "result" / LEDGER)
    date = ledger.note(ACCEPTANCE_NOTE)
    ledger.close()
    second, _told = ids_of(tmp_path)

    assert asked_before == []
    assert first == second and len(first[f"train/{TENCH}"]) == 3
    assert date and date.endswith("+00:00")


def test_what_lies_on_this_disk_needs_no_terms(tmp_path: Path, stock: Path) -> None:
    """Whoever has the archives has accepted them before."""
    keep(tmp_path, stock, TRAIN)

    assert len(ids_of(tmp_path)[0][f"train/{TENCH}"]) == 3


def test_small_archives_are_fetched_and_kept(
    tmp_path: Path, server: ArchiveServer, stock: Path
) -> None:
    """The devkit and the boxes, whole; of the pictures, only what is marked."""
    found, _told = ids_of(tmp_path, "--split", "train", "val", "--accept_terms")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "archives").iterdir()}
    server.asked.clear()
    ids_of(tmp_path, "--split", "train", "val")
    again = {asked.path for asked in server.asked}

    assert kept == {name: (stock / name).read_bytes() for name in (DEVKIT, BBOX_TRAIN, BBOX_VAL)}
    assert again <= {f"/{TRAIN}", f"/{VAL}"}
    assert found[f"val/{TENCH}"] == VAL_OF_TENCH


@pytest.mark.parametrize(("served", "told"), [
    (None, r"HTTP 404 Not Found\. Check the address, or "),
    (Served(authorization="somebody's"), "HTTP 401 .*IMAGENET_ACCESS_KEY.*"),
    (Served(fault=Fault.PAGE), "answered with a web page .*--cookie_file.*"),
])
def test_a_file_that_is_not_given_out_says_what_to_do(
    tmp_path: Path, server: ArchiveServer, served: Served | None, told: str
) -> None:
    """Fetched by hand it does as well; and where a login is wanted, how to give one."""
    del server.served[f"/{DEVKIT}"]
    if served:
        server.served[f"/{DEVKIT}"] = served
    target = re.escape(str(tmp_path / "archives" / DEVKIT))

    with pytest.raises(Unobtainable, match=f"{told}fetch it by hand to {target}$"):
        ids_of(tmp_path, "--split", "val", "--accept_terms")


def test_whole_archives_are_kept_where_asked_to(
    tmp_path: Path, server: ArchiveServer, stock: Path
) -> None:
    """--keep_archives fetches all of it first; a later run needs no server."""
    first, _told = ids_of(tmp_path, "--accept_terms", "--keep_archives")
    kept = (tmp_path / "archives" / TRAIN).read_bytes()
    server.asked.clear()
    second, _told = ids_of(tmp_path, "--keep_archives")

    assert kept == (stock / TRAIN).read_bytes()
    assert first == second
    assert server.asked == []


def test_an_archive_of_another_content_is_refused(tmp_path: Path, stock: Path) -> None:
    """--verify_archives holds one of the official size against the MD5 that ImageNet publishes."""
    keep(tmp_path, stock, TRAIN)
    size = known_archive(DEVKIT).byte_count  # type: ignore[union-attr]
    (tmp_path / "archives" / DEVKIT).write_bytes(b"x" * size)  # type: ignore[operator]

    with pytest.raises(Unobtainable, match=f"{DEVKIT}: damaged"):
        ids_of(tmp_path, "--verify_archives")


def test_an_archive_of_another_size_is_another_edition(tmp_path: Path, stock: Path) -> None:
    """--verify_archives warns of it, and the run goes on."""
    keep(tmp_path, stock, TRAIN)
    found, told = ids_of(tmp_path, "--verify_archives")

    assert len(found[f"train/{TENCH}"]) == 3
    assert any(TRAIN in line and "another edition" in line for line in told.warned)


def test_a_file_of_addresses_is_named(tmp_path: Path) -> None:
    """What stands in it is put down to it, and that nothing does is told."""
    archives = tmp_path / "archives"
    archives.mkdir()
    (archives / "urls.sh").write_text("DOWNLOAD_URL_train=https://a.example/t.tar")
    (archives / "urls2.sh").write_text("# DOWNLOAD_URL_train=https://a.example/t.tar")
    options = options_of(tmp_path)
    _kind, why = choose("auto", options)

    assert why == f"DOWNLOAD_URL_train in {archives / 'urls.sh'} has its address"
    assert [line.partition(": ")[0] for line in shelf_of(options).remarks] == [
        str(archives / "urls2.sh")]


def test_a_file_without_addresses_is_told_where_nothing_else_is_there(tmp_path: Path) -> None:
    """The error names it."""
    (tmp_path / "urls.sh").write_text("DOWNLOAD_URL_train=")

    with pytest.raises(Unobtainable, match="urls.sh: no DOWNLOAD_URL_train"):
        choose("ilsvrc2012", options_of(tmp_path, "--archive", str(tmp_path / "urls.sh")))


def test_an_archive_of_no_official_name_is_not_verified(tmp_path: Path, stock: Path) -> None:
    """Nobody knows its MD5, and that is said."""
    (tmp_path / "my_train.tar").write_bytes((stock / TRAIN).read_bytes())
    found, told = ids_of(tmp_path, "--archive", str(tmp_path / "my_train.tar"),
                         "--verify_archives")

    assert len(found[f"train/{TENCH}"]) == 3
    assert any("no official name" in line for line in told.warned)


def test_a_dry_run_fetches_nothing(tmp_path: Path, server: ArchiveServer) -> None:
    """Neither terms are asked for nor is anything kept."""
    options = options_of(tmp_path, "--source", "ilsvrc2012")
    with opened(options, TENCHES, is_draft=True) as run_of:
        listing, = run_of.listings()

    assert list(listing.records) == []
    assert server.bytes_sent <= 512
    assert not (tmp_path / "archives").exists()


def test_what_was_chosen_among_several_is_told(tmp_path: Path, stock: Path) -> None:
    """The archive that is named wins over the one that lies there."""
    keep(tmp_path, stock, TRAIN)
    train_tar(tmp_path / TRAIN, {TENCH: 1})
    found, told = ids_of(tmp_path, "--archive", str(tmp_path / TRAIN))

    assert len(found[f"train/{TENCH}"]) == 1
    assert any(str(tmp_path / TRAIN) in line and "is taken, not" in line for line in told.warned)


def test_workers_get_what_the_archive_wants_to_see(
    tmp_path: Path, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those that read this disk alone get nothing."""
    monkeypatch.setenv("IMAGENET_USERNAME", "somebody")
    monkeypatch.setenv("IMAGENET_ACCESS_KEY", "a-secret")
    with opened(options_of(tmp_path, "--source", "ilsvrc2012", "--accept_terms"),
                TENCHES) as run_of:
        access = run_of.source.access
    synset_tar(tmp_path / f"{TENCH}.tar", TENCH, 1)
    with opened(options_of(tmp_path, "--archive", str(tmp_path / f"{TENCH}.tar")),
                TENCHES) as run_of:
        none = run_of.source.access

    assert access and set(access.headers_for(server.url(f"/{TRAIN}"))) == {"Authorization"}
    assert not access.headers_for("https://other.example/")
    assert none is None

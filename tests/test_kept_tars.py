"""The folder of archives may hold some synset tars: the others are ImageNet's to give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.archives.terms import NOTICE
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.shelf import SynsetTars
from imagenet_utils.sources import choose, synset_tars
from tests.archive_server import ArchiveServer, Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import synset_tar, train_tar
from tests.sourcing import GOLDFISH, SHARK, TENCH, category, opened, options_of


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def imagenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchiveServer]:
    """Has both; the folder of archives has the first."""
    (tmp_path / "archives").mkdir()
    synset_tar(tmp_path / "archives" / f"{TENCH}.tar", TENCH, 2)
    synset_tar(tmp_path / "g.tar", GOLDFISH, 3)
    paths = {f"/{GOLDFISH}.tar": Served(tmp_path / "g.tar"), f"/{TENCH}.tar": Served(b"")}
    with serving_archives(paths) as server:
        monkeypatch.setattr(synset_tars, "PUBLIC", SynsetTars(server.url("/<wnid>.tar")))
        yield server


def test_what_the_folder_of_archives_lacks(tmp_path: Path, imagenet: ArchiveServer) -> None:
    """It comes from ImageNet, whose notice is told, and nothing else is asked of it."""
    with opened(options_of(tmp_path), category(TENCH), category(GOLDFISH)) as source:
        found = source.gathered()
        said = source.told.said

    assert (len(found[TENCH].known), len(found[GOLDFISH].arrived)) == (2, 3)
    assert {asked.path for asked in imagenet.asked} == {f"/{GOLDFISH}.tar"}
    assert said == [NOTICE]


def test_a_folder_that_is_named_is_all_there_is(tmp_path: Path, imagenet: ArchiveServer) -> None:
    """Nobody is asked for what it lacks."""
    options = options_of(tmp_path, "--archive", str(tmp_path / "archives"))
    with opened(options, category(GOLDFISH)) as source:
        (listing,) = source.listings()

    assert (list(listing.records), listing.supply) == ([], None)
    assert imagenet.asked == []


@pytest.mark.parametrize("more", [(), ("--keep_archives", "True")])
def test_what_imagenet_itself_has_not(
    tmp_path: Path, imagenet: ArchiveServer, more: tuple[str, ...]
) -> None:
    """It was withdrawn, and something near it is offered; elsewhere nobody knows of that."""
    mirror = ("--archive", imagenet.url("/tars/<wnid>.tar"))
    problems = []
    for typed in ((), mirror):
        with opened(options_of(tmp_path, *typed, *more), category(SHARK)) as source:
            problems.append(source.gathered()[SHARK].problem or "")

    assert all("HTTP 404 Not Found" in problem for problem in problems)
    assert ["19,167 remain" in problem for problem in problems] == [True, False]


def test_a_folder_without_such_tars_is_not_passed_over(tmp_path: Path) -> None:
    """Who names a folder and the source doesn't mean ImageNet's; the message says what is there."""
    train_tar(tmp_path / "ILSVRC2012_img_train.tar", {TENCH: 1})
    named = ("--source", "synset_tars", "--archive", str(tmp_path))

    with pytest.raises(UsageError, match=r"img_train\.tar is train of ILSVRC2012.*<wnid>\.tar"):
        choose("synset_tars", options_of(tmp_path, *named))


def test_a_tar_that_was_saved_as_another_is_doubted(tmp_path: Path) -> None:
    """What its pictures are called tells whose it is; once, and they are taken all the same."""
    synset_tar(tmp_path / f"{GOLDFISH}.tar", TENCH, 2)
    options = options_of(tmp_path, "--archive", str(tmp_path))
    with opened(options, category(GOLDFISH)) as source:
        (listing,), _ = source.listings(), source.listings()
        doubts = [line for line in source.told.warned if f"may be the tar of {TENCH}" in line]

    assert len(listing.records) == 2 and len(doubts) == 1

"""An archive that is read from end to end is read no further than somebody wants it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagenet_utils.archives.local_tar import LocalTar
from tests.fetching import bare_environment
from tests.small_archives import train_tar
from tests.sourcing import GOLDFISH, TENCH, Gathered, category, opened, options_of

TRAIN = "ILSVRC2012_img_train.tar"
COUNT = 4


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A packed archive that breaks off in its second class."""
    train_tar(tmp_path / TRAIN, {TENCH: COUNT, GOLDFISH: COUNT})
    with LocalTar(tmp_path / TRAIN) as tar:
        second = list(tar.members())[1]
    packed = tmp_path / f"{TRAIN}.gz"
    packed.write_bytes(gzip.compress((tmp_path / TRAIN).read_bytes()[:second.body + 600]))
    return packed


def found(folder: Path, archive: Path, *codes: str) -> dict[str, Gathered]:
    options = options_of(folder, "--archive", str(archive))
    with opened(options, *map(category, codes)) as source:
        return source.gathered()


def test_what_follows_the_last_class_that_is_wanted(tmp_path: Path, cut: Path) -> None:
    """It is not read: all of the first class is here, and of the damage nothing is seen."""
    tench = found(tmp_path, cut, TENCH)[f"train/{TENCH}"]

    assert (len(tench.bodies), tench.problem) == (COUNT, None)


def test_a_class_that_is_complete_before_another_breaks(tmp_path: Path, cut: Path) -> None:
    """The damage is that of the other alone."""
    both = found(tmp_path, cut, TENCH, GOLDFISH)
    tench, goldfish = both[f"train/{TENCH}"], both[f"train/{GOLDFISH}"]

    assert (len(tench.bodies), tench.problem) == (COUNT, None)
    assert goldfish.problem

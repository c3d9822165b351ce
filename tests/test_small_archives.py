"""The archives that tests are made of are what the real ones are."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import small_archives
from tests.main_job import FOX, SETTER

FORMATS = pytest.mark.parametrize("format", [small_archives.GNU, small_archives.POSIX])

SPARSE = pytest.mark.skipif(sys.platform != "linux", reason="the hole may be written out there")


def files_of(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read()  # type: ignore[union-attr]
                for member in archive if member.isfile()}


@FORMATS
def test_a_train_tar_is_a_tar_of_tars(tmp_path: Path, format: int) -> None:
    """Each category's stands in it whole."""
    made = small_archives.train_tar(tmp_path / "t.tar", {FOX: 3, SETTER: 2}, format=format)
    inner = tmp_path / "inner.tar"
    inner.write_bytes(files_of(tmp_path / "t.tar")[f"{SETTER}.tar"])

    assert list(files_of(tmp_path / "t.tar")) == [f"{FOX}.tar", f"{SETTER}.tar"]
    assert files_of(inner) == made[SETTER]
    assert len(made[FOX]) == 3


@FORMATS
def test_a_synset_tar_is_flat(tmp_path: Path, format: int) -> None:
    """Pictures by their ids, no two alike."""
    made = small_archives.synset_tar(tmp_path / "t.tar", FOX, 4, format=format)

    assert files_of(tmp_path / "t.tar") == made
    assert len(set(made.values())) == 4


@given(st.integers(0, 60))
def test_validation_pictures_are_in_no_order(count: int) -> None:
    """All of them, once each, and not as their names sort."""
    names = small_archives.val_order(count)

    assert sorted(names) == list(range(1, count + 1))
    assert count < 2 or names != sorted(names)


def test_archives_hold_what_their_builders_say(tmp_path: Path) -> None:
    """Validation and test pictures, the devkit and the boxes."""
    made = {
        "val.tar": small_archives.val_tar(tmp_path / "val.tar", 7),
        "test.tar": small_archives.test_tar(tmp_path / "test.tar", 2),
        "kit.tar.gz": small_archives.devkit_tar(tmp_path / "kit.tar.gz", [FOX], truth=[1, 1]),
        "boxes.tar.gz": small_archives.bbox_train_tgz(tmp_path / "boxes.tar.gz", {FOX: 5}),
        "boxes.tgz": small_archives.bbox_val_tgz(tmp_path / "boxes.tgz", [FOX, SETTER]),
    }

    assert {name: files_of(tmp_path / name) for name in made} == made


def test_metadata_have_the_shape_of_2012() -> None:
    """A column of synsets, the leaves first."""
    loadmat = pytest.importorskip("scipy.io").loadmat
    synsets = loadmat(io.BytesIO(small_archives.meta_mat([FOX, SETTER])))["synsets"]

    assert synsets.shape == (3, 1)
    assert [row["WNID"].item() for row in synsets[:, 0]] == [FOX, SETTER, "n00001740"]
    assert synsets[2, 0]["children"].tolist() == [[1, 2]]
    assert synsets[0, 0]["children"].shape == (1, 0)


@SPARSE
def test_a_sparse_train_tar_is_as_large_as_the_real_one(tmp_path: Path) -> None:
    """A thousand classes that end where the archive ends, in a few blocks of the disk."""
    path = tmp_path / "train.tar"
    headers = small_archives.sparse_train_tar(path, {FOX: 2})
    with tarfile.open(path) as archive:
        archive.fileobj.seek(headers[FOX] + 512)  # type: ignore[union-attr]
        with tarfile.open(fileobj=archive.fileobj) as inner:
            names = [member.name for member in inner]
    last = max(headers.values())

    assert names == sorted(small_archives.class_files(FOX, 2))
    assert len(headers) == 1000
    assert path.stat().st_size == 147_897_477_120
    assert path.stat().st_blocks * 512 < 20_000_000
    assert size_at(path, last) == 147_897_477_120 - 10_240 - last - 512


def size_at(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        file.seek(offset)
        return tarfile.TarInfo.frombuf(file.read(512), "ascii", "strict").size


@SPARSE
def test_sparse_offsets_are_those_of_the_tar(tmp_path: Path) -> None:
    """A plain reader of tars finds every class by going from one to the next."""
    headers = small_archives.sparse_train_tar(tmp_path / "train.tar")
    with tarfile.open(tmp_path / "train.tar") as archive:
        found = {member.name.removesuffix(".tar"): member.offset for member in archive}

    assert found == headers

"""A manifest as a source: its pictures and no others, wherever each of them lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.options import RunOptions
from imagenet_utils.sources.shelves import PREFIX
from tests import manifests
from tests.archive_server import Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import class_files, synset_tar, train_tar, val_tar
from tests.source_contract import COUNTS, SourceContract
from tests.sourcing import GOLDFISH, TENCH, category, opened, options_of

TRAIN = "ILSVRC2012_img_train.tar"
FILES = {code: class_files(code, count) for code, count in COUNTS.items()}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    with bare_environment():
        yield


def of_members(archive: str, *codes: str, source: str, split: str = "") -> list[manifests.Line]:
    """`<wnid>` in the archive's name is the code."""
    lines = []
    for code in codes:
        folder = f"{split}/{code}" if split else code
        lines += manifests.members(FILES[code], archive.replace("<wnid>", code), code=code,
                                   label=code, folder=folder, split=split, source=source)
    return lines


class ManifestContract(SourceContract):
    name = "manifest"

    def options(
        self, folder: Path, lines: list[manifests.Line], *typed: str
    ) -> RunOptions:
        path = manifests.write(folder / "manifest.csv", lines)
        return options_of(folder, "--from_manifest", str(path), *typed)


class TestManifestOfUrls(ManifestContract):
    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        yield self.options(folder, [
            manifests.line(name.partition(".")[0], content, code=code, label=code, folder=code)
            for code, files in FILES.items() for name, content in files.items()])

    def test_each_line_of_a_picture_is_a_chance(self, tmp_path: Path) -> None:
        """With the bytes that are expected there."""
        lines = [manifests.line("n01440764_1", content, url=f"http://a.example/{number}",
                                code=TENCH) for number, content in enumerate((b"one", b"other"))]
        with opened(self.options(tmp_path, lines), category(TENCH)) as run_of:
            record, = run_of.source.listing(run_of.categories[0], ()).records

        assert [each.url for each in record.locations] == [line["url"] for line in lines]
        assert [each.sha256 for each in record.expected if each] == [
            line["sha256"] for line in lines]


class TestManifestOfTarsHere(ManifestContract):
    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        (folder / "tars").mkdir()
        for code, count in COUNTS.items():
            synset_tar(folder / "tars" / f"{code}.tar", code, count)
        lines = of_members("<wnid>.tar", *COUNTS, source="synset_tars")
        yield self.options(folder, lines, "--archive", str(folder / "tars" / "<wnid>.tar"))

    def test_pictures_that_are_not_listed_stay_away(self, tmp_path: Path) -> None:
        """And of each that is listed, the digest goes with it."""
        with self.laid_out(tmp_path) as options:
            path = options.places.manifest
            assert path is not None
            manifests.write(path, of_members("<wnid>.tar", TENCH, source="synset_tars")[1:2])
            with opened(options, category(TENCH)) as run_of:
                record, = run_of.source.listing(run_of.categories[0], ()).records

        assert record.image_id == sorted(FILES[TENCH])[1].partition(".")[0]
        assert record.expected[0] and record.expected[0].byte_count


class TestManifestOfTarsOnTheWeb(ManifestContract):
    """Their addresses are in the manifest: no option names them."""

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        served = {}
        for code, count in COUNTS.items():
            synset_tar(folder / f"{code}.tar", code, count)
            served[f"/{code}.tar"] = Served(folder / f"{code}.tar")
        with serving_archives(served) as server:
            yield self.options(
                folder, of_members(server.url("/<wnid>.tar"), *COUNTS, source="synset_tars"))


class TestManifestOfIlsvrc(ManifestContract):
    split = "train/"

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        (folder / "archives").mkdir()
        train_tar(folder / "archives" / TRAIN, COUNTS)
        yield self.options(
            folder, of_members(TRAIN, *COUNTS, source="ilsvrc2012", split="train"))

    def test_a_category_that_is_not_there(self, tmp_path: Path) -> None:
        """What the manifest does not list is of no split, and has no pictures."""
        with self.laid_out(tmp_path) as options, opened(options, category("n02119789")) as run_of:
            listing = run_of.source.listing(run_of.categories[0], ())

        assert [each.key for each in run_of.categories] == ["n02119789"]
        assert not listing.records and "not in" in listing.why_empty


def test_splits_need_not_have_the_same_classes(tmp_path: Path) -> None:
    """What an archive would give besides is not waited for."""
    archives = tmp_path / "archives"
    archives.mkdir()
    train_tar(archives / TRAIN, COUNTS)
    files = val_tar(archives / "ILSVRC2012_img_val.tar", 3)
    (tmp_path / "labels.csv").write_text("\n".join([TENCH] * 50_000))
    lines = of_members(TRAIN, GOLDFISH, source="ilsvrc2012", split="train")
    lines += manifests.members(files, "ILSVRC2012_img_val.tar", code=TENCH, label=TENCH,
                               folder=f"val/{TENCH}", split="val", source="ilsvrc2012")
    options = options_of(
        tmp_path, "--from_manifest", str(manifests.write(tmp_path / "manifest.csv", lines)),
        "--val_labels", str(tmp_path / "labels.csv"))
    with opened(options, category(TENCH), category(GOLDFISH)) as run_of:
        found = run_of.gathered()

    assert {key: len(each.ids) for key, each in found.items()} == {
        f"train/{GOLDFISH}": COUNTS[GOLDFISH], f"val/{TENCH}": 3}


def test_two_kinds_of_archives_are_two_runs(tmp_path: Path) -> None:
    """The usage error says how to part them."""
    lines = [*of_members(TRAIN, TENCH, source="ilsvrc2012", split="train"),
             *of_members("<wnid>.tar", GOLDFISH, source="synset_tars")]
    path = manifests.write(tmp_path / "manifest.csv", lines)
    options = options_of(tmp_path, "--from_manifest", str(path))
    with pytest.raises(UsageError, match="ilsvrc2012 and of synset_tars.*--categories"):
        with opened(options, category(TENCH), category(GOLDFISH)):
            pass

    with opened(options, category(GOLDFISH)) as run_of:
        assert len(run_of.categories) == 1


def test_archives_that_are_not_here_are_told(tmp_path: Path) -> None:
    """Of those on a disk, a manifest has but the names."""
    path = manifests.write(tmp_path / "manifest.csv", of_members(
        TRAIN, TENCH, source="ilsvrc2012", split="train"))
    options = options_of(tmp_path, "--from_manifest", str(path))

    with pytest.raises(Unobtainable, match="the archives of ILSVRC2012: nothing at .*--archive"):
        with opened(options, category(TENCH)):
            pass

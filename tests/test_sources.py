"""What every kind of source promises, in each form it is had in; and which of them is chosen."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from imagenet_utils.categories.selection import Chosen
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.job.pipeline import run
from imagenet_utils.model import ImageId, UrlLocation, Wnid
from imagenet_utils.options import RunOptions
from imagenet_utils.sources import OPEN_IMAGES, SOURCES, choose, of_kind
from imagenet_utils.sources.shelves import PREFIX
from imagenet_utils.sources.source import SourceKind
from tests.archive_server import Fault, Served, serving_archives
from tests.fetching import bare_environment
from tests.small_archives import synset_tar, train_tar
from tests.small_open_images import (
    CAT, DOG, TREE, box, image_row, picture_id, write_metadata,
)
from tests.source_contract import COUNTS, IDS, SourceContract
from tests.sourcing import GOLDFISH, TENCH, Told, category, opened, options_of

TRAIN = "ILSVRC2012_img_train.tar"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    with bare_environment():
        yield


class TestOpenImages(SourceContract):
    name = "open_images"
    small_print = "were published"
    split = "train/"
    ids = {CAT: [picture_id(number) for number in (1, 2, 3)],
           DOG: [picture_id(number) for number in (4, 5)]}
    absent = Wnid(TREE)
    unknown = Wnid("/m/00000")

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        boxes = {ImageId(image_id): [box(code) for code, ids in self.ids.items() if image_id in ids]
                 for image_id in sorted({*self.ids[CAT], *self.ids[DOG]})}
        write_metadata(folder / "metadata", map(image_row, range(1, 6)), boxes)
        yield options_of(folder, "--open_images_dir", str(folder / "metadata"))

    def test_splits(self, tmp_path: Path) -> None:
        """Each category once for each of them; without a word, those of training."""
        with self.laid_out(tmp_path) as options:
            splits = replace(options.open_images.metadata, splits=("train", "test"))
            wishes = replace(options.open_images, metadata=splits)
            changed = replace(options, open_images=wishes)
            source = OPEN_IMAGES.open(changed, lambda done, total: None)

        assert [each.key for each in source.categories([self.three])] == [
            f"train/{CAT}", f"test/{CAT}"]

    def test_licences(self, tmp_path: Path) -> None:
        """Pictures under others are as if they were not there."""
        with self.laid_out(tmp_path) as options:
            for licence, count in (("cc-by-2.0", 3), ("cc0", 0)):
                wishes = replace(options.open_images, licenses=(licence,))
                with opened(replace(options, open_images=wishes), self.three) as run_of:
                    listing, = run_of.listings()

                assert len(listing.records) == count
                assert "licence" in listing.why_empty

    @pytest.mark.parametrize("typed", [
        ("--boxes", "all"), ("--exclude_boxes", "inside"), ("--with_annotation",),
        ("--sample", "annotated_first"),
    ])
    def test_boxes_that_are_not(self, tmp_path: Path, typed: tuple[str, ...]) -> None:
        """V1 has none, and who speaks of them is told so before anything is fetched."""
        options = options_of(tmp_path, "--open_images_version", "V1", *typed)

        with pytest.raises(UsageError, match=f"^{typed[0]}: V1 of Open Images has no boxes"):
            OPEN_IMAGES.open(options, lambda done, total: None)

    def test_metadata_that_are_not_there(self, tmp_path: Path) -> None:
        """A dry run fetches none, and says where they are."""
        options = options_of(tmp_path, "--open_images_dir", str(tmp_path / "nothing"),
                             "--source", "open_images")

        with pytest.raises(Unobtainable, match="It is at https://storage.googleapis.com/openim"):
            with opened(options, self.three, is_draft=True):
                pass


class TestUrlList(SourceContract):
    name = "url_list"

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        lines = [f"{image_id}\thttp://web.example/{image_id}.jpg\n"
                 for ids in IDS.values() for image_id in ids]
        (folder / "urls.txt").write_text("".join(lines))
        yield options_of(folder)

    def test_pictures_of_others_come_last(self, tmp_path: Path) -> None:
        """A category's own first, then those that it annotates of another's."""
        foreign = [ImageId(IDS[TENCH][1]), ImageId(f"{TENCH}_99")]
        with self.laid_out(tmp_path) as options, opened(options, category(GOLDFISH)) as run_of:
            records = run_of.source.listing(run_of.categories[0], foreign).records

        assert [(one.code, one.image_id) for one in records] == [
            *((GOLDFISH, image_id) for image_id in IDS[GOLDFISH]), (GOLDFISH, IDS[TENCH][1])]
        assert all(isinstance(one.locations[0], UrlLocation) for one in records)

    def test_bad_lines_are_told(self, tmp_path: Path) -> None:
        """Lines without a URL are counted and named."""
        with self.laid_out(tmp_path) as options:
            with options.places.url_data.open("a") as file:
                file.write(f"{TENCH}_8\n")
            with opened(options) as run_of:
                remarks = run_of.source.remarks()

        assert remarks[0].startswith("1 line")


class TestSynsetTarsHere(SourceContract):
    name = "synset_tars"
    ending = ".tar"
    packed = staticmethod(bytes)

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        tars = folder / "tars"
        tars.mkdir()
        for code, count in COUNTS.items():
            synset_tar(folder / "plain.tar", code, count)
            packed = self.packed((folder / "plain.tar").read_bytes())
            (tars / f"{code}{self.ending}").write_bytes(packed)
        yield options_of(folder, "--archive", str(tars / "<wnid>.tar"))


class TestPackedSynsetTars(TestSynsetTarsHere):
    ending = ".tar.gz"
    packed = staticmethod(gzip.compress)


class TestSynsetTarsOnTheWeb(SourceContract):
    name = "synset_tars"
    fault = Fault.NONE

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        served = {}
        for code, count in COUNTS.items():
            synset_tar(folder / f"{code}.tar", code, count)
            served[f"/{code}.tar"] = Served(folder / f"{code}.tar", self.fault)
        with serving_archives(served) as server:
            yield options_of(folder, "--archive", server.url("/<wnid>.tar"))


class TestSynsetTarsWithoutRanges(TestSynsetTarsOnTheWeb):
    fault = Fault.NO_RANGES


class IlsvrcContract(SourceContract):
    """The training split."""

    name = "ilsvrc2012"
    split = "train/"


class TestIlsvrcHere(IlsvrcContract):
    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        (folder / "archives").mkdir()
        train_tar(folder / "archives" / TRAIN, COUNTS)
        yield options_of(folder)


class TestIlsvrcPacked(IlsvrcContract):
    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        train_tar(folder / TRAIN, COUNTS)
        path = folder / f"{TRAIN}.gz"
        path.write_bytes(gzip.compress((folder / TRAIN).read_bytes()))
        yield options_of(folder, "--archive", str(path))


class TestIlsvrcTree(IlsvrcContract):
    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        for code, count in COUNTS.items():
            synset_tar(folder / "class.tar", code, count)
            with tarfile.open(folder / "class.tar") as tar:
                tar.extractall(folder / "archives" / "train" / code)
        yield options_of(folder)


class TestIlsvrcOnTheWeb(IlsvrcContract):
    fault = Fault.NONE

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        train_tar(folder / TRAIN, COUNTS)
        with serving_archives({f"/{TRAIN}": Served(folder / TRAIN, self.fault)}) as server:
            yield options_of(folder, "--archive", server.url(f"/{TRAIN}"), "--accept_terms")


class TestIlsvrcWithoutRanges(TestIlsvrcOnTheWeb):
    fault = Fault.NO_RANGES


def _all_below(contract: type[SourceContract]) -> Iterator[type[SourceContract]]:
    for below in contract.__subclasses__():
        yield below
        yield from _all_below(below)


def test_every_source_is_tried() -> None:
    """Each row of the table has its class, here or with the tests of manifests."""
    import_module("test_manifest_source")

    assert {kind.name for kind in SOURCES} == {each.name for each in _all_below(SourceContract)}


def with_list(folder: Path) -> None:
    (folder / "urls.txt").write_text(f"{TENCH}_1\thttp://web.example/1.jpg\n")


def with_train(folder: Path) -> None:
    (folder / "archives").mkdir(exist_ok=True)
    train_tar(folder / "archives" / TRAIN, {TENCH: 1})


def with_tars(folder: Path) -> None:
    (folder / "archives").mkdir(exist_ok=True)
    synset_tar(folder / "archives" / f"{TENCH}.tar", TENCH, 1)


def with_dogs(folder: Path, *rows: str) -> None:
    lines = ("code,name,to_download,how_many", f"{DOG},Dog,True,-1", f"{TENCH},tench,False,-1",
             *rows)
    (folder / "ncodes.csv").write_text("\n".join(lines))


def with_dogs_and_a_tench(folder: Path) -> None:
    with_dogs(folder, f"{GOLDFISH},goldfish,yes,5")


@pytest.mark.parametrize(("laid_out", "typed", "name", "why"), [
    ((), (), "synset_tars", "there is neither a URL list nor an archive on this disk, and ImageNet"
                            " gives these out without a login"),
    ((with_list,), (), "url_list", "it is there"),
    ((with_list, with_train, with_tars), (), "url_list", "it is there"),
    ((with_train,), (), "ilsvrc2012", "it lies in {folder}/archives"),
    ((with_train, with_tars), (), "ilsvrc2012", "it lies in {folder}/archives"),
    ((with_tars,), (), "synset_tars",
     "there is no URL list, and {folder}/archives has such tars; ImageNet's own serve for those"
     " that it lacks"),
    ((with_train,), ("--url_data", "{folder}/given.txt"), "url_list", "--url_data names it"),
    ((with_list,), ("--split", "val"), "ilsvrc2012", "--split speaks of it"),
    ((with_list,), ("--val_labels", "{folder}/given.txt"), "ilsvrc2012",
     "--val_labels speaks of it"),
    ((with_list, with_train), ("--archive", "{folder}/archives/" + TRAIN), "ilsvrc2012",
     "--archive names it"),
    ((with_list,), ("--archive", "https://a.example/<wnid>.tar"), "synset_tars",
     "--archive names it"),
    ((with_list,), ("--archive", f"https://a.example/{TRAIN}"), "ilsvrc2012",
     "--archive names it"),
    ((with_list, with_tars), ("--source", "synset_tars"), "synset_tars", "as --source says"),
    ((with_list,), ("--image_from", "thumbnail"), "open_images", "--image_from speaks of it"),
    ((with_list,), ("--licenses", "cc-by", "--split", "test"), "open_images",
     "--licenses speaks of it"),
    ((with_list,), ("--categories", f"{DOG}=20", f"{CAT}/"), "open_images",
     "the categories asked for are its classes"),
    ((with_list,), ("--categories", DOG, TENCH), "url_list", "it is there"),
    ((with_list, with_dogs), ("-nc", "{folder}/ncodes.csv"), "open_images",
     "the categories asked for are its classes"),
    ((with_list, with_dogs_and_a_tench), ("-nc", "{folder}/ncodes.csv"), "url_list",
     "it is there"),
])
def test_the_right_route_is_chosen(
    tmp_path: Path, laid_out: tuple, typed: tuple[str, ...], name: str, why: str
) -> None:
    """What the user speaks of first; then a list, archives at hand, and what ImageNet gives."""
    (tmp_path / "given.txt").write_text("")
    for lay_out in laid_out:
        lay_out(tmp_path)
    options = options_of(tmp_path, *(word.format(folder=tmp_path) for word in typed))
    kind, told = choose(options.source, options)

    assert (kind.name, told.replace(os.sep, "/")) == (
        name, why.format(folder=str(tmp_path).replace(os.sep, "/")))


@pytest.mark.parametrize(("laid_out", "name", "why"), [
    ((), "ilsvrc2012", "DOWNLOAD_URL_train has its address"),
    ((with_list,), "url_list", "it is there"),
    ((with_train,), "ilsvrc2012", "it lies in {folder}/archives"),
])
def test_an_address_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laid_out: tuple, name: str, why: str
) -> None:
    """It counts for more than the public tars, and for less than what is at hand."""
    monkeypatch.setenv("DOWNLOAD_URL_train", "https://a.example/t.tar")
    for lay_out in laid_out:
        lay_out(tmp_path)
    kind, told = choose("auto", options_of(tmp_path))

    assert (kind.name, told) == (name, why.format(folder=tmp_path))


@pytest.mark.parametrize(("name", "told"), [
    ("url_list", "--source url_list: nothing at .*urls.txt.*download_ncodes_imagenet.py"),
    ("ilsvrc2012", "--source ilsvrc2012: nothing at .*archives.*DOWNLOAD_URL_train"),
])
def test_a_named_source_that_is_not_there(tmp_path: Path, name: str, told: str) -> None:
    """The message names the place, and what helps."""

    with pytest.raises(Unobtainable, match=told):
        choose(name, options_of(tmp_path))


@pytest.mark.parametrize("typed", [("--val_labels", "{folder}/urls.txt"), ("--skip_blacklisted",)])
def test_options_of_ilsvrc_with_open_images(tmp_path: Path, typed: tuple[str, ...]) -> None:
    """Both have splits, and nothing else in common."""
    with_list(tmp_path)
    options = options_of(tmp_path, "--source", "open_images", "--split", "test",
                         *(word.format(folder=tmp_path) for word in typed))

    with pytest.raises(UsageError, match=f"^{typed[0]}: the source is open_images"):
        choose(options.source, options)


def chosen(*codes: str) -> Chosen:
    return Chosen(tuple(category(code) for code in codes), {})


def kind_named(name: str) -> SourceKind:
    return next(kind for kind in SOURCES if kind.name == name)


@pytest.mark.parametrize(("name", "left", "how"), [
    ("url_list", TENCH, "with --source open_images"),
    ("open_images", DOG, "without --source open_images and its options"),
])
def test_a_run_works_through_one_kind(name: str, left: str, how: str) -> None:
    """Codes of the other are left out, and one line says how to have them."""
    left_over = of_kind(chosen(TENCH, DOG), kind_named(name))

    assert [each.code for each in left_over.categories] == [left]
    assert len(left_over.remarks) == 1 and left_over.remarks[0].endswith(how)


@pytest.mark.parametrize(("name", "code"), [("synset_tars", DOG), ("open_images", TENCH)])
def test_nothing_of_this_kind(name: str, code: str) -> None:
    """Where all are of the other one, that is said before anything is done."""
    with pytest.raises(UsageError, match="1 of the categories asked for, such as .*, are not of"):
        of_kind(chosen(code), kind_named(name))


def test_what_is_asked_for_of_one_kind_alone() -> None:
    """Stays as it is."""
    asked = chosen(TENCH, GOLDFISH)

    assert of_kind(asked, kind_named("url_list")) is asked


@pytest.mark.parametrize("option", ["split", "val_labels", "skip_blacklisted"])
@pytest.mark.parametrize("typed", [
    ("--source", "url_list"), ("--source", "synset_tars"), ("--url_data", "{folder}/urls.txt"),
])
def test_options_of_another_source(
    tmp_path: Path, typed: tuple[str, ...], option: str
) -> None:
    """What would do nothing is refused: --source, or an option of its own, has chosen another."""
    with_list(tmp_path)
    value = {"split": "val", "val_labels": str(tmp_path / "urls.txt"), "skip_blacklisted": "True"}
    options = options_of(tmp_path, *(word.format(folder=tmp_path) for word in typed),
                         f"--{option}", value[option])

    with pytest.raises(UsageError, match=f"^--{option}: .* --source ilsvrc2012$"):
        choose(options.source, options)


def test_url_data_goes_with_any_source(tmp_path: Path) -> None:
    """Command lines that differ in their source alone may share it."""
    with_list(tmp_path)
    options = options_of(tmp_path, "--source", "synset_tars", "--url_data",
                         str(tmp_path / "urls.txt"))

    assert choose(options.source, options)[0].name == "synset_tars"


def test_the_first_line_tells_the_route_and_why(tmp_path: Path) -> None:
    """A word for it, the place, and the reason; before anything else is said."""
    with_train(tmp_path)
    told = Told()
    run(options_of(tmp_path, "--dry_run", "--categories", TENCH), told, {})
    place = tmp_path / "archives"

    assert told.said[0] == (f"Source: ilsvrc2012, the archives of ILSVRC2012 ({place / TRAIN}):"
                            f" it lies in {place}")


def test_the_first_line_keeps_secrets(tmp_path: Path) -> None:
    """A password in an address is not shown where the address is."""
    typed = ("--archive", "https://me:secret@a.example/<wnid>.tar", "--dry_run",
             "--categories", TENCH)
    told = Told()
    run(options_of(tmp_path, *typed), told, {})

    assert told.said[0].startswith("Source: synset_tars, ") and "a.example/<wnid>" in told.said[0]
    assert "secret" not in told.said[0]

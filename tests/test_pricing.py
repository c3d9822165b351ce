"""What each route costs, what a dry run tells of it, and what is said of too little disk."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import ExitCode, LocalFault
from imagenet_utils.job import pricing, room
from imagenet_utils.job.box_counts import Boxed
from imagenet_utils.job.category_run import CategoryRun, Step
from imagenet_utils.job.decide import Action, Decision
from imagenet_utils.job.pipeline import run
from imagenet_utils.job.plan_text import plan_text
from imagenet_utils.job.pricing import Offer, Priced, PricedCategory, Pricer, Speed
from imagenet_utils.job.sample import Sampling
from imagenet_utils.job.selector import Selector
from imagenet_utils.model import Category, ImageId
from imagenet_utils.options import Selection
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.sources.price import Once, Price
from imagenet_utils.transform.asked import Resize, Resizing
from imagenet_utils.transform.estimates import resized_bytes
from tests.archive_server import Served, serving_archives
from tests.small_archives import bbox_train_tgz, synset_tar, train_tar
from tests.small_web import FOX, record
from tests.sourcing import GOLDFISH, TENCH, Told, options_of

SPEED = Speed(80.0, "as --bandwidth says", 1e9)  # 10 MB/s
MEAN = 100_000.0
SMALL = Resize("fill_crop", 256, 256, "jpg", 95)
WIDEST = 110  # columns


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No archive of this machine's user."""
    for name in [name for name in os.environ if name.startswith("DOWNLOAD_URL_")]:
        monkeypatch.delenv(name)
    yield


def price(route: str = "web", images: int = 1000, **how: object) -> Price:
    values: dict[str, object] = {"fetched_each": MEAN, "stored_each": MEAN, "annotated": 400,
                                 "boxes": 800, **how}
    return Price(route, images, is_exact=True, **values)  # type: ignore[arg-type]


def planned(
    how_many: int | None = None, actions: Sequence[Action] = (), *, is_known: bool = False,
    selection: Selection | None = None,
) -> CategoryRun:
    selector = Selector({}, how_many, selection)
    planned_run = CategoryRun(Category(FOX, "kit_fox", how_many), Path("kit_fox"), {}, {}, selector,
                              is_known=is_known)
    planned_run.steps = [Step(number, record(number), Decision(action))
                         for number, action in enumerate(actions)]
    planned_run.have = sum(action is Action.KEEP for action in actions)
    return planned_run


def priced(
    planned_run: CategoryRun, *prices: Price, selection: Selection | None = None,
    free: int = 10**12, resizing: Resizing | None = None,
) -> PricedCategory:
    pricer = Pricer(SPEED, selection or Selection(0, False, False), free, resizing=resizing)
    return pricer.priced(planned_run, [Priced("kind", each) for each in prices])


def test_an_unknown_archive_is_priced_by_its_count() -> None:
    """So many pictures of mean size, at the speed of the line."""
    offer = priced(planned(300), price()).offers[0]

    assert (offer.images, offer.fetched, offer.stored) == (300, 30_000_000, 30_000_000)
    assert offer.seconds == pytest.approx(3.0)
    assert offer.boxed == Boxed(120, 240, is_exact=False)


def test_what_is_here_is_subtracted() -> None:
    """By every route: pictures that are kept, or only to be proven, are not fetched again."""
    here = [Action.KEEP] * 20 + [Action.PROVE] * 5 + [Action.FETCH] * 75
    found = priced(planned(100, here, is_known=True), price(), price("other"))

    assert [offer.images for offer in found.offers] == [75, 75]
    assert found.outset == pricing.Outset(20, 5, 75, 0)


@pytest.mark.parametrize(("keeps_original", "originals"), [(True, 75 * MEAN), (False, 0)])
def test_other_sizes_take_room(keeps_original: bool, originals: float) -> None:
    """Of what comes and of what is only to be proven; the originals only if they are kept."""
    here = [Action.KEEP] * 20 + [Action.PROVE] * 5 + [Action.FETCH] * 75
    asked = Resizing((SMALL,), 0.5, keeps_original)
    offer = priced(planned(100, here, is_known=True), price(), resizing=asked).offers[0]

    assert offer.stored == int(originals + 80 * resized_bytes([SMALL], MEAN))
    assert offer.fetched == 75 * MEAN


@given(st.integers(1, 99), st.integers(8, 400), st.floats(1e3, 1e7))
def test_better_and_larger_pictures_take_more(quality: int, side: int, original: float) -> None:
    """Up to the size of the original: none is enlarged."""
    small = resized_bytes([SMALL._replace(quality=quality, width=side, height=side)], original)
    better = SMALL._replace(quality=quality + 1, width=side, height=side)
    larger = SMALL._replace(quality=quality, width=2 * side, height=2 * side)

    assert 0 < small <= resized_bytes([better], original)
    assert small <= resized_bytes([larger], original) <= max(500, 4.2 * small)


def test_a_list_brings_what_is_alive() -> None:
    """Of 300 URLs half are dead, so how_many is not met."""
    listed = planned(300, [Action.FETCH] * 300, is_known=True)
    found = priced(listed, price(alive=0.5), price("other"))

    assert [(offer.images, offer.is_enough) for offer in found.offers] == [
        (150, False), (300, True)]


def test_counted_images_are_topped_up() -> None:
    """More URLs are asked until there are enough, and no picture is fetched beyond."""
    selection = Selection(0, True, False)
    listed = planned(300, [Action.FETCH] * 1000, is_known=True, selection=selection)
    offer = priced(listed, price(alive=0.5), selection=selection).offers[0]

    assert (offer.images, offer.is_enough) == (300, True)


def test_the_cheapest_that_meets_how_many() -> None:
    """A free route that has too few is none."""
    near = price("near", 50, fetched_each=0)
    found = priced(planned(100), price(), near, price("mirror", fetched_each=MEAN / 2))

    assert [offer.is_cheapest for offer in found.offers] == [False, False, True]


def test_no_route_is_cheapest_where_none_has_a_picture() -> None:
    """Nothing for nothing is no offer."""
    assert not priced(planned(), price(images=0)).offers[0].is_cheapest


def test_where_all_are_wanted_any_route_is_enough() -> None:
    """The one that takes least for a picture is the cheapest, however many others list."""
    near = price("near", 50, fetched_each=0)
    found = priced(planned(), price(), near, price("few", 1))

    assert [(offer.is_enough, offer.is_cheapest) for offer in found.offers] == [
        (True, False), (True, True), (True, False)]


def ids(*numbers: int) -> list[ImageId]:
    return [record(number).image_id for number in numbers]


def counted(*numbers: int) -> dict[ImageId, int]:
    return dict.fromkeys(ids(*numbers), 2)


def offered(
    planned_run: CategoryRun, each: Price, counts: dict[ImageId, int], *,
    only_annotated: bool = False, is_own: bool = True,
) -> Offer:
    """By the run's own route, or by another one."""
    pricer = Pricer(SPEED, Selection(0, False, only_annotated), 10**12)
    other = [] if is_own else [Priced("own", price("own"))]
    return pricer.priced(planned_run, [*other, Priced("kind", each, counts)]).offers[-1]


def test_boxes_at_hand_are_counted() -> None:
    """Those of the pictures that the plan has, rather than the catalogue's."""
    listed = planned(None, [Action.KEEP] + [Action.FETCH] * 3, is_known=True)

    assert offered(listed, price(), counted(0, 1, 3, 9)).boxed == Boxed(2, 4, is_exact=True)


@pytest.mark.parametrize("only_annotated", [False, True])
def test_another_route_counts_boxes_too(only_annotated: bool) -> None:
    """Of the pictures that it lists."""
    each = price(images=4, image_ids=ids(0, 1, 2, 3))
    offer = offered(planned(2), each, counted(1, 3, 9), only_annotated=only_annotated,
                    is_own=False)

    assert (offer.images, offer.boxed) == (2, Boxed(*((2, 4) if only_annotated else (1, 2)),
                                                    is_exact=True))


def sampled(kind: str, *, counts_images: bool = False) -> Selection:
    return Selection(0, counts_images, False, Sampling(kind, 3))


def test_boxes_of_a_sample() -> None:
    """Another route takes the same pictures: those that the shuffle has first."""
    listed = [record(number).image_id for number in range(100)]
    own = Selector({}, 10, sampled("random"), code=FOX)
    taken = [one.image_id for _, one in own.chosen([record(number) for number in range(100)])]
    pricer = Pricer(SPEED, sampled("random"), 10**12)
    prices = [Priced("own", price("own", 100)),
              Priced("kind", price("other", 100, image_ids=listed), dict.fromkeys(taken, 2))]
    offer = pricer.priced(planned(10, selection=sampled("random")), prices).offers[1]

    assert offer.boxed == Boxed(10, 20, is_exact=True)


@pytest.mark.parametrize(("alive", "how_many", "boxed"), [
    (1.0, 300, 300), (1.0, 500, 400), (0.5, 300, 150), (0.5, None, 200)])
def test_boxes_where_annotated_ones_come_first(
    alive: float, how_many: int | None, boxed: int
) -> None:
    """Before any name is known: as many as there are, as far as they are alive."""
    selection = sampled("annotated_first")
    offer = priced(planned(how_many, selection=selection), price(alive=alive),
                   selection=selection).offers[0]

    assert (offer.boxed.pictures, offer.boxed.boxes) == (boxed, 2 * boxed)


def test_counted_images_that_are_annotated_first() -> None:
    """Of a list half of which is dead, the first two hundred links give a hundred boxed ones."""
    selection = sampled("annotated_first", counts_images=True)
    listed = planned(100, [Action.FETCH] * 1000, is_known=True, selection=selection)
    counts = dict.fromkeys([step.record.image_id for step in listed.steps[:400]], 1)
    pricer = Pricer(SPEED, selection, 10**12)
    offer = pricer.priced(listed, [Priced("kind", price(alive=0.5), counts)]).offers[0]

    assert (offer.images, offer.boxed.pictures) == (100, 100)


def test_names_are_paid_by_each_category() -> None:
    """Beside what is paid once for all of an archive."""
    pricer = Pricer(SPEED, Selection(0, False, False), 10**12)
    each = price(once=Once("train.tar", round_trips=1000), round_trips=600)
    found = [pricer.priced(planned(10), [Priced("kind", each)]) for _ in range(2)]

    assert [one.offers[0].round_trips for one in found] == [1600, 600]
    assert "about 2,200 round trips, once; each is in" in plan_text(found, SPEED)


def test_boxes_of_pictures_that_nobody_listed_yet() -> None:
    """There are no more of them than there are annotations for pictures of the category."""
    counts = {**counted(1, 2, 3), ImageId(f"{TENCH}_1"): 2}
    offer = offered(planned(), price(), counts)

    assert offer.boxed == Boxed(3, 6, is_exact=False)


@pytest.mark.parametrize("is_known", [False, True])
def test_no_boxes_at_hand(is_known: bool) -> None:
    """What the catalogue counts is not what a run would bring."""
    actions = [Action.FETCH] * 3 if is_known else []
    offer = offered(planned(None, actions, is_known=is_known), price(), {})

    assert (offer.images > 0, offer.boxed) == (True, Boxed(0, 0, is_exact=True))


def test_no_annotated_picture_is_no_offer() -> None:
    """Where only such are wanted, and the annotations at hand have none of the category."""
    offer = offered(planned(), price(), {}, only_annotated=True)

    assert (offer.images, offer.is_exact, offer.why_none) == (0, True, "none boxed")


@pytest.mark.parametrize(("each", "how_many", "why"), [
    (price(images=0), None, "none listed"),
    (price(images=0, why_none="no tar there"), None, "no tar there"),
    (price(images=2), 2, "none new"),
])
def test_why_a_route_brings_nothing(each: Price, how_many: int | None, why: str) -> None:
    """In a word or two, in the place of what is too few."""
    found = priced(planned(how_many, [Action.KEEP] * 2, is_known=True), each)

    assert found.offers[0].why_none == why
    assert plan_text([found], SPEED).splitlines()[2].endswith(f"  {why}")


def test_only_annotated_pictures_bound_the_images() -> None:
    """With --with_annotation each picture is one of the annotated."""
    offer = priced(planned(), price(), selection=Selection(0, False, True)).offers[0]

    assert (offer.images, offer.boxed) == (400, Boxed(400, 800, is_exact=False))
    assert not offer.is_exact


def test_boxes_that_are_yet_to_come() -> None:
    """A run with --with_annotation fetches them first: till then the catalogue's count stands."""
    selection = Selection(0, False, True)
    found = priced(planned(50, is_known=True), price(), selection=selection)

    assert (found.offers[0].images, found.outset.to_fetch) == (50, 50)


def test_an_archive_is_paid_once() -> None:
    """The first category that needs its index pays for it."""
    indexed = Priced("kind", price(once=Once("a.tar", round_trips=1000)))
    pricer = Pricer(SPEED, Selection(0, False, False), 10**12)
    first, second = (pricer.priced(planned(10), [indexed]).offers[0] for _ in range(2))

    assert (first.round_trips, second.round_trips) == (1000, 0)
    assert first.seconds > 40 > 1 > second.seconds


def test_disk_is_left_after_each_category() -> None:
    """Those before it have taken theirs by the run's own route."""
    pricer = Pricer(SPEED, Selection(0, False, False), 10**8)
    left = [pricer.priced(planned(400), [Priced("kind", price())]).offers[0].disk_left
            for _ in range(3)]

    assert left == [60_000_000, 20_000_000, -20_000_000]


counts = st.integers(0, 2000)


@given(st.none() | counts, counts, st.floats(0, 1), st.booleans(), st.booleans(), counts)
def test_a_price_keeps_its_bounds(
    how_many: int | None, images: int, alive: float, counts_images: bool, only_annotated: bool,
    annotated: int,
) -> None:
    """No offer has more than is listed or wanted, nor boxes that nobody drew."""
    selection = Selection(0, counts_images, only_annotated)
    each = price(images=images, alive=alive, annotated=annotated)
    offer = priced(planned(how_many, selection=selection), each, selection=selection).offers[0]
    most = images if how_many is None else min(images, how_many)

    assert 0 <= offer.boxed.pictures <= offer.images <= most
    assert 0 <= (offer.boxed.boxes or 0) <= 800 and offer.fetched >= 0 and offer.seconds >= 0


def test_speed_is_given_remembered_or_assumed(tmp_path: Path) -> None:
    """And capped; the plan says which."""
    engine = options_of(tmp_path).engine
    ledger = Ledger(tmp_path / "ledger")
    assumed = Speed.of(engine, ledger)
    given_speed = Speed.of(replace(engine, bandwidth_mbit=20.0), ledger)
    capped = Speed.of(replace(engine, bandwidth_mbit=20.0, max_bandwidth_mbit=5.0), ledger)
    ledger.close()

    assert (assumed.mbit, given_speed.mbit, capped.mbit) == (50.0, 20.0, 5.0)
    assert "assumed" in assumed.why and "--max_bandwidth" in capped.why


def test_the_table_fits_a_terminal() -> None:
    """The own route first and marked, and no line too wide."""
    routes = [price("ILSVRC2012 train, this disk", 1_281_167, boxes=None),
              price("synset tars, image-net.org", 1_281_000)]
    text = plan_text([priced(planned(), *routes, free=10**9)], SPEED, ["left out: why"])
    table = text.partition("\n\n")[0].splitlines()

    assert table[2].startswith("* ILSVRC2012") and table[3].startswith("  synset tars")
    assert max(map(len, text.splitlines())) <= WIDEST
    assert "Too little disk: 127 GB lack" in text and "Nothing was fetched." in text


@pytest.mark.parametrize(("selection", "how_many", "is_told"), [
    (sampled("random"), 10, True), (sampled("random"), None, False),
    (sampled("annotated_first"), 10, True), (sampled("annotated_first"), None, False),
    (sampled("first"), 10, False),
])
def test_a_plan_tells_of_a_sample_that_leaves_something_out(
    selection: Selection, how_many: int | None, is_told: bool
) -> None:
    """Where all are taken, none is drawn before another."""
    found = priced(planned(how_many, selection=selection), price(), selection=selection)
    told = selection.sampling.told

    assert (bool(told) and told in plan_text([found], SPEED, selection=selection)) is is_told


def dry_run(folder: Path, *typed: str) -> str:
    console = Told()
    options = options_of(folder, "--dry_run", *typed)

    assert run(options, console, {}) is ExitCode.ALL_HERE
    return console.said[-1]


def test_a_dry_run_of_remote_archives_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even how large they are, or for the devkit that validation needs."""
    with serving_archives({}) as server:
        for role, name in {"train": "img_train.tar", "val": "img_val.tar",
                           "devkit_t12": "devkit_t12.tar.gz"}.items():
            monkeypatch.setenv(f"DOWNLOAD_URL_{role}", server.url(f"/ILSVRC2012_{name}"))
        text = dry_run(tmp_path, "--categories", TENCH, "--split", "train", "val")
        asked = list(server.asked)

    assert not asked and not (tmp_path / "result").exists()
    assert re.search(r"^\* ILSVRC2012 train, the web +about 1,300 ", text, re.M)
    assert re.search(r"^\* ILSVRC2012 val, the web +about 50 ", text, re.M)
    assert "round trips, once" in text


@pytest.mark.parametrize("is_sampled", [False, True])
def test_names_of_remote_archives_have_their_price(tmp_path: Path, is_sampled: bool) -> None:
    """A sample looks at all headers of a tar that nobody has seen yet."""
    with serving_archives({}) as server:
        text = dry_run(tmp_path, "--archive", server.url("/<wnid>.tar"), "--categories",
                       f"{TENCH}=10", "--sample", "random" if is_sampled else "first")

    assert ("round trips, once" in text) is is_sampled


def test_a_route_that_cannot_be_sampled_is_told(tmp_path: Path) -> None:
    """A packed archive is no reason against the others."""
    archives = tmp_path / "archives"
    archives.mkdir()
    synset_tar(archives / f"{TENCH}.tar", TENCH, 7)
    packed = archives / "ILSVRC2012_img_train.tar"
    train_tar(packed, {TENCH: 7})
    packed.write_bytes(gzip.compress(packed.read_bytes()))
    text = dry_run(tmp_path, "--source", "synset_tars", "--categories", f"{TENCH}=3",
                   "--sample", "random")

    assert re.search(r"synset tars, this disk +3 ", text)
    assert "Without a price, ilsvrc2012: --sample random: " in text


def test_a_local_archive_is_priced_exactly(tmp_path: Path) -> None:
    """By its members; nothing has to be fetched."""
    (tmp_path / "archives").mkdir()
    files = train_tar(tmp_path / "archives" / "ILSVRC2012_img_train.tar", {TENCH: 7, GOLDFISH: 5})
    stored = sum(map(len, files[TENCH].values())) / 1000
    text = dry_run(tmp_path, "--categories", TENCH)
    own = next(line for line in text.splitlines() if line.startswith("*"))

    assert re.search(rf", this disk +7 +0 +0 +0 +{stored:.0f} kB +0 s ", own)


def test_boxes_of_an_archive_at_hand(tmp_path: Path) -> None:
    """Counted in the archive of boxes, by each route for itself."""
    archives = tmp_path / "archives"
    archives.mkdir()
    train_tar(archives / "ILSVRC2012_img_train.tar", {TENCH: 7})
    synset_tar(archives / f"{TENCH}.tar", TENCH, 7)
    bbox_train_tgz(archives / "ILSVRC2012_bbox_train_v2.tar.gz", {TENCH: 4})
    for source in ("ilsvrc2012", "synset_tars"):
        text = dry_run(tmp_path, "--categories", TENCH, "--source", source)

        assert re.search(r"ILSVRC2012 train, this disk +7 +4 +[4-9] ", text)
        assert re.search(r"synset tars, this disk +7 +0 +0 ", text)


def test_boxes_that_a_run_fetches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of boxes on the web: as the catalogue counts, about."""
    (tmp_path / "archives").mkdir()
    train_tar(tmp_path / "archives" / "ILSVRC2012_img_train.tar", {TENCH: 7})
    monkeypatch.setenv("DOWNLOAD_URL_bbox_train", "http://127.0.0.1:9/bbox_train_v2.tar.gz")
    text = dry_run(tmp_path, "--categories", TENCH, "--source", "ilsvrc2012")

    assert re.search(r"ILSVRC2012 train, this disk +7 +about 7 +[1-9]", text)


def test_all_routes_are_compared(tmp_path: Path) -> None:
    """A list, tars on this disk and ImageNet's own, whichever of them the run takes."""
    tars = tmp_path / "tars"
    tars.mkdir()
    synset_tar(tars / f"{TENCH}.tar", TENCH, 6)
    (tmp_path / "urls.txt").write_text(
        "".join(f"{TENCH}_{number}\thttp://127.0.0.1:9/{number}.jpg\n" for number in range(10)))
    text = dry_run(tmp_path, "--categories", f"{TENCH}=5", "--source", "url_list", "--archive",
                   str(tars))
    lines = text.splitlines()[2:5]

    assert [line[:28].strip() for line in lines] == [
        "* URL list", "synset tars, this disk", "synset tars, image-net.org"]
    assert lines[1].endswith("cheapest") and "--source synset_tars is cheapest" in text


def test_a_route_that_fails_is_told(tmp_path: Path) -> None:
    """A folder in the place of the list is no reason against a run from archives."""
    tars = tmp_path / "tars"
    tars.mkdir()
    synset_tar(tars / f"{TENCH}.tar", TENCH, 6)
    (tmp_path / "urls.txt").write_bytes(b"\0" * 64)
    text = dry_run(tmp_path, "--categories", TENCH, "--archive", str(tars))

    assert "Without a price, url_list:" in text and "* synset tars, this disk" in text


def real_run(folder: Path, *typed: str) -> Told:
    console = Told()
    run(options_of(folder, "--parallel", "False", "--min_free_disk", "0", "--categories", TENCH,
                   GOLDFISH, *typed), console, {})
    return console


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    (tmp_path / "archives").mkdir()
    train_tar(tmp_path / "archives" / "ILSVRC2012_img_train.tar", {TENCH: 7, GOLDFISH: 5})
    return tmp_path


def with_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(room, "shutil", SimpleNamespace(disk_usage=lambda folder: usage))


def test_too_little_disk_is_told_first(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run begins all the same: other files may go meanwhile."""
    with_free(monkeypatch, (archives / "archives" / "ILSVRC2012_img_train.tar").stat().st_size // 2
              + 10_000)
    console = real_run(archives)

    assert any("bytes are to come" in line for line in console.warned)
    assert len(list((archives / "result").glob("train/*/Images/*"))) == 12


def test_other_sizes_want_room_too(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There would be enough for the originals, and not for what is made of them."""
    asked = ("--resize", "shrink_to_fit:20:png")
    with_free(monkeypatch, 2 * (archives / "archives" / "ILSVRC2012_img_train.tar").stat().st_size)
    told = [any("bytes are to come" in line for line in real_run(archives, *words).warned)
            for words in ((), asked)]

    assert told == [False, True]


def test_no_room_for_the_first_category(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a picture is stored then."""
    with_free(monkeypatch, 1000)

    with pytest.raises(LocalFault, match="first category alone"):
        real_run(archives)
    assert not list((archives / "result").glob("train/*/Images/*"))


def test_what_has_begun_goes_on(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is left of it nobody knows to the byte: a full disk hinders no run that is done."""
    real_run(archives)
    with_free(monkeypatch, 0)

    assert "Total downloaded images: 12/12" in real_run(archives).said[-1]


def test_odd_counts_are_told(archives: Path) -> None:
    """The challenge has 1,300 pictures of the tench; an archive with seven is not all of it."""
    console = real_run(archives)

    assert [line for line in console.warned if "are expected" in line] == [
        f"train/{name}: {count} pictures are listed where 1,300 are expected"
        for name, count in (("tench", 7), ("goldfish", 5))]


def test_a_part_of_a_class_is_not_odd(archives: Path) -> None:
    """Where how_many ends before the class does, nobody asked how many there are."""
    with serving_archives({"/ILSVRC2012_img_train.tar": Served(
            archives / "archives" / "ILSVRC2012_img_train.tar")}) as server:
        console = Told()
        run(options_of(archives, "--parallel", "False", "--min_free_disk", "0", "--categories",
                       f"{TENCH}=2", "--accept_terms", "--archives_dir", str(archives / "none"),
                       "--archive", server.url("/ILSVRC2012_img_train.tar")), console, {})

    assert not [line for line in console.warned if "are expected" in line]

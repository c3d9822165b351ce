"""What a run would bring and cost by each route, told before anything is fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from imagenet_utils.engine.engine import remembered_mbit
from imagenet_utils.job.box_counts import (
    BoxCounts,
    Boxed,
    boxed_of_known,
    boxed_of_listed,
    part_of,
    share_of,
)
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.job.decide import Action
from imagenet_utils.job.room import original_each, resized_each
from imagenet_utils.job.sample import Sampled, order_of
from imagenet_utils.model import Category, ImageId
from imagenet_utils.network.allowance import BYTES_PER_MBIT
from imagenet_utils.network.batch import PROVEN_PER_CORE
from imagenet_utils.options import EngineOptions, Selection
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.sources.price import Price
from imagenet_utils.transform.asked import Resizing

ASSUMED_MBIT = 50.0  # where nobody measured
ROUND_TRIP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Speed:
    """What the minutes of a plan hang on."""

    mbit: float
    why: str  # behind "at 50 Mbit/s"
    images_per_second: float  # that can be proven

    @classmethod
    def of(cls, engine: EngineOptions, ledger: Ledger) -> Speed:
        mbit, why = ASSUMED_MBIT, "assumed, for nobody measured it: --bandwidth MBIT says it"
        remembered = remembered_mbit(ledger)
        if engine.bandwidth_mbit:
            mbit, why = engine.bandwidth_mbit, "as --bandwidth says"
        elif remembered:
            mbit, why = remembered, "as measured by the last run"
        if engine.max_bandwidth_mbit and engine.max_bandwidth_mbit < mbit:
            mbit, why = engine.max_bandwidth_mbit, "as --max_bandwidth says"
        return cls(mbit, why, PROVEN_PER_CORE * engine.processes)

    def seconds(self, fetched: float, round_trips: int, images: float) -> float:
        on_the_line = fetched / (self.mbit * BYTES_PER_MBIT)
        return max(on_the_line, images / self.images_per_second) + round_trips * ROUND_TRIP_SECONDS


@dataclass(frozen=True, slots=True)
class Outset:
    """What is known of a category's pictures before a run."""

    here: int
    to_prove: int  # something lies in their place
    to_fetch: int
    settled: int  # an earlier verdict spares another try

    @property
    def passed(self) -> int:
        return self.here + self.to_prove + self.settled


@dataclass(frozen=True, slots=True)
class Offer:
    """What one route would bring of one category beside what is here, and cost."""

    route: str
    kind: str  # as --source names it
    images: int
    is_exact: bool
    boxed: Boxed  # of these
    fetched: int  # bytes
    stored: int  # bytes
    seconds: float
    round_trips: int
    disk_left: int = 0  # bytes, after this category and those before it; below 0: so many lack
    is_enough: bool = False  # for how_many; without one, whatever it brings is
    is_cheapest: bool = False  # of those that bring enough
    why_none: str = ""  # in a word or two, where it brings no image


@dataclass(frozen=True, slots=True)
class PricedCategory:
    folder: str
    code: str
    how_many: int | None
    outset: Outset
    offers: tuple[Offer, ...]  # that of the run's own route first


@dataclass(frozen=True, slots=True)
class Priced:
    """A price, the kind of source that makes it, and the boxes that are at hand for it."""

    kind: str
    price: Price
    counts: BoxCounts | None = None  # None: they are yet to come, and the price says how many


class Pricer:
    """Category after category: what was stored for one is missing to the next, and what is paid
    once is paid by the first."""

    def __init__(
        self, speed: Speed, selection: Selection, free: int, *, resizing: Resizing | None = None
    ) -> None:
        self._speed = speed
        self._resizing = resizing
        self._selection = selection
        self._left = free
        self._paid: set[tuple[str, str]] = set()  # (route, archive)

    def priced(self, run: CategoryRun, prices: Sequence[Priced]) -> PricedCategory:
        """The first of the prices is that of the source which `run` was planned with."""
        category, own = run.category, prices[0]
        outset = outset_of(run)
        is_known = run.is_known and not (self._selection.only_annotated and own.counts is None)
        if not is_known:
            outset = replace(outset, to_fetch=self._listed(own, category, outset))
        offers = [self._offer(each, category, replace(outset, settled=0) if number else outset)
                  for number, each in enumerate(prices)]
        if is_known:
            offers[0] = self._offer(own, category, outset, ids=_to_fetch(run))
        offers = self._compared(offers, category, outset)
        self._left = offers[0].disk_left
        self._paid |= {(each.price.route, each.price.once.of)
                       for each, offer in zip(prices, offers) if offer.images}
        return PricedCategory(run.folder_name, category.code, category.how_many, outset,
                              tuple(offers))

    def _listed(self, priced: Priced, category: Category, outset: Outset) -> int:
        """How many would be asked for."""
        total = priced.price.images
        if self._selection.only_annotated:
            total = boxed_of_listed(priced.price, priced.counts, category.code).pictures
        total = max(0, total - self._selection.offset)
        if category.how_many is not None and not self._selection.counts_images:
            total = min(total, category.how_many)
        return max(0, total - outset.passed)

    def _offer(
        self, priced: Priced, category: Category, outset: Outset, *,
        ids: Sequence[ImageId] | None = None,
    ) -> Offer:
        """`ids` of what will be asked for, where the plan has it."""
        price = priced.price
        asked = self._listed(priced, category, outset) if ids is None else len(ids)
        images = round(asked * price.alive)
        if self._selection.counts_images and category.how_many is not None:
            images = min(images, max(0, category.how_many - outset.here - outset.to_prove))
        if ids is None and price.image_ids is not None:
            ids = self._likely(price.image_ids, priced.counts, category, outset)
        boxed = self._boxed(priced, category, outset, images, ids)
        is_told = boxed.is_exact or not self._selection.only_annotated
        once = price.once
        is_paid = (price.route, once.of) in self._paid or not images
        fetched = images * price.fetched_each + (0 if is_paid else once.fetched)
        trips = (0 if is_paid else once.round_trips) + (price.round_trips if images else 0)
        return Offer(
            price.route, priced.kind, images,
            price.is_exact and is_told and (price.alive == 1.0 or not images), boxed, int(fetched),
            self._stored(price, images, outset) + (0 if is_paid else once.stored),
            self._speed.seconds(fetched, trips, images), trips,
            why_none="" if images else self._why_none(priced, category),
        )

    def _stored(self, price: Price, images: int, outset: Outset) -> int:
        """Bytes; of what is here already, other sizes may be made."""
        in_other_sizes = resized_each(price, self._resizing) * (images + outset.to_prove)
        return int(images * original_each(price, self._resizing) + in_other_sizes)

    def _likely(
        self, ids: Sequence[ImageId], counts: BoxCounts | None, category: Category, outset: Outset
    ) -> Sequence[ImageId]:
        """What is here already comes first in a list, for it was taken so."""
        if self._selection.only_annotated:
            ids = [image_id for image_id in ids if image_id in (counts or ())]
        sampled = Sampled(self._selection.sampling, category.code, counts or ())
        order = order_of(ids, sampled)[self._selection.offset + outset.passed:]
        return [ids[place] for place in order]

    def _boxed(
        self, priced: Priced, category: Category, outset: Outset, images: int,
        ids: Sequence[ImageId] | None,
    ) -> Boxed:
        alive = priced.price.alive
        if ids is not None and priced.counts is not None:
            is_cut = alive == 1.0 or self._selection.counts_images
            return boxed_of_known(images, ids[:ceil(images / alive)] if is_cut else ids,
                                  priced.counts)
        boxed = boxed_of_listed(priced.price, priced.counts, category.code)
        if self._selection.only_annotated:
            return part_of(boxed, images, is_exact=images == boxed.pictures)
        if self._selection.prefers_annotated:
            left = max(0, boxed.pictures - self._selection.offset - outset.passed)
            return part_of(boxed, min(images, round(left * alive)), is_exact=alive == 1.0)
        return share_of(boxed, images, priced.price.images)

    def _why_none(self, priced: Priced, category: Category) -> str:
        if not priced.price.images:
            return priced.price.why_none or "none listed"
        boxed = boxed_of_listed(priced.price, priced.counts, category.code)
        if self._selection.only_annotated and not boxed.pictures:
            return "none boxed"
        return "none new"

    def _compared(
        self, offers: Sequence[Offer], category: Category, outset: Outset
    ) -> list[Offer]:
        """Where all are wanted, by what a picture takes: one route lists more than another."""
        wanted = max(0, (category.how_many or 0) - outset.here - outset.to_prove)
        costs = [(*_cost(offer, 1 if category.how_many else offer.images), number)
                 for number, offer in enumerate(offers) if offer.images >= max(1, wanted)]
        cheapest = min(costs)[-1] if costs else None
        return [replace(offer, disk_left=self._left - offer.stored,
                        is_enough=offer.images >= wanted, is_cheapest=number == cheapest)
                for number, offer in enumerate(offers)]


def _cost(offer: Offer, images: int) -> tuple[float, ...]:
    return offer.seconds / images, offer.fetched / images, offer.stored / images


def _to_fetch(run: CategoryRun) -> list[ImageId]:
    return [step.record.image_id for step in run.steps if step.decision.action is Action.FETCH]


def outset_of(run: CategoryRun) -> Outset:
    """As the plan has it; where images are counted, no more than are wanted."""
    actions = Counter(step.decision.action for step in run.steps)
    to_fetch, to_prove = actions[Action.FETCH], actions[Action.PROVE]
    if run.limit is not None:
        to_prove = min(to_prove, max(0, run.limit - run.have))
    skipped = actions[Action.SKIP] + actions[Action.EXCLUDE]
    return Outset(actions[Action.KEEP], to_prove, to_fetch, skipped)

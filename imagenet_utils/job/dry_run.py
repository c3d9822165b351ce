"""A dry run: what would be done and cost, by the run's own route and by others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from imagenet_utils.annotations.at_hand import Annotations
from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.categories.selection import Chosen
from imagenet_utils.errors import ImagenetUtilsError
from imagenet_utils.job.box_counts import BoxCounts, counts_of
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.job.plan_text import plan_text
from imagenet_utils.job.plans import Planner
from imagenet_utils.job.pricing import Priced, PricedCategory, Pricer, Speed
from imagenet_utils.job.room import free_bytes
from imagenet_utils.model import Category
from imagenet_utils.options import RunOptions
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources import rivals_of
from imagenet_utils.sources.source import Open, Source, SourceKind
from imagenet_utils.telling import Progress, Teller


class DryRun:
    """Nothing is fetched, and nothing written below save_dir."""

    def __init__(self, options: RunOptions, workplace: Workplace, chosen: Chosen) -> None:
        self._options = options
        self._workplace = workplace
        self._chosen = chosen
        self._others: list[_Other] = []
        self._left_out: list[str] = []

    def text(self, kind: SourceKind, source: Source, planner: Planner) -> str:
        """`source` has begun, and is the one that `planner` asks."""
        speed = Speed.of(self._options.engine, self._workplace.ledger)
        pricer = Pricer(speed, self._options.selection, free_bytes(self._workplace.save_dir),
                        resizing=self._options.resizing)
        with ExitStack() as stack:
            for each in rivals_of(kind):
                for way in list(each.ways(self._options))[each is kind:]:
                    self._open(stack, each, way, has_own_boxes=each is not kind)
            plan = [self._priced(run, kind, source, pricer)
                    for run in planner.plans(source.categories(self._chosen.categories))]
        return plan_text(plan, speed, self._left_out, selection=self._options.selection,
                         has_other_sizes=self._options.resizing is not None)

    def _priced(
        self, run: CategoryRun, kind: SourceKind, source: Source, pricer: Pricer
    ) -> PricedCategory:
        own = counts_of(CategoryBoxes(run.xmls, are_to_come=run.has_boxes_to_come))
        prices = [Priced(kind.name, source.price(run.category), own)]
        for other in self._others:
            category = other.counterpart(run.category)
            if category is not None:
                prices += self._other_price(other, category, own)
        routes = {priced.price.route: priced for priced in reversed(prices)}
        return pricer.priced(run, [priced for priced in prices
                                   if routes[priced.price.route] is priced])

    def _other_price(
        self, other: _Other, category: Category, own: BoxCounts | None
    ) -> list[Priced]:
        try:
            counts = own if other.boxes is None else counts_of(other.boxes.of(category))
            return [Priced(other.kind, other.source.price(category), counts)]
        except ImagenetUtilsError as error:
            self._leave_out(other.kind, error)
            return []

    def _open(
        self, stack: ExitStack, kind: SourceKind, way: Open, *, has_own_boxes: bool
    ) -> None:
        """A route that can't be had is no reason against the run's own."""
        teller = _Quiet(self._workplace.teller)
        try:
            with teller.progress(f"reading {kind.title}", unit="byte") as progress:
                source = way(self._options, progress.show)
            stack.callback(source.close)
            categories = source.categories(self._chosen.categories)
            source.begin(replace(self._workplace, teller=teller))
            boxes = source.annotations(teller) if has_own_boxes else None
            if boxes is not None:
                boxes.prepare(categories)
            self._others.append(_Other(kind.name, source, categories, boxes))
        except ImagenetUtilsError as error:
            self._leave_out(kind.name, error)

    def _leave_out(self, kind: str, error: ImagenetUtilsError) -> None:
        told = f"Without a price, {kind}: {error}"
        if told not in self._left_out:
            self._left_out.append(told)


@dataclass(frozen=True, slots=True)
class _Other:
    kind: str
    source: Source
    categories: Sequence[Category]
    boxes: Annotations | None  # None: those of the run

    def counterpart(self, category: Category) -> Category | None:
        """What it has of a category: pictures of no split are training pictures."""
        for own in self.categories:
            is_same = own.code == category.code and _split(own) == _split(category)
            if is_same and (own.code == own.label or self.source.has(own.code)):
                return own
        return None


class _Quiet:
    """Of what another source would tell, the progress alone."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def say(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        pass

    def log(self, text: str) -> None:
        self._teller.log(text)

    def progress(self, title: str, *, unit: str = "image") -> Progress:
        return self._teller.progress(title, unit=unit)


def _split(category: Category) -> str:
    return category.split or ("test" if category.code == "test" else "train")

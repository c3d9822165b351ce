"""The order of the stages:

    table or words -> categories -> source -> lock -> ledger -> plans -> execution -> reports

A dry run stops after the plans; exports come last, or alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from imagenet_utils.job.balance import (
    balance_advice,
    balanced,
    refuse_uncategorised,
)
from imagenet_utils.job.books import Books
from imagenet_utils.job.decide import Rules
from imagenet_utils.engine.engine import Engine
from imagenet_utils.errors import ExitCode, ImagenetUtilsError, Interrupted, LocalFault, worst
from imagenet_utils.job.execution import Execution
from imagenet_utils.job.contact_sheets import (
    live_sheet,
    refuse_what_is_in_the_way,
    show_stored,
)
from imagenet_utils.job.exporting import export_alone, export_stored
from imagenet_utils.options import EngineOptions, RunOptions
from imagenet_utils.results.exclusions import unknown_categories
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.job.lock import only_run_on
from imagenet_utils.model import Category, Wnid
from imagenet_utils.job.originals import Originals
from imagenet_utils.job.plans import Planner
from imagenet_utils.job.rebuilt import rebuilt
from imagenet_utils.job.room import see_to_room
from imagenet_utils.job.opening import Opening
from imagenet_utils.network.descriptors import connections_at_most
from imagenet_utils.network.schedule import UNDER_WAY_AT_MOST, Schedule
from imagenet_utils.categories.catalogues import CATALOGUES, catalogue_of
from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.categories.selection import (
    Chosen, chosen_by_table, chosen_by_words, chosen_from, labels_by,
)
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources import choose, of_kind
from imagenet_utils.sources.source import Source, SourceKind
from imagenet_utils.results.store import make_folder
from imagenet_utils.results.summary import (
    RunFacts,
    advice_of,
    enumerated,
    exit_code_of,
    final_text,
)
from imagenet_utils.job.watch import Watch
from imagenet_utils.telling import Teller

LEAVING = {ExitCode.INTERRUPTED, ExitCode.TERMINATED}
SECONDS_TO_LEAVE = 1.0  # for what a source writes, where a signal ends the run


def run(options: RunOptions, console: Teller, told: dict[str, object]) -> ExitCode:
    """Raises what ends a run; `told` are the options for run_summary.json."""
    if options.exports.is_alone:
        return export_alone(options.exports, options.places.save_dir, console,
                            has_contact_sheet=options.has_contact_sheet)
    kind, why = choose(options.source, options)
    console.say(f"Source: {kind.name}, {kind.title} ({kind.where(options)}): {why}")
    with ExitStack() as stack:
        source = _LazySource(kind, options, console)
        stack.callback(source.close)
        chosen = _chosen(options, kind, source)
        for remark in chosen.remarks:
            console.warn(remark)
        if options.is_dry:
            return _dry_run(options, console, chosen, kind, source)
        make_folder(options.places.save_dir)
        if options.has_contact_sheet:
            refuse_what_is_in_the_way(options.places.save_dir)
        stack.enter_context(only_run_on(options.places.save_dir))
        ledger = Ledger(options.places.save_dir / LEDGER)
        stack.callback(ledger.close)
        facts = RunFacts(time.time(), told, kind.name)
        if ledger.set_aside:
            console.warn(f"The ledger could not be read: it is now {ledger.set_aside.name}, and a"
                         " new one is made from the files and reports that are here.")
        workplace = _workplace(options, console, ledger)
        return _real_run(options, workplace, chosen, source, facts=facts)


class _LazySource:
    """Opening a source may mean building an index: not before it is needed, and only once."""

    def __init__(self, kind: SourceKind, options: RunOptions, console: Teller) -> None:
        self._kind = kind
        self._options = options
        self._console = console
        self._source: Source | None = None
        self._is_finished = False

    def get(self) -> Source:
        if self._source is None:
            if not self._options.is_dry:
                make_folder(self._options.places.save_dir)  # the index may have to go there
            with self._console.progress(f"reading {self._kind.title}", unit="byte") as progress:
                self._source = self._kind.open(self._options, progress.show)
            for remark in self._source.remarks():
                self._console.warn(remark)
        return self._source

    def has(self, code: str) -> bool:
        return self.get().has(Wnid(code))

    def finish(self, workplace: Workplace, *, is_in_haste: bool) -> None:
        """Once: before the exports, or when the run ends before it comes to them."""
        if self._source is not None and not self._is_finished:
            self._is_finished = True
            ends_at = time.monotonic() + SECONDS_TO_LEAVE if is_in_haste else None
            self._source.finish(workplace, ends_at=ends_at)

    def manifest_categories(self) -> Sequence[Category]:
        manifest = self.get().manifest
        return manifest.categories if manifest else ()

    def close(self) -> None:
        if self._source is not None:
            self._source.close()


def _chosen(options: RunOptions, kind: SourceKind, source: _LazySource) -> Chosen:
    def is_known(code: str) -> bool:
        if kind.stands_alone or catalogue_of(code) == kind.catalogue:
            return source.has(code)
        return is_mid(code)  # of Open Images: left to a run on that

    names_of = tuple(CATALOGUES) if kind.stands_alone else (kind.catalogue,)
    count = options.selection.balance
    is_named = options.categories or options.archives.splits == kind.splits_without_categories
    if options.places.manifest and not (is_named or "ncode_data" in options.given):
        own = source.manifest_categories()
        chosen = chosen_from(own, source.has, excepted=options.excepted)
    elif is_named:
        chosen = chosen_by_words(options.categories, is_known, excepted=options.excepted,
                                 catalogues=names_of)
    else:
        chosen = chosen_by_table(options.places.table, is_known, excepted=options.excepted,
                                 catalogues=names_of)
    if options.places.manifest:
        chosen = replace(chosen, labels=labels_by(source.manifest_categories()))
    else:
        chosen = of_kind(chosen, kind)
    if count is None:
        return chosen
    chosen = balanced(chosen, count)
    refuse_uncategorised(source.get().categories(chosen.categories), count)
    return chosen


def _rules(options: RunOptions) -> Rules:
    revision = options.revision
    return Rules(
        now=time.time(), settings=options.settings, retry_dead=revision.retry_dead,
        restore_removed=revision.restore_removed, recheck=revision.recheck,
        excluded=revision.excluded,
        resizing=options.resizing,
    )


def _workplace(options: RunOptions, teller: Teller, ledger: Ledger) -> Workplace:
    return Workplace(options.places.save_dir, ledger, teller, options.folder_names,
                     options.shard_folders)


def _planner(
    options: RunOptions, source: Source, workplace: Workplace, rules: Rules
) -> Planner:
    boxes = source.annotations(workplace.teller)
    originals = Originals(options.originals_dir) if options.originals_dir else None
    return Planner(source, boxes, workplace, selection=options.selection, rules=rules,
                   originals=originals)


def _dry_run(
    options: RunOptions, console: Teller, chosen: Chosen, kind: SourceKind, source: _LazySource
) -> ExitCode:
    from imagenet_utils.job.dry_run import DryRun

    ledger = Ledger(options.places.save_dir / LEDGER, is_draft=True)
    workplace = replace(_workplace(options, console, ledger), is_draft=True)
    opened = source.get()
    opened.categories(chosen.categories)
    opened.begin(workplace)
    planner = _planner(options, opened, workplace, _rules(options))
    console.say(DryRun(options, workplace, chosen).text(kind, opened, planner))
    ledger.close()
    return ExitCode.ALL_HERE


def _real_run(
    options: RunOptions, workplace: Workplace, chosen: Chosen, source: _LazySource, *,
    facts: RunFacts,
) -> ExitCode:
    rules = _rules(options)
    books = Books(workplace.ledger, workplace.save_dir, rules, chosen.labels.get)
    watch = Watch(workplace, books, facts, budgets=options.budgets, is_verbose=options.is_verbose)
    if options.has_contact_sheet:
        watch.live = live_sheet(workplace.save_dir)
    with _written_down(watch, source, workplace) as ending:
        opened = source.get()
        categories = opened.categories(chosen.categories)
        opened.begin(workplace)
        _tell_of_exclusions(options, categories, workplace.teller)
        planner = _planner(options, opened, workplace, rules)
        see_to_room(opened, categories, workplace, selection=options.selection,
                    reserve=options.budgets.min_free_disk, resizing=options.resizing)
        watch.expect(categories, opened)
        with Engine(_engine_options(options.engine, opened), chosen.labels, workplace,
                    facts=facts, still_expected=watch.still_expected) as engine:
            watch.engine = engine
            Execution(
                planner.plans(categories), books, _schedule(options.engine), engine,
                overseer=watch, opening=Opening(opened.breadth),
            ).work()
        workplace.ledger.commit()
        source.finish(workplace, is_in_haste=False)
        _deliver(options, workplace, watch)
        remade = rebuilt(opened.manifest, categories, watch.results, ledger=workplace.ledger,
                         selection=options.selection)
        short = [ExitCode.CATEGORY_SHORT] * remade.differs
        ending.code = worst(exit_code_of(watch.results), *watch.ending_codes, *short)
    advice = [*advice_of(watch.results, options.selection.counts_images), *remade.lines,
              *balance_advice(watch.results, options.selection.balance)]
    workplace.teller.say(final_text(facts, watch.results, advice))
    return ending.code


def _deliver(options: RunOptions, workplace: Workplace, watch: Watch) -> None:
    """What is made of all that is stored."""
    export_stored(options.exports, workplace.save_dir, workplace.teller)
    if options.has_contact_sheet:
        show_stored(workplace.save_dir, workplace.ledger, workplace.teller)
        watch.live = None


def _tell_of_exclusions(
    options: RunOptions, categories: Sequence[Category], teller: Teller
) -> None:
    unknown = unknown_categories(options.revision.excluded, (each.key for each in categories))
    if unknown:
        teller.warn(f"--exclude_images also names what is no part of this run:"
                    f" {enumerated(unknown)}")


def _schedule(engine: EngineOptions) -> Schedule:
    ceiling = engine.processes * connections_at_most(UNDER_WAY_AT_MOST)
    return Schedule(engine.manners, ceiling=ceiling)


def _engine_options(engine: EngineOptions, source: Source) -> EngineOptions:
    engine = replace(engine, transfer=replace(engine.transfer, access=source.access))
    if engine.batch_size is None and source.batch is not None:
        engine = replace(engine, batch_size=source.batch * engine.processes,
                         batch_why="as many as the processes can prove")
    return engine


@dataclass(slots=True)
class _Ending:
    code: ExitCode = ExitCode.INTERNAL_ERROR  # until something better is known


@contextmanager
def _written_down(
    watch: Watch, source: _LazySource, workplace: Workplace
) -> Iterator[_Ending]:
    """Whatever ends the run, reports and summary are written, with its exit code."""
    ending = _Ending()
    try:
        yield ending
    except (ImagenetUtilsError, Interrupted) as stop:
        ending.code = stop.exit_code
        raise
    except OSError as error:
        ending.code = ExitCode.LOCAL_FAULT
        raise LocalFault(f"{error.filename or workplace.save_dir}: {error.strerror}",
                         "Free some space or give write permission, and run again") from error
    finally:
        watch.end(ending.code)
        if ending.code is not ExitCode.LOCAL_FAULT:
            source.finish(workplace, is_in_haste=ending.code in LEAVING)

"""What a run came to: for people at its end, for machines in run_summary.json."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from imagenet_utils import __version__
from imagenet_utils.archives.supply import Problem
from imagenet_utils.errors import ExitCode
from imagenet_utils.job.category_run import CategoryRun
from imagenet_utils.model import Category, Follow, Reason, Status
from imagenet_utils.results.report import moment
from imagenet_utils.results.row import Row
from imagenet_utils.results.store import write_over

SCHEMA = 1
MOST_TOLD = 10  # categories, in one line of advice

# Of an archive that ended a category with one of these the next run may get the rest.
ANOTHER_TIME = {ExitCode.WORTH_ANOTHER_RUN, ExitCode.BUDGET_REACHED}


@dataclass(frozen=True, slots=True)
class CategoryResult:
    key: str  # what the category is remembered by
    code: str
    label: str
    folder: str
    asked: int  # URLs or images, as how_many counts
    have: int
    new: int
    gone: int  # nothing to hope for
    left: int  # worth another run
    reasons: dict[str, int]  # URLs by reason; settled ones of earlier runs included
    is_short: bool  # empty, or fewer images than a counted how_many
    has_more: bool = False  # the list goes on where how_many ended
    fewer_than: int | None = None  # the how_many that its whole list doesn't reach
    listed: int = 0  # then: so many are listed
    is_unseen: bool = False  # its archive gave out: what else there is, nobody knows


@dataclass(frozen=True, slots=True)
class Totals:
    urls: int
    done: int
    errors: int
    save_errors: int


@dataclass(slots=True)
class RunFacts:
    """What a run knows of itself while it goes on."""

    started: float
    options: Mapping[str, object]
    source: str
    batch_first: int = 0
    batch_last: int = 0
    batch_why: str = ""
    received_bytes: int = 0
    new_images: int = 0


def result_of(run: CategoryRun, *, is_running: bool = False) -> CategoryResult:
    reasons, gone, left = _became(run)
    asked = len(run.steps) if run.limit is None else run.limit
    if run.limit is not None:
        left = min(left, max(0, run.limit - run.have))
    problem = run.supply.problem if run.supply is not None else None
    if problem:
        asked = max(asked, run.category.how_many or 0)
    if problem and problem.code in ANOTHER_TIME:
        asked = max(asked, 1)
        left = max(left, asked - run.have, 1)  # how many there are, nobody knows
    is_short = not run.have or (run.limit is not None and run.have < run.limit)
    return CategoryResult(
        run.category.key, run.category.code, run.category.label, run.folder_name,
        asked=asked, have=run.have, new=run.new, gone=gone, left=left,
        reasons=dict(sorted(reasons.items())), is_short=is_short and not is_running,
        has_more=run.has_more, fewer_than=_missed(run), listed=len(run.steps),
        is_unseen=_is_unseen(problem),
    )


def _became(run: CategoryRun) -> tuple[Counter[str], int, int]:
    """Reasons of URLs; images for which there is no hope; images that are worth another run."""
    reasons: Counter[str] = Counter()
    gone = left = 0
    pending = {step.position for step in run.pending()}
    unneeded = set() if run.limit is None else {step.position for step in run.to_do}
    for step in run.steps:
        if step.position in unneeded:
            left += 1
            continue
        known = run.rows_of(step.record)
        is_pending = step.position in pending
        reasons.update(_words(known, is_pending=is_pending))
        if not is_pending and any(row and row.reason.follow is Follow.KEPT for row in known):
            continue
        is_left = is_pending or any(row is None or row.reason.follow is Follow.AGAIN
                                    for row in known)
        left += is_left
        gone += not is_left
    return reasons, gone, left


def _is_unseen(problem: Problem | None) -> bool:
    if problem is None:
        return False
    return problem.code not in {None, *ANOTHER_TIME} or problem.code_if_all is not None


def _missed(run: CategoryRun) -> int | None:
    """The how_many that all there is to consider doesn't reach."""
    how_many = run.category.how_many
    is_whole = run.is_known if run.supply is None else run.supply.is_complete
    return how_many if is_whole and how_many and len(run.steps) < how_many else None


def result_unopened(
    category: Category, folder: str, count: int, reasons: Mapping[Reason, int]
) -> CategoryResult:
    """Of a category that the run never came to; `count` is of its URLs in the list."""
    asked = category.how_many or count
    have = min(asked, sum(n for reason, n in reasons.items() if reason.follow is Follow.KEPT))
    gone = min(asked - have,
               sum(n for reason, n in reasons.items() if reason.follow is Follow.SETTLED))
    known = {reason.word: n for reason, n in reasons.items() if n}
    unknown = max(0, asked - sum(known.values()))
    if unknown:
        known[Reason.NOT_TRIED.word] = known.get(Reason.NOT_TRIED.word, 0) + unknown
    return CategoryResult(category.key, category.code, category.label, folder, asked, have, 0, gone,
                          asked - have - gone, dict(sorted(known.items())), is_short=not have)


def without_image(result: CategoryResult, reason: Reason) -> CategoryResult:
    """The result when one of its images, which had this reason, was a placeholder."""
    if not result.reasons.get(reason.word):
        return result  # not among those that the run considered
    reasons = Counter(result.reasons)
    reasons[reason.word] -= 1
    reasons[Reason.PLACEHOLDER.word] += 1
    return replace(
        result, have=result.have - 1, new=result.new - (reason is Reason.DOWNLOADED),
        gone=result.gone + 1, reasons=dict(sorted((+reasons).items())),
        is_short=result.is_short or result.have == 1,
    )


def totals_of(results: Iterable[CategoryResult]) -> Totals:
    by_status: Counter[Status] = Counter()
    status_of = {reason.word: reason.status for reason in Reason}
    for result in results:
        for word, count in result.reasons.items():
            by_status[status_of[word]] += count
    return Totals(sum(by_status.values()), by_status[Status.DONE], by_status[Status.ERROR],
                  by_status[Status.SAVE_ERROR])


def exit_code_of(results: Iterable[CategoryResult]) -> ExitCode:
    results = list(results)
    if any(result.left or result.reasons.get(Reason.SAVE_FAILED.word) for result in results):
        return ExitCode.WORTH_ANOTHER_RUN
    if any(result.is_short for result in results):
        return ExitCode.CATEGORY_SHORT
    return ExitCode.ALL_HERE


def write_summary(
    path: Path, facts: RunFacts, results: list[CategoryResult], exit_code: ExitCode | None
) -> None:
    """`exit_code` None: the run goes on."""
    now = time.time()
    categories = [asdict(result) for result in results]
    for category in categories:
        del category["key"], category["is_short"], category["has_more"]
        del category["fewer_than"], category["listed"], category["is_unseen"]
    content = {
        "schema": SCHEMA,
        "version": __version__,
        "started": moment(facts.started),
        "finished": None if exit_code is None else moment(now),
        "running": exit_code is None,
        "exit_code": None if exit_code is None else int(exit_code),
        "options": {name: _plain(value) for name, value in sorted(facts.options.items())},
        "source": facts.source,
        "batch": {"first": facts.batch_first, "last": facts.batch_last, "why": facts.batch_why},
        "totals": asdict(totals_of(results)),
        "categories": categories,
        "bytes": facts.received_bytes,
        "images_per_second": round(facts.new_images / max(now - facts.started, 0.001), 1),
    }
    write_over(str(path), json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def category_text(result: CategoryResult, seconds: float) -> str:
    """The statistics that the older tool printed per category."""
    totals = totals_of([result])
    return "\n".join((
        f"{result.folder}:",
        f"  Success/Present : {totals.done}/{totals.urls}",
        f"  HTTP/URL/No-image errors : {totals.errors}/{totals.urls}",
        f"  Writing errors : {totals.save_errors}/{totals.urls}",
        f"  Download complete in {seconds:.1f} secs",
    ))


def final_text(facts: RunFacts, results: list[CategoryResult], advice: list[str]) -> str:
    totals = totals_of(results)
    seconds = max(time.time() - facts.started, 0.001)
    lines = [
        "<<-- Final report -->>",
        f"Total downloaded images: {totals.done}/{totals.urls}",
        f"Total HTTP/URL/NO-file errors: {totals.errors}/{totals.urls}",
        f"Total writing errors: {totals.save_errors}/{totals.urls}",
        "",
        *_table(results),
        "",
        f"{facts.new_images / seconds:,.1f} images/s, {facts.received_bytes / seconds / 1e6:,.1f}"
        f" MB/s, {seconds:,.1f} s",
        *advice,
    ]
    return "\n".join(lines)


def advice_of(results: list[CategoryResult], counts_images: bool) -> list[str]:
    """What to do next, a line each."""
    advice = []
    left = sum(result.left for result in results)
    if left:
        advice.append(f"{left:,} may be had another time: run the same command again.")
    for result in results:
        if result.has_more and not counts_images and 0 < result.have < result.asked:
            advice.append(
                f"{result.folder}: {result.asked:,} URLs gave {result.have:,} images;"
                f" --how_many_counts images goes on to {result.asked:,}."
            )
            break
    empty = [result.folder for result in results
             if not (result.have or result.left or result.is_unseen)]
    if empty:
        advice.append(f"No image is to be had of: {enumerated(empty)}.")
    advice += _fewer(results)
    removed = sum(result.reasons.get(Reason.REMOVED.word, 0) for result in results)
    if removed:
        advice.append(f"{removed:,} images that you deleted or left out stay away;"
                      " --restore_removed True brings them back.")
    return advice


def _fewer(results: Sequence[CategoryResult]) -> list[str]:
    """One line for all of them."""
    told = [f"{result.folder} {result.listed:,} of {result.fewer_than:,}"
            for result in results if result.fewer_than and result.listed]
    return [f"Fewer are listed than were wanted: {enumerated(told)}."] * bool(told)


def enumerated(told: Sequence[str]) -> str:
    """As many as a line bears, and how many others."""
    more = f" and {len(told) - MOST_TOLD:,} others" if len(told) > MOST_TOLD else ""
    return f"{', '.join(told[:MOST_TOLD])}{more}"


def _words(known: Sequence[Row | None], *, is_pending: bool) -> list[str]:
    """The reasons of a record's URLs; what was stored and waits to be proven again counts for no
    image yet."""
    words = [Reason.NOT_TRIED.word if is_pending and row.reason.follow is Follow.KEPT
             else row.reason.word for row in known if row]
    return words or [Reason.NOT_TRIED.word]


def _table(results: list[CategoryResult]) -> list[str]:
    """Category and reason, as columns."""
    rows: list[tuple[str, ...]] = [("category", "asked", "have", "new", "reasons")]
    for result in results:
        reasons = ", ".join(f"{count} {word}" for word, count in sorted(
            result.reasons.items(), key=lambda item: -item[1]))
        rows.append((result.folder, str(result.asked), str(result.have), str(result.new), reasons))
    return _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, numbers to the right, the last as it is."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([row[0].ljust(widths[0]),
                   *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:])), row[-1]])
        for row in rows
    ]


def _plain(value: object) -> object:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return [_plain(item) for item in value] if isinstance(value, tuple) else str(value)

"""Decide first, then do: what a run will make of one image.  Pure: all it needs is handed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from imagenet_utils.model import Expected, Follow, ImageRecord, Reason
from imagenet_utils.results.row import Row
from imagenet_utils.transform.asked import Resize, Resizing

EXCLUDED = "exclude_images"  # what the reason of a picture hangs on that the user left out
SETTLED_SECONDS = 30 * 24 * 3600.0

# Which options a settled reason hangs on: when they change, the reason is void.
HANGS_ON = {
    Reason.TOO_SMALL: ("min_side",),
    Reason.TOO_LARGE: ("max_image_bytes", "max_pixels"),
    Reason.OPTED_OUT: ("ignore_opt_out",),
    Reason.DAMAGED: ("verify",),
    Reason.NOT_AN_IMAGE: ("verify",),
    Reason.MISMATCH: ("with_annotation",),
}

# Verdicts on what the web gave, not on the picture.
NOT_HAD = {Reason.GONE, Reason.REFUSED, Reason.PLACEHOLDER, Reason.NOT_AN_IMAGE, Reason.DAMAGED}


class Action(Enum):
    KEEP = "it is here, proven"
    PROVE = "something lies there: prove it and take it over"
    FETCH = "get it"
    SKIP = "an earlier verdict stands"
    EXCLUDE = "the user wants it left out"


class FoundFile(NamedTuple):
    name: str
    size: int
    mtime_ns: int


class Decision(NamedTuple):
    action: Action
    location: int = 0  # which of the record's locations it is about
    row: Row | None = None  # what is known of that location
    found: FoundFile | None = None  # the file that is kept, to be proven, or to be replaced
    is_ours: bool = False  # the file was stored by us
    original: str | None = None  # path of a copy elsewhere on this disk: taken, not fetched


@dataclass(frozen=True, slots=True)
class Rules:
    """The options that decisions hang on."""

    now: float  # seconds since 1970
    settings: Mapping[str, object]  # the values of the options named in HANGS_ON
    retry_dead: bool = False
    restore_removed: bool = False
    recheck: bool = False
    excluded: Collection[tuple[str, str]] = frozenset()  # (key of the category, image id)
    resizing: Resizing | None = None

    @property
    def drops_misfits(self) -> bool:
        """A picture that its boxes don't fit is not kept where only annotated ones are wanted."""
        return bool(self.settings["with_annotation"])

    def hung_on(self, reason: Reason, expected: Expected | None = None) -> str:
        """The options a reason depends on, as they are now; and which bytes were expected."""
        if reason not in HANGS_ON:
            return ""
        words = [f"{name}={self.settings[name]}" for name in HANGS_ON[reason]]
        if expected is not None and reason is Reason.MISMATCH:
            words.append(f"expected={expected.sha256 or expected.md5 or expected.byte_count}")
        return " ".join(words)

    @property
    def resizes(self) -> tuple[Resize, ...]:
        return self.resizing.resizes if self.resizing else ()


def decide(
    record: ImageRecord,
    rows: Sequence[Row | None],
    found: FoundFile | None,
    rules: Rules,
    *,
    folder_stands: bool,
) -> Decision:
    """`rows` answer to the record's locations; `found` is the file under the image's name."""
    done = _first(rows, lambda row: row.reason.follow is Follow.KEPT)
    excluded = _first(rows, is_excluded)
    if (record.code, record.image_id) in rules.excluded:
        location = done if done is not None else excluded or 0
        return Decision(Action.EXCLUDE, location, rows[location])
    if excluded is not None and not rules.restore_removed:
        return Decision(Action.SKIP, excluded, rows[excluded])
    if done is not None:
        kept = _of_stored(rows[done], done, found, rules, folder_stands=folder_stands)
        expected = record.expected_at(done)
        if kept.action is Action.KEEP and kept.row and not is_as_expected(kept.row, expected):
            return kept._replace(action=Action.FETCH, is_ours=True)
        return kept
    is_refused = found is not None and any(row and _is_of(row, found) for row in rows)
    if found and not is_refused:
        return Decision(Action.PROVE, 0, rows[0], found)
    action = Action.PROVE if found else Action.FETCH
    last = Decision(action, 0, None, found, is_ours=is_refused)
    for location, row in enumerate(rows):
        is_begun_anew = row is not None and row.reason is Reason.REMOVED and not folder_stands
        is_settled = row is not None and stands(row, rules, record.expected_at(location))
        if row is None or is_begun_anew or not is_settled or (found and rules.recheck):
            return Decision(action, location, row, found, is_ours=is_refused)
        last = Decision(Action.SKIP, location, row)
        if row.reason is Reason.REMOVED:
            return last  # a second chance would bring back what the user deleted
    return last


def is_excluded(row: Row) -> bool:
    """The user left it out, in this run or an earlier one: what lies there does not count."""
    return row.reason is Reason.REMOVED and row.hung_on == EXCLUDED


def with_original(decision: Decision, path: str | None) -> Decision:
    """A copy on this disk spares the fetching, and is there where the web has nothing any more."""
    row = decision.row
    is_in_vain = decision.action is Action.SKIP and row is not None and row.reason in NOT_HAD
    if path is None or not (decision.action is Action.FETCH or is_in_vain):
        return decision
    return decision._replace(action=Action.FETCH, original=path)


def stands(row: Row, rules: Rules, expected: Expected | None = None) -> bool:
    """Whether an earlier verdict spares another try."""
    if row.reason is Reason.REMOVED:
        return not rules.restore_removed
    if row.reason.follow is not Follow.SETTLED:
        return False
    is_fresh = rules.now - row.finished <= SETTLED_SECONDS
    if not is_fresh or rules.retry_dead:
        return False
    return row.hung_on == rules.hung_on(row.reason, expected)


def is_as_expected(row: Row, expected: Expected | None) -> bool:
    """Whether a stored picture is the one, by its digest; its size and MD5 may be those it had
    before it was mended."""
    return expected is None or expected.sha256 in (None, row.sha256)


def _first(rows: Sequence[Row | None], is_wanted: Callable[[Row], bool]) -> int | None:
    return next((place for place, row in enumerate(rows) if row and is_wanted(row)), None)


def _of_stored(
    row: Row | None, location: int, found: FoundFile | None, rules: Rules, *, folder_stands: bool
) -> Decision:
    assert row is not None
    if found is None:
        was_kept = row.file_name is not None
        if folder_stands and was_kept and not rules.restore_removed:
            return Decision(Action.SKIP, location, row)
        return Decision(Action.FETCH, location, row)
    if _is_of(row, found) and not rules.recheck:
        return Decision(Action.KEEP, location, row, found)
    return Decision(Action.PROVE, location, row, found, is_ours=found.name == row.file_name)


def _is_of(row: Row, found: FoundFile) -> bool:
    """Whether this is the very file that the row speaks of: stored, or of ours and refused."""
    return (found.mtime_ns, found.size, found.name) == (row.mtime_ns, row.bytes, row.file_name)

"""Which stored pictures deserve a look first: a kind of suspicion is a row in SUSPICIONS.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imagenet_utils.model import Verdict
from imagenet_utils.results.row import Row

TINY_PIXELS = 64  # of the shorter side
ODD_ASPECT = 3.0  # the longer side, in shorter ones


@dataclass(frozen=True, slots=True)
class Kin:
    """How many other places of the result show the same, or nearly the same."""

    same: int = 0
    near: int = 0


NO_KIN = Kin()
Why = Callable[[Row, Kin], str]  # what is odd about it, in a few words; empty: nothing


@dataclass(frozen=True, slots=True)
class Suspicion:
    name: str
    title: str  # of all that bear it
    why: Why


def suspicions_of(row: Row, kin: Kin = NO_KIN) -> Iterator[tuple[str, str]]:
    """(name, why), the gravest first."""
    for suspicion in SUSPICIONS:
        why = suspicion.why(row, kin)
        if why:
            yield suspicion.name, why


def _mismatch(row: Row, _kin: Kin) -> str:
    return "its boxes are of another shape" if row.verdict is Verdict.MISMATCH else ""


def _clamped(row: Row, _kin: Kin) -> str:
    told = [f"{row.boxes_clamped} reached beyond the picture" * (row.boxes_clamped > 0),
            f"{row.boxes_dropped} lay outside" * (row.boxes_dropped > 0)]
    boxes = row.boxes + row.boxes_dropped
    return f"of {boxes} boxes {' and '.join(filter(None, told))}" if any(told) else ""


def _rescaled(row: Row, _kin: Kin) -> str:
    return "its boxes were scaled to it" if row.verdict is Verdict.RESCALED else ""


def _duplicate(_row: Row, kin: Kin) -> str:
    return f"the same bytes {_times(kin.same)} more" if kin.same else ""


def _near(_row: Row, kin: Kin) -> str:
    return f"{kin.near} that {'looks' if kin.near == 1 else 'look'} alike" if kin.near else ""


def _tiny(row: Row, _kin: Kin) -> str:
    shorter = min(row.width or 0, row.height or 0)
    return f"only {row.width} × {row.height} pixels" if 0 < shorter < TINY_PIXELS else ""


def _odd(row: Row, _kin: Kin) -> str:
    shorter, longer = sorted((row.width or 1, row.height or 1))
    return f"{longer / shorter:.1f} times as long as wide" if longer > ODD_ASPECT * shorter else ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


SUSPICIONS = (
    Suspicion("mismatch", "Boxes of another shape", _mismatch),
    Suspicion("clamped", "Boxes beyond the picture", _clamped),
    Suspicion("duplicate", "Same picture twice", _duplicate),
    Suspicion("near_duplicate", "Look alike", _near),
    Suspicion("tiny", "Tiny", _tiny),
    Suspicion("odd_aspect", "Long and narrow", _odd),
    Suspicion("rescaled", "Boxes scaled", _rescaled),
)

"""The priced plan, as text for a terminal of some 110 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from imagenet_utils.job.pricing import Offer, PricedCategory, Speed
from imagenet_utils.options import AS_LISTED, Selection

HEADINGS = ("", "images", "boxed", "boxes", "to fetch", "to store", "time", "disk left")
OWN, OTHER = "* ", "  "
EXPLAINED = """\
* is the route that this run takes. Cheapest is, of the routes that bring as many as are wanted, the
quickest, then the one with the fewest bytes; too few are fewer than that. Where all are wanted, it
goes by what one picture takes, for collections differ in size."""
ABOUT = """\
About: as the catalogue or the challenge counts, where no index, archive or annotation at hand
tells; of a list of URLs half the links are dead. Where nothing tells its size, a picture has some
110 kB."""
OTHER_SIZES = """\
To store counts the other sizes too, by what photographs of as many pixels take in their format."""
TRIPS = """\
{route}: finding its pictures takes about {trips:,} round trips, once; each is in
the time of the first category above that needs it."""


def plan_text(
    plan: Sequence[PricedCategory], speed: Speed, left_out: Sequence[str] = (), *,
    selection: Selection = AS_LISTED, has_other_sizes: bool = False,
) -> str:
    """`left_out`: routes that could not be priced, and why; a line each."""
    offers = [offer for category in plan for offer in category.offers]
    rows = [HEADINGS, *(_cells(offer, is_own=offer is category.offers[0])
                        for category in plan for offer in category.offers)]
    lines = _aligned(rows)
    table = [lines.pop(0)]
    for number, category in enumerate(plan):
        table += [""] * (number > 0) + [_heading(category)]
        table += [_remarked(lines.pop(0), offer) for offer in category.offers]
    notes = [EXPLAINED] if len(offers) > len(plan) else []
    notes += [] if all(offer.is_exact and offer.boxed.is_exact for offer in offers) else [ABOUT]
    notes += [OTHER_SIZES] if has_other_sizes else []
    trips = sum((Counter({offer.route: offer.round_trips}) for offer in offers), Counter())
    notes += _selection_told(selection, plan)
    notes += [TRIPS.format(route=route, trips=count) for route, count in trips.items()]
    notes.append(f"Times are those at {speed.mbit:,.0f} Mbit/s, {speed.why}.")
    return "\n".join([*table, "", *_in_all(plan), *left_out, "", *notes, "Nothing was fetched."])


def _selection_told(selection: Selection, plan: Sequence[PricedCategory]) -> list[str]:
    is_sampled = any(selection.needs_every_name(category.how_many) for category in plan)
    told = selection.sampling.told if is_sampled else ""
    wanted = "" if selection.balance is None else (
        f"{selection.balance:,} proven images are wanted of every category, as --balance says.")
    return [line for line in (wanted, told) if line]


def _heading(category: PricedCategory) -> str:
    wanted = "all" if category.how_many is None else f"{category.how_many:,}"
    outset = category.outset
    return (f"{category.folder} ({category.code}): {wanted} wanted, {outset.here:,} here,"
            f" {outset.to_prove:,} to prove, {outset.to_fetch:,} to fetch,"
            f" {outset.settled:,} settled")


def _cells(offer: Offer, *, is_own: bool) -> tuple[str, ...]:
    return (
        (OWN if is_own else OTHER) + offer.route,
        _count_text(offer.images, offer.is_exact),
        _count_text(offer.boxed.pictures, offer.boxed.is_exact),
        "?" if offer.boxed.boxes is None else f"{offer.boxed.boxes:,}", size_text(offer.fetched),
        size_text(offer.stored), time_text(offer.seconds), size_text(offer.disk_left),
    )


def _remarked(line: str, offer: Offer) -> str:
    remark = "cheapest" if offer.is_cheapest else "" if offer.is_enough else "too few"
    return f"{line}  {offer.why_none or remark}".rstrip()


def _count_text(count: int, is_exact: bool) -> str:
    return f"{count:,}" if is_exact else f"about {count:,}"


def _in_all(plan: Sequence[PricedCategory]) -> list[str]:
    own = [category.offers[0] for category in plan]
    if not own:
        return ["Nothing is marked."]
    about = "" if all(offer.is_exact for offer in own) else "about "
    left = own[-1].disk_left
    lines = [
        f"In all, by this run's route: {about}{sum(offer.images for offer in own):,} images,"
        f" {size_text(sum(offer.fetched for offer in own))} to fetch,"
        f" {size_text(sum(offer.stored for offer in own))} to store,"
        f" {time_text(sum(offer.seconds for offer in own))}.",
        f"{size_text(max(0, left))} of disk are left then.",
    ]
    if left < 0:
        lines.append(f"Too little disk: {size_text(-left)} lack. Free some space, choose another"
                     " --save_dir, or mark fewer images.")
    return lines + _cheaper(plan)


def _cheaper(plan: Sequence[PricedCategory]) -> list[str]:
    """Where one other source is the cheapest for most of the categories."""
    kinds = Counter(offer.kind for category in plan for offer in category.offers[1:]
                    if offer.is_cheapest)
    if not kinds:
        return []
    kind, count = kinds.most_common(1)[0]
    if kind in {category.offers[0].kind for category in plan}:
        return []
    return [f"--source {kind} is cheapest for {count:,} of {len(plan):,} categories."]


def size_text(count: float) -> str:
    """
    >>> size_text(0), size_text(110_000), size_text(1.4e9), size_text(-138e9)
    ('0', '110 kB', '1.4 GB', '-138 GB')
    """
    if not count:
        return "0"
    size, unit = count / 1e3, "kB"
    for larger in ("MB", "GB", "TB"):
        if abs(size) < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if abs(size) >= 9.95 else f"{size:,.1f} {unit}"


def time_text(seconds: float) -> str:
    """
    >>> time_text(0), time_text(20), time_text(240), time_text(9000)
    ('0 s', '20 s', '4 min', '2.5 h')
    """
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join([row[0].ljust(widths[0]),
                       *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))])
            for row in rows]

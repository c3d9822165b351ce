"""How a run gets on, in the few words that stand behind its bar."""

from __future__ import annotations

from imagenet_utils.job.books import Tally
from imagenet_utils.model import Follow, Reason

MEGABYTE = 1_000_000
GOOD = {reason for reason in Reason if reason.follow is Follow.KEPT}


def pace(tally: Tally, *, received: int, under_way: int, seconds: float) -> str:
    """What matters most comes first: a narrow terminal cuts the rest off.

    `received` bytes came over the network in `seconds`.
    """
    rates = (amount / max(seconds, 0.001) / MEGABYTE for amount in (received, tally.stored_bytes))
    over_network, to_disk = (f"{rate:.1f}" for rate in rates)
    bad = sum(count for reason, count in tally.reasons.items() if reason not in GOOD)
    note = (f"{tally.new:,} new, {bad:,} bad, {over_network} MB/s, {to_disk} to disk,"
            f" {under_way:,} under way")
    return f"{note}, last bad: {tally.failed[-1].reason.word}" if tally.failed else note

"""A tar that is read as a stream, and delivered to a supply: a category's, or a class's within."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imagenet_utils.archives.meter import BudgetSpent
from imagenet_utils.archives.supply import Find, Problem, Supply
from imagenet_utils.archives.tar_headers import BrokenTar, Member
from imagenet_utils.archives.tar_stream import TarStream
from imagenet_utils.errors import ExitCode, ImagenetUtilsError
from imagenet_utils.model import ImageRecord

LARGEST_ARCHIVE = 2**41  # bytes, unpacked: the whole of ImageNet is 1.3 TB
MEAN_MEMBER_BYTES = 116_000  # with its header: 138 GB are 1,281,167 pictures
SMALLEST_SPAN = 2**20

RecordOf = Callable[[Member], ImageRecord | None]  # None: no picture that is wanted


def feed(
    supply: Supply, chunks: Iterator[bytes], record_of: RecordOf, *, base: int, most_bytes: int,
    is_rest: bool = False,
) -> None:
    """Deliver what is in the tar whose bytes these are; a larger picture comes without its body.

    `base` is the offset of the first byte; `is_rest`: members stood before it.  Raises BrokenTar,
    and what `chunks` raises.
    """
    tar = TarStream(chunks, limit=LARGEST_ARCHIVE, base=base, is_rest=is_rest)
    for member in tar.members():
        record = record_of(member)
        if record is None:
            continue
        body = tar.read(member.size) if member.size <= most_bytes else None
        if not supply.deliver(Find(record, member, body)):
            return


def spans(start: int, end: int, wanted: int | None) -> Iterator[tuple[int, int]]:
    """Which parts of a stretch to ask for, one after another, when so many pictures are wanted.

    All of it at once, or what the pictures will take by the mean, and then a quarter more at a
    time.

    >>> list(spans(0, 10_000_000, None))
    [(0, 10000000)]
    >>> [(one[1] - one[0]) // 10**6 for one in spans(0, 10_000_000, 50)]
    [6, 1, 1, 0]
    """
    if wanted is None:
        yield start, end
        return
    span = max(SMALLEST_SPAN, (wanted + 2) * MEAN_MEMBER_BYTES)
    further = max(SMALLEST_SPAN, span // 4)
    while start < end:
        yield start, min(end, start + span)
        start, span = start + span, further


def problem_of(error: Exception, archive: str) -> Problem:
    """Why a stream ended before its end; a programming error goes on its way."""
    if isinstance(error, BudgetSpent):
        return Problem("--max_total_bytes is reached", ExitCode.BUDGET_REACHED)
    if isinstance(error, BrokenTar):
        return Problem(f"{archive}: {error}", ExitCode.UNOBTAINABLE, is_all=True)
    if isinstance(error, ImagenetUtilsError):
        return Problem(str(error), error.exit_code)
    if isinstance(error, OSError):
        return Problem(f"{archive}: {error.strerror or error}", ExitCode.UNOBTAINABLE)
    raise error

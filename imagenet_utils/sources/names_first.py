"""The names in an archive on the web before any of its pictures: looks at headers, and no others.

A sample that hangs on all names takes no picture before it has seen them.  Where an archive can't
be looked through without reading all of it, that is told, and nothing is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

from imagenet_utils.archives.remote import RemoteArchive
from imagenet_utils.archives.tar_headers import Member
from imagenet_utils.archives.tar_lanes import Tell, walk_in_lanes
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Category
from imagenet_utils.options import Selection
from imagenet_utils.passwords import without_passwords
from imagenet_utils.sources.desk import Desk

LANES = 8  # connections that look for headers at once


def members_on_the_web(
    desk: Desk, address: str, stretch: tuple[int, int], *, lanes: int,
    stop: Callable[[], bool] = lambda: False, tell: Tell | None = None,
) -> Generator[Member, None, None]:
    """Each from the one offset up to the other.  To end early, close it."""
    remotes: list[RemoteArchive] = []

    def make_read() -> Callable[[int, int], bytes]:
        remotes.append(desk.remote(address, stop))
        return remotes[-1].read

    try:
        with closing(walk_in_lanes(make_read, *stretch, lanes=lanes, tell=tell)) as found:
            yield from found
    finally:
        for remote in remotes:
            remote.hang_up()  # lanes may be reading still
            remote.close()


def lanes_to_one_host(desk: Desk) -> int:
    return min(LANES, desk.options.engine.manners.per_host or LANES)


def lanes_for_each(desk: Desk) -> int:
    """Of the archives that are looked through at once."""
    return max(1, lanes_to_one_host(desk) // desk.most_walks)


def trips_for_names(desk: Desk, category: Category, images: int) -> int:
    """What a look at each header takes, where a sample asks for it."""
    if not desk.needs_every_name(category):
        return 0
    return images // lanes_for_each(desk)


def no_names_first(selection: Selection, archive: str, *, can_be_kept: bool) -> UsageError:
    """Of a packed archive, or of one whose server gives no parts: this one helps to keep."""
    keeping = " (--keep_archives True fetches it)" if can_be_kept else ""
    return UsageError(
        f"--sample {selection.sampling.kind}: {without_passwords(archive)} can only be read from"
        " end to end, and which of its pictures to take is known when all names are",
        "Take them as they come with --sample first; or have it as a plain tar on this disk"
        + keeping)

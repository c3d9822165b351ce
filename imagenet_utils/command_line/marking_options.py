"""The options of download_ncodes_imagenet.py that mark categories in the table."""

from __future__ import annotations

from argparse import Namespace

from imagenet_utils.command_line.argument_values import Kind, Option
from imagenet_utils.errors import UsageError

MARKING = "marking"

OPTIONS = (
    Option(
        "mark", Kind.TEXT, (),
        "mark categories in ncodes.csv: a code, a name, dog/ with everything below it, or a preset "
        "as @ilsvrc2012; =N takes N of each; of several words the narrowest holds, without =N as "
        "--how_many or the table says",
        MARKING, metavar="WHAT[=N]", default_told="none", everyday=True, takes_list=True,
    ),
    Option(
        "unmark", Kind.TEXT, (),
        "take marks away, in the same words, before --mark puts new ones; all: every mark",
        MARKING, metavar="WHAT", default_told="none", everyday=True, takes_list=True,
    ),
    Option(
        "except", Kind.TEXT, (), "what --mark leaves out (without --mark: what keeps its mark)",
        MARKING, metavar="WHAT", default_told="none", everyday=True, takes_list=True,
    ),
    Option(
        "how_many", Kind.WHOLE, None,
        "how many pictures of each category that --mark names, where no =N says so; -1: all",
        MARKING, default_told="as the table says, -1 in a new one", everyday=True,
        minimum=-1, maximum=10**9 - 1,
    ),
)  # fmt: skip


def wants_marks(options: Namespace) -> bool:
    """Raises UsageError for options of marking that have nothing to mark."""
    if options.how_many == 0:
        raise UsageError("--how_many: expected a number from 1, or -1 for all, got '0'",
                         "--unmark takes marks away")
    for name, needed in (("how_many", ("mark",)), ("except", ("mark", "unmark"))):
        if name in options.given and not options.given.intersection(needed):
            raise UsageError(f"--{name} needs --{' or --'.join(needed)}",
                             "Name the categories it is about")
    return not options.given.isdisjoint({"mark", "unmark"})

"""The options of the page to look at a result, and of what is left out after a look."""

from __future__ import annotations

from argparse import Namespace

from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.errors import UsageError

GROUP = "a look at the results"

OPTIONS = (
    Option(
        "contact_sheet", Kind.BOOL, False,
        "write report.html into save_dir: the pictures with their boxes, the odd ones first, and "
        "what became of every URL; during a run it shows the latest",
        GROUP, default_told="True for the demo, else False", everyday=True,
    ),
    Option(
        "exclude_images", Kind.PATH, None,
        "leave out the pictures of this list, which report.html saves; they are remembered like "
        "those that you delete",
        GROUP, metavar="FILE", must_be=MustBe.FILE,
    ),
)  # fmt: skip


def wants_contact_sheet(namespace: Namespace) -> bool:
    """Raises UsageError where there would be nothing to look at."""
    is_given = "contact_sheet" in namespace.given
    if is_given and namespace.contact_sheet and namespace.dry_run:
        raise UsageError("--contact_sheet: --dry_run fetches nothing to look at",
                         "Leave one of the two out")
    return namespace.contact_sheet if is_given else namespace.demo

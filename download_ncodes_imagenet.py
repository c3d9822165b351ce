"""Writes ncodes.csv, the table of categories to mark, and fetches what else a run needs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence

from imagenet_utils.command_line.arguments import answer_to, parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import PROGRAM, SEPARATORS
from imagenet_utils.command_line.endings import ending_of, run_script
from imagenet_utils.command_line.marking_options import wants_marks, wants_to_see_marks
from imagenet_utils.obtaining.prerequisites import (
    TableWishes,
    provide_boxes,
    provide_table,
    provide_url_list,
)

CHANGES = ("add_missing", "with_counts", "separator")  # of the table, besides marks


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, errors and progress to stderr."""
    console = Console()
    return ending_of(steps(argv, console), console)


def steps(argv: Sequence[str], console: Console) -> Iterator[Callable[[], str]]:
    """The table first: it needs nothing but the disk."""
    if text := answer_to(PROGRAM, argv):
        yield text.rstrip
        return
    options = parse(PROGRAM, argv)
    folder = options.ncodes_dir
    table = folder / "ncodes.csv"
    if wants_to_see_marks(options):
        from imagenet_utils.command_line.marking import show_marked

        yield lambda: show_marked(table, console)
        return
    if not wants_marks(options):
        yield lambda: provide_table(table, wishes_in(options))
    else:
        from imagenet_utils.command_line.marking import mark_wishes, put_marks

        marks = mark_wishes(options, table, console)  # a mistake in them leaves all as it is
        told = provide_table(table, wishes_in(options))
        if options.given.intersection(CHANGES):  # else it would say that the table stays as it is
            yield lambda: told
        yield lambda: put_marks(table, marks, console)
    if options.with_url_data or is_implied("with_url_data", "url_data_link", options):
        url_list = folder / "imageNetUrls.csv"
        yield lambda: provide_url_list(url_list, console, options.url_data_link)
    if options.with_annotations or is_implied("with_annotations", "annotations_link", options):
        yield lambda: provide_boxes(folder / "annotation", console, options.annotations_link)


def wishes_in(options: Namespace) -> TableWishes:
    """A default is no wish: it never changes a table that is there."""
    given = options.given
    return TableWishes(
        source=options.source,
        add_missing=options.add_missing,
        separator=SEPARATORS[options.separator] if "separator" in given else None,
        with_counts=options.with_counts if "with_counts" in given else None,
    )


def is_implied(wish: str, link: str, options: Namespace) -> bool:
    """Whoever says where something is wants it, unless told otherwise."""
    return link in options.given and wish not in options.given


if __name__ == "__main__":
    run_script(main)

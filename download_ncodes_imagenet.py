"""Writes ncodes.csv, the table of categories to mark, and fetches what else a run needs.

Or lists what there is, and leaves all as it is.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils.command_line.arguments import answer_to, is_on, parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import (
    BOXES_FOLDER, PROGRAM, SEPARATORS, TABLE_FILE, URL_LIST_FILE, is_wished,
)
from imagenet_utils.command_line.endings import ending_of, run_script
from imagenet_utils.command_line.listing_options import wished_scope
from imagenet_utils.command_line.marking_options import wants_marks

if TYPE_CHECKING:
    from imagenet_utils.obtaining.table import TableWishes


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, errors and progress to stderr."""
    if is_on(PROGRAM, "doctor", argv):
        from imagenet_utils.command_line.examination import examine

        return examine(PROGRAM, argv)
    console = Console()
    return ending_of(steps(argv, console), console)


def steps(argv: Sequence[str], console: Console) -> Iterator[Callable[[], str]]:
    """The table first: it needs nothing but the disk."""
    text = answer_to(PROGRAM, argv)
    if text:
        yield text.rstrip
        return
    options = parse(PROGRAM, argv)
    scope = wished_scope(options, PROGRAM)
    if scope:
        from imagenet_utils.command_line.listing import print_listing

        yield lambda: print_listing(scope, options, console)
        return
    folder = options.ncodes_dir
    yield from table_steps(folder / TABLE_FILE, options, console)
    if is_wished(options, "with_url_data", "url_data_link"):
        from imagenet_utils.obtaining.prerequisites import provide_url_list

        url_list = folder / URL_LIST_FILE
        yield lambda: provide_url_list(url_list, console, options.url_data_link)
    if is_wished(options, "with_annotations", "annotations_link"):
        from imagenet_utils.obtaining.prerequisites import provide_boxes

        yield lambda: provide_boxes(folder / BOXES_FOLDER, console, options.annotations_link)


def table_steps(path: Path, options: Namespace, console: Console) -> Iterator[Callable[[], str]]:
    """A mistake in what is to be marked leaves everything as it is."""
    from imagenet_utils.obtaining import table

    wishes = wishes_in(options, console)
    if not wants_marks(options):
        yield lambda: table.provide_table(path, wishes)
        return
    from imagenet_utils.command_line.mark_wishes import mark_wishes
    from imagenet_utils.command_line.marking import check_marks, put_marks
    from imagenet_utils.engine.rare_collections import collect_rarely

    collect_rarely()  # values by the ten thousand, all of them wanted until the end
    marks = mark_wishes(options, path)
    if wishes.change_what_is_there and path.exists():
        check_marks(path, marks)
    told = table.provide_table(path, wishes)
    if wishes.change_what_is_there:  # else it would say that nothing changes
        yield lambda: told
    yield lambda: put_marks(path, marks, console)


def wishes_in(options: Namespace, console: Console) -> "TableWishes":
    """A default is no wish: it never changes a table that is there."""
    from imagenet_utils.command_line.open_images_classes import classes_of_open_images
    from imagenet_utils.obtaining.table import TableWishes

    given = options.given
    return TableWishes(
        source=options.source,
        add_missing=options.add_missing,
        separator=SEPARATORS[options.separator] if "separator" in given else None,
        with_counts=options.with_counts if "with_counts" in given else None,
        entries=classes_of_open_images(options, console),
    )


if __name__ == "__main__":
    run_script(main)

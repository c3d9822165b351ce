"""Writes ncodes.csv, the table of categories to mark, and fetches what else a run needs.

Or lists what there is, and leaves all as it is.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from imagenet_utils.categories.presets_text import presets_text
from imagenet_utils.command_line.arguments import answer_to, is_on, parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import PROGRAM, SEPARATORS
from imagenet_utils.command_line.endings import ending_of, run_script
from imagenet_utils.command_line.listing_options import wished_scope

if TYPE_CHECKING:
    from imagenet_utils.obtaining.prerequisites import TableWishes


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, errors and progress to stderr."""
    if is_on(PROGRAM, "doctor", argv):
        from imagenet_utils.command_line.examination import examine

        return examine(PROGRAM, argv)
    console = Console()
    return ending_of(steps(argv, console), console)


def steps(argv: Sequence[str], console: Console) -> Iterator[Callable[[], str]]:
    """The table first: it needs nothing but the disk."""
    if text := answer_to(PROGRAM, argv):
        yield text.rstrip
        return
    options = parse(PROGRAM, argv)
    if options.presets:
        yield presets_text
        return
    if scope := wished_scope(options):
        from imagenet_utils.command_line.listing import print_listing

        yield lambda: print_listing(scope, options, console)
        return
    from imagenet_utils.obtaining import prerequisites  # the web's libraries come with it

    folder = options.ncodes_dir
    yield lambda: prerequisites.provide_table(folder / "ncodes.csv", wishes_in(options))
    if options.with_url_data or is_implied("with_url_data", "url_data_link", options):
        url_list = folder / "imageNetUrls.csv"
        yield lambda: prerequisites.provide_url_list(url_list, console, options.url_data_link)
    if options.with_annotations or is_implied("with_annotations", "annotations_link", options):
        links = options.annotations_link
        yield lambda: prerequisites.provide_boxes(folder / "annotation", console, links)


def wishes_in(options: Namespace) -> TableWishes:
    """A default is no wish: it never changes a table that is there."""
    from imagenet_utils.obtaining.prerequisites import TableWishes

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

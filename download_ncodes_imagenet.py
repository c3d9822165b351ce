"""Writes ncodes.csv, the table of categories to mark, and fetches what else a run needs."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence

from imagenet_utils.arguments import answer_to, parse
from imagenet_utils.download_options import PROGRAM, SEPARATORS
from imagenet_utils.errors import ExitCode, ImagenetUtilsError, Interrupted, Unobtainable, worst


def main(argv: Sequence[str]) -> int:
    """The exit code; results go to stdout, errors and progress to stderr."""
    codes = []
    try:
        if text := answer_to(PROGRAM, argv):
            print(text, end="")
            return ExitCode.ALL_HERE
        for step in steps(parse(PROGRAM, argv)):
            try:
                print(step(), flush=True)
            except Unobtainable as failure:  # the other steps may go well
                codes.append(tell(failure))
    except ImagenetUtilsError as error:
        codes.append(tell(error))
    except (KeyboardInterrupt, Interrupted) as stop:
        print("interrupted; what was fetched is kept for the next run", file=sys.stderr)
        codes.append(getattr(stop, "exit_code", ExitCode.INTERRUPTED))
    return worst(*codes)


def steps(options: Namespace) -> Iterator[Callable[[], str]]:
    """The table first: it needs nothing but the disk."""
    from imagenet_utils.meters import meter
    from imagenet_utils.prerequisites import TableWishes, provide_boxes, provide_table
    from imagenet_utils.prerequisites import provide_url_list

    folder, given = options.ncodes_dir, options.given
    wishes = TableWishes(
        source=options.source,
        add_missing=options.add_missing,
        separator=SEPARATORS[options.separator] if "separator" in given else None,
        with_counts=options.with_counts if "with_counts" in given else None,
    )
    yield lambda: provide_table(folder / "ncodes.csv", wishes)
    if options.with_url_data or wants(options, "url_data_link", unless="with_url_data"):
        yield lambda: provide_url_list(folder / "imageNetUrls.csv", options.url_data_link, meter)
    if options.with_annotations or wants(options, "annotations_link", unless="with_annotations"):
        yield lambda: provide_boxes(folder / "annotation", options.annotations_link, meter)


def wants(options: Namespace, link: str, *, unless: str) -> bool:
    """Whoever says where something is wants it, unless told otherwise."""
    return link in options.given and unless not in options.given


def tell(error: ImagenetUtilsError) -> ExitCode:
    """One line for each thing that could not be had, and one for what works instead."""
    told = error.problem.splitlines() if isinstance(error, Unobtainable) else [str(error)]
    print(*(f"error: {line}" for line in told), sep="\n", file=sys.stderr)
    if isinstance(error, Unobtainable) and error.cure:
        print(error.cure, file=sys.stderr)
    return error.exit_code


def end(signal_number: int, frame: object) -> None:
    raise Interrupted(ExitCode.TERMINATED)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    sys.exit(main(sys.argv[1:]))

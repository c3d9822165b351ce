"""The options that only show something, and which of them go together."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from imagenet_utils.command_line.argument_values import Kind, Option
from imagenet_utils.command_line.arguments import PROJECT_FOLDER, Program, changed_by
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.formats import FORMATS

LISTING = "what is listed: printed, and nothing of yours is changed"

OPTIONS = (
    Option(
        "list", Kind.BOOL, False,
        "the categories, one a line: index, code, URLs of 2011, annotated pictures, boxes, whether "
        "it is in ILSVRC2012, a note, names",
        LISTING, everyday=True,
    ),
    Option(
        "lower", Kind.WHOLE, None, "list from this index on, which counts from 0", LISTING,
        default_told="the first", everyday=True, minimum=0, maximum=10**9,
    ),
    Option(
        "upper", Kind.WHOLE, None, "list up to this index, itself included", LISTING,
        default_told="the last", everyday=True, minimum=0, maximum=10**9,
    ),
    Option(
        "tree", Kind.TEXT, None,
        "a category, by code or name, and all that is below it, each once; all: everything",
        LISTING, metavar="WNID_OR_NAME", everyday=True,
    ),
    Option(
        "parents", Kind.TEXT, None, "a category, and what it is a kind of, up to the root",
        LISTING, metavar="WNID_OR_NAME", everyday=True,
    ),
    Option(
        "search", Kind.TEXT, (),
        "categories that have all these words in names or meaning, in any form, the best first",
        LISTING, metavar="WORD", default_told="none", everyday=True, takes_list=True,
    ),
    Option(
        "with_persons", Kind.BOOL, False, "search among the categories of persons, too", LISTING,
    ),
    Option(
        "marked", Kind.BOOL, False, "the categories that are marked in ncodes.csv, with how_many",
        LISTING, everyday=True,
    ),
    Option(
        "presets", Kind.BOOL, False,
        "the sets of categories that have a name, with their sizes, URLs, boxes and sources",
        LISTING, everyday=True,
    ),
    Option(
        "downloaded", Kind.BOOL, False,
        "only categories that have proven images in save_dir, with their number and bytes",
        LISTING, everyday=True,
    ),
    Option(
        "save_dir", Kind.PATH, PROJECT_FOLDER / "partial_imagenet", "the results of your runs",
        LISTING, short="s", metavar="DIR", default_told="partial_imagenet in the project folder",
    ),
    Option(
        "images", Kind.BOOL, False,
        "the image URLs of these categories instead, as <id> <url>, from imageNetUrls.csv in "
        "ncodes_dir or from url_data_link",
        LISTING, everyday=True,
    ),
    Option(
        "format", Kind.CHOICE, "text", "how it is printed", LISTING, choices=tuple(FORMATS),
        everyday=True,
    ),
)  # fmt: skip

OF_CATEGORIES = frozenset({"source", "format", "downloaded", "images"})
# What may be asked, one at a time -> what goes with it, whatever else is said.
GOES_WITH: dict[str, frozenset[str]] = {
    "list": OF_CATEGORIES | {"lower", "upper"},
    "tree": OF_CATEGORIES,
    "parents": OF_CATEGORIES,
    "search": OF_CATEGORIES | {"with_persons"},
    "marked": OF_CATEGORIES | {"ncodes_dir"},
    "presets": frozenset({"format"}),
}
IMPLY_LIST = ("downloaded", "images", "lower", "upper")
# Those that need another one -> what that is.
NEED = {
    "lower": "--list", "upper": "--list", "with_persons": "--search",
    "save_dir": "--downloaded or --images", "url_data_link": "--images",
    "ncodes_dir": "--marked or --images", "separator": "--format csv",
}


def wished_scope(options: Namespace, program: Program) -> str:
    """What argv asks for, a row of GOES_WITH; empty where nothing is to be listed.

    Raises UsageError for options that don't go together.
    """
    said = changed_by(program, options)
    asked = [name for name in (*GOES_WITH, *IMPLY_LIST) if name in said]
    scope = next((name for name in GOES_WITH if name in said), "list" if asked else "")
    if scope:
        _refuse_others(said - _allowed(scope, options), asked[0])
    elif lost := sorted(said.intersection(option.name for option in OPTIONS)):
        needed = NEED.get(lost[0], _flags(GOES_WITH))
        raise UsageError(f"--{lost[0]} needs a listing: add {needed}, or leave it out")
    return scope


def _allowed(scope: str, options: Namespace) -> set[str]:
    """Without what would change nothing of what is listed."""
    allowed = {scope, *GOES_WITH[scope]}
    if options.downloaded:
        allowed.add("save_dir")
    if options.images:
        allowed |= {"save_dir", "ncodes_dir", "url_data_link"}
    if options.format == "csv":
        allowed.add("separator")
    return allowed


def _refuse_others(others: frozenset[str], asked: str) -> None:
    """Those that would do something of their own come first."""
    for name in sorted(others, key=lambda name: (name in NEED, name)):
        if name in NEED:
            raise UsageError(f"--{name} goes with {NEED[name]} alone",
                             f"Leave it out of what is asked with --{asked}")
        raise UsageError(f"--{asked} and --{name} do not go together",
                         "Give one of them, then the other")


def _flags(names: Iterable[str]) -> str:
    """
    >>> _flags(["list", "tree", "parents"])
    '--list, --tree or --parents'
    """
    *first, last = (f"--{name}" for name in names)
    return f"{', '.join(first)} or {last}" if first else last

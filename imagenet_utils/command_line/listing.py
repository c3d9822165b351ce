"""From the options of a listing to lines on stdout."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace

from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import SEPARATORS
from imagenet_utils.engine.rare_collections import collect_rarely
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.image_urls import url_list_at, url_sheet
from imagenet_utils.listing.listed import FOUND, MARKED, STORED, TREE, Listed, sheet_of
from imagenet_utils.listing.preset_sheet import preset_sheet
from imagenet_utils.listing.remarks import near_names, remark_on
from imagenet_utils.listing.scopes import Scope, listed_in, those_stored
from imagenet_utils.listing.sheet import Sheet
from imagenet_utils.results.stored import stored_in

USUAL_COLUMNS = 80
OF_SCOPE = {"tree": TREE, "parents": TREE, "search": FOUND, "marked": MARKED}  # columns of its own


def print_listing(scope_name: str, options: Namespace, console: Console) -> str:
    """Prints what is asked for; nothing is left to say."""
    collect_rarely()  # values by the ten thousand, all of them wanted until the end
    sheet = preset_sheet() if scope_name == "presets" else _sheet(scope_name, options, console)
    medium = Medium(_terminal_width(), SEPARATORS[options.separator])
    console.put(FORMATS[options.format](sheet, medium))
    return ""


def _scope(name: str, options: Namespace) -> Scope:
    what = {"tree": options.tree, "parents": options.parents, "search": " ".join(options.search),
            "marked": str(options.ncodes_dir / "ncodes.csv")}
    return Scope(name, what.get(name, ""), options.source, options.lower, options.upper,
                 options.with_persons)


def _sheet(scope_name: str, options: Namespace, console: Console) -> Sheet:
    scope = _scope(scope_name, options)
    if not options.images:
        listed = _listed(scope, options, console)
        further = [STORED] if options.downloaded else []
        return sheet_of(listed, *further, OF_SCOPE.get(scope.name, ()))
    # Before anything else, for it may not be there.
    url_list = url_list_at(options.url_data_link, options.ncodes_dir / "imageNetUrls.csv")
    listed = _listed(scope, options, console)
    if near := near_names(listed):
        raise UsageError(f"Nothing fits {scope.what!r}", f"Near it: {near}; name one with --tree")
    is_all = scope.is_everything and not options.downloaded
    codes = None if is_all else [each.code for each in listed]
    return url_sheet(url_list, codes, fallback_dir=options.save_dir, teller=console)


def _listed(scope: Scope, options: Namespace, console: Console) -> tuple[Listed, ...]:
    listed = listed_in(scope)
    if (remark := remark_on(scope, listed)) and not options.images:
        console.warn(remark)
    if not options.downloaded or not listed:
        return listed
    stored = stored_in(options.save_dir)
    there = tuple(those_stored(listed, stored, with_others=scope.is_everything))
    if not there:
        console.warn(f"{options.save_dir} holds no images of what is listed")
    return there


def _terminal_width() -> int | None:
    """None where a program or a file takes what is printed."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((USUAL_COLUMNS, 24)).columns

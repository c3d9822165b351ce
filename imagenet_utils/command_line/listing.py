"""From the options of a listing to lines on stdout."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence

from imagenet_utils.categories.marks import ALL
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import SEPARATORS
from imagenet_utils.engine.rare_collections import collect_rarely
from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.image_urls import url_list_at, url_sheet
from imagenet_utils.listing.listed import MARKED, STORED, TREE, Listed, sheet_of
from imagenet_utils.listing.scopes import Scope, listed_in, those_stored
from imagenet_utils.listing.sheet import Sheet
from imagenet_utils.results.stored import stored_in

USUAL_COLUMNS = 80


def print_listing(scope_name: str, options: Namespace, console: Console) -> str:
    """Prints what is asked for; nothing is left to say."""
    collect_rarely()  # values by the ten thousand, all of them wanted until the end
    scope = Scope(scope_name, _what(scope_name, options), options.source, options.lower,
                  options.upper)
    sheet = _sheet(scope, options, console)
    medium = Medium(_terminal_width(), SEPARATORS[options.separator])
    console.put(FORMATS[options.format](sheet, medium))
    return ""


def _what(scope_name: str, options: Namespace) -> str:
    if scope_name == "marked":
        return str(options.ncodes_dir / "ncodes.csv")
    return "" if scope_name == "list" else str(getattr(options, scope_name))


def _sum_of(marked: Sequence[Listed]) -> str:
    """URLs are those of 2011, for a list of one's own may have others."""
    if not marked:
        return "nothing is marked; --mark WHAT does it"
    there = [each.entry.urls_2011 if each.entry else 0 for each in marked]
    wanted = sum(min(urls, each.how_many) if each.how_many != ALL else urls
                 for urls, each in zip(there, marked))
    return f"{len(marked):,} marked, for {wanted:,} of their {sum(there):,} URLs"


def _sheet(scope: Scope, options: Namespace, console: Console) -> Sheet:
    if options.images:  # before anything else, for it may not be there
        url_list = url_list_at(options.url_data_link, options.ncodes_dir / "imageNetUrls.csv")
    listed = listed_in(scope)
    if options.downloaded:
        stored = stored_in(options.save_dir)
        listed = tuple(those_stored(listed, stored, with_others=scope.is_everything))
        if not listed:
            console.warn(f"{options.save_dir} holds no images of what is listed")
    if options.images:
        is_all = scope.is_everything and not options.downloaded
        codes = None if is_all else [each.code for each in listed]
        return url_sheet(url_list, codes, fallback_dir=options.save_dir, teller=console)
    if scope.name == "marked":
        console.warn(f"{scope.what}: {_sum_of(listed)}")
    return _category_sheet(listed, scope, with_stored=options.downloaded)


def _category_sheet(listed: tuple[Listed, ...], scope: Scope, *, with_stored: bool) -> Sheet:
    further = [STORED] if with_stored else []
    further += {"list": [], "marked": [MARKED]}.get(scope.name, [TREE])
    return sheet_of(listed, *further)


def _terminal_width() -> int | None:
    """None where a program or a file takes what is printed."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((USUAL_COLUMNS, 24)).columns

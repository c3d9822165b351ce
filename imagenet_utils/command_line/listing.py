"""From the options of a listing to lines on stdout."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace

from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.download_options import SEPARATORS
from imagenet_utils.engine.rare_collections import collect_rarely
from imagenet_utils.errors import UsageError
from imagenet_utils.listing.asked import Scope
from imagenet_utils.listing.formats import FORMATS, Medium
from imagenet_utils.listing.image_urls import NO_URLS, url_list_at, url_sheet
from imagenet_utils.listing.listed import STORED, Listed, sheet_of
from imagenet_utils.listing.preset_sheet import preset_sheet
from imagenet_utils.listing.remarks import near_names
from imagenet_utils.listing.scopes import SCOPES, answer_to, those_stored
from imagenet_utils.listing.sheet import Sheet
from imagenet_utils.results.stored import stored_in

USUAL_COLUMNS = 80


def print_listing(scope_name: str, options: Namespace, console: Console) -> str:
    """Prints what is asked for; nothing is left to say."""
    collect_rarely()  # values by the ten thousand, all of them wanted until the end
    sheet = preset_sheet() if scope_name == "presets" else _sheet(scope_name, options, console)
    medium = Medium(_terminal_width(), SEPARATORS[options.separator])
    console.put(FORMATS[options.format](sheet, medium))
    return ""


def _sheet(scope_name: str, options: Namespace, console: Console) -> Sheet:
    """What is said beside it goes to stderr."""
    scope = _scope(scope_name, options)
    answer = answer_to(scope)
    listed = _wanted(scope, answer.listed, options)
    if options.images and (near := near_names(listed)):
        raise UsageError(answer.lack, f"Near it: {near}; name one with --tree")
    way = SCOPES[scope.name]
    for remark in way.remarks(scope, answer, listed):
        console.warn(remark)
    if answer.listed and not listed:
        console.warn(f"{options.save_dir} holds no images of what is listed")
    if options.images:
        return _urls(scope, listed, options, console)
    return sheet_of(listed, *([STORED] if options.downloaded else []), way.columns)


def _scope(name: str, options: Namespace) -> Scope:
    said = getattr(options, name)
    words = said if isinstance(said, tuple) else (said,) if isinstance(said, str) else ()
    what = str(options.ncodes_dir / "ncodes.csv") if name == "marked" else " ".join(words)
    return Scope(name, what, options.source, options.lower, options.upper, options.with_persons)


def _wanted(
    scope: Scope, listed: tuple[Listed, ...], options: Namespace
) -> tuple[Listed, ...]:
    if not options.downloaded or not listed:
        return listed
    stored = stored_in(options.save_dir)
    return tuple(those_stored(listed, stored, with_others=scope.is_everything))


def _urls(
    scope: Scope, listed: tuple[Listed, ...], options: Namespace, console: Console
) -> Sheet:
    if not listed:  # then the list may not even be there
        return NO_URLS
    url_list = url_list_at(options.url_data_link, options.ncodes_dir / "imageNetUrls.csv")
    is_all = scope.is_everything and not options.downloaded
    codes = None if is_all else [each.code for each in listed]
    return url_sheet(url_list, codes, fallback_dir=options.save_dir, teller=console)


def _terminal_width() -> int | None:
    """None where a program or a file takes what is printed."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((USUAL_COLUMNS, 24)).columns

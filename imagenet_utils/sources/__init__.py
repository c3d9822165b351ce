"""Where categories and their images come from: a kind of source is a row in SOURCES."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from imagenet_utils.categories.catalogues import catalogue_of
from imagenet_utils.categories.selection import Chosen
from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.options import RunOptions
from imagenet_utils.sources.ilsvrc2012 import ILSVRC2012
from imagenet_utils.sources.manifest import MANIFEST
from imagenet_utils.sources.open_images import OPEN_IMAGES
from imagenet_utils.sources.source import SourceKind
from imagenet_utils.sources.synset_tars import SYNSET_TARS
from imagenet_utils.sources.url_list import URL_LIST

# In the order in which `auto` looks for them.
SOURCES = (MANIFEST, URL_LIST, OPEN_IMAGES, ILSVRC2012, SYNSET_TARS)


def choose(name: str, options: RunOptions) -> tuple[SourceKind, str]:
    """The kind of source and why: as named; `auto`, which one the options speak of; else the first
    of the table that can be had.

    Raises Unobtainable where there is none, UsageError for an option that another kind alone heeds.
    """
    kind, why = _by_itself(options) if name == "auto" else _named(name, options)
    _refuse_options_of_others(kind, options)
    return kind, why


def of_kind(chosen: Chosen, kind: SourceKind) -> Chosen:
    """Without categories of other kinds of source, which a remark tells of.

    Raises UsageError where nothing is left.
    """
    others = [category for category in chosen.categories
              if catalogue_of(category.code) != kind.catalogue]
    if not others:
        return chosen
    told = (f"{len(others):,} of the categories asked for, such as {others[0].code}, are not of"
            f" {kind.title}")
    able = next(each for each in SOURCES if not each.stands_alone
                and each.catalogue == catalogue_of(others[0].code))
    way = (f"with --source {able.name}" if not able.is_default
           else f"without --source {kind.name} and its options")
    if len(others) == len(chosen.categories):
        raise UsageError(told, f"Run {way}")
    left = tuple(category for category in chosen.categories if category not in others)
    remark = f"{told}: for these, run again {way}"
    return replace(chosen, categories=left, remarks=(*chosen.remarks, remark))


def rivals_of(kind: SourceKind) -> tuple[SourceKind, ...]:
    """Those that may have the same pictures, itself among them."""
    if kind.stands_alone:
        return ()
    return tuple(each for each in SOURCES
                 if each.catalogue == kind.catalogue and not each.stands_alone)


def _named(name: str, options: RunOptions) -> tuple[SourceKind, str]:
    kind = next(kind for kind in SOURCES if kind.name == name)
    if not kind.is_there(options):
        raise Unobtainable(f"--source {name}: nothing at {kind.where(options)}", kind.cure)
    return kind, "as --source says"


def _by_itself(options: RunOptions) -> tuple[SourceKind, str]:
    """The last of the table can always be had."""
    meant = ((kind, kind.is_meant(options)) for kind in SOURCES)
    there = ((kind, kind.is_there(options)) for kind in SOURCES if kind.is_default)
    return next((kind, why) for kind, why in chain(meant, there) if why)


def _refuse_options_of_others(kind: SourceKind, options: RunOptions) -> None:
    for option in dict.fromkeys(option for each in SOURCES for option in each.own_options):
        if option in options.given and option not in kind.own_options:
            able = (each.name for each in SOURCES if option in each.own_options)
            raise UsageError(f"--{option}: the source is {kind.name}, which has no use for it",
                             f"Leave it out, or say --source {' or --source '.join(able)}")

"""Where categories and their images come from: a kind of source is a row in SOURCES."""

from __future__ import annotations

from imagenet_utils.errors import Unobtainable, UsageError
from imagenet_utils.options import RunOptions
from imagenet_utils.sources.ilsvrc2012 import ILSVRC2012
from imagenet_utils.sources.source import SourceKind
from imagenet_utils.sources.synset_tars import SYNSET_TARS
from imagenet_utils.sources.url_list import URL_LIST

SOURCES = (URL_LIST, ILSVRC2012, SYNSET_TARS)  # in the order in which `auto` looks for them


def choose(name: str, options: RunOptions) -> tuple[SourceKind, str]:
    """The kind of source and why: as named; `auto`, which one the options speak of; else the first
    of the table that can be had.

    Raises Unobtainable where there is none, UsageError for an option that another kind alone heeds.
    """
    if name != "auto":
        kind = next(kind for kind in SOURCES if kind.name == name)
        _refuse_options_of_others(kind, options)
        if not kind.is_there(options):
            raise Unobtainable(f"--source {name}: nothing at {kind.where(options)}", kind.cure)
        return kind, "as --source says"
    for question in ("is_meant", "is_there"):
        for kind in SOURCES:
            why: str = getattr(kind, question)(options)
            if why:
                _refuse_options_of_others(kind, options)
                return kind, why
    raise Unobtainable(f"no URL list at {options.places.url_data}", SOURCES[0].cure)


def _refuse_options_of_others(kind: SourceKind, options: RunOptions) -> None:
    for other in SOURCES:
        for option in other.own_options:
            if other is not kind and option in options.given:
                raise UsageError(f"--{option}: the source is {kind.name}, which has no use for it",
                                 f"Leave it out, or say --source {other.name}")

"""The 601 classes of Open Images that boxes are drawn for, and their tree; read when asked for.

A part of something, as a wheel of a bicycle, is none of its kinds.  "Entity", which all classes are
kinds of, is no class.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

from imagenet_utils.categories.catalogue import Catalogue, Entry
from imagenet_utils.categories.hierarchy import Hierarchy
from imagenet_utils.model import Wnid

CLASSES_FILE = Path(__file__).parent.parent / "data" / "open_images.csv"

_MID = re.compile(r"/[a-z]/[0-9a-z_]{1,28}", re.ASCII)


def is_mid(code: str) -> bool:
    """By its form alone.

    >>> is_mid("/m/0bt9lr"), is_mid("n02084071"), is_mid("/etc/passwd")
    (True, False, False)
    """
    return _MID.fullmatch(code) is not None


def is_boxable(code: str) -> bool:
    return code in boxable()


@lru_cache(maxsize=1)
def boxable() -> Catalogue:
    """How many pictures each has is said by no file that is here: all counts are 0."""
    return Catalogue(tuple(
        Entry(Wnid(row["mid"]), row["name"], 0, 0, 0, False, "") for row in _rows()))


@lru_cache(maxsize=1)
def hierarchy() -> Hierarchy:
    return Hierarchy({Wnid(row["mid"]): tuple(map(Wnid, row["kind_of"].split()))
                      for row in _rows()})


def _rows() -> list[dict[str, str]]:
    with open(CLASSES_FILE, encoding="ascii", newline="") as lines:
        return list(csv.DictReader(lines))

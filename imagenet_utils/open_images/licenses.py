"""Which licences are wanted: by an address, a part of one, or a short name such as cc-by-2.0."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHORT_NAME = re.compile(r"cc[- ](by(?:-nc)?(?:-sa|-nd)?)(?:[- ](\d\.\d))?", re.IGNORECASE)
_CC0 = re.compile(r"cc-?0(?:[- ]1\.0)?", re.IGNORECASE)


def is_wanted(license: str, wanted: Sequence[str]) -> bool:
    """Whether a licence, which is an address, is one of those that are wanted; of none, all are.

    >>> by = "https://creativecommons.org/licenses/by/2.0/"
    >>> is_wanted(by, ["cc-by-2.0"]), is_wanted(by, ["CC BY-NC", "/by/2."]), is_wanted(by, ["cc0"])
    (True, True, False)
    """
    address = license.casefold()
    return not wanted or any(part_of_address(each) in address for each in wanted)


def part_of_address(wanted: str) -> str:
    """What the address of such a licence has in it.

    >>> part_of_address("CC-BY-SA-4.0"), part_of_address("cc by"), part_of_address("2.0")
    ('/licenses/by-sa/4.0/', '/licenses/by/', '2.0')
    """
    wanted = wanted.strip()
    if _CC0.fullmatch(wanted):
        return "/publicdomain/zero/"
    short = _SHORT_NAME.fullmatch(wanted)
    if not short:
        return wanted.casefold()
    version = f"{short[2]}/" if short[2] else ""
    return f"/licenses/{short[1].casefold()}/{version}"

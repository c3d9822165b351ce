"""The codes of Open Images' classes, told from those of ImageNet by their form alone."""

from __future__ import annotations

import re

_MID = re.compile(r"/[a-z]/[0-9a-z_]{1,40}", re.ASCII)


def is_mid(code: str) -> bool:
    """
    >>> is_mid("/m/0bt9lr"), is_mid("/g/11b5_9rh"), is_mid("n02084071"), is_mid("/etc/passwd")
    (True, True, False, False)
    """
    return _MID.fullmatch(code) is not None


def is_no_mid(code: str) -> bool:
    return not is_mid(code)

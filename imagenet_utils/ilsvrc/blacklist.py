"""The validation pictures whose boxes the organisers found wanting: 1,762 of the 50,000.

Devkits have the list from 2013 on.  Those pictures don't count in the localization task; their
labels are good.
"""

from __future__ import annotations

from pathlib import Path

from imagenet_utils.ilsvrc.numbering import VALIDATION_PICTURES
from imagenet_utils.ilsvrc.text_lines import bytes_of_file, numbers_in, raise_mistakes


def read_blacklist(path: Path) -> tuple[int, ...]:
    """The numbers of the pictures, as in their names.  Raises UsageError."""
    return blacklist_in(bytes_of_file(path), str(path))


def blacklist_in(data: bytes, origin: str) -> tuple[int, ...]:
    """As `read_blacklist`; messages name `origin`."""
    numbers = numbers_in(data, origin, highest=VALIDATION_PICTURES)
    pairs = enumerate(zip(numbers, numbers[1:]), 2)
    raise_mistakes(origin, [
        f"line {line}: expected a number above {before}, found {number}"
        for line, (before, number) in pairs if number <= before
    ])
    return numbers

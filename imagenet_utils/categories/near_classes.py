"""What of the challenge's 1,000 classes is near a category that is none of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from imagenet_utils.categories.catalogue import Entry, built_in
from imagenet_utils.categories.hyponyms import direct_hyponyms, hypernyms

OFFERED = 3  # classes


def outside_text(code: str) -> str:
    """One line, without a full stop at its end."""
    near = ", ".join(f"{entry.code} ({entry.names.partition(',')[0]})"
                     for entry in islice(_by_distance(code), OFFERED))
    return f"it is none of the 1,000 classes of ILSVRC2012{near and f'; nearest are: {near}'}"


def _by_distance(code: str) -> Iterator[Entry]:
    """Classes by the steps in the tree that they are away; of equals, those below come first."""
    level, seen = [code], {code}
    while level:
        for each in level:
            entry = built_in().get(each)
            if entry is not None and entry.in_ilsvrc2012:
                yield entry
        around = [other for each in level for other in (*direct_hyponyms(each), *hypernyms(each))]
        level = [other for other in dict.fromkeys(around) if other not in seen]
        seen.update(level)

"""What is a kind of what: the ways down and up between categories; nothing here opens a file.

A category may have several hypernyms, so there may be several ways to it.  Whatever is walked
here, each category is met once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from imagenet_utils.model import Wnid


class Branch(NamedTuple):
    """One line of an indented tree."""

    code: Wnid
    depth: int  # steps from the top


class Hierarchy:
    """Knows the categories that it was made of, and no others."""

    def __init__(self, hypernyms: Mapping[Wnid, tuple[Wnid, ...]]) -> None:
        """Every category with its direct hypernyms, in the order of codes."""
        self._above: dict[str, tuple[Wnid, ...]] = dict(hypernyms.items())
        self._roots = tuple(code for code, uppers in hypernyms.items() if not uppers)
        self._below: dict[str, list[Wnid]] = {}
        for code, uppers in hypernyms.items():
            for upper in uppers:
                self._below.setdefault(upper, []).append(code)

    def direct_hyponyms(self, code: str) -> tuple[Wnid, ...]:
        return tuple(self._below.get(code, ()))

    def hypernyms(self, code: str) -> tuple[Wnid, ...]:
        return self._above.get(code, ())

    def roots(self) -> tuple[Wnid, ...]:
        return self._roots

    def levels_below(self, code: str) -> Iterator[tuple[Wnid, ...]]:
        seen = {code}
        level = self.direct_hyponyms(code)
        while level:
            yield level
            seen.update(level)
            deeper = chain.from_iterable(map(self.direct_hyponyms, level))
            level = tuple(below for below in dict.fromkeys(deeper) if below not in seen)

    def all_below(self, code: str) -> tuple[Wnid, ...]:
        if code not in self._above:
            return ()
        return tuple(sorted((Wnid(code), *chain.from_iterable(self.levels_below(code)))))

    def tree(self, *tops: str) -> Iterator[Branch]:
        """Depth first; what can be reached in several ways stands where the first one leads."""
        seen: set[str] = set()
        waiting = [Branch(Wnid(top), 0) for top in reversed(tops) if top in self._above]
        while waiting:
            branch = waiting.pop()
            if branch.code not in seen:
                seen.add(branch.code)
                yield branch
                below = reversed(self.direct_hyponyms(branch.code))
                waiting.extend(Branch(code, branch.depth + 1) for code in below)

    def levels_above(self, code: str) -> Iterator[tuple[Wnid, ...]]:
        """A level is what has nothing left below it but the levels before."""
        ways_left = self._ways_up(code)
        level = self.hypernyms(code)
        while level:
            ways_left.subtract(level)
            free = sorted(upper for upper in set(level) if not ways_left[upper])
            if free:
                yield tuple(free)
            level = tuple(chain.from_iterable(map(self.hypernyms, free)))

    def _ways_up(self, code: str) -> Counter[Wnid]:
        """Of all that is above `code`: how many hyponyms each has on the ways there."""
        ways: Counter[Wnid] = Counter()
        waiting = list(self.hypernyms(code))
        while waiting:
            upper = waiting.pop()
            ways[upper] += 1
            if ways[upper] == 1:
                waiting.extend(self.hypernyms(upper))
        return ways

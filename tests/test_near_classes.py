"""Which of the challenge's classes are offered in place of a category that is none of them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.near_classes import OFFERED, outside_text

others = some.sampled_from([entry.code for entry in built_in() if not entry.in_ilsvrc2012])


def test_what_is_below_comes_first() -> None:
    """Of cats the challenge has breeds, not the cat itself."""
    assert outside_text("n02121808") == (
        "it is none of the 1,000 classes of ILSVRC2012; nearest are: n02123045 (tabby), "
        "n02123159 (tiger cat), n02123394 (Persian cat)"
    )


def test_a_code_of_elsewhere() -> None:
    """Nothing is known to be near it."""
    assert outside_text("n00000001") == "it is none of the 1,000 classes of ILSVRC2012"


@given(others)
def test_classes_alone_are_offered(code: str) -> None:
    """At most three, each once, all of them the challenge's."""
    offered = re.findall("n[0-9]{8}", outside_text(code))

    assert len(set(offered)) == len(offered) <= OFFERED
    assert all(entry.in_ilsvrc2012 for each in offered if (entry := built_in().get(each)))

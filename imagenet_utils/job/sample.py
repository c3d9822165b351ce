"""Which records of a category come first, before offset and how_many part them.

A kind of sample is a row in SAMPLES.  Each is a rank by which the records are sorted, and records
of one rank stay in list order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from imagenet_utils.model import ImageId

FIRST, RANDOM, ANNOTATED_FIRST = "first", "random", "annotated_first"
DIGEST_BYTES = 8  # two of a million records share one as seldom as once in 37 million lists


@dataclass(frozen=True, slots=True)
class Sampling:
    """In which order the records of a category are taken."""

    kind: str = FIRST  # a row in SAMPLES
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a sample hangs on, beside the records themselves."""

    sampling: Sampling = Sampling()
    code: str = ""  # of the category
    annotated: Collection[ImageId] = ()


RankOf = Callable[[ImageId], object]


def order_of(ids: Sequence[ImageId], sampled: Sampled) -> Sequence[int]:
    """Their places, in the order in which they are taken.

    >>> order_of(["b", "a", "c"], Sampled(Sampling("annotated_first"), annotated={"a"}))
    [1, 0, 2]
    """
    rank_of = SAMPLES[sampled.sampling.kind](sampled)
    ranks = [rank_of(image_id) for image_id in ids]
    return sorted(range(len(ids)), key=ranks.__getitem__)  # type: ignore[arg-type]


def _as_listed(sampled: Sampled) -> RankOf:
    return lambda image_id: 0


def _by_digest(sampled: Sampled) -> RankOf:
    """A shuffle that more or fewer other records leave as it is: each has its rank by itself."""
    from hashlib import blake2b  # not worth the time of a call for help

    begun = blake2b(f"{sampled.sampling.seed}\0{sampled.code}\0".encode("utf-8", "surrogatepass"),
                    digest_size=DIGEST_BYTES)

    def rank_of(image_id: ImageId) -> bytes:
        digest = begun.copy()
        digest.update(image_id.encode("utf-8", "surrogatepass"))
        return digest.digest()

    return rank_of


def _annotated_first(sampled: Sampled) -> RankOf:
    return lambda image_id: image_id not in sampled.annotated


SAMPLES: dict[str, Callable[[Sampled], RankOf]] = {
    FIRST: _as_listed,
    RANDOM: _by_digest,
    ANNOTATED_FIRST: _annotated_first,
}

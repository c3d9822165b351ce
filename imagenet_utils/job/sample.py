"""Which records of a category come first, before offset and how_many part them.

A kind of sample is a row in SAMPLES.  Each has a rank by which the records are sorted, and records
of one rank stay in list order; what else a run has to know of a kind stands in its row.
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

    @property
    def row(self) -> Sample:
        return SAMPLES[self.kind]

    @property
    def told(self) -> str:
        return self.row.told.format(seed=self.seed)


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a sample hangs on, beside the records themselves."""

    sampling: Sampling = Sampling()
    code: str = ""  # of the category
    annotated: Collection[ImageId] = ()


RankOf = Callable[[ImageId], object]


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind."""

    rank: Callable[[Sampled], RankOf]
    needs_names: bool = True  # its order is another than the list's
    needs_boxes: bool = False  # it ranks by whether a picture has any, and by nothing else
    takes_seed: bool = False
    told: str = ""  # in a plan; {seed} is the seed


def order_of(ids: Sequence[ImageId], sampled: Sampled) -> Sequence[int]:
    """Their places, in the order in which they are taken.

    >>> order_of(["b", "a", "c"], Sampled(Sampling("annotated_first"), annotated={"a"}))
    [1, 0, 2]
    """
    rank_of = sampled.sampling.row.rank(sampled)
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


SAMPLES = {
    FIRST: Sample(_as_listed, needs_names=False),
    RANDOM: Sample(
        _by_digest, takes_seed=True,
        told="Which ones are taken is drawn by --seed {seed}: the same ones each time."),
    ANNOTATED_FIRST: Sample(
        _annotated_first, needs_boxes=True,
        told="Pictures that have boxes are taken before the others."),
}

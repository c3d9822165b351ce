"""What a run wants of a source, whatever kind it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from imagenet_utils.annotations.at_hand import Annotations
from imagenet_utils.categories.catalogues import IMAGENET
from imagenet_utils.model import Category, ImageId, Wnid
from imagenet_utils.network.credentials import Credentials
from imagenet_utils.options import RunOptions
from imagenet_utils.results.manifest import Manifest
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.sources.listing import Listing
from imagenet_utils.sources.price import Price
from imagenet_utils.telling import OnProgress, Teller


class Source(Protocol):
    """Categories and image records; a record says where its bytes are."""

    @property
    def breadth(self) -> int | None:
        """Categories whose records may be waited for at once; None: any number."""

    @property
    def batch(self) -> int | None:
        """Images under way at once, for each process, where no network sets it; None: it does."""

    @property
    def received(self) -> int:
        """Bytes that came over the network so far, but for those that workers fetched."""

    @property
    def access(self) -> Credentials | None:
        """What workers show to the hosts of archives."""

    @property
    def manifest(self) -> Manifest | None:
        """What is rebuilt; None: pictures are taken as they come."""

    def has(self, code: Wnid) -> bool: ...

    def categories(self, chosen: Sequence[Category]) -> tuple[Category, ...]:
        """What the run works through: each category once for each split.  Told before `begin`."""

    def begin(self, workplace: Workplace) -> None:
        """The run is alone on its save_dir: whatever takes time or the network, once.

        A draft of a workplace means a dry run: nothing is fetched then.
        """

    def annotations(self, teller: Teller) -> Annotations: ...

    def count(self, category: Category) -> int:
        """Images of a category, cheaply and about."""

    def price(self, category: Category) -> Price:
        """What its pictures cost by this route; nobody is asked."""

    def listing(self, category: Category, annotated: Collection[ImageId]) -> Listing: ...

    def remarks(self) -> Sequence[str]:
        """What the user should know of the source, a line each."""

    def finish(self, workplace: Workplace, *, ends_at: float | None) -> None:
        """A run that has begun is over: what is written beside its reports.

        `ends_at`: by `time.monotonic`, for one that was interrupted; else it may take its time.
        """

    def close(self) -> None: ...


Open = Callable[[RunOptions, OnProgress], Source]


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What is told of it is one line; empty means no."""

    name: str
    title: str
    where: Callable[[RunOptions], str]
    is_meant: Callable[[RunOptions], str]  # why the options speak of this kind
    is_there: Callable[[RunOptions], str]  # why it can be had
    open: Open
    cure: str  # where it is not there
    ways: Callable[[RunOptions], Sequence[Open]]  # to have it; `open` takes the first
    own_options: tuple[str, ...] = ()  # names of those that not every kind heeds
    is_default: bool = True  # False: `auto` takes it only where it is meant
    catalogue: str = IMAGENET  # whose categories it has
    splits_without_categories: tuple[str, ...] | None = None  # where only these are asked for
    stands_alone: bool = False  # other kinds would bring other pictures

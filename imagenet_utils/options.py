"""What the stages of a run need to know, each in a frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.job.sample import Sampling
from imagenet_utils.model import SPLITS
from imagenet_utils.network.hosts import Manners
from imagenet_utils.network.handles import TransferOptions
from imagenet_utils.open_images.values import MetadataWishes
from imagenet_utils.proof.verify import ProofOptions
from imagenet_utils.results.exclusions import Excluded
from imagenet_utils.transform.asked import Resizing


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records of a category a run considers."""

    offset: int
    counts_images: bool  # how_many counts proven images, not URLs
    only_annotated: bool
    sampling: Sampling = Sampling()
    balance: int | None = None  # images of every category; None: as each one's how_many has it

    @property
    def prefers_annotated(self) -> bool:
        """Annotated ones are taken before others; where there are no others, in list order."""
        return self.sampling.row.needs_boxes and not self.only_annotated

    @property
    def narrows(self) -> bool:
        """Whether it may leave out pictures of a category of which all are wanted."""
        return self.only_annotated or self.offset > 0 or self.balance is not None

    @property
    def needs_annotations(self) -> bool:
        return self.only_annotated or self.prefers_annotated

    def needs_every_name(self, how_many: int | None) -> bool:
        """Whether no record can be taken before it is known what else is listed."""
        kind = self.sampling.row
        is_as_listed = not kind.needs_names or (kind.needs_boxes and self.only_annotated)
        return not is_as_listed and (how_many is not None or self.offset > 0)


AS_LISTED = Selection(offset=0, counts_images=False, only_annotated=False)


@dataclass(frozen=True, slots=True)
class Budgets:
    """A run ends before it exceeds one; None: no such budget."""

    max_seconds: float | None
    max_total_bytes: int | None
    min_free_disk: int


@dataclass(frozen=True, slots=True)
class Places:
    """What the user has, and where results go."""

    table: Path
    url_data: Path
    annotations_dir: Path
    save_dir: Path
    manifest: Path | None = None  # that a run rebuilds


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """Which archives there are, and what may be done with them."""

    named: tuple[str, ...]  # paths, addresses and templates, as given
    directory: Path  # where archives and unpacked trees are looked for
    splits: tuple[str, ...]  # of train, val and test
    val_labels: Path | None
    cookie_file: Path | None
    accepts_terms: bool
    keeps_archives: bool
    verifies_archives: bool
    skips_blacklisted: bool


@dataclass(frozen=True, slots=True)
class OpenImagesOptions:
    """Which pictures of Open Images, which of their boxes, and where the pictures come from."""

    metadata: MetadataWishes
    image_from: tuple[str, ...]  # of IMAGE_PLACES: the first, then where it has none
    mirror: str  # its address, without the last /
    has_boxes_of_all: bool  # classes; else of those asked for
    excluded_boxes: tuple[str, ...]  # of BOX_TRAITS
    licenses: tuple[str, ...]  # as typed; empty: all


@dataclass(frozen=True, slots=True)
class Revision:
    """How a run deals with earlier verdicts."""

    retry_dead: bool
    restore_removed: bool
    recheck: bool
    excluded: Excluded = frozenset()  # what the user wants left out


@dataclass(frozen=True, slots=True)
class EngineOptions:
    processes: int
    is_parallel: bool
    batch_size: int | None  # None: found by the run
    bandwidth_mbit: float | None  # None: measured
    max_bandwidth_mbit: float | None
    transfer: TransferOptions
    proof: ProofOptions
    manners: Manners
    repairs_colours: bool
    batch_why: str = "as --batch_size says"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Which exports are written, and how."""

    names: tuple[str, ...] = ()  # of EXPORTS
    folder: Path | None = None  # None: below save_dir
    is_alone: bool = False  # nothing is fetched
    split_ratio: tuple[int, int, int] = (100, 0, 0)  # of train, val and test, in hundredths
    label_system: str = "sorted"  # of LABEL_SYSTEMS
    shards: tuple[int, ...] = ()  # of train, val and test; those that are missing: as it suits
    parquet_paths: bool = False  # it tells where pictures are, and does not carry them
    first_pixel: int = 0  # what the leftmost and topmost pixel is called

    def shards_of(self, split: str) -> int | None:
        """None: as it suits."""
        return dict(zip(SPLITS, self.shards)).get(split)


@dataclass(frozen=True, slots=True)
class RunOptions:
    places: Places
    archives: ArchiveOptions
    open_images: OpenImagesOptions
    source: str
    categories: tuple[str, ...]  # as typed; empty: the table's marks
    selection: Selection
    revision: Revision
    engine: EngineOptions
    budgets: Budgets
    settings: dict[str, object]  # the options that reasons hang on
    folder_names: str
    shard_folders: int
    is_dry: bool
    is_verbose: bool
    given: frozenset[str]  # names of the options that the user gave
    exports: ExportOptions
    excepted: tuple[str, ...] = ()  # as typed: categories that are left out
    has_contact_sheet: bool = False
    resizing: Resizing | None = None  # what is made of each picture besides
    originals_dir: Path | None = None  # pictures that need not be fetched

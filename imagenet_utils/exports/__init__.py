"""Results in the formats that trainers read: a kind of export is a row in EXPORTS.

Its module bears its name and has `write`, which fills the target of an ExportJob and says in a
line what is in it.  It is imported when it is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from imagenet_utils.errors import MissingPackage


@dataclass(frozen=True, slots=True)
class ExportKind:
    name: str
    title: str
    own_options: tuple[str, ...] = ()  # those it heeds
    package: str = ""  # that it can't do without, beside the requirements
    takes: frozenset[str] = frozenset()  # extensions of pictures; none: whatever is stored
    litter: str = ""  # how the names of files end that readers leave in it
    file_name: str = ""  # where it is a single file; else it is a folder of its name

    @property
    def place(self) -> str:
        """Below the folder of exports."""
        return self.file_name or self.name


JPEG = frozenset({"jpg"})
PACKED = ("split_ratio", "label_system", "shards")  # options of formats that come in shards
ALL_BUT_GIF = frozenset({"jpg", "png", "bmp", "tif", "webp"})

EXPORTS = (
    ExportKind("imagefolder", "a folder for each class, for torchvision's ImageFolder",
               own_options=("split_ratio",), takes=ALL_BUT_GIF),
    ExportKind("voc", "PASCAL VOC: an XML for each picture, lists of the splits",
               own_options=("split_ratio", "first_pixel"), takes=JPEG),
    ExportKind("coco", "COCO: a JSON of instances for each split",
               own_options=("split_ratio", "label_system")),
    ExportKind("yolo", "YOLO: a text file of boxes for each picture, and data.yaml",
               own_options=("split_ratio", "label_system"), takes=ALL_BUT_GIF, litter=".cache"),
    ExportKind("tfrecord", "TFRecord: shards of Examples with the keys of Inception's training",
               own_options=PACKED, package="google_crc32c"),
    ExportKind("webdataset", "WebDataset: tars of pictures with their class and JSON, an index",
               own_options=PACKED),
    ExportKind("parquet", "Parquet: tables of pictures for Hugging Face's datasets",
               own_options=(*PACKED, "parquet_paths"), package="pyarrow"),
    ExportKind("sqlite", "SQLite: images, boxes and categories as tables",
               own_options=("split_ratio", "label_system")),
    ExportKind("ck",
               "Collective Knowledge: a repository for each category, an entry for each picture"),
    ExportKind("boxes_csv", "bounding_boxes.csv, a line for each box, relative to its picture",
               file_name="bounding_boxes.csv"),
    ExportKind("manifest", "manifest.csv, a line for each picture: --from_manifest rebuilds them",
               file_name="manifest.csv"),
)
KIND_BY_NAME = {kind.name: kind for kind in EXPORTS}


def kinds_named(names: Sequence[str]) -> Iterator[ExportKind]:
    """Each once.  Raises MissingPackage."""
    for name in dict.fromkeys(names):
        kind = KIND_BY_NAME[name]
        if kind.package and find_spec(kind.package) is None:
            raise MissingPackage(kind.package, f"--export {name}")
        yield kind

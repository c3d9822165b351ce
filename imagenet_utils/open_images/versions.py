"""Which files each version of Open Images is made of: addresses, sizes and MD5 as far as known.

A version takes over what it did not publish anew from the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from imagenet_utils.open_images.values import SUBSETS

BASE = "https://storage.googleapis.com/openimages/"
ALL = ""  # in place of a split


class Kind(str, Enum):
    """What a file tells."""

    IMAGES = "images"  # where pictures are, with licence, size and MD5
    LABELLED = "labelled images"  # likewise, of those besides that have labels but no boxes
    BOXES = "boxes"
    HUMAN = "human-verified labels"
    MACHINE = "machine-made labels"
    CLASSES = "names of all classes"


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """One published file; a tar's member is a file of its own within it."""

    path: str  # below BASE
    byte_count: int | None = None  # None: not known
    md5: str = ""  # hex; empty: not known
    member: str = ""  # of a tar.gz: the csv within

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def address(self) -> str:
        return BASE + self.path

    @property
    def csv_path(self) -> str:
        """Where the csv belongs, below a folder of metadata."""
        return self.member or self.path


Files = Mapping[tuple[Kind, str], MetadataFile]  # a split, or ALL


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    year: int
    files: Files

    @property
    def has_boxes(self) -> bool:
        return any(kind is Kind.BOXES for kind, _ in self.files)

    def file(self, kind: Kind, split: str = ALL) -> MetadataFile | None:
        """None where the version has no such file."""
        return self.files.get((kind, split))


def _in_tar(
    kind: Kind, archive: MetadataFile, folder: str, csv: str, splits: Iterable[str] = SUBSETS
) -> Files:
    """A tar.gz with a csv for each split."""
    return {(kind, split): replace(archive, member=f"{folder}/{SUBSETS[split]}/{csv}")
            for split in splits}


def _each(kind: Kind, **files: MetadataFile) -> Files:
    return {(kind, split): file for split, file in files.items()}


def _labels(template: str) -> Files:
    """Of which neither size nor MD5 is known."""
    return {(kind, split): MetadataFile(template.format(split=split, subset=subset, word=word))
            for kind, word in ((Kind.HUMAN, "human"), (Kind.MACHINE, "machine"))
            for split, subset in SUBSETS.items()}


def _like_v2(folder: str, known: Mapping[str, tuple[int, str]]) -> Files:
    """V2 and V3: one tar.gz for each kind."""
    archives = {name: MetadataFile(f"{folder}/{name}_{folder}.tar.gz", *size_and_md5)
                for name, size_and_md5 in known.items()}
    return {
        **_in_tar(Kind.IMAGES, archives["images"], folder, "images.csv"),
        **_in_tar(Kind.BOXES, archives["annotations_human_bbox"], folder,
                  "annotations-human-bbox.csv"),
        **_in_tar(Kind.HUMAN, archives["annotations_human"], folder, "annotations-human.csv"),
        **_in_tar(Kind.MACHINE, archives["annotations_machine"], folder,
                  "annotations-machine.csv"),
        (Kind.CLASSES, ALL): replace(archives["classes"],
                                     member=f"{folder}/class-descriptions.csv"),
    }


V1: Files = {
    **_in_tar(
        Kind.IMAGES, MetadataFile("2016_08/images_2016_08_v5.tar.gz", 1_038_144_161,
                                  "0e47566d03759f0b69cf4a3fba29592c"),
        "images_2016_08", "images.csv", ("train", "val")),
    **_in_tar(
        Kind.MACHINE, MetadataFile("2016_08/machine_ann_2016_08_v3.tar.gz", 470_893_902,
                                   "48a2b164a2998f4da5a78be5655bc1fb"),
        "machine_ann_2016_08", "labels.csv", ("train", "val")),
    **_in_tar(
        Kind.HUMAN, MetadataFile("2016_08/human_ann_2016_08_v3.tar.gz", 9_718_729,
                                 "ac549b4cc3179309a7b41b81e96c07dc"),
        "human_ann_2016_08", "labels.csv", ("val",)),
}
V2 = _like_v2("2017_07", {
    "images": (1_038_132_176, "9c7d7d1b9c19f72c77ac0fa8e2695e00"),
    "annotations_human_bbox": (38_732_419, "3c57bff20c56e50025e16562c4c0d709"),
    "annotations_human": (69_263_638, "27610fb9d349b728448507beec244e9f"),
    "annotations_machine": (468_937_924, "c19b3fc5059ac13431b085c3e5df08af"),
    "classes": (300_021, "a51205f02faf3867ae2d3e8dc968fd6d"),
})
V3 = _like_v2("2017_11", {
    "images": (1_038_133_015, "d840296342470becab9db7228bda86cc"),
    "annotations_human_bbox": (102_011_131, "427faa2f208ab358bed6a7f380a99493"),
    "annotations_human": (144_102_834, "cdcbb5e9aba900530c85cb370564f599"),
    "annotations_machine": (468_938_323, "493e0e17f8bbb1dd1bf778b24aa11a84"),
    "classes": (303_055, "3937f6dddf777ca912c816d5f6ffe06f"),
})
V4: Files = {
    **_each(
        Kind.IMAGES,
        train=MetadataFile("2018_04/train/train-images-boxable-with-rotation.csv", 638_407_721,
                           "a4ac0bcedb5c2df4d1b1230dc6b41b8f"),
        val=MetadataFile("2018_04/validation/validation-images-with-rotation.csv", 15_245_485,
                         "643a54e43b0bab8acce8817b4a569780"),
        test=MetadataFile("2018_04/test/test-images-with-rotation.csv", 45_227_339,
                          "d832feb775b3cb78077bf8ae350adce5")),
    (Kind.LABELLED, "train"): MetadataFile("2018_04/image_ids_and_rotation.csv"),
    **_each(
        Kind.BOXES,
        train=MetadataFile("2018_04/train/train-annotations-bbox.csv", 1_194_033_454,
                           "dc89115275ad6d0c771bd6590aa71ac3"),
        val=MetadataFile("2018_04/validation/validation-annotations-bbox.csv"),
        test=MetadataFile("2018_04/test/test-annotations-bbox.csv")),
    **_labels("2018_04/{subset}/{subset}-annotations-{word}-imagelabels.csv"),
    (Kind.CLASSES, ALL): MetadataFile("2018_04/class-descriptions.csv"),
}
V5: Files = {
    **V4,
    **_each(
        Kind.BOXES,
        val=MetadataFile("v5/validation-annotations-bbox.csv", 25_105_048,
                         "c5e8200df129ea6867e913e8b21fcab9"),
        test=MetadataFile("v5/test-annotations-bbox.csv", 77_484_237,
                          "1cc058a7003b4e73d47642276e9b123b")),
    **_labels("v5/{subset}-annotations-{word}-imagelabels.csv"),
    (Kind.CLASSES, ALL): MetadataFile("v5/class-descriptions.csv"),
}
V6: Files = {
    **V5,
    (Kind.LABELLED, "train"): MetadataFile("v6/oidv6-train-images-with-labels-with-rotation.csv",
                                           2_684_720_962),
    (Kind.BOXES, "train"): MetadataFile("v6/oidv6-train-annotations-bbox.csv", 2_258_447_590,
                                        "3c3e70cfaba5757ea5c2604b19cac3b2"),
    (Kind.HUMAN, "train"): MetadataFile("v6/oidv6-train-annotations-human-imagelabels.csv"),
    (Kind.CLASSES, ALL): MetadataFile("v6/oidv6-class-descriptions.csv"),
}
V7: Files = {
    **V6,
    **_labels("v7/oidv7-{split}-annotations-{word}-imagelabels.csv"),
    (Kind.CLASSES, ALL): MetadataFile("v7/oidv7-class-descriptions.csv", 501_178),
}

VERSIONS = {version.name: version for version in (
    Version("V1", 2016, V1), Version("V2", 2017, V2), Version("V3", 2017, V3),
    Version("V4", 2018, V4), Version("V5", 2019, V5), Version("V6", 2020, V6),
    Version("V7", 2022, V7),
)}


def newest_with_boxes() -> Version:
    return [version for version in VERSIONS.values() if version.has_boxes][-1]

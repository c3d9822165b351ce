"""The archives that ImageNet gave out: what each is for, its size and its MD5."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """What an archive is for; the words are those of DOWNLOAD_URL_<word>."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"
    DEVKIT = "devkit_t12"
    BBOX_TRAIN = "bbox_train"
    BBOX_VAL = "bbox_val"


@dataclass(frozen=True, slots=True)
class Known:
    """One official file."""

    name: str
    role: Role | None  # None: nothing that a run reads
    md5: str = ""  # hex; empty: never published
    byte_count: int | None = None  # None: not published to the byte
    about: int = 0  # bytes, as the download page rounds them; 0: not told
    instead: str = ""  # what to do with one that has no role

    def may_have(self, size: int) -> bool:
        """Whether a file of that size can be this one, as far as its size is known.

        >>> Known("x.tar", None, byte_count=100).may_have(99)
        False
        >>> Known("x.tar", None, about=100).may_have(99)
        True
        """
        if self.byte_count is not None:
            return size == self.byte_count
        return not self.about or abs(size - self.about) <= self.about * SLACK


SLACK = 0.25  # the page says 2.5 MB of 2.45 MiB, and 1 MB of who knows what

MIB, GIB = 2**20, 2**30

_DOGS = "It holds the dogs of task 3 alone: name the archive of tasks 1 and 2"
_ALL_IN_ONE = "It is packed as one piece: unpack it, and name the folder with --archive"

# MD5s are those of the page of downloads, https://image-net.org/challenges/LSVRC/2012/
# 2012-downloads.php, and of torchvision 0.29 (datasets/imagenet.py), which agree.  Exact sizes are
# from tensorflow-datasets 4.9 (imagenet2012/checksums.tsv); the others as that page rounds them.
KNOWN = (
    Known("ILSVRC2012_img_train.tar", Role.TRAIN, "1d675b47d978889d74fa0da5fadfb00e",
          147_897_477_120),
    Known("ILSVRC2012_img_val.tar", Role.VAL, "29b22e2961454d5413ddabcf34fc5622", 6_744_924_160),
    # The edition that was mended on 10 October 2019, and the page's MD5 of the one before.
    Known("ILSVRC2012_img_test_v10102019.tar", Role.TEST, "e1b8681fff3d63731c599df9b4b6fc02",
          about=13 * GIB),
    Known("ILSVRC2012_img_test.tar", Role.TEST, "fe64ceb247e473635708aed23ab6d839",
          about=13 * GIB),
    # Its MD5 stands in torchvision alone.
    Known("ILSVRC2012_devkit_t12.tar.gz", Role.DEVKIT, "fa75699e90414af021442c21a62c3abf",
          2_568_145),
    Known("ILSVRC2012_bbox_train_v2.tar.gz", Role.BBOX_TRAIN, "9271167e2176350e65cfe4e546f14b17",
          about=20 * MIB),
    Known("ILSVRC2012_bbox_val_v3.tgz", Role.BBOX_VAL, "f4cd18b5ea29fe6bbea62ec9c20d80f0",
          about=int(2.2 * MIB)),
    # Task 3: fine-grained classification of dogs.  No MD5 was published of the devkit.
    Known("ILSVRC2012_img_train_t3.tar", None, "ccaf1013018ac1037801578038d370da",
          about=728 * MIB, instead=_DOGS),
    Known("ILSVRC2012_bbox_train_dogs.tar.gz", None, "61ebd3cc0e4793899a841b6b27f3d6d8",
          about=MIB, instead=_DOGS),
    Known("ILSVRC2012_bbox_test_dogs.zip", None, "2dfdb2677fd9661585d17d5a5d027624",
          about=33 * MIB, instead=_DOGS),
    Known("ILSVRC2012_devkit_t3.tar.gz", None, about=22 * MIB, instead=_DOGS),
    # https://image-net.org/download-images.php; MD5s as that page gives them, 1.1 TB and 250 GB.
    Known("winter21_whole.tar.gz", None, "ab313ce03179fd803a401b02c651c0a2", instead=_ALL_IN_ONE),
    Known("imagenet21k_resized.tar.gz", None, "c314e95f17e357b3e9cbf0a18ef7ecd6",
          instead=_ALL_IN_ONE),
    Known("bboxes_annotations.tar.gz", None,
          instead="It holds boxes by category: name it with --annotations_dir"),
    # The whole of CLS-LOC, as the challenge of 2017 and Kaggle pack it; no MD5 was published.
    Known("ILSVRC2017_CLS-LOC.tar.gz", None, instead=_ALL_IN_ONE),
    Known("imagenet_object_localization_patched2019.tar.gz", None, instead=_ALL_IN_ONE),
    Known("imagenet-object-localization-challenge.zip", None, instead=_ALL_IN_ONE),
)

# As of 2022 to 2026 given out without a login; https://image-net.org/download-images.php
PUBLIC_TARS = "https://image-net.org/data/winter21_whole/<wnid>.tar"

ARCHIVE_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".zip")

_ENDING = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz))?|tgz|tbz2|txz|zip)$")
_COPY = re.compile(r" \(\d+\)(?=\.)")  # how browsers tell a second download from the first
_BY_NAME = {known.name.lower(): known for known in KNOWN}
_BY_STEM = {_ENDING.sub("", name): known for name, known in _BY_NAME.items()}

_WORDS = re.compile(r"[a-z]+")
_SPLIT_WORDS = {
    "train": Role.TRAIN, "training": Role.TRAIN, "val": Role.VAL, "valid": Role.VAL,
    "validation": Role.VAL, "test": Role.TEST, "testing": Role.TEST,
}
_BOX_WORDS = {"bbox", "bboxes", "bounding", "boxes", "annotation", "annotations"}
_BOX_ROLES = {Role.TRAIN: Role.BBOX_TRAIN, Role.VAL: Role.BBOX_VAL}


def known_archive(name: str) -> Known | None:
    """The official file of that name, whatever the case of its letters.

    >>> known_archive("ilsvrc2012_IMG_val.tar").byte_count
    6744924160
    """
    return _BY_NAME.get(_plain(name))


def edition_of(name: str) -> Known | None:
    """The official file that one of this name is, however it was packed since.

    >>> edition_of("ILSVRC2012_img_val.tgz").name
    'ILSVRC2012_img_val.tar'
    """
    return _BY_STEM.get(_ENDING.sub("", _plain(name)))


def role_of(name: str) -> Role | None:
    """By the official name, else by its words; None where they tell nothing, or too much.

    >>> role_of("ILSVRC2012_img_test_v10102019.tar.gz").value
    'test'
    >>> role_of("my-validation-images.tar").value
    'val'
    >>> role_of("training_bounding_boxes.tar.gz").value
    'bbox_train'
    >>> role_of("train_and_val.tar"), role_of("trainer.tar"), role_of("n02119789.tar")
    (None, None, None)
    """
    if known := edition_of(name):
        return known.role
    words = set(_WORDS.findall(_plain(name)))
    if "devkit" in words:
        return Role.DEVKIT
    roles = {_SPLIT_WORDS[word] for word in words & _SPLIT_WORDS.keys()}
    if len(roles) != 1:
        return None
    role = roles.pop()
    return _BOX_ROLES.get(role) if words & _BOX_WORDS else role


def _plain(name: str) -> str:
    return _COPY.sub("", name.lower())

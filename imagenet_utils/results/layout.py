"""Where every file of a result goes; pure, nothing is opened.

    <save_dir>/<folder>/Images/[<shard>/]<image id>.<extension>      folder: [<split>/]<category>
    <save_dir>/<folder>/Annotation/[<shard>/]<image id>.xml
    <save_dir>/<folder>/Images_<resize>/, Annotation_<resize>/      likewise, in another size
    <save_dir>/<folder>/<folder>_download_report.csv
    <save_dir>/<split>/images-success.csv and images-failure.csv      of Open Images
    <save_dir>/<folder>/<folder>_resized_report.csv
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from functools import lru_cache
from pathlib import Path

from imagenet_utils.categories.labels import safe_label

IMAGES = "Images"
ANNOTATION = "Annotation"
LEDGER = ".ledger.sqlite3"
ARCHIVE_INDEX = ".archives.sqlite3"
EXPORTS_FOLDER = "exports"
CONTACT_SHEET = "report.html"
CONTACT_SHEET_FILES = "report_files"
LOCK = ".lock"
EXPORTS_LOCK = ".exports.lock"
LARGE_PICTURE_GATE = ".large_picture.lock"
SUMMARY = "run_summary.json"
# By which an earlier one is known as ours.
SUMMARY_BEGINNING = '{\n "schema"'
MOST_SHARD_LETTERS = 8

# But for the devices of Windows, whose names no file may have there.
_PLAIN_ID = re.compile(r"(?!(?i:con|prn|aux|nul|(?:com|lpt)[0-9])\Z)[A-Za-z0-9][A-Za-z0-9_]{0,99}")


# What the ids of a category have in common: all of ImageNet's begin alike, and where they are
# counted, zeros before the number tell nothing apart either.
_COMMON_LETTERS = re.compile(r"(?:n[0-9]{8}_|.*_(?=[0-9]+\Z))0*(?=.)")


def category_folder(split: str, word: str) -> str:
    """Below save_dir, with `/`: the word is the category's label or its code."""
    return f"{split}/{word}" if split else word


@lru_cache(maxsize=1024)
def images_dir(folder: str, resize: str = "") -> str:
    """Of the originals, or of one resize, by its name."""
    return os.path.join(folder, f"{IMAGES}_{resize}" if resize else IMAGES)


@lru_cache(maxsize=1024)
def annotation_dir(folder: str, resize: str = "") -> str:
    return os.path.join(folder, f"{ANNOTATION}_{resize}" if resize else ANNOTATION)


def success_list(save_dir: Path, split: str) -> Path:
    return save_dir / split / "images-success.csv"


def failure_list(save_dir: Path, split: str) -> Path:
    return save_dir / split / "images-failure.csv"


def report_path(folder: Path) -> Path:
    return folder / f"{folder.name}_download_report.csv"


def resized_report_path(folder: Path) -> Path:
    return folder / f"{folder.name}_resized_report.csv"


def file_stem(image_id: str) -> str:
    """The id, made safe and kept unique where it is no plain word.

    >>> file_stem("n02119789_122")
    'n02119789_122'
    >>> file_stem("../x")
    '_._x_d6b96a97'
    >>> file_stem("con")[:5]
    '_con_'
    """
    if _PLAIN_ID.fullmatch(image_id):
        return image_id
    digest = hashlib.sha256(image_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe_label(image_id)}_{digest}"


def new_place(image_id: str, letters: int) -> str:
    """Of a picture below Images, and of its boxes below Annotation; without extension, with `/`.

    >>> new_place("0a1b2c3d4e5f6071", 2), new_place("n02119789_122", 1), new_place("n02119789_9", 0)
    ('0a/0a1b2c3d4e5f6071', '1/n02119789_122', 'n02119789_9')
    >>> new_place("ILSVRC2012_test_00041852", 2), new_place("unknown_7", 2)
    ('41/ILSVRC2012_test_00041852', '7/unknown_7')
    """
    stem = file_stem(image_id)
    return f"{_shard(stem, letters)}/{stem}" if letters else stem


def is_shard(name: str, stem: str) -> bool:
    """Whether a folder of this name is one for files of this stem, and nobody else's.

    Where the file system ignores case, a folder that was there before has kept its own.

    >>> is_shard("0A", "0a1b2c3d4e5f6071"), is_shard("old", "0a1b2c3d4e5f6071")
    (True, False)
    """
    name = name.lower()
    if len(name) <= MOST_SHARD_LETTERS:
        return name == _shard(stem, len(name))
    is_made_safe = "_" in name
    return is_made_safe and name in {_shard(stem, 1 + more) for more in range(MOST_SHARD_LETTERS)}


def place_of_file(file_name: str | None, image_id: str) -> str:
    """As `new_place`, of a picture that has its place; of one that has none, where it would be."""
    return posixpath.splitext(file_name)[0] if file_name else file_stem(image_id)


def _shard(stem: str, letters: int) -> str:
    common = _COMMON_LETTERS.match(stem)
    return file_stem(stem[common.end() if common else 0:][:letters].lower())

"""The options that tell which metadata of Open Images is meant, and where it lies."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.open_images.values import LABELS_FROM, VERSION_NAMES, MetadataWishes

OPEN_IMAGES = "Open Images"
FILES = (
    Option(
        "open_images_version", Kind.CHOICE, None, "which metadata of Open Images", OPEN_IMAGES,
        choices=tuple(map(str.lower, VERSION_NAMES)),
        default_told="the newest whose boxes lie there, else v7",
    ),
    Option(
        "open_images_dir", Kind.PATH, PROJECT_FOLDER / "open_images",
        "where metadata of Open Images lies, csv or tar.gz under the names that it was published "
        "by, or is fetched to",
        OPEN_IMAGES, metavar="DIR", default_told="open_images in the project folder",
        must_be=MustBe.FOLDER,
    ),
)  # fmt: skip
LABELS = (
    Option(
        "labels_from", Kind.CHOICE, (),
        "who says that a class without boxes is in a picture: people, or machines with some "
        "confidence",
        OPEN_IMAGES, choices=LABELS_FROM, default_told=LABELS_FROM[0], takes_list=True,
    ),
    Option(
        "min_confidence", Kind.NUMBER, 0.0, "how sure they must be, from 0 to 1", OPEN_IMAGES,
        minimum=0, maximum=1, default_told="0: anything but a no",
    ),
)  # fmt: skip


def file_wishes(options: Namespace, splits: Sequence[str] = ("train",)) -> MetadataWishes:
    """Of a script that has FILES alone."""
    return MetadataWishes(options.open_images_dir, _version(options), tuple(splits))


def metadata_wishes(options: Namespace, splits: Sequence[str]) -> MetadataWishes:
    """Of a script that has LABELS, too; `splits`: of train, val and test."""
    labels = tuple(dict.fromkeys(options.labels_from)) or LABELS_FROM[:1]
    return MetadataWishes(options.open_images_dir, _version(options),
                          tuple(splits) or ("train",), labels, options.min_confidence)


def _version(options: Namespace) -> str:
    return (options.open_images_version or "").upper()

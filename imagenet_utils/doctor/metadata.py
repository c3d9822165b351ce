"""What Open Images says of its pictures: which of its files lie there, and which a run fetches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, warning
from imagenet_utils.errors import ImagenetUtilsError

if TYPE_CHECKING:
    from imagenet_utils.open_images.versions import MetadataFile, Version
    from imagenet_utils.options import OpenImagesOptions

MEGABYTE = 1_000_000
CURE = ("Nothing needs to be done: the run that needs them fetches them once. --split takes fewer,"
        " and --open_images_dir names another folder")


def options_of_open_images(patient: Patient) -> OpenImagesOptions | None:
    """None where a run takes another source, or none: others tell what keeps it from any."""
    options = patient.run and patient.run.options
    if not options:
        return None
    try:
        from imagenet_utils.sources import OPEN_IMAGES, choose

        return options.open_images if choose(options.source, options)[0] is OPEN_IMAGES else None
    except (ImportError, ImagenetUtilsError):
        return None


def metadata(options: OpenImagesOptions) -> Iterator[Finding]:
    """It has the boxes, too."""
    from imagenet_utils.open_images.files import FileShelf
    from imagenet_utils.open_images.metadata import chosen_version

    wishes = options.metadata
    version = chosen_version(wishes)
    shelf = FileShelf(wishes.directory, may_fetch=False)
    needed = _needed(version, wishes.splits)
    missing = {file for file in needed.values() if not shelf.has(file)}
    told = f"{wishes.directory}: Open Images {version.name}"
    told += "" if version.has_boxes else ", which has no boxes: pictures come without"
    if not missing:
        yield ok(f"{told}; {' and '.join(needed)} are there")
        return
    names = [name for name, file in needed.items() if file in missing]
    yield warning(f"{told}; a run first fetches {' and '.join(names)} ({_size_of(missing)})", CURE)


def _needed(version: Version, splits: Sequence[str]) -> dict[str, MetadataFile]:
    """For classes that have boxes, by what to call them."""
    from imagenet_utils.open_images.values import SUBSETS
    from imagenet_utils.open_images.versions import Kind

    files = {f"{kind.value} of {SUBSETS[split]}": version.file(kind, split)
             for split in splits for kind in (Kind.BOXES, Kind.IMAGES)}
    return {name: file for name, file in files.items() if file}


def _size_of(files: set[MetadataFile]) -> str:
    """Of an archive with a part for each split, once."""
    sizes = {file.path: file.byte_count for file in files}
    known = sum(size or 0 for size in sizes.values())
    least = "at least " if None in sizes.values() else ""
    return f"{least}{known / MEGABYTE:,.0f} MB"

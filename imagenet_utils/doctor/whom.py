"""Which source a run with the same options takes, and whom it asks.

Sources are imported where they are asked: of their packages some may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from imagenet_utils.annotations.at_hand import boxes_in
from imagenet_utils.archives.known import PUBLIC_TARS, Role
from imagenet_utils.doctor.patient import Patient, Target
from imagenet_utils.doctor.verdict import Finding, ok
from imagenet_utils.ilsvrc.shelf import Form, Place, SynsetTars
from imagenet_utils.network.bandwidth import FIRST_ADDRESS
from imagenet_utils.obtaining.prerequisites import BOXES_ADDRESS, BOXES_CURE

if TYPE_CHECKING:
    from imagenet_utils.options import OpenImagesOptions, RunOptions

SAMPLE = "n02119789"  # kit fox: its tar stands for all
TARS_CURE = (
    "A mirror or a folder does as well, --archive '.../<wnid>.tar'; or a list of URLs, --url_data;"
    " or the archives of ILSVRC2012, --source ilsvrc2012 --archive"
)
ARCHIVE_CURE = "Check the address, or name another place with --archive"
SAMPLE_PICTURE = "0001eeaf4aed83f9"  # the first of the validation split
MIRROR_CURE = "Name another one with --mirror, or take Flickr's pictures: --image_from original"
SPEED_CURE = "A run finds out by itself what the line bears; --bandwidth MBIT spares the question"


def source(patient: Patient) -> Iterator[Finding]:
    """What `choose` raises ends a run, too."""
    options = patient.run and patient.run.options
    if options:
        from imagenet_utils.sources import choose

        kind, why = choose(options.source, options)
        yield ok(f"{kind.name}, {kind.title} ({kind.where(options)}): {why}")


def targets_of(options: RunOptions) -> Iterator[Target]:
    """Raises ImportError, and what `choose` raises."""
    from imagenet_utils.sources import ILSVRC2012, OPEN_IMAGES, SYNSET_TARS, URL_LIST, choose

    kind, _why = choose(options.source, options)
    if kind is OPEN_IMAGES:
        yield from _mirror(options.open_images)
        return
    if kind is ILSVRC2012:
        yield from _archives(options)
    elif kind is SYNSET_TARS:
        yield from _tars(options)
    if _fetches_boxes(options, is_by_split=kind is ILSVRC2012):
        yield Target("boxes", BOXES_ADDRESS, True, BOXES_CURE)
    engine = options.engine
    is_known = engine.batch_size or engine.bandwidth_mbit or engine.max_bandwidth_mbit
    if kind is URL_LIST and not is_known:
        yield Target("speed of the line", FIRST_ADDRESS, False, SPEED_CURE)


def archive_at(place: Place, *, is_needed: bool) -> Target:
    return Target(place.role.value, place.where, is_needed, ARCHIVE_CURE, is_archive=True)


def tar_of(tars: SynsetTars, *, is_needed: bool) -> Target:
    return Target("tars by category", tars.place_of(SAMPLE), is_needed, TARS_CURE,
                  is_archive=True)


def _archives(options: RunOptions) -> Iterator[Target]:
    from imagenet_utils.sources.ilsvrc2012 import roles_of, splits_of
    from imagenet_utils.sources.shelves import shelf_of

    shelf = shelf_of(options)
    for place in map(shelf.place_of, roles_of(splits_of(options), shelf)):
        if place and place.form is Form.REMOTE:
            yield archive_at(place, is_needed=True)


def _tars(options: RunOptions) -> Iterator[Target]:
    """Of a folder of tars, ImageNet's own serve for those that it lacks, if nobody named it."""
    from imagenet_utils.sources.synset_tars import tars_of

    tars = tars_of(options)
    if tars.is_remote:
        yield tar_of(tars, is_needed=True)
    elif not options.archives.named:
        yield tar_of(SynsetTars(PUBLIC_TARS), is_needed=False)


def _mirror(wishes: OpenImagesOptions) -> Iterator[Target]:
    """Whether Flickr gives out pictures is known of each alone."""
    if "mirror" in wishes.image_from:
        address = f"{wishes.mirror}/validation/{SAMPLE_PICTURE}.jpg"
        is_needed = wishes.image_from == ("mirror",)
        yield Target("mirror of Open Images", address, is_needed, MIRROR_CURE)


def _fetches_boxes(options: RunOptions, *, is_by_split: bool) -> bool:
    if not options.selection.needs_annotations:
        return False
    if is_by_split:
        from imagenet_utils.sources.ilsvrc2012 import splits_of
        from imagenet_utils.sources.shelves import shelf_of

        if "train" not in splits_of(options) or shelf_of(options).place_of(Role.BBOX_TRAIN):
            return False
    folder = options.places.annotations_dir
    return boxes_in(folder, is_given="annotations_dir" in options.given).is_empty

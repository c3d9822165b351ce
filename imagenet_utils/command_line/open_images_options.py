"""The options that only the source open_images heeds."""

from __future__ import annotations

from imagenet_utils.command_line.argument_values import Kind, Option
from imagenet_utils.command_line.metadata_options import FILES, LABELS
from imagenet_utils.command_line.metadata_options import OPEN_IMAGES as GROUP
from imagenet_utils.open_images.box_traits import BOX_TRAITS
from imagenet_utils.open_images.image_places import IMAGE_PLACES, MIRROR

ASKED, ALL = "asked", "all"

OPTIONS = (
    *FILES,
    *LABELS,
    Option(
        "image_from", Kind.CHOICE, (),
        "where pictures come from, the next place where one has none: "
        + ", ".join(f"{place.name} ({place.title})" for place in IMAGE_PLACES.values()),
        GROUP, choices=tuple(IMAGE_PLACES), default_told="mirror", everyday=True, takes_list=True,
    ),
    Option(
        "mirror", Kind.URL, None, "another mirror: what holds train, validation and test", GROUP,
        default_told=MIRROR,
    ),
    Option(
        "boxes", Kind.CHOICE, ASKED,
        "which boxes of a picture are written: those of the classes asked for, or of all",
        GROUP, choices=(ASKED, ALL),
    ),
    Option(
        "exclude_boxes", Kind.CHOICE, (), "boxes that are as if they were not there", GROUP,
        choices=BOX_TRAITS, default_told="none", takes_list=True,
    ),
    Option(
        "licenses", Kind.TEXT, (),
        "only pictures under one of these: cc-by-2.0, or any part of a licence's address", GROUP,
        metavar="NAME", default_told="all", takes_list=True,
    ),
)  # fmt: skip

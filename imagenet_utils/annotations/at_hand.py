"""The user's annotations: found, or fetched once when a run cannot do without."""

from __future__ import annotations

from imagenet_utils.annotations.box_archives import BoxArchives
from imagenet_utils.options import RunOptions
from imagenet_utils.telling import Teller

OLDER_NAME = "Annotation"
HOW_TO_FETCH = "python download_ncodes_imagenet.py --with_annotations True"


def boxes_for(options: RunOptions, teller: Teller) -> BoxArchives:
    """Raises Unobtainable where only annotated images are wanted and no annotation can be had."""
    folder = options.places.annotations_dir
    boxes = BoxArchives(folder)
    if boxes.is_empty and not options.are_annotations_named:
        boxes = BoxArchives(folder.with_name(OLDER_NAME))
    if not boxes.is_empty:
        return boxes
    if not options.selection.only_annotated or options.is_dry:
        teller.warn(f"No annotations in {folder}: images come without boxes."
                    f" To have boxes: {HOW_TO_FETCH}")
        return boxes
    from imagenet_utils.obtaining.prerequisites import provide_boxes

    teller.say(provide_boxes(folder, teller))
    return BoxArchives(folder)

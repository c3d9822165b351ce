"""Annotations beside resized pictures, made of the one that fits the original."""

from __future__ import annotations

import os
from dataclasses import dataclass

from imagenet_utils.annotations.annotate import Annotated, BadAnnotation
from imagenet_utils.annotations.beside_pictures import LabelOf, Place, fitted, is_edited, put
from imagenet_utils.annotations.box_archives import LARGEST_XML
from imagenet_utils.annotations.resized_boxes import View, fits, resized_annotation
from imagenet_utils.model import Boxes, Picture, Verdict
from imagenet_utils.transform.asked import Resize
from imagenet_utils.transform.modes import Size, placed
from imagenet_utils.transform.orientation import UPRIGHT, upright


@dataclass(frozen=True, slots=True)
class Drawn:
    """Boxes on an original: they refer to its pixels as stored, or as it stands upright."""

    xml: bytes | None
    size: Size
    orientation: int

    def put_beside(
        self, resize: Resize, place: Place, *, file_name: str, least_share: float
    ) -> Boxes:
        """Written beside the resized picture, unless the user's own lies there.  Raises OSError."""
        if self.xml is None:
            return put(Annotated(Verdict.NONE), place)
        placement = placed(resize, upright(self.size, self.orientation))
        view = View(self.size, self.orientation, placement, least_share)
        return put(resized_annotation(self.xml, view, file_name=os.path.basename(file_name)),
                   place)


def drawn_boxes(
    xml: bytes | None, annotated: Annotated, picture: Picture, *, orientation: int,
    place: Place, label_of: LabelOf,
) -> Drawn:
    """What the user made of the original's annotation goes before what was `annotated`; boxes
    that were drawn on the picture as it stands upright fit it in that size alone.
    """
    stored = (picture.width, picture.height)
    edited = _edited(place, stored)
    if edited is not None:
        return Drawn(edited, stored, orientation)
    size = upright(stored, orientation)
    if annotated.verdict is Verdict.MISMATCH and size != stored:
        standing = picture._replace(width=size[0], height=size[1])
        return Drawn(fitted(xml, "", standing, label_of).xml, size, UPRIGHT)
    return Drawn(annotated.xml, stored, orientation)


def _edited(place: Place, size: Size) -> bytes | None:
    """None: there is none, or it speaks of another picture."""
    try:
        if not is_edited(place):
            return None
        with open(place.path, "rb") as file:
            xml = file.read(LARGEST_XML)
        return xml if fits(xml, size) else None
    except (BadAnnotation, OSError):
        return None

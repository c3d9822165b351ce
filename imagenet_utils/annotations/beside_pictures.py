"""Annotations beside stored pictures: fitted, written, and left alone where the user edited."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass

from imagenet_utils.annotations.annotate import Annotated, BadAnnotation, annotation_for
from imagenet_utils.results.layout import annotation_dir
from imagenet_utils.model import Boxes, Picture, Verdict
from imagenet_utils.results.store import digest_of, write_over

LabelOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an annotation belongs, and what we know to lie there."""

    folder: str  # of the category
    stem: str
    known_xml: str | None  # sha256 of what we wrote; any other belongs to the user

    @property
    def path(self) -> str:
        return os.path.join(annotation_dir(self.folder), f"{self.stem}.xml")


def fitted(xml: bytes | None, file_name: str, picture: Picture, label_of: LabelOf) -> Annotated:
    """The annotation of a picture; a broken one is as good as none."""
    if xml is None:
        return Annotated(Verdict.NONE)
    try:
        return annotation_for(xml, file_name=file_name, width=picture.width,
                              height=picture.height, label_of=label_of)
    except BadAnnotation:
        return Annotated(Verdict.NONE)


def put(annotated: Annotated, place: Place) -> Boxes:
    """Write the XML unless the user's own lies there.  Raises OSError."""
    there = digest_of(place.path)
    if annotated.xml is None:
        is_edited = there not in (None, place.known_xml)
        verdict = Verdict.EDITED if is_edited else annotated.verdict
        return Boxes(verdict, dropped=annotated.dropped, xml_sha256=place.known_xml)
    ours = hashlib.sha256(annotated.xml).hexdigest()
    if there not in (None, ours, place.known_xml):
        return Boxes(Verdict.EDITED, xml_sha256=place.known_xml)
    if there != ours:
        write_over(place.path, annotated.xml)
    return Boxes(annotated.verdict, annotated.boxes, annotated.clamped, annotated.dropped, ours)


def is_edited(place: Place) -> bool:
    """Whether an XML lies there that is not the one we wrote."""
    there = digest_of(place.path)
    return there is not None and there != place.known_xml

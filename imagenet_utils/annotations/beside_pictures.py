"""Annotations beside stored pictures: fitted, written, and left alone where the user edited."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from imagenet_utils.annotations.annotate import Annotated, BadAnnotation, annotation_for
from imagenet_utils.annotations.relative import is_relative, made_absolute
from imagenet_utils.model import Boxes, Picture, Verdict
from imagenet_utils.results.layout import annotation_dir
from imagenet_utils.results.store import digest_of, with_shard, write_over

LabelOf = Callable[[str], str | None]


class Place(NamedTuple):
    """Where an annotation belongs, and what we know to lie there."""

    folder: str  # of the category
    name: str  # below its folder of annotations, without extension
    known_xml: str | None  # sha256 of what we wrote; any other belongs to the user
    resize: str = ""  # its name, where the picture is one in another size

    @property
    def path(self) -> str:
        return os.path.join(annotation_dir(self.folder, self.resize), f"{self.name}.xml")


@dataclass(frozen=True, slots=True)
class Unreadable(Annotated):
    """An annotation that is as good as none, and why."""

    problem: str = ""


def fitted(
    xml: bytes | None, file_name: str, picture: Picture, label_of: LabelOf, *, url: str = ""
) -> Annotated:
    """The annotation of a picture; a broken one is `Unreadable`, which is no failure.

    `file_name` is the picture's below its folder; `url` is where it came from.
    """
    if xml is None:
        return Annotated(Verdict.NONE)
    try:
        if is_relative(xml):
            xml = made_absolute(xml, picture.width, picture.height, url=url)
        return annotation_for(xml, file_name=os.path.basename(file_name), width=picture.width,
                              height=picture.height, label_of=label_of)
    except BadAnnotation as error:
        return Unreadable(Verdict.NONE, problem=str(error))


def put(annotated: Annotated, place: Place) -> Boxes:
    """Write the XML unless the user's own lies there.  Raises OSError."""
    there = digest_of(place.path)
    ours = hashlib.sha256(annotated.xml).hexdigest() if annotated.xml else None
    if there not in (None, ours, place.known_xml):
        return Boxes(Verdict.EDITED, xml_sha256=place.known_xml)
    if annotated.xml is None:
        return _put_none(annotated, place, is_there=there is not None)
    if there != ours:
        write_over(with_shard(place.path, place.name), annotated.xml)
    return counted_boxes(annotated)._replace(xml_sha256=ours)


def counted_boxes(annotated: Annotated) -> Boxes:
    """What would stand beside a picture, where it is kept in other sizes alone."""
    return Boxes(annotated.verdict, annotated.boxes, annotated.clamped, annotated.dropped)


def _put_none(annotated: Annotated, place: Place, *, is_there: bool) -> Boxes:
    """An XML of ours that an earlier picture had must not stay beside one it does not fit.

    It stays where no annotation was given: nothing is known against it.
    """
    known_xml = place.known_xml
    if is_there and (annotated.verdict is Verdict.MISMATCH or annotated.dropped):
        os.unlink(place.path)
        known_xml = None
    return Boxes(annotated.verdict, dropped=annotated.dropped, xml_sha256=known_xml)


def is_edited(place: Place) -> bool:
    """Whether an XML lies there that is not the one we wrote."""
    there = digest_of(place.path)
    return there is not None and there != place.known_xml

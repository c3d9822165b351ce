"""Bounding-box tarballs as ImageNet's own: old GNU tar, one XML an image, boxes 0-based."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass

from imagenet_utils.model import ImageId, Verdict, Wnid
from imagenet_utils.demo.drawing import Box, DrawnObject, Drawing

MADE_AT = 1_325_800_000  # seconds since 1970: the days in January 2012 that the originals bear

XML = """<annotation>
\t<folder>{folder}</folder>
\t<filename>{image_id}</filename>
\t<source>
\t\t<database>ImageNet database</database>
\t</source>
\t<size>
\t\t<width>{width}</width>
\t\t<height>{height}</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
{objects}
</annotation>"""

OBJECT = """\t<object>
\t\t<name>{code}</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>{box[0]}</xmin>
\t\t\t<ymin>{box[1]}</ymin>
\t\t\t<xmax>{box[2]}</xmax>
\t\t\t<ymax>{box[3]}</ymax>
\t\t</bndbox>
\t</object>"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The annotation of one image."""

    image_id: ImageId
    code: Wnid  # whose image it is
    width: int  # of the picture as the annotator saw it
    height: int
    objects: tuple[DrawnObject, ...]
    verdict: Verdict  # how the boxes will sit on the picture

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(thing.code for thing in self.objects)

    def as_xml(self) -> str:
        objects = "\n".join(OBJECT.format(code=one.code, box=one.box) for one in self.objects)
        return XML.format(folder=self.code, image_id=self.image_id, width=self.width,
                          height=self.height, objects=objects)


def sheet_for(drawing: Drawing, image_id: ImageId, code: Wnid, *, kind: str) -> Sheet:
    """`kind`: fitting, doubled (made on a picture of twice the size), other_aspect (made on
    another picture) or overshooting (its first box leaves the picture by three pixels)."""
    width, height = drawing.image.size
    objects = drawing.objects
    if kind == "doubled":
        doubled = tuple(DrawnObject(one.code, _doubled(one.box)) for one in objects)
        return Sheet(image_id, code, 2 * width, 2 * height, doubled, Verdict.RESCALED)
    if kind == "other_aspect":
        return Sheet(image_id, code, width, height + 125, objects, Verdict.MISMATCH)
    if kind == "overshooting":
        first = objects[0]
        objects = (DrawnObject(first.code, (*first.box[:2], width + 2, first.box[3])), *objects[1:])
    return Sheet(image_id, code, width, height, objects, Verdict.AS_IS)


def tarball_of(code: Wnid, sheets: Sequence[Sheet]) -> bytes:
    """`Annotation/<code>/<image id>.xml` of each, in no order, the same bytes on every call."""
    packed = io.BytesIO()
    shuffled = random.Random(code).sample(sheets, len(sheets))
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=MADE_AT) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        tar.addfile(_entry(f"Annotation/{code}", tarfile.DIRTYPE, 0o755))
        for sheet in shuffled:
            content = sheet.as_xml().encode("ascii")
            entry = _entry(f"Annotation/{code}/{sheet.image_id}.xml", tarfile.REGTYPE, 0o644)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _doubled(box: Box) -> Box:
    """A pixel becomes two by two of them, so that halving gives the box back exactly."""
    xmin, ymin, xmax, ymax = box
    return 2 * xmin, 2 * ymin, 2 * xmax + 1, 2 * ymax + 1


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = kind, mode, MADE_AT
    entry.uname, entry.gname, entry.uid, entry.gid = "demo", "users", 1000, 100
    return entry

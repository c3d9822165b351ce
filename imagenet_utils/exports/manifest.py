"""`manifest.csv`: each stored picture with its digest and where it came from, by which
`--from_manifest` rebuilds the same set elsewhere."""

from __future__ import annotations

import csv
import re
from pathlib import PurePath

from imagenet_utils.exports.classes import label_of
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.licences import licences_in
from imagenet_utils.exports.stored_pictures import StoredPicture
from imagenet_utils.results.layout import category_folder
from imagenet_utils.results.manifest import COLUMNS
from imagenet_utils.results.report import harmless, moment
from imagenet_utils.telling import counted

HEADER = ",".join(COLUMNS)
OPENING = HEADER.encode()  # by which an earlier one is known as ours

_MEMBER = re.compile(r"(.*\.(?:tar|tgz|tar\.gz|tar\.bz2|tar\.xz))#([^/#]+)", re.I | re.S)


def write(job: ExportJob) -> str:
    count = 0
    with licences_in(job.gallery.save_dir) as licences, \
            open(job.target, "x", encoding="utf-8", errors="replace", newline="") as file:
        file.write(f"{HEADER}\n")
        writer = csv.writer(file, lineterminator="\n")
        for picture in job.pictures():
            writer.writerows(_cells(place, licences.of(place.split, place.image_id))
                             for place in picture.places)
            count += len(picture.places)
    return f"{counted(count, 'picture')}; --from_manifest rebuilds the same set elsewhere"


def _cells(place: StoredPicture, licence: str) -> list[object]:
    source, url = _origin_of(place)
    word = PurePath(place.folder).name
    code = place.code or place.split  # of test pictures nobody knows the category
    split = place.split if place.code else ""
    return [
        harmless(place.image_id), harmless(url), place.sha256, place.bytes,
        harmless(licence), source, moment(place.finished),
        code, harmless(label_of(code, word)), split, harmless(category_folder(split, word)),
        harmless(place.name), place.width, place.height,
    ]


def _origin_of(place: StoredPicture) -> tuple[str, str]:
    """The kind of source and the URL; of what lies on this disk, only the name."""
    member = _MEMBER.fullmatch(place.url)
    if "://" in place.url and member is None:
        return "open_images" if place.code.startswith("/") else "url_list", place.url
    source = "ilsvrc2012" if place.split else "synset_tars"
    if "://" in place.url:
        return source, place.url
    return source, place.url.replace("\\", "/").rpartition("/")[2]

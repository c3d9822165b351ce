"""Pictures with their bytes, for exports that carry them along."""

from __future__ import annotations

from collections.abc import Iterator

from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.exports.stored_pictures import Order

CHANGED = "images that changed while they were read"


def pictures_with_bodies(job: ExportJob) -> Iterator[tuple[ExportPicture, bytes]]:
    """Shuffled, always the same way, so that every shard has pictures of all classes.

    Raises LocalFault.
    """
    for picture in job.pictures(Order.SHUFFLED):
        try:
            with open(picture.stored.path, "rb", buffering=0) as file:
                body = file.read()
        except FileNotFoundError:
            continue  # as if it had been deleted a moment earlier
        if len(body) == picture.stored.bytes:
            yield picture, body
        else:
            job.left_out[CHANGED] += 1

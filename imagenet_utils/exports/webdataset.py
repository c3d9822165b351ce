"""`webdataset`: tars that trainers read from end to end, and an index of them for each split.

    imagenet-train-000000.tar      n02119789_122.jpg  n02119789_122.cls  n02119789_122.json  ...
    imagenet-train.json            {"shardlist": [{"url": "imagenet-train-000000.tar", ...}], ...}

`.cls` is the number of the class, from 0, and -1 where nobody knows it; `.json` is whatever else
is known of the picture, its boxes among it.  The index is the one that `wids` reads.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imagenet_utils.exports.bodies import pictures_with_bodies
from imagenet_utils.exports.export_job import ExportJob, Instances
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.exports.shards import Shard, Shards
from imagenet_utils.exports.tar_file import TarFile
from imagenet_utils.telling import counted

PICTURES_PER_SHARD = 1_000


@dataclass(slots=True)
class _Samples:
    """One shard, and how many went into it."""

    tar: TarFile
    count: int = 0

    def add(self, picture: ExportPicture, boxes: Instances, body: bytes) -> None:
        key = picture.stem.replace(".", "_")  # what follows the first dot tells members apart
        self.tar.add(f"{key}.{picture.extension}", body)
        self.tar.add(f"{key}.cls", str(picture.number).encode())
        facts = json.dumps(_facts(picture, boxes), ensure_ascii=False)
        self.tar.add(f"{key}.json", facts.encode("utf-8", "replace"))
        self.count += 1


def write(job: ExportJob) -> str:
    """How much of what there is, in one line.  Raises LocalFault."""
    shard_lists: dict[str, list[object]] = defaultdict(list)

    @contextmanager
    def opened(shard: Shard) -> Iterator[_Samples]:
        name = f"imagenet-{shard.split}-{shard.number:06}.tar"
        with open(job.target / name, "xb") as file:
            samples = _Samples(TarFile(file))
            yield samples
            samples.tar.end()
        shard_lists[shard.split].append(
            {"url": name, "nsamples": samples.count, "filesize": samples.tar.size})

    tally: Counter[str] = Counter()
    with Shards(job, PICTURES_PER_SHARD, opened) as shards:
        for picture, body in pictures_with_bodies(job):
            boxes = job.classified_boxes_of(picture)
            shards.writer_for(picture.split).add(picture, boxes, body)
            tally["images"] += 1
            tally["boxes"] += len(boxes)
    for split, shard_list in shard_lists.items():
        index = {"__kind__": "wids-shard-index-v1", "wids_version": 1, "shardlist": shard_list}
        text = json.dumps(index, indent=2) + "\n"
        (job.target / f"imagenet-{split}.json").write_text(text, "utf-8", newline="\n")
    return (f"{counted(tally['images'], 'image')} with {counted(tally['boxes'], 'box', 'boxes')}"
            f" in {counted(sum(map(len, shard_lists.values())), 'tar')}")


def _facts(picture: ExportPicture, boxes: Instances) -> dict[str, object]:
    stored = picture.stored
    return {
        "image_id": stored.image_id,
        "split": picture.split,
        "code": stored.code,
        "names": [each.words for each in picture.classes],
        "labels": [each.number for each in picture.classes],
        "width": stored.width,
        "height": stored.height,
        "sha256": stored.sha256,
        "url": stored.url,
        "boxes": [
            {"label": known.number, "name": box.name,
             "xmin": box.xmin, "ymin": box.ymin, "xmax": box.xmax, "ymax": box.ymax}
            for known, box in boxes],
    }
